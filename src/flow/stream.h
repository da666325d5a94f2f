/* One direction of bytes: pieces come at offsets, in any order and more than once; bytes leave in
 * order. */
#ifndef FLOW_STREAM_H
#define FLOW_STREAM_H

#include "util/limits.h"
#include "util/own.h"
#include "util/wire.h"

/* What all streams of an engine hold together; add and release keep it. */
struct stream_budget {
	uint64_t used;
	uint64_t max;
};

/* A piece that came early, kept until the bytes before it are there. */
struct stream_piece {
	struct stream_piece *next; /* by offset, never overlapping */
	uint64_t offset;
	uint32_t n;
	bool weak; /* may be padding: gives way to other bytes for its place */
	uint8_t bytes[];
};

/* A zeroed stream is a valid empty one. */
struct stream {
	uint8_t *bytes; /* in order, from offset base: kept to be compared with what comes again */
	struct stream_piece *early;
	uint64_t base; /* offset of bytes[0]: grows when a hole is skipped */
	uint32_t n;    /* bytes in order */
	uint32_t capacity;
	uint32_t taken; /* bytes of them that left */
	uint32_t early_bytes;
	uint16_t early_count;
	uint16_t conflicts; /* pieces with another value for a byte already held */
	bool full;          /* a limit was met: something was not kept */
};

enum stream_added {
	STREAM_ADDED,    /* in order: there is something to peek */
	STREAM_EARLY,    /* kept for later */
	STREAM_KNOWN,    /* nothing new */
	STREAM_CONFLICT, /* other bytes for a place that is held; the first ones stay, new ones
			    beyond are kept */
	STREAM_REFUSED,  /* a limit or memory */
};

/* Puts n bytes at offset. Copies them. What is held already is compared, not replaced. */
enum stream_added stream_add(struct stream *s, struct stream_budget *budget, uint64_t offset,
	struct wire bytes, bool weak);

/* The bytes in order that have not been taken; borrowed until the next call with s. */
struct wire stream_peek(const struct stream *s);

/* Takes n bytes of what stream_peek showed. They stay for comparing. */
void stream_take(struct stream *s, size_t n);

/* Length of the hole before the next early piece; 0: none is waiting. */
uint64_t stream_hole(const struct stream *s);

/* Gives up the hole: forgets the bytes in order and goes on behind it. Returns its length. Take all
 * first. */
uint64_t stream_skip_hole(struct stream *s, struct stream_budget *budget);

/* Forgets the bytes in order, which then can no longer be compared. Take all first. */
void stream_forget(struct stream *s, struct stream_budget *budget);

/* Gives back all memory. */
void stream_deinit(struct stream *s, struct stream_budget *budget);

#endif
