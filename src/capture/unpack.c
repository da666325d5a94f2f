/* Compressed bytes in, plain bytes out: gzip (RFC 1952) by zlib, zstd (RFC 8878) by libzstd. */
#include "capture/unpack.h"

#include <errno.h>
#include <zlib.h>
#include <zstd.h>

struct unpack {
	const struct unpack_kind *kind;
	z_stream gzip;
	ZSTD_DStream *zstd;
	bool complete; /* no member is open */
	bool finished; /* what follows is padding, not a member */
	bool broken;   /* told once what came before it is handed out */
	const char *why;
	uint8_t *in;
	size_t room;
	size_t at;
	size_t end;
};

struct unpack_kind {
	bool (*is)(struct wire start);
	bool (*open)(struct unpack *u);
	/* Adds to *got; false when broken. */
	bool (*run)(struct unpack *u, uint8_t *to, size_t n, size_t *got);
	void (*close)(struct unpack *u);
};

static bool gzip_is(struct wire start)
{
	return wire_starts(start, "\x1f\x8b\x08", 3);
}

static bool gzip_open(struct unpack *u)
{
	return inflateInit2(&u->gzip, 15 + 16) == Z_OK; /* the largest window, a gzip header */
}

static bool gzip_run(struct unpack *u, uint8_t *to, size_t n, size_t *got)
{
	if (u->complete && u->at < u->end) {
		/* RFC 1952 2.2: members follow each other. Anything else is padding, of a tape for
		 * one. */
		u->finished = u->in[u->at] != 0x1f;
		u->complete = false;
		if (inflateReset(&u->gzip) != Z_OK)
			return false;
	}
	if (u->finished) {
		u->at = u->end;
		u->complete = true;
		return true;
	}
	if (u->at == u->end && u->complete)
		return true;
	u->gzip.next_in = u->in + u->at;
	u->gzip.avail_in = (uInt)(u->end - u->at);
	u->gzip.next_out = to;
	u->gzip.avail_out = (uInt)n;
	int done = inflate(&u->gzip, Z_NO_FLUSH);
	u->at = u->end - u->gzip.avail_in;
	*got = n - u->gzip.avail_out;
	u->complete = done == Z_STREAM_END;
	u->why = u->gzip.msg ? u->gzip.msg : "a preset dictionary is needed";
	return done == Z_OK || done == Z_STREAM_END || done == Z_BUF_ERROR;
}

static void gzip_close(struct unpack *u)
{
	(void)inflateEnd(&u->gzip);
}

static bool zstd_is(struct wire start)
{
	uint32_t magic = (uint32_t)wire_uint_le(&start, 4);

	/* RFC 8878 3.1.1 and 3.1.2: a frame, or a skippable one. */
	return !start.bad && (magic == 0xfd2fb528 || (magic & ~0xfu) == 0x184d2a50);
}

static bool zstd_open(struct unpack *u)
{
	u->zstd = ZSTD_createDStream();
	return u->zstd != NULL;
}

static bool zstd_run(struct unpack *u, uint8_t *to, size_t n, size_t *got)
{
	ZSTD_inBuffer in = { .src = u->in, .size = u->end, .pos = u->at };
	ZSTD_outBuffer out = { .dst = to, .size = n };

	if (u->complete && u->at == u->end)
		return true;
	size_t left = ZSTD_decompressStream(u->zstd, &out, &in);
	u->at = in.pos;
	*got = out.pos;
	if (ZSTD_isError(left)) {
		u->why = ZSTD_getErrorName(left);
		return false;
	}
	u->complete = left == 0;
	return true;
}

static void zstd_close(struct unpack *u)
{
	(void)ZSTD_freeDStream(u->zstd);
}

static const struct unpack_kind kinds[] = {
	{ gzip_is, gzip_open, gzip_run, gzip_close },
	{ zstd_is, zstd_open, zstd_run, zstd_close },
};

const struct unpack_kind *unpack_recognise(struct wire start)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].is(start))
			return &kinds[i];
	return NULL;
}

OWN_CLEANUP(struct unpack *, unpack_free)

int unpack_new(struct unpack **out, const struct unpack_kind *kind, size_t room)
{
	CLEANUP(unpack_free) struct unpack *u = calloc(1, sizeof *u);

	if (!u)
		return -ENOMEM;
	u->in = malloc(room);
	if (!u->in || !kind->open(u))
		return -ENOMEM;
	u->kind = kind;
	u->room = room;
	u->why = "";
	*out = TAKE(u);
	return 0;
}

void unpack_free(struct unpack *u)
{
	if (!u)
		return;
	if (u->kind)
		u->kind->close(u);
	free(u->in);
	free(u);
}

uint8_t *unpack_room(struct unpack *u, size_t *n)
{
	assert(u->at == u->end);
	u->at = 0;
	u->end = 0;
	*n = u->room;
	return u->in;
}

void unpack_add(struct unpack *u, size_t n)
{
	assert(n <= u->room - u->end);
	u->end += n;
}

size_t unpack_pending(const struct unpack *u)
{
	return u->end - u->at;
}

enum next unpack_run(struct unpack *u, uint8_t *to, size_t n, size_t *got)
{
	size_t before;

	assert(n > 0);
	*got = 0;
	do { /* a round may eat a header, or a frame without content, and give nothing */
		before = u->at;
		u->broken = u->broken || !u->kind->run(u, to, n, got);
		if (u->broken)
			return *got > 0 ? NEXT_READY : NEXT_BAD;
	} while (*got == 0 && u->at != before && u->at < u->end);
	if (*got > 0)
		return NEXT_READY;
	return u->at == u->end ? NEXT_MORE : NEXT_BAD;
}

bool unpack_complete(const struct unpack *u)
{
	return u->complete;
}

const char *unpack_why(const struct unpack *u)
{
	return u->why;
}
