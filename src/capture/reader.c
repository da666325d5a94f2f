/* Bytes of a file, pipe or memory in order, decompressed if they were compressed, in one buffer
 * that packets lie in. */
#include "capture/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/unpack.h"
#include "util/limits.h"

/* How often a file that grows is looked at again. */
#define FOLLOW_MS 100

static int reader_init(struct reader *r, int fd, size_t block)
{
	*r = (struct reader) { .fd = fd, .block = block };
	/* Beside a block there may be the beginning of a packet whose end is in the next. */
	r->size = block + (block < READER_BLOCK ? block : PACKET_MAX + 4096);
	r->buffer = malloc(r->size);
	r->at = r->end = r->buffer;
	return r->buffer ? 0 : -ENOMEM;
}

int reader_init_fd(struct reader *r, int fd, size_t block, bool follow)
{
	struct stat st;
	int err = reader_init(r, fd, block);

	if (err) {
		(void)close(fd);
		return err;
	}
	if (fstat(fd, &st) < 0)
		err = -errno;
	else if (S_ISDIR(st.st_mode))
		err = -EISDIR;
	if (err) {
		reader_deinit(r);
		return err;
	}
	r->waits = !S_ISREG(st.st_mode);
	r->follow = follow && !r->waits;
	if (!r->waits)
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* only a hint */
	return 0;
}

int reader_init_memory(struct reader *r, struct wire memory, size_t block)
{
	int err = reader_init(r, -1, block);

	if (err)
		return err;
	r->memory = memory;
	return 0;
}

void reader_deinit(struct reader *r)
{
	if (r->buffer && r->fd >= 0)
		(void)close(r->fd); /* read only: nothing can be lost */
	unpack_free(r->unpack);
	free(r->buffer);
	*r = (struct reader) { .fd = -1 };
}

static enum next reader_fail(struct reader *r, const char *why)
{
	r->raw_over = true;
	r->over = true;
	(void)snprintf(r->why, sizeof r->why, "%s", why);
	return NEXT_BAD;
}

/* Whether a read would not block. */
static bool readable(const struct reader *r)
{
	struct pollfd fd = { .fd = r->fd, .events = POLLIN };

	return !r->waits || poll(&fd, 1, 0) > 0;
}

/* Takes at most n bytes of the input as it is stored. NEXT_BAD: it is over, or failed. */
static enum next raw_read(struct reader *r, uint8_t *to, size_t n, size_t *got)
{
	if (r->raw_over)
		return NEXT_BAD;
	if (r->fd < 0) {
		struct wire cut = wire_cut(&r->memory, n < r->memory.n ? n : r->memory.n);

		if (cut.n > 0)
			memcpy(to, cut.p, cut.n);
		*got = cut.n;
		r->raw_over = cut.n == 0;
		return cut.n > 0 ? NEXT_READY : NEXT_BAD;
	}
	if (!readable(r))
		return NEXT_MORE;
	ssize_t done;
	do
		done = read(r->fd, to, n);
	while (done < 0 && errno == EINTR);
	if (done < 0 && errno == EAGAIN)
		return NEXT_MORE;
	if (done < 0)
		return reader_fail(r, strerror(errno));
	if (done == 0 && r->follow)
		return NEXT_MORE;
	*got = (size_t)done;
	r->raw += (size_t)done;
	r->raw_over = done == 0;
	return done > 0 ? NEXT_READY : NEXT_BAD;
}

/* Moves what is unread to the front when less than a block is free behind it. */
static void move_to_front(struct reader *r)
{
	size_t have = reader_have(r);

	r->before += (uint64_t)(r->at - r->buffer);
	memmove(r->buffer, r->at, have);
	r->at = r->buffer;
	r->end = r->buffer + have;
}

/* Only bytes that arrived make the buffer grow, not a length that was promised. */
static bool grow(struct reader *r, size_t n)
{
	size_t size = 2 * r->size < n + r->block ? 2 * r->size : n + r->block;
	size_t have = r->size;

	assert(size > have);
	uint8_t *buffer = realloc(r->buffer, size);

	if (!buffer)
		return false;
	r->buffer = buffer;
	r->size = size;
	r->at = buffer;
	r->end = buffer + have;
	return true;
}

static bool make_room(struct reader *r, size_t n)
{
	if (r->size - (size_t)(r->end - r->buffer) < r->block && r->at > r->buffer)
		move_to_front(r);
	return reader_have(r) < r->size || grow(r, n);
}

static enum next fill_plain(struct reader *r)
{
	size_t room = r->size - (size_t)(r->end - r->buffer);
	size_t got = 0;
	enum next more = raw_read(
		r, r->buffer + (r->end - r->buffer), room < r->block ? room : r->block, &got);

	r->end += got;
	r->over = more == NEXT_BAD;
	return more;
}

static enum next fill_unpacked(struct reader *r)
{
	size_t room = r->size - (size_t)(r->end - r->buffer);

	for (;;) {
		size_t got = 0;
		enum next more =
			unpack_run(r->unpack, r->buffer + (r->end - r->buffer), room, &got);

		r->end += got;
		if (more == NEXT_READY)
			return more;
		if (more == NEXT_BAD) {
			char why[96];
			(void)snprintf(why, sizeof why, "the compressed data is broken: %s",
				unpack_why(r->unpack));
			return reader_fail(r, why);
		}
		if (r->raw_over) {
			r->over = true;
			return unpack_complete(r->unpack)
				       ? NEXT_BAD
				       : reader_fail(r, "the compressed data ends early");
		}
		size_t fits = 0;
		uint8_t *in = unpack_room(r->unpack, &fits);
		more = raw_read(r, in, fits, &got);
		if (more == NEXT_MORE || r->over)
			return more;
		unpack_add(r->unpack, got);
	}
}

/* Reads the first bytes and finds out whether they are compressed. */
static enum next find_out(struct reader *r)
{
	while (reader_have(r) < UNPACK_MAGIC && !r->over) {
		if (!make_room(r, UNPACK_MAGIC))
			return reader_fail(r, strerror(ENOMEM));
		if (fill_plain(r) == NEXT_MORE)
			return NEXT_MORE;
	}
	r->known = true;
	size_t have = reader_have(r);
	const struct unpack_kind *kind = unpack_recognise(reader_wire(r, have));
	if (!kind)
		return NEXT_READY;
	size_t fits;
	if (unpack_new(&r->unpack, kind, r->size) < 0)
		return reader_fail(r, strerror(ENOMEM));
	memcpy(unpack_room(r->unpack, &fits), r->at, have);
	unpack_add(r->unpack, have);
	r->end = r->at;
	r->over = false;
	return NEXT_READY;
}

enum next reader_fill(struct reader *r, size_t n)
{
	if (!r->known && find_out(r) == NEXT_MORE)
		return NEXT_MORE;
	while (reader_have(r) < n) {
		if (r->over)
			return NEXT_BAD;
		if (!make_room(r, n))
			return reader_fail(r, strerror(ENOMEM));
		enum next more = r->unpack ? fill_unpacked(r) : fill_plain(r);
		if (more == NEXT_MORE)
			return NEXT_MORE;
	}
	return NEXT_READY;
}

uint64_t reader_offset(const struct reader *r)
{
	return r->before + (uint64_t)(r->at - r->buffer);
}

uint64_t reader_progress(const struct reader *r)
{
	if (!r->known)
		return 0;
	return r->unpack ? r->raw - unpack_pending(r->unpack) : reader_offset(r);
}

void reader_wait(const struct reader *r, int timeout_ms)
{
	struct pollfd fd = { .fd = r->fd, .events = POLLIN };

	if (r->waits)
		(void)poll(&fd, 1, timeout_ms); /* EINTR: the caller looks at its signals */
	else
		(void)poll(NULL, 0, timeout_ms < FOLLOW_MS ? timeout_ms : FOLLOW_MS);
}
