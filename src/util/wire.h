/* Reading bytes from the network: a span that is also a cursor. All reads pass one bounds check. */
#ifndef UTIL_WIRE_H
#define UTIL_WIRE_H

#include <assert.h>
#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wire {
	const uint8_t *p;
	size_t n; /* bytes left */
	bool bad; /* stays set: a read went past the end */
};

static inline struct wire wire_of(const void *p, size_t n)
{
	return (struct wire) { .p = p, .n = n };
}

/* Cuts n bytes off the front. The one bounds check of the program: compare first, then move. */
static inline struct wire wire_cut(struct wire *w, uint64_t n)
{
	if (w->bad || n > w->n) {
		*w = (struct wire) { .bad = true };
		return *w;
	}
	struct wire cut = { .p = w->p, .n = (size_t)n };
	if (n > 0) {
		w->p += n;
		w->n -= n;
	}
	return cut;
}

static inline void wire_skip(struct wire *w, uint64_t n)
{
	(void)wire_cut(w, n);
}

/* Big-endian, width 1 to 8 bytes. */
static inline uint64_t wire_uint(struct wire *w, unsigned width)
{
	assert(width <= 8);
	struct wire cut = wire_cut(w, width);
	uint64_t v = 0;

	for (size_t i = 0; i < cut.n; i++)
		v = v << 8 | cut.p[i];
	return v;
}

/* Little-endian, width 1 to 8 bytes: capture headers, SMB-like protocols, radiotap. */
static inline uint64_t wire_uint_le(struct wire *w, unsigned width)
{
	assert(width <= 8);
	struct wire cut = wire_cut(w, width);
	uint64_t v = 0;

	for (size_t i = cut.n; i > 0; i--)
		v = v << 8 | cut.p[i - 1];
	return v;
}

static inline uint8_t wire_u8(struct wire *w)
{
	return (uint8_t)wire_uint(w, 1);
}

static inline uint16_t wire_u16(struct wire *w)
{
	struct wire cut = wire_cut(w, 2);

	if (cut.bad)
		return 0;
	/* Written out, as compilers make one load of it; a loop over the length stays a loop. */
	return (uint16_t)(cut.p[0] << 8 | cut.p[1]);
}

static inline uint32_t wire_u24(struct wire *w)
{
	return (uint32_t)wire_uint(w, 3);
}

static inline uint32_t wire_u32(struct wire *w)
{
	struct wire cut = wire_cut(w, 4);
	const uint8_t *p = cut.p;

	if (cut.bad)
		return 0;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Eight bytes at once, for sums over long runs. */
static inline uint64_t wire_u64(struct wire *w)
{
	struct wire cut = wire_cut(w, sizeof(uint64_t));
	uint64_t v = 0;

	if (!cut.bad)
		memcpy(&v, cut.p, sizeof v);
	return be64toh(v);
}

/* RFC 9000 16: a variable-length integer. */
static inline uint64_t wire_varint(struct wire *w)
{
	uint8_t first = wire_u8(w);
	unsigned more = (1u << (first >> 6)) - 1;
	uint64_t high = first & 0x3f;

	return high << (8 * more) | wire_uint(w, more);
}

/* RFC 8446 3.4: a vector behind its length of width bytes. */
static inline struct wire wire_vec(struct wire *w, unsigned width)
{
	return wire_cut(w, wire_uint(w, width));
}

/* No read failed and nothing is left over. */
static inline bool wire_done(const struct wire *w)
{
	return !w->bad && w->n == 0;
}

static inline bool wire_equals(struct wire w, const void *bytes, size_t n)
{
	return !w.bad && w.n == n && (n == 0 || memcmp(w.p, bytes, n) == 0);
}

static inline bool wire_starts(struct wire w, const void *bytes, size_t n)
{
	return !w.bad && w.n >= n && (n == 0 || memcmp(w.p, bytes, n) == 0);
}

/* A framer, which may be early, has three answers. */
enum next { NEXT_READY, NEXT_MORE, NEXT_BAD };

/* The two directions of a connection. */
enum side { CLIENT, SERVER };

static inline enum side side_other(enum side side)
{
	return side == CLIENT ? SERVER : CLIENT;
}

#endif
