/* Packets in: opens what the user named and hands out its packets, one source after the other or as
 * they come. */
#include "capture/capture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/file.h"
#include "capture/filter.h"
#include "capture/live.h"
#include "capture/operands.h"

/* Packets the filter may drop in a row until the caller is asked to look at its signals. */
#define DROPS_IN_A_ROW 100000
/* Followed: the longest sleep before every file is looked at again. */
#define LOOK_AGAIN_MS  100

struct capture {
	struct file *file; /* the one that is read now */
	struct filter *filter;
	struct live *live; /* or else files: */
	struct sources sources;
	size_t current; /* index of the source whose file it is */
	size_t alive;   /* sources that are not over */
	size_t waiting; /* follow: sources in a row that had nothing */
	bool follow;
	uint64_t filtered;
	uint64_t done; /* bytes of the sources that are over */
	uint64_t total;
};

/* The filter must make sense for the first source, if its link type can be known. */
static int check_filter(struct capture *c, struct capture_problem *why)
{
	const struct source *first = &c->sources.list[0];

	if (!c->filter || first->first_ns == FIRST_UNKNOWN)
		return 0;
	int err = filter_check(c->filter, first->linktype);
	if (err)
		problem_set(why, c->sources.list[0].name, "filter: %s", filter_why(c->filter));
	return err;
}

/* Bytes of all sources together; not known when one of them is a pipe or may grow. */
static uint64_t bytes_total(const struct capture *c)
{
	uint64_t total = 0;

	for (size_t i = 0; i < c->sources.n; i++) {
		if (c->follow || !(c->sources.list[i].regular || c->sources.list[i].trouble))
			return 0;
		total += c->sources.list[i].bytes;
	}
	return total;
}

int capture_open_files(struct capture **out, struct capture_problem *why,
	const char *const *operands, size_t n, const struct capture_options *options)
{
	CLEANUP(capture_close) struct capture *c = calloc(1, sizeof *c);

	problem_set(why, "capture", "%s", strerror(ENOMEM));
	if (!c)
		return -ENOMEM;
	c->follow = options->follow;
	if (options->filter && filter_new(&c->filter, options->filter) < 0)
		return -ENOMEM;
	int err = sources_collect(&c->sources, why, operands, n, c->filter != NULL);
	if (!err)
		err = check_filter(c, why);
	if (err)
		return err;
	c->alive = c->sources.n;
	c->total = bytes_total(c);
	why->text[0] = '\0';
	*out = TAKE(c);
	return 0;
}

int capture_open_live(struct capture **out, struct capture_problem *why,
	const char *const *interfaces, size_t n, const struct capture_options *options)
{
	CLEANUP(capture_close) struct capture *c = calloc(1, sizeof *c);

	problem_set(why, "capture", "%s", strerror(ENOMEM));
	if (!c)
		return -ENOMEM;
	int err = live_new(&c->live, why, interfaces, n, options);
	if (err)
		return err;
	why->text[0] = '\0';
	*out = TAKE(c);
	return 0;
}

/* The source's file is over: the source too, unless another file took its name. */
static void source_close(struct capture *c, struct source *source)
{
	if (source->file) {
		c->done += source->regular ? source->bytes : reader_progress(&source->file->in);
		file_deinit(source->file);
		free(source->file);
	}
	source->file = NULL;
	c->file = NULL;
	source->over = !source->replaced;
	c->alive -= source->over;
	source->replaced = false;
}

/* False: *why says why it could not be opened. */
static bool source_begin(struct capture *c, struct source *source, struct capture_problem *why)
{
	if (source->trouble) {
		(void)snprintf(why->text, sizeof why->text, "%s", source->trouble);
		return false;
	}
	struct file *file = calloc(1, sizeof *file);
	int fd = file ? source_open(source) : -ENOMEM;
	int err = fd < 0 ? fd : file_init_fd(file, &source->self, fd, READER_BLOCK, c->follow);
	if (err) {
		free(file);
		problem_set(why, source->name, "%s", strerror(-err));
		return false;
	}
	source->file = file;
	return true;
}

/* Another file took this one's name, or it was cut short: what is new is to be read from its
 * beginning. */
static bool source_replaced(const struct source *source)
{
	struct stat named;
	struct stat held;
	const struct reader *in = &source->file->in;

	if (!source->regular || fstat(in->fd, &held) < 0)
		return false;
	if ((uint64_t)held.st_size < in->raw)
		return true;
	return stat(source->name, &named) == 0 &&
	       (named.st_ino != held.st_ino || named.st_dev != held.st_dev);
}

/* Makes c->file the next to read from. NEXT_MORE: there is none any more; NEXT_BAD: it could not be
 * opened. */
static enum next choose(struct capture *c, struct capture_problem *why)
{
	for (size_t i = 0; i < c->sources.n; i++) {
		size_t at = (c->current + i) % c->sources.n;
		struct source *source = &c->sources.list[at];

		if (source->over)
			continue;
		c->current = at;
		if (!source->file && !source_begin(c, source, why)) {
			source_close(c, source);
			return NEXT_BAD;
		}
		c->file = source->file;
		return NEXT_READY;
	}
	return NEXT_MORE;
}

/* The current file has nothing yet. False: nor has any other; it waited for at most timeout_ms. */
static bool look_elsewhere(struct capture *c, int timeout_ms)
{
	struct source *source = &c->sources.list[c->current];
	const struct reader *in = &source->file->in;

	if (!c->follow) {
		reader_wait(in, timeout_ms);
		return false;
	}
	if (!source->replaced && source_replaced(source)) {
		source->replaced = true;
		source->file->in.follow =
			false; /* its writer is done with it: read the rest and close */
		return true;
	}
	c->current = (c->current + 1) % c->sources.n;
	c->file = NULL;
	if (++c->waiting < c->alive)
		return true;
	c->waiting = 0;
	reader_wait(in, c->alive > 1 && timeout_ms > LOOK_AGAIN_MS ? LOOK_AGAIN_MS : timeout_ms);
	return false;
}

/* The current source is over, for the reason in its file or the one given. True: there is one, in
 * *why. */
static bool finish(struct capture *c, struct capture_problem *why, const char *reason)
{
	struct source *source = &c->sources.list[c->current];
	bool problem = reason != NULL || source->file->why[0] != '\0';

	if (reason)
		problem_set(why, source->name, "filter: %s", reason);
	else if (problem)
		problem_set(why, source->name, "%s", source->file->why);
	source_close(c, source);
	return problem;
}

static enum filter_answer filtered(struct capture *c, const struct onpath_packet *packet)
{
	enum filter_answer answer = c->filter ? filter_packet(c->filter, packet) : FILTER_PASS;

	c->waiting = 0;
	c->filtered += answer == FILTER_DROP;
	return answer;
}

static enum capture_next files_next(
	struct capture *c, struct onpath_packet *out, struct capture_problem *why, int timeout_ms)
{
	bool waited = false;

	for (unsigned dropped = 0; dropped < DROPS_IN_A_ROW;) {
		enum filter_answer answer = FILTER_DROP;
		enum next more = c->file ? NEXT_READY : choose(c, why);

		if (more != NEXT_READY)
			return more == NEXT_BAD ? CAPTURE_PROBLEM : CAPTURE_END;
		switch (file_next(c->file, out)) {
		case NEXT_READY:
			answer = filtered(c, out);
			if (answer == FILTER_PASS)
				return CAPTURE_PACKET;
			if (answer == FILTER_CANNOT && finish(c, why, filter_why(c->filter)))
				return CAPTURE_PROBLEM;
			dropped++;
			break;
		case NEXT_MORE:
			if (waited)
				return CAPTURE_IDLE;
			waited = !look_elsewhere(c, timeout_ms);
			break;
		case NEXT_BAD:
			if (finish(c, why, NULL))
				return CAPTURE_PROBLEM;
			break;
		}
	}
	return CAPTURE_IDLE;
}

enum capture_next capture_next(
	struct capture *c, struct onpath_packet *out, struct capture_problem *why, int timeout_ms)
{
	struct file *f = c->file;

	if (f && f->quick && !c->filter && file_quick(f, out))
		return CAPTURE_PACKET;
	return c->live ? live_next(c->live, out, why, timeout_ms)
		       : files_next(c, out, why, timeout_ms);
}

size_t capture_at_hand(struct capture *c, struct onpath_packet *out, size_t n)
{
	struct file *f = c->file;
	size_t taken = 0;

	if (f && f->quick && !c->filter)
		while (taken < n && file_quick(f, &out[taken]))
			taken++;
	return taken;
}

void capture_counts(struct capture *c, struct capture_counts *out)
{
	*out = (struct capture_counts) {
		.bytes_done = c->done,
		.bytes_total = c->total,
		.filtered = c->filtered,
	};
	for (size_t i = 0; i < c->sources.n; i++)
		if (c->sources.list[i].file)
			out->bytes_done += reader_progress(&c->sources.list[i].file->in);
	if (c->live)
		live_counts(c->live, out);
}

void capture_close(struct capture *c)
{
	if (!c)
		return;
	sources_deinit(&c->sources);
	filter_free(c->filter);
	live_free(c->live);
	free(c);
}
