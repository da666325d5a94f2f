/* Bytes and values to text: a growing buffer, hex, base64, numbers, addresses, times, and what is
 * safe on a terminal. */
#ifndef UTIL_TEXT_H
#define UTIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <onpath/event.h>

#include "util/own.h"

/*
 * A buffer that grows up to max bytes. Failure (limit or memory) is sticky: later calls may be made
 * and mean nothing, the caller asks `failed` once at the end. Zeroed is valid and empty, with
 * RECORD_BYTES_MAX as its limit.
 */
struct text {
	char *p;
	size_t n; /* bytes used */
	size_t cap;
	size_t max; /* 0: RECORD_BYTES_MAX */
	bool failed;
};

void text_init(struct text *t, size_t max);
void text_deinit(struct text *t);

/* Empties the buffer and forgets a failure; the memory is kept. */
static inline void text_reset(struct text *t)
{
	t->n = 0;
	t->failed = false;
}

char *text_grow(struct text *t, size_t n);

/* Where the next n bytes may be written, or NULL. What was written is made part of the text by
 * adding to t->n. */
static inline char *text_room(struct text *t, size_t n)
{
	if (__builtin_expect(t->cap - t->n < n, 0))
		return text_grow(t, n);
	return t->p + t->n;
}

static inline void text_add(struct text *t, const char *p, size_t n)
{
	char *to = text_room(t, n);

	if (!to || n == 0)
		return;
	memcpy(to, p, n);
	t->n += n;
}

static inline void text_add_str(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

/* Functions below write to out without a terminator and return how many characters. */

/* 2 * n characters, lower case. */
size_t text_hex(char *out, const uint8_t *p, size_t n);

/* 4 * ((n + 2) / 3) characters, RFC 4648 4 with padding. */
size_t text_base64(char *out, const uint8_t *p, size_t n);

#define TEXT_U64_MAX 20
size_t text_u64(char *out, uint64_t v);

/* A number with at most `decimals` (0 to 9) digits behind the point, whatever the locale; "" if it
 * is not finite or too large. */
#define TEXT_FIXED_MAX 32
size_t text_fixed(char *out, double v, unsigned decimals);

/* As inet_ntop writes it (RFC 5952). */
#define TEXT_ADDR_MAX 46
size_t text_addr(char *out, const struct onpath_addr *addr);

/* IPv6 with all its digits, as Suricata writes it; IPv4 as above. */
size_t text_addr_full(char *out, const struct onpath_addr *addr);

/* Seconds since 1970 UTC in the proleptic Gregorian calendar. */
struct text_calendar {
	int64_t year;
	unsigned month, day, hour, minute, second;
};
void text_calendar(struct text_calendar *out, int64_t seconds);

/* "2014-03-13T21:45:26", UTC without a zone. Years outside 0 to 9999 with a sign and all their
 * digits. */
#define TEXT_DATE_MAX 32
size_t text_date(char *out, int64_t seconds);

/* "2014-03-13T21:45:26.862484" of nanoseconds since 1970; the rest below a microsecond is cut off.
 */
size_t text_time(char *out, uint64_t ns);

/* Length of the UTF-8 sequence at p (RFC 3629: shortest form, no surrogates), its code point in
 * *point; 0: none there. */
unsigned text_utf8(uint32_t *point, const char *p, size_t n);

/* Code points that show nothing, move the cursor or turn the direction of writing: controls, bidi,
 * zero width, tags. */
bool text_hidden(uint32_t point);

/* Appends a stranger's bytes so that they are UTF-8 and harmless on a terminal: others as \xHH or
 * \u{HHHH}. */
void text_add_safe(struct text *t, const char *p, size_t n);

/* Code points in valid UTF-8, and how many bytes the first `points` of them take. */
size_t text_points(const char *p, size_t n);
size_t text_cut(const char *p, size_t n, size_t points);

#endif
