/* A strict reader of RFC 8259, to judge what the writer wrote: a line in, whether it is one JSON
 * object in UTF-8 out. */
#ifndef UNIT_JSON_CHECK_H
#define UNIT_JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct json_check {
	const uint8_t *p;
	const uint8_t *end;
	unsigned depth;
};

static bool json_check_value(struct json_check *c);

static bool json_check_char(struct json_check *c, char want)
{
	if (c->p == c->end || *c->p != (uint8_t)want)
		return false;
	c->p++;
	return true;
}

static bool json_check_hex4(struct json_check *c, unsigned *unit)
{
	*unit = 0;
	for (unsigned i = 0; i < 4; i++) {
		if (c->p == c->end || !strchr("0123456789abcdefABCDEF", *c->p) || *c->p == 0)
			return false;
		unsigned digit = *c->p >= 'a'   ? *c->p - 'a' + 10u
				 : *c->p >= 'A' ? *c->p - 'A' + 10u
						: *c->p - '0' + 0u;
		*unit = *unit << 4 | digit;
		c->p++;
	}
	return true;
}

static bool json_check_escape(struct json_check *c)
{
	unsigned high, low;

	if (c->p == c->end)
		return false;
	uint8_t b = *c->p++;
	if (b != 'u')
		return b != 0 && strchr("\"\\/bfnrt", b);
	if (!json_check_hex4(c, &high) || (high >= 0xdc00 && high < 0xe000))
		return false;
	if (high < 0xd800 || high >= 0xdc00)
		return true;
	return json_check_char(c, '\\') && json_check_char(c, 'u') && json_check_hex4(c, &low) &&
	       low >= 0xdc00 && low < 0xe000;
}

/* One character of RFC 3629, by its table of well-formed sequences. */
static bool json_check_utf8(struct json_check *c)
{
	static const uint8_t rows[][4] = {
		/* first from, to; second from, to */
		{ 0xc2, 0xdf, 0x80, 0xbf },
		{ 0xe0, 0xe0, 0xa0, 0xbf },
		{ 0xe1, 0xec, 0x80, 0xbf },
		{ 0xed, 0xed, 0x80, 0x9f },
		{ 0xee, 0xef, 0x80, 0xbf },
		{ 0xf0, 0xf0, 0x90, 0xbf },
		{ 0xf1, 0xf3, 0x80, 0xbf },
		{ 0xf4, 0xf4, 0x80, 0x8f },
	};
	uint8_t first = *c->p++;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (first < rows[i][0] || first > rows[i][1])
			continue;
		if (c->p == c->end || *c->p < rows[i][2] || *c->p > rows[i][3])
			return false;
		c->p++;
		for (int more = first >= 0xf0 ? 2 : first >= 0xe0 ? 1 : 0; more > 0; more--)
			if (c->p == c->end || (*c->p++ & 0xc0) != 0x80)
				return false;
		return true;
	}
	return false;
}

static bool json_check_string(struct json_check *c)
{
	if (!json_check_char(c, '"'))
		return false;
	while (c->p < c->end) {
		if (*c->p == '"') {
			c->p++;
			return true;
		}
		if (*c->p < 0x20 || *c->p == 0x7f)
			return false;
		if (*c->p == '\\') {
			c->p++;
			if (!json_check_escape(c))
				return false;
		} else if (*c->p >= 0x80) {
			if (!json_check_utf8(c))
				return false;
		} else {
			c->p++;
		}
	}
	return false;
}

static size_t json_check_digits(struct json_check *c)
{
	const uint8_t *from = c->p;

	while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
		c->p++;
	return (size_t)(c->p - from);
}

static bool json_check_number(struct json_check *c)
{
	(void)json_check_char(c, '-');
	bool zero = c->p < c->end && *c->p == '0';
	size_t n = json_check_digits(c);

	if (n == 0 || (zero && n > 1))
		return false;
	return !json_check_char(c, '.') || json_check_digits(c) > 0;
}

static bool json_check_list(struct json_check *c, char open, char close)
{
	if (!json_check_char(c, open) || ++c->depth > 16)
		return false;
	bool first = true;
	while (!json_check_char(c, close)) {
		if (!first && !json_check_char(c, ','))
			return false;
		first = false;
		if (open == '{' && !(json_check_string(c) && json_check_char(c, ':')))
			return false;
		if (!json_check_value(c))
			return false;
	}
	c->depth--;
	return true;
}

static bool json_check_value(struct json_check *c)
{
	static const char *const words[] = { "true", "false", "null" };

	if (c->p == c->end)
		return false;
	if (*c->p == '{')
		return json_check_list(c, '{', '}');
	if (*c->p == '[')
		return json_check_list(c, '[', ']');
	if (*c->p == '"')
		return json_check_string(c);
	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(words[i]);
		if ((size_t)(c->end - c->p) >= n && memcmp(c->p, words[i], n) == 0) {
			c->p += n;
			return true;
		}
	}
	return json_check_number(c);
}

/* One compact object and a line feed, nothing else. */
__attribute__((unused)) static bool json_check_line(const char *line, size_t n)
{
	struct json_check c = { .p = (const uint8_t *)line, .end = (const uint8_t *)line + n };

	return n > 0 && *line == '{' && json_check_value(&c) && json_check_char(&c, '\n') &&
	       c.p == c.end;
}

#endif
