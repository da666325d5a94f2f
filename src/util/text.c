/* Bytes and values to text; see text.h. */
#include <endian.h>
#include <math.h>

#include "util/limits.h"
#include "util/text.h"

#define TEXT_FIRST_BYTES (16u << 10)

static const char digits[] = "0123456789abcdef";
static const char pairs[] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536373839"
	"40414243444546474849505152535455565758596061626364656667686970717273747576777879"
	"8081828384858687888990919293949596979899";

void text_init(struct text *t, size_t max)
{
	*t = (struct text) { .max = max };
}

void text_deinit(struct text *t)
{
	free(t->p);
	*t = (struct text) { .max = t->max };
}

char *text_grow(struct text *t, size_t n)
{
	size_t max = t->max > 0 ? t->max : RECORD_BYTES_MAX;

	if (t->failed || n > max - t->n) {
		t->failed = true;
		return NULL;
	}
	size_t cap = t->cap > 0 ? t->cap : TEXT_FIRST_BYTES;
	while (cap - t->n < n)
		cap *= 2;
	if (cap > max)
		cap = max;
	char *p = realloc(t->p, cap);
	if (!p) {
		t->failed = true;
		return NULL;
	}
	t->p = p;
	t->cap = cap;
	return p + t->n;
}

/* Four bytes to eight digits at once: spreads the nibbles over eight bytes, then adds '0', or 'a' -
 * 10 from 10 on. */
static uint64_t hex_of_four(uint32_t four)
{
	uint64_t x = four;

	x = (x | x << 16) & 0x0000ffff0000ffff;
	x = (x | x << 8) & 0x00ff00ff00ff00ff;
	x = (x >> 4 & 0x000f000f000f000f) | (x & 0x000f000f000f000f) << 8;
	uint64_t letters = (x + 0x0606060606060606) >> 4 & 0x0101010101010101;
	return x + 0x3030303030303030 + letters * ('a' - 10 - '0');
}

size_t text_hex(char *out, const uint8_t *p, size_t n)
{
	size_t i = 0;

	for (; n - i >= 4; i += 4) {
		uint32_t four;
		memcpy(&four, p + i, 4);
		uint64_t eight = htole64(hex_of_four(le32toh(four)));
		memcpy(out + 2 * i, &eight, 8);
	}
	for (; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	return 2 * n;
}

size_t text_base64(char *out, const uint8_t *p, size_t n)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *to = out;

	for (; n >= 3; n -= 3, p += 3) {
		uint32_t v = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
		*to++ = letters[v >> 18];
		*to++ = letters[v >> 12 & 63];
		*to++ = letters[v >> 6 & 63];
		*to++ = letters[v & 63];
	}
	if (n > 0) {
		uint32_t v = (uint32_t)p[0] << 16 | (n > 1 ? (uint32_t)p[1] << 8 : 0);
		*to++ = letters[v >> 18];
		*to++ = letters[v >> 12 & 63];
		*to++ = (char)(n > 1 ? letters[v >> 6 & 63] : '=');
		*to++ = '=';
	}
	return (size_t)(to - out);
}

size_t text_u64(char *out, uint64_t v)
{
	char tmp[TEXT_U64_MAX];
	size_t at = sizeof tmp;

	for (; v >= 100; v /= 100) {
		at -= 2;
		memcpy(tmp + at, pairs + 2 * (v % 100), 2);
	}
	if (v >= 10) {
		at -= 2;
		memcpy(tmp + at, pairs + 2 * v, 2);
	} else {
		tmp[--at] = (char)('0' + v);
	}
	memcpy(out, tmp + at, sizeof tmp - at);
	return sizeof tmp - at;
}

/* v with leading zeros, `width` digits. */
static void put_padded(char *out, uint64_t v, unsigned width)
{
	for (unsigned i = width; i > 0; i--, v /= 10)
		out[i - 1] = (char)('0' + v % 10);
}

size_t text_fixed(char *out, double v, unsigned decimals)
{
	uint64_t unit = 1;
	char *to = out;

	for (unsigned i = 0; i < decimals; i++)
		unit *= 10;
	double scaled = fabs(v) * (double)unit;
	if (!(scaled < 9e18)) /* also NaN */
		return 0;
	uint64_t whole = (uint64_t)(scaled + 0.5);
	if (v < 0 && whole > 0)
		*to++ = '-';
	to += text_u64(to, whole / unit);
	uint64_t rest = whole % unit;
	if (rest == 0)
		return (size_t)(to - out);
	*to++ = '.';
	put_padded(to, rest, decimals);
	to += decimals;
	while (to[-1] == '0')
		to--;
	return (size_t)(to - out);
}

static size_t put_ipv4(char *out, const uint8_t *b)
{
	char *to = out;

	for (unsigned i = 0; i < 4; i++) {
		if (i > 0)
			*to++ = '.';
		to += text_u64(to, b[i]);
	}
	return (size_t)(to - out);
}

/* The longest run of zero groups, the first of equals, at least two (RFC 5952 4.2). 8: none. */
static unsigned longest_zeros(unsigned *len, const uint16_t group[8])
{
	unsigned best = 8;

	*len = 1;
	for (unsigned i = 0; i < 8; i++) {
		unsigned n = 0;
		while (i + n < 8 && group[i + n] == 0)
			n++;
		if (n > *len) {
			best = i;
			*len = n;
		}
		i += n;
	}
	return best;
}

static size_t put_group(char *out, unsigned v)
{
	size_t n = 0;

	for (unsigned shift = 16; shift > 0; shift -= 4)
		if (shift == 4 || v >> (shift - 4) != 0)
			out[n++] = digits[v >> (shift - 4) & 15];
	return n;
}

static size_t put_ipv6(char *out, const uint8_t *b)
{
	uint16_t group[8];
	unsigned zeros;
	char *to = out;

	for (unsigned i = 0; i < 8; i++)
		group[i] = (uint16_t)(b[2 * i] << 8 | b[2 * i + 1]);
	unsigned at = longest_zeros(&zeros, group);
	/* IPv4-compatible and IPv4-mapped, RFC 5952 5, as inet_ntop decides it. */
	bool mixed = at == 0 && (zeros == 6 || (zeros == 5 && group[5] == 0xffff));
	unsigned groups = mixed ? 6 : 8;

	for (unsigned i = 0; i < groups; i++) {
		if (i == at) {
			*to++ = ':';
			i += zeros - 1;
			if (i + 1 >= groups)
				*to++ = ':';
			continue;
		}
		if (i > 0)
			*to++ = ':';
		to += put_group(to, group[i]);
	}
	if (mixed) {
		if (to[-1] != ':')
			*to++ = ':';
		to += put_ipv4(to, b + 12);
	}
	return (size_t)(to - out);
}

size_t text_addr(char *out, const struct onpath_addr *addr)
{
	return addr->family == 6 ? put_ipv6(out, addr->bytes) : put_ipv4(out, addr->bytes);
}

size_t text_addr_full(char *out, const struct onpath_addr *addr)
{
	if (addr->family != 6)
		return put_ipv4(out, addr->bytes);
	for (unsigned i = 0; i < 8; i++) {
		text_hex(out + 5 * i, addr->bytes + 2 * i, 2);
		if (i < 7)
			out[5 * i + 4] = ':';
	}
	return 39;
}

/* Days since 1970-01-01 to a date: counted in eras of 400 years that begin on 1 March, so that leap
 * days come last. */
void text_calendar(struct text_calendar *out, int64_t seconds)
{
	int64_t days = seconds / 86400;
	int64_t left = seconds % 86400;

	if (left < 0) {
		left += 86400;
		days--;
	}
	days += 719468; /* from 0000-03-01 */
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	unsigned day = (unsigned)(days - era * 146097);
	unsigned year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	unsigned month = (5 * day + 2) / 153; /* from March */

	out->day = day - (153 * month + 2) / 5 + 1;
	out->month = month < 10 ? month + 3 : month - 9;
	out->year = era * 400 + year + (out->month <= 2);
	out->hour = (unsigned)(left / 3600);
	out->minute = (unsigned)(left / 60 % 60);
	out->second = (unsigned)(left % 60);
}

static void put_pair(char *out, char before, unsigned v)
{
	out[0] = before;
	memcpy(out + 1, pairs + 2 * (size_t)v, 2);
}

size_t text_date(char *out, int64_t seconds)
{
	struct text_calendar c;
	char *to = out;

	text_calendar(&c, seconds);
	if (c.year < 0 || c.year > 9999) {
		*to++ = c.year < 0 ? '-' : '+';
		to += text_u64(to, (uint64_t)(c.year < 0 ? -c.year : c.year));
	} else {
		memcpy(to, pairs + 2 * (c.year / 100), 2);
		memcpy(to + 2, pairs + 2 * (c.year % 100), 2);
		to += 4;
	}
	put_pair(to, '-', c.month);
	put_pair(to + 3, '-', c.day);
	put_pair(to + 6, 'T', c.hour);
	put_pair(to + 9, ':', c.minute);
	put_pair(to + 12, ':', c.second);
	return (size_t)(to - out) + 15;
}

size_t text_time(char *out, uint64_t ns)
{
	size_t n = text_date(out, (int64_t)(ns / 1000000000));

	out[n] = '.';
	put_padded(out + n + 1, ns % 1000000000 / 1000, 6);
	return n + 7;
}

unsigned text_utf8(uint32_t *point, const char *p, size_t n)
{
	const uint8_t *b = (const uint8_t *)p;

	if (n == 0)
		return 0;
	*point = b[0];
	if (b[0] < 0x80)
		return 1;
	unsigned len = b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2;
	if (b[0] < 0xc2 || b[0] > 0xf4 || n < len)
		return 0;
	uint32_t v = b[0] & (0x7fu >> len);
	for (unsigned i = 1; i < len; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (b[i] & 0x3f);
	}
	if ((len == 3 && v < 0x800) || (len == 4 && (v < 0x10000 || v > 0x10ffff)) ||
		(v >= 0xd800 && v <= 0xdfff))
		return 0;
	*point = v;
	return len;
}

bool text_hidden(uint32_t point)
{
	static const uint32_t ranges[][2] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, /* soft hyphen */
		{ 0x61c, 0x61c },                               /* Arabic letter mark */
		{ 0x180e, 0x180e }, { 0x200b, 0x200f },         /* zero width, direction marks */
		{ 0x2028, 0x202e },                             /* line ends, bidi embeddings */
		{ 0x2060, 0x206f },                             /* word joiner, bidi isolates */
		{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f }, /* tags */
	};

	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0] && point >= ranges[i][0]; i++)
		if (point <= ranges[i][1])
			return true;
	return false;
}

static size_t put_escape(char *out, uint32_t point)
{
	size_t n = 0;

	if (point < 0x80) {
		memcpy(out, "\\x", 2);
		out[2] = digits[point >> 4];
		out[3] = digits[point & 15];
		return 4;
	}
	memcpy(out, "\\u{", 3);
	n = 3;
	for (unsigned shift = 24; shift > 0; shift -= 4)
		if (shift <= 16 || point >> (shift - 4) != 0)
			out[n++] = digits[point >> (shift - 4) & 15];
	out[n++] = '}';
	return n;
}

void text_add_safe(struct text *t, const char *p, size_t n)
{
	/* The longest answer to one byte is \xHH, to two \u{0085}. */
	char *to = n <= SIZE_MAX / 4 ? text_room(t, 4 * n) : NULL;

	if (!to)
		return;
	while (n > 0) {
		uint32_t point;
		unsigned len = text_utf8(&point, p, n);
		if (len == 0) {
			memcpy(to, "\\x", 2);
			to += 2 + text_hex(to + 2, (const uint8_t *)p, 1);
			len = 1;
		} else if (text_hidden(point)) {
			to += put_escape(to, point);
		} else {
			memcpy(to, p, len);
			to += len;
		}
		p += len;
		n -= len;
	}
	t->n = (size_t)(to - t->p);
}

size_t text_points(const char *p, size_t n)
{
	size_t points = 0;

	for (size_t i = 0; i < n; i++)
		points += (p[i] & 0xc0) != 0x80;
	return points;
}

size_t text_cut(const char *p, size_t n, size_t points)
{
	size_t i = 0;

	for (; i < n; i++)
		if ((p[i] & 0xc0) != 0x80 && points-- == 0)
			break;
	return i;
}
