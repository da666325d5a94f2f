/* What the user named -> a list of sources, in the order in which they are read. */
#include "capture/operands.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a name in a message: the rest of its 512 bytes is for the reason. */
#define NAME_SHOWN 240

void problem_set(struct capture_problem *why, const char *name, const char *what, ...)
{
	if (strcmp(name, "-") == 0)
		name = "standard input";
	size_t length = strlen(name);
	bool cut = length > NAME_SHOWN;
	char text[256];
	va_list args;

	va_start(args, what);
	(void)vsnprintf(text, sizeof text, what, args);
	va_end(args);
	(void)snprintf(why->text, sizeof why->text, "%s%s: %s", cut ? "..." : "",
		cut ? name + length - NAME_SHOWN : name, text);
}

static void source_deinit(struct source *source)
{
	if (source->file) {
		file_deinit(source->file);
		free(source->file);
	}
	free(source->name);
	free(source->trouble);
}

void sources_deinit(struct sources *sources)
{
	for (size_t i = 0; i < sources->n; i++)
		source_deinit(&sources->list[i]);
	free(sources->list);
	*sources = (struct sources) { .n = 0 };
}

static bool is_stdin(const char *name)
{
	return strcmp(name, "-") == 0;
}

int source_open(const struct source *source)
{
	/* Without O_NONBLOCK a FIFO would hold us here until somebody writes; we poll before we
	 * read. */
	int fd = is_stdin(source->name) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
					: open(source->name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int sources_add(struct sources *sources, const char *name, struct source **out)
{
	if (sources->n == sources->room) {
		size_t room = sources->room ? 2 * sources->room : 16;
		struct source *more = reallocarray(sources->list, room, sizeof *more);

		if (!more)
			return -ENOMEM;
		sources->list = more;
		sources->room = room;
	}
	char *copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	struct source *source = &sources->list[sources->n];
	*source = (struct source) {
		.self.name = copy,
		.name = copy,
		.order = sources->n++,
		.first_ns = FIRST_UNKNOWN,
	};
	*out = source;
	return 0;
}

/* Reads the first packet of a regular file. True: the file is a capture, though perhaps a broken
 * one. */
static int source_look(struct source *source, bool *capture)
{
	struct file f;
	struct onpath_packet packet;
	int fd = source_open(source);

	if (fd < 0)
		return fd;
	int err = file_init_fd(&f, &source->self, fd, READER_BLOCK_PEEK, false);
	if (err)
		return err;
	if (file_next(&f, &packet) == NEXT_READY) {
		source->first_ns = packet.time_ns;
		source->linktype = packet.linktype;
	}
	*capture = f.format != NULL;
	file_deinit(&f);
	return 0;
}

static int trouble_add(struct sources *sources, const char *name, const char *what)
{
	struct source *source;
	struct capture_problem text;
	int err = sources_add(sources, name, &source);

	if (err)
		return err;
	problem_set(&text, name, "%s", what);
	source->trouble = strdup(text.text);
	return source->trouble ? 0 : -ENOMEM;
}

/* A file found in a directory; it counts only when its content says so. */
static int add_found(struct sources *sources, const char *path, uint64_t bytes)
{
	struct source *source;
	bool capture = false;
	int err = sources_add(sources, path, &source);

	if (err)
		return err;
	source->regular = true;
	source->bytes = bytes;
	err = source_look(source, &capture);
	if (!err && capture)
		return 0;
	source_deinit(source);
	sources->n--;
	return err && err != -ENOMEM ? trouble_add(sources, path, strerror(-err)) : err;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int add_entry(struct sources *sources, const FTSENT *entry)
{
	struct stat st;

	switch (entry->fts_info) {
	case FTS_F:
		return add_found(sources, entry->fts_path, (uint64_t)entry->fts_statp->st_size);
	case FTS_SL: /* a link to a file counts as the file; one to a directory could lead in
			circles */
		if (stat(entry->fts_accpath, &st) < 0 || !S_ISREG(st.st_mode))
			return 0;
		return add_found(sources, entry->fts_path, (uint64_t)st.st_size);
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		return trouble_add(sources, entry->fts_path, strerror(entry->fts_errno));
	default: /* directories themselves, FIFOs, devices, sockets */
		return 0;
	}
}

static int add_directory(struct sources *sources, const char *name)
{
	char *path = strdup(name); /* fts wants an array it may write to */
	char *paths[] = { path, NULL };
	size_t before = sources->n;
	/* FTS_COMFOLLOW: the operand itself may be a link. */
	FTS *fts =
		path ? fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name) : NULL;
	int err = fts ? 0 : -ENOMEM;

	while (!err) {
		errno = 0;
		const FTSENT *entry = fts_read(fts);
		if (!entry) {
			err = -errno;
			break;
		}
		err = add_entry(sources, entry);
	}
	if (fts)
		(void)fts_close(fts); /* read only */
	free(path);
	if (!err && sources->n == before)
		err = trouble_add(sources, name, "no capture in this directory");
	return err;
}

static int add_operand(
	struct sources *sources, struct capture_problem *why, const char *name, bool look)
{
	struct source *source;
	struct stat st;
	int err = is_stdin(name) ? fstat(STDIN_FILENO, &st) : stat(name, &st);

	if (err < 0) {
		err = -errno;
		problem_set(why, name, "%s", strerror(-err));
		return err;
	}
	if (S_ISDIR(st.st_mode))
		return add_directory(sources, name);
	if (is_stdin(name) && isatty(STDIN_FILENO)) {
		problem_set(why, name, "it is a terminal, not a capture");
		return -EINVAL;
	}
	err = sources_add(sources, name, &source);
	if (err)
		return err;
	source->regular = S_ISREG(st.st_mode);
	source->bytes = source->regular ? (uint64_t)st.st_size : 0;
	if (!source->regular || is_stdin(name)) /* what is read of these cannot be read again */
		return 0;
	bool capture;
	if (look)
		err = source_look(source, &capture);
	else if (access(name, R_OK) < 0)
		err = -errno;
	if (err)
		problem_set(why, name, "%s", strerror(-err));
	return err;
}

/* By the time of the first packet; what has none, pipes among it, comes last. As named where that
 * is equal. */
static int by_time(const void *a, const void *b)
{
	const struct source *x = a;
	const struct source *y = b;

	if (x->first_ns != y->first_ns)
		return x->first_ns < y->first_ns ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

int sources_collect(struct sources *out, struct capture_problem *why, const char *const *operands,
	size_t n, bool look)
{
	if (n == 0) {
		problem_set(why, "capture", "no file is named");
		return -EINVAL;
	}
	for (size_t i = 0; i < n; i++) {
		why->text[0] = '\0';
		int err = add_operand(out, why, operands[i], look || n > 1);
		if (err && why->text[0] == '\0')
			problem_set(why, operands[i], "%s", strerror(-err));
		if (err)
			return err;
	}
	qsort(out->list, out->n, sizeof *out->list, by_time);
	return 0;
}
