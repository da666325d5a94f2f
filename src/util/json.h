/* The JSON writer of the hot path: values in, one line of RFC 8259 out. By hand because every byte
 * of output passes here. */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include "util/text.h"
#include "util/wire.h"

/*
 * Writes to a struct text, whose failure is sticky. Every value is followed by a comma, which
 * json_close and json_end take back: so no call must know whether it is the first. A key is a
 * literal (or other text that needs no escaping).
 */

static inline void json_put(struct text *j, const char *p, size_t n)
{
	text_add(j, p, n);
}

/* '{' or '['. */
static inline void json_open(struct text *j, char bracket)
{
	char *to = text_room(j, 1);

	if (!to)
		return;
	*to = bracket;
	j->n++;
}

/* '}' or ']'. */
static inline void json_close(struct text *j, char bracket)
{
	char *to = text_room(j, 2);

	if (!to)
		return;
	if (j->n > 0 && to[-1] == ',') {
		to--;
		j->n--;
	}
	to[0] = bracket;
	to[1] = ',';
	j->n += 2;
}

/* Ends the record: the last comma becomes a line feed. False: it did not fit, or memory ran out. */
static inline bool json_end(struct text *j)
{
	if (j->failed || j->n == 0)
		return false;
	j->p[j->n - 1] = '\n';
	return true;
}

static inline __attribute__((always_inline)) void json_key(struct text *j, const char *key)
{
	size_t n = __builtin_strlen(key);
	char *to = text_room(j, n + 3);

	if (!to)
		return;
	to[0] = '"';
	memcpy(to + 1, key, n);
	memcpy(to + 1 + n, "\":", 2);
	j->n += n + 3;
}

/* Text that was rendered before, with its last comma or without. */
static inline void json_raw(struct text *j, const char *p, size_t n)
{
	char *to = text_room(j, n + 1);

	if (!to || n == 0)
		return;
	memcpy(to, p, n);
	j->n += n;
	if (p[n - 1] != ',')
		j->p[j->n++] = ',';
}

/* A string of printable ASCII without quote and backslash: names of ours, hex, addresses. */
static inline __attribute__((always_inline)) void json_plain(
	struct text *j, const char *p, size_t n)
{
	char *to = text_room(j, n + 3);

	if (!to)
		return;
	to[0] = '"';
	memcpy(to + 1, p, n);
	memcpy(to + 1 + n, "\",", 2);
	j->n += n + 3;
}

static inline __attribute__((always_inline)) void json_name(struct text *j, const char *s)
{
	json_plain(j, s, __builtin_strlen(s));
}

static inline void json_null(struct text *j)
{
	json_put(j, "null,", 5);
}

static inline void json_bool(struct text *j, bool v)
{
	if (v)
		json_put(j, "true,", 5);
	else
		json_put(j, "false,", 6);
}

/*
 * A stranger's bytes as a string: controls and other hidden code points escaped, what is not UTF-8
 * as U+FFFD, and everything after FIELD_BYTES_MAX cut off and replaced by U+2026.
 */
void json_bytes(struct text *j, struct wire bytes);

/* The same for a NUL-terminated text; NULL is null. */
void json_text(struct text *j, const char *s);

/* The same uncut, for texts that are bounded where they are made. */
void json_long_text(struct text *j, const char *s);

void json_u64(struct text *j, uint64_t v);
void json_i64(struct text *j, int64_t v);
void json_fixed(struct text *j, double v, unsigned decimals); /* null if it is not finite */
void json_hex(struct text *j, const uint8_t *p, size_t n);
void json_base64(struct text *j, const uint8_t *p, size_t n);
void json_addr(struct text *j, const struct onpath_addr *addr);
void json_time(struct text *j, uint64_t ns);     /* RFC 3339, microseconds, Z */
void json_date(struct text *j, int64_t seconds); /* RFC 3339, Z; null outside the years 0 to 9999 */

#endif
