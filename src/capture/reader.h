/* Bytes of a file, pipe or memory in order, decompressed if they were compressed, in one buffer
 * that packets lie in. */
#ifndef CAPTURE_READER_H
#define CAPTURE_READER_H

#include "util/own.h"
#include "util/wire.h"

struct unpack;

struct reader {
	const uint8_t *at;  /* the next byte */
	const uint8_t *end; /* of what has been read */
	/* The rest is the reader's own. */
	uint8_t *buffer;
	size_t size;
	size_t block;    /* bytes asked for at once */
	uint64_t before; /* bytes of the stream before buffer[0] */
	uint64_t raw;    /* bytes taken from fd or memory */
	int fd;          /* -1: memory */
	struct wire memory;
	struct unpack *unpack; /* NULL: plain, or not yet known */
	bool known;            /* whether it is compressed */
	bool waits;            /* poll before read: a pipe, a terminal, a socket */
	bool follow;           /* its end may move: more is to come */
	bool raw_over;
	bool over;
	char why[128]; /* when over: what went wrong; empty: its end was reached */
};

/* Block of a reader: what is read at once; and of one that looks only at the beginning. */
#define READER_BLOCK      (1u << 18)
#define READER_BLOCK_PEEK (16u << 10)

/* Reads fd, which it owns from here on, also when this fails. 0 or -errno. */
CHECKED int reader_init_fd(struct reader *r, int fd, size_t block, bool follow);

/* Reads memory that is borrowed until reader_deinit. 0 or -errno. */
CHECKED int reader_init_memory(struct reader *r, struct wire memory, size_t block);

void reader_deinit(struct reader *r);

/* Bytes that can be used now. */
static inline size_t reader_have(const struct reader *r)
{
	return (size_t)(r->end - r->at);
}

/* Reads until n bytes are there; see reader_need. */
enum next reader_fill(struct reader *r, size_t n);

/*
 * Makes n bytes stand together at r->at. NEXT_MORE: they are not there yet, and it did not wait for
 * them. NEXT_BAD: the input is over (r->why) and fewer are left. What was at r->at before may have
 * moved.
 */
static inline enum next reader_need(struct reader *r, size_t n)
{
	return reader_have(r) >= n ? NEXT_READY : reader_fill(r, n);
}

/* Goes on by n bytes, which must be there. */
static inline void reader_take(struct reader *r, size_t n)
{
	r->at += n;
}

/* The first n bytes, which must be there, to parse. */
static inline struct wire reader_wire(const struct reader *r, size_t n)
{
	return wire_of(r->at, n);
}

/* Where r->at is in the (decompressed) stream. */
uint64_t reader_offset(const struct reader *r);

/* Bytes of the input as it is stored that are done with; grows to its size. */
uint64_t reader_progress(const struct reader *r);

/* Waits until reading can go on, at most timeout_ms. */
void reader_wait(const struct reader *r, int timeout_ms);

#endif
