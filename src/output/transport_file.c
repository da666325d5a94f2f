/* Records to a file or to standard output: buffered, whole records in each write(2), never a torn
 * line in between. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "output/record_queue.h"
#include "output/transport.h"
#include "util/limits.h"

/* Written out at this many bytes: below it the system call shows, above it the cache misses do. */
#define FILE_FLUSH_BYTES (256u << 10)

struct file {
	int fd;
	char *path; /* NULL: standard output, never closed */
	struct record_queue queue;
	int error; /* -errno of the last write, told already; 0: it went well */
	bool torn; /* the file ends inside a record: begin with a line feed */
};

static int open_path(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0640);

	return fd < 0 ? -errno : fd;
}

static void file_free(struct file *f)
{
	record_queue_deinit(&f->queue);
	free(f->path);
	free(f);
}

static int file_open(struct transport *t, char why[256], const char *name)
{
	struct file *f = calloc(1, sizeof *f);

	if (!f || record_queue_init(&f->queue, FILE_FLUSH_BYTES + RECORD_BYTES_MAX) < 0) {
		free(f);
		snprintf(why, 256, "out of memory");
		return -ENOMEM;
	}
	f->fd = STDOUT_FILENO;
	if (strcmp(name, "-") != 0) {
		f->path = strdup(name);
		f->fd = f->path ? open_path(name) : -ENOMEM;
	}
	if (f->fd < 0) {
		int error = f->fd;
		snprintf(why, 256, "cannot write to %s: %s", name, strerror(-error));
		file_free(f);
		return error;
	}
	t->state = f;
	return 0;
}

/* Writes n bytes at most. Returns how many, or -errno. */
static ssize_t write_some(int fd, const char *p, size_t n)
{
	for (;;) {
		ssize_t done = write(fd, p, n);
		if (done > 0)
			return done;
		if (done == 0)
			return -EIO;
		if (errno == EAGAIN) { /* somebody made standard output non-blocking */
			struct pollfd ready = { .fd = fd, .events = POLLOUT };
			(void)poll(&ready, 1, -1);
		} else if (errno != EINTR) {
			return -errno;
		}
	}
}

/* Everything waiting is lost; says so if it was not the case before. */
static int give_up(struct transport *t, struct file *f, int error)
{
	bool told = f->error == error;

	f->torn = f->torn || record_queue_torn(&f->queue);
	t->counts.dropped += record_queue_drop(&f->queue);
	f->error = error;
	return told ? 0 : error;
}

static int file_flush(struct transport *t)
{
	struct file *f = t->state;
	struct record_queue *q = &f->queue;

	if (f->torn && record_queue_pending(q) > 0) {
		ssize_t done = write_some(f->fd, "\n", 1);
		if (done < 0)
			return give_up(t, f, (int)done);
		f->torn = false;
	}
	while (record_queue_pending(q) > 0) {
		ssize_t done = write_some(f->fd, q->bytes + q->sent, record_queue_pending(q));
		if (done < 0)
			return give_up(t, f, (int)done);
		t->counts.delivered += record_queue_sent(q, (size_t)done);
		f->error = 0;
	}
	return 0;
}

static int file_put(struct transport *t, const char *record, size_t n)
{
	struct file *f = t->state;
	int error = 0;

	if (!record_queue_put(&f->queue, record, n)) {
		error = file_flush(t);
		if (!record_queue_put(&f->queue, record, n))
			t->counts.dropped++;
	}
	if (t->each || record_queue_pending(&f->queue) >= FILE_FLUSH_BYTES) {
		int later = file_flush(t);
		error = error < 0 ? error : later;
	}
	return error;
}

static int file_reopen(struct transport *t)
{
	struct file *f = t->state;
	int error = file_flush(t);

	if (!f->path)
		return error;
	int fd = open_path(f->path);
	if (fd < 0) /* go on with the old one */
		return fd;
	if (close(f->fd) < 0 && error == 0)
		error = -errno;
	f->fd = fd;
	f->torn = false;
	return error;
}

static int file_finish(struct transport *t)
{
	struct file *f = t->state;
	int error = file_flush(t);

	return error < 0 ? error : f->error;
}

static int file_close(struct transport *t)
{
	struct file *f = t->state;
	int error = f->path && close(f->fd) < 0 ? -errno : 0;

	file_free(f);
	return error;
}

const struct transport_ops transport_file = {
	.open = file_open,
	.put = file_put,
	.flush = file_flush,
	.reopen = file_reopen,
	.finish = file_finish,
	.close = file_close,
};
