/* Records to a unix stream socket: never blocks; a peer that is slow or gone costs whole records,
 * and they are counted. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "output/record_queue.h"
#include "output/transport.h"
#include "util/limits.h"

#define UNIX_QUEUE_BYTES  (8u << 20)
/* Sent at this many bytes, or when the queue is flushed. */
#define UNIX_SEND_BYTES   (32u << 10)
#define UNIX_RECONNECT_MS 1000
/* Without progress for so long, a wait is given up: with option wait, and at the end. */
#define UNIX_WAIT_MS      10000
#define UNIX_LINGER_MS    2000

struct peer {
	int fd; /* -1: not connected */
	struct sockaddr_un addr;
	struct record_queue queue;
	size_t send_at;     /* bytes waiting at which to try again */
	int64_t connect_at; /* no attempt before, milliseconds */
	int error;          /* why it is not connected, or 0 */
	bool hopeless;      /* a wait was in vain: none until something moves */
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void lost(struct peer *p, int error)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
	p->error = error;
	record_queue_rewind(&p->queue); /* the next peer knows nothing of its first half */
}

/* At most one attempt a second. */
static bool connected(struct peer *p)
{
	if (p->fd >= 0)
		return true;
	int64_t now = now_ms();
	if (now < p->connect_at)
		return false;
	p->connect_at = now + UNIX_RECONNECT_MS;

	p->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->fd < 0) {
		p->error = -errno;
		return false;
	}
	if (connect(p->fd, (const struct sockaddr *)&p->addr, sizeof p->addr) < 0) {
		lost(p, -errno);
		return false;
	}
	p->error = 0;
	return true;
}

/* Sends what the peer takes now. Returns how many bytes that were. */
static size_t send_some(struct transport *t)
{
	struct peer *p = t->state;
	struct record_queue *q = &p->queue;
	size_t total = 0;

	while (record_queue_pending(q) > 0 && connected(p)) {
		ssize_t n = send(p->fd, q->bytes + q->sent, record_queue_pending(q),
			MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == ENOBUFS))
			break;
		if (n < 0) {
			lost(p, -errno);
			continue;
		}
		total += (size_t)n;
		t->counts.delivered += record_queue_sent(q, (size_t)n);
	}
	p->send_at = record_queue_pending(q) + UNIX_SEND_BYTES;
	p->hopeless = p->hopeless && total == 0;
	return total;
}

/* Sends until no more than `left` bytes wait, or nothing moved for `patience` milliseconds. */
static bool drain(struct transport *t, size_t left, int64_t patience)
{
	struct peer *p = t->state;
	int64_t since = now_ms();

	while (!p->hopeless) {
		if (send_some(t) > 0)
			since = now_ms();
		if (record_queue_pending(&p->queue) <= left)
			return true;
		if (now_ms() - since >= patience)
			break;
		struct pollfd ready = { .fd = p->fd,
			.events = POLLOUT }; /* a negative fd only waits */
		(void)poll(&ready, 1, 100);
	}
	p->hopeless = true;
	return false;
}

static int unix_open(struct transport *t, char why[256], const char *name)
{
	struct peer *p = calloc(1, sizeof *p);

	if (!p || record_queue_init(&p->queue, UNIX_QUEUE_BYTES) < 0) {
		free(p);
		snprintf(why, 256, "out of memory");
		return -ENOMEM;
	}
	p->fd = -1;
	p->send_at = UNIX_SEND_BYTES;
	p->addr.sun_family = AF_UNIX;
	t->state = p;
	int error = 0;
	if (strlen(name) >= sizeof p->addr.sun_path) {
		error = -ENAMETOOLONG;
	} else {
		memcpy(p->addr.sun_path, name, strlen(name));
		/* A peer that is not there yet may come: not an error, as everything else is. */
		if (!connected(p) && p->error != -ENOENT && p->error != -ECONNREFUSED &&
			p->error != -EAGAIN)
			error = p->error;
	}
	if (error < 0) {
		snprintf(why, 256, "cannot connect to unix:%s: %s", name, strerror(-error));
		record_queue_deinit(&p->queue);
		free(p);
		t->state = NULL;
	}
	return error;
}

static int unix_put(struct transport *t, const char *record, size_t n)
{
	struct peer *p = t->state;
	bool taken = record_queue_put(&p->queue, record, n);

	if (!taken) {
		if (t->wait)
			(void)drain(t, UNIX_QUEUE_BYTES / 4, UNIX_WAIT_MS);
		else
			send_some(t);
		taken = record_queue_put(&p->queue, record, n);
	}
	if (!taken)
		t->counts.dropped++;
	if (t->each || record_queue_pending(&p->queue) >= p->send_at)
		send_some(t);
	return 0;
}

static int unix_flush(struct transport *t)
{
	send_some(t);
	return 0;
}

static int unix_finish(struct transport *t)
{
	struct peer *p = t->state;

	p->connect_at = 0;
	if (drain(t, 0, t->wait ? UNIX_WAIT_MS : UNIX_LINGER_MS))
		return 0;
	t->counts.dropped += record_queue_drop(&p->queue);
	return p->error < 0 ? p->error : -ETIMEDOUT;
}

static int unix_close(struct transport *t)
{
	struct peer *p = t->state;

	if (p->fd >= 0)
		close(p->fd);
	record_queue_deinit(&p->queue);
	free(p);
	return 0;
}

const struct transport_ops transport_unix = {
	.open = unix_open,
	.put = unix_put,
	.flush = unix_flush,
	.reopen = unix_flush,
	.finish = unix_finish,
	.close = unix_close,
};
