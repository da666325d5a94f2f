/* The JSON writer of the hot path; see json.h. */
#include <endian.h>

#include "util/json.h"
#include "util/limits.h"

#define ONES  0x0101010101010101u
#define HIGHS 0x8080808080808080u

/* The high bit of each byte of x that is zero; also of some above one that is. */
static uint64_t zero_bytes(uint64_t x)
{
	return (x - ONES) & ~x & HIGHS;
}

/* How many of the eight bytes at p, from the first, stand for themselves in a string: printable
 * ASCII but " and \. */
static unsigned clean_bytes(uint64_t eight)
{
	uint64_t x = le64toh(eight);
	uint64_t dirty = (x | ((x - ONES * 0x20) & ~x) | zero_bytes(x ^ ONES * '"') |
				 zero_bytes(x ^ ONES * '\\') | zero_bytes(x ^ ONES * 0x7f)) &
			 HIGHS;

	return dirty == 0 ? 8 : (unsigned)__builtin_ctzll(dirty) / 8;
}

static bool clean_byte(uint8_t b)
{
	return b >= 0x20 && b < 0x7f && b != '"' && b != '\\';
}

static char *put_unit(char *to, unsigned unit)
{
	uint8_t bytes[2] = { (uint8_t)(unit >> 8), (uint8_t)unit };

	memcpy(to, "\\u", 2);
	return to + 2 + text_hex(to + 2, bytes, 2);
}

static char *put_escape(char *to, uint32_t point)
{
	static const char names[] = "\"\"\\\\\nn\rr\tt\bb\ff";

	for (const char *name = names; *name != '\0'; name += 2) {
		if ((uint8_t)*name != point)
			continue;
		to[0] = '\\';
		to[1] = name[1];
		return to + 2;
	}
	if (point < 0x10000)
		return put_unit(to, point);
	to = put_unit(to, 0xd7c0 + (point >> 10)); /* RFC 8259 7: a UTF-16 surrogate pair */
	return put_unit(to, 0xdc00 + (point & 0x3ff));
}

/* One code point, or one byte that begins none. Returns how many bytes were taken; never writes
 * over 12. */
static unsigned put_point(char **to, const char *p, size_t n)
{
	uint32_t point;
	unsigned len = text_utf8(&point, p, n);

	if (len == 0) {
		memcpy(*to, "\xef\xbf\xbd", 3);
		*to += 3;
		return 1;
	}
	if (point == '"' || point == '\\' || text_hidden(point)) {
		*to = put_escape(*to, point);
		return len;
	}
	memcpy(*to, p, len);
	*to += len;
	return len;
}

/* to must have room for 6 * n bytes and 8 more. */
static char *put_string(char *to, const char *p, size_t n)
{
	while (n >= 8) {
		uint64_t eight;
		memcpy(&eight, p, 8);
		memcpy(to, &eight, 8);
		unsigned clean = clean_bytes(eight);
		p += clean;
		to += clean;
		n -= clean;
		if (clean == 8)
			continue;
		unsigned taken = put_point(&to, p, n);
		p += taken;
		n -= taken;
	}
	while (n > 0) {
		if (clean_byte((uint8_t)*p)) {
			*to++ = *p++;
			n--;
			continue;
		}
		unsigned taken = put_point(&to, p, n);
		p += taken;
		n -= taken;
	}
	return to;
}

static void string(struct text *j, const char *p, size_t n, bool cut)
{
	char *to = n <= SIZE_MAX / 8 ? text_room(j, 6 * n + 16) : NULL;

	if (!to) {
		j->failed = true;
		return;
	}
	*to++ = '"';
	to = put_string(to, p, n);
	if (cut) {
		memcpy(to, "\xe2\x80\xa6", 3);
		to += 3;
	}
	memcpy(to, "\",", 2);
	j->n = (size_t)(to + 2 - j->p);
}

void json_bytes(struct text *j, struct wire bytes)
{
	const char *p = (const char *)bytes.p;
	size_t n = bytes.n;

	if (n <= FIELD_BYTES_MAX) {
		string(j, p, n, false);
		return;
	}
	n = FIELD_BYTES_MAX;
	while (n > FIELD_BYTES_MAX - 3 && (p[n] & 0xc0) == 0x80) /* not inside a code point */
		n--;
	string(j, p, n, true);
}

void json_text(struct text *j, const char *s)
{
	if (s)
		json_bytes(j, wire_of(s, strlen(s)));
	else
		json_null(j);
}

void json_long_text(struct text *j, const char *s)
{
	if (s)
		string(j, s, strlen(s), false);
	else
		json_null(j);
}

void json_u64(struct text *j, uint64_t v)
{
	char *to = text_room(j, TEXT_U64_MAX + 1);

	if (!to)
		return;
	size_t n = text_u64(to, v);
	to[n] = ',';
	j->n += n + 1;
}

void json_i64(struct text *j, int64_t v)
{
	if (v < 0)
		json_put(j, "-", 1);
	json_u64(j, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

void json_fixed(struct text *j, double v, unsigned decimals)
{
	char number[TEXT_FIXED_MAX];
	size_t n = text_fixed(number, v, decimals);

	if (n == 0) {
		json_null(j);
		return;
	}
	number[n] = ',';
	json_put(j, number, n + 1);
}

void json_hex(struct text *j, const uint8_t *p, size_t n)
{
	char *to = n <= SIZE_MAX / 4 ? text_room(j, 2 * n + 3) : NULL;

	if (!to)
		return;
	*to = '"';
	text_hex(to + 1, p, n);
	memcpy(to + 1 + 2 * n, "\",", 2);
	j->n += 2 * n + 3;
}

void json_base64(struct text *j, const uint8_t *p, size_t n)
{
	char *to = n <= SIZE_MAX / 4 ? text_room(j, n / 3 * 4 + 4 + 3) : NULL;

	if (!to) {
		j->failed = true;
		return;
	}
	*to = '"';
	size_t len = text_base64(to + 1, p, n);
	memcpy(to + 1 + len, "\",", 2);
	j->n += len + 3;
}

void json_addr(struct text *j, const struct onpath_addr *addr)
{
	char *to = text_room(j, TEXT_ADDR_MAX + 3);

	if (!to)
		return;
	*to = '"';
	size_t n = text_addr(to + 1, addr);
	memcpy(to + 1 + n, "\",", 2);
	j->n += n + 3;
}

void json_time(struct text *j, uint64_t ns)
{
	char *to = text_room(j, TEXT_DATE_MAX + 12);

	if (!to)
		return;
	*to = '"';
	size_t n = text_time(to + 1, ns);
	memcpy(to + 1 + n, "Z\",", 3);
	j->n += n + 4;
}

void json_date(struct text *j, int64_t seconds)
{
	char *to = text_room(j, TEXT_DATE_MAX + 5);

	if (!to)
		return;
	size_t n = text_date(to + 1, seconds);
	if (n != sizeof "0000-00-00T00:00:00" - 1) {
		json_null(j);
		return;
	}
	*to = '"';
	memcpy(to + 1 + n, "Z\",", 3);
	j->n += n + 4;
}
