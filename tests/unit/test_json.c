/* The JSON writer: expected texts by hand from RFC 8259. */
#include "check.h"

#include <locale.h>
#include <math.h>

#include "json_check.h"
#include "util/json.h"
#include "util/limits.h"

static void check_is(struct text *j, const char *want)
{
	CHECK(json_end(j));
	CHECK_INT(j->n, strlen(want));
	CHECK_BYTES(j->p, want, j->n);
	text_reset(j);
}

static void objects_and_arrays(void **state)
{
	(void)state;
	struct text j = { .max = 0 };

	json_open(&j, '{');
	json_close(&j, '}');
	check_is(&j, "{}\n");

	json_open(&j, '{');
	json_key(&j, "a");
	json_open(&j, '[');
	json_close(&j, ']');
	json_key(&j, "b");
	json_open(&j, '[');
	json_u64(&j, 1);
	json_i64(&j, INT64_MIN);
	json_u64(&j, UINT64_MAX);
	json_open(&j, '{');
	json_close(&j, '}');
	json_close(&j, ']');
	json_key(&j, "c");
	json_null(&j);
	json_key(&j, "d");
	json_bool(&j, true);
	json_key(&j, "e");
	json_bool(&j, false);
	json_close(&j, '}');
	check_is(&j,
		"{\"a\":[],\"b\":[1,-9223372036854775808,18446744073709551615,{}],\"c\":null,\"d\":true,"
		"\"e\":false}\n");
	text_deinit(&j);
}

static void values(void **state)
{
	(void)state;
	struct text j = { .max = 0 };

	json_open(&j, '[');
	json_fixed(&j, 0.25, 2);
	json_fixed(&j, NAN, 2);
	json_hex(&j, (const uint8_t *)"\x01\xfe\x00", 3);
	json_hex(&j, NULL, 0);
	json_base64(&j, (const uint8_t *)"fooba", 5);
	json_base64(&j, NULL, 0);
	json_time(&j, 1394747126862484000);
	json_date(&j, 1394747126);
	json_date(&j, ONPATH_TIME_BAD);
	json_date(&j, 253402300800);
	json_addr(&j, &(struct onpath_addr) { .family = 4, .bytes = { 192, 0, 2, 1 } });
	json_addr(&j, &(struct onpath_addr) {
			      .family = 6, .bytes = { 0x20, 0x01, 0xd, 0xb8, [15] = 1 } });
	json_name(&j, "x");
	json_close(&j, ']');
	check_is(&j, "[0.25,null,\"01fe00\",\"\",\"Zm9vYmE=\",\"\",\"2014-03-13T21:45:26.862484Z\","
		     "\"2014-03-13T21:45:26Z\",null,null,\"192.0.2.1\",\"2001:db8::1\",\"x\"]\n");
	text_deinit(&j);
}

static void numbers_know_no_locale(void **state)
{
	(void)state;
	struct text j = { .max = 0 };

	/* Where a locale with a decimal comma is installed. */
	if (!setlocale(LC_ALL, "de_DE.UTF-8"))
		(void)setlocale(LC_ALL, "C.UTF-8");
	json_fixed(&j, 1234.5, 2);
	check_is(&j, "1234.5\n");
	setlocale(LC_ALL, "C");
	text_deinit(&j);
}

static void check_string(const char *given, size_t n, const char *want)
{
	/* At every distance from a boundary of eight. */
	for (size_t shift = 0; shift < 9; shift++) {
		struct text j = { .max = 0 };
		char bytes[64];
		char quoted[128];
		memset(bytes, 'a', sizeof bytes);
		memcpy(bytes + shift, given, n);
		snprintf(quoted, sizeof quoted, "\"%.*s%s%s\"\n", (int)shift, "aaaaaaaaaa", want,
			"aaaaaaaaa");
		json_bytes(&j, wire_of(bytes, shift + n + 9));
		check_is(&j, quoted);
		text_deinit(&j);
	}
}

static void strings_are_escaped(void **state)
{
	(void)state;
	check_string("", 0, "");
	check_string("\"", 1, "\\\"");
	check_string("\\", 1, "\\\\");
	check_string("/", 1, "/");
	check_string("\b\f\n\r\t", 5, "\\b\\f\\n\\r\\t");
	check_string("\0", 1, "\\u0000");
	check_string("\x1f", 1, "\\u001f");
	check_string("\x7f", 1, "\\u007f");
	check_string("\xc2\x85", 2, "\\u0085");
	check_string("\xe2\x80\xa8\xe2\x80\xa9", 6, "\\u2028\\u2029");
	check_string("\xe2\x80\xae", 3, "\\u202e");
	check_string("\xf3\xa0\x81\x81", 4, "\\udb40\\udc41"); /* U+E0041 as surrogates */
	check_string(
		"gr\xc3\xbc\xc3\x9f\xf0\x9f\x98\x80", 10, "gr\xc3\xbc\xc3\x9f\xf0\x9f\x98\x80");
}

static void what_is_no_utf8_is_replaced(void **state)
{
	(void)state;
	check_string("\x80", 1, "\xef\xbf\xbd");
	check_string("\xff\xfe", 2, "\xef\xbf\xbd\xef\xbf\xbd");
	check_string("\xc0\x80", 2, "\xef\xbf\xbd\xef\xbf\xbd");
	check_string("\xe2\x82", 2, "\xef\xbf\xbd\xef\xbf\xbd");
	check_string("\xed\xa0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

/* Every byte and every pair of bytes gives a string that a strict reader takes. */
static void every_pair_of_bytes(void **state)
{
	(void)state;
	struct text j = { .max = 0 };

	for (unsigned pair = 0; pair < 65536; pair++) {
		uint8_t bytes[9] = { 'a', 'b', 'c', (uint8_t)(pair >> 8), (uint8_t)pair, 'd', 'e',
			'f', 'g' };
		text_reset(&j);
		json_open(&j, '{');
		json_key(&j, "k");
		json_bytes(&j, wire_of(bytes + pair % 4, 9 - pair % 4));
		json_close(&j, '}');
		CHECK(json_end(&j) && json_check_line(j.p, j.n));
	}
	text_deinit(&j);
}

static void long_fields_are_cut_between_characters(void **state)
{
	(void)state;
	static char bytes[FIELD_BYTES_MAX + 8];

	for (size_t shift = 0; shift < 3; shift++) {
		struct text j = { .max = 0 };
		memset(bytes, 'a', sizeof bytes);
		memcpy(bytes + FIELD_BYTES_MAX - shift, "\xe2\x82\xac", 3);
		json_bytes(&j, wire_of(bytes, sizeof bytes));
		CHECK(json_end(&j));
		size_t kept = FIELD_BYTES_MAX - shift;
		CHECK_INT(j.n, 1 + kept + 3 + 2);
		CHECK_BYTES(j.p + 1 + kept, "\xe2\x80\xa6\"\n", 5);
		text_reset(&j);
		json_bytes(&j, wire_of(bytes, FIELD_BYTES_MAX - shift)); /* just fits */
		CHECK(json_end(&j));
		CHECK_INT(j.n, FIELD_BYTES_MAX - shift + 3);
		text_deinit(&j);
	}
}

static void texts_and_long_texts(void **state)
{
	(void)state;
	static char text[2 * FIELD_BYTES_MAX];
	struct text j = { .max = 0 };

	json_open(&j, '[');
	json_text(&j, NULL);
	json_text(&j, "");
	json_text(&j, "a\"b");
	json_close(&j, ']');
	check_is(&j, "[null,\"\",\"a\\\"b\"]\n");
	memset(text, 'x', sizeof text - 1);
	json_long_text(&j, text);
	CHECK_INT(j.n, sizeof text - 1 + 3);
	text_deinit(&j);
}

static void pieces_are_joined(void **state)
{
	(void)state;
	struct text j = { .max = 0 };

	json_open(&j, '[');
	json_raw(&j, "{\"a\":1}", 7);
	json_raw(&j, "{\"b\":2},", 8);
	json_raw(&j, "", 0);
	json_close(&j, ']');
	check_is(&j, "[{\"a\":1},{\"b\":2}]\n");
	text_deinit(&j);
}

static void failure_is_sticky(void **state)
{
	(void)state;
	struct text j;
	static uint8_t much[64 << 10];

	text_init(&j, 32 << 10);
	json_open(&j, '{');
	json_key(&j, "der");
	json_base64(&j, much, sizeof much);
	json_key(&j, "after");
	json_u64(&j, 1);
	json_close(&j, '}');
	CHECK(j.failed && !json_end(&j));
	text_reset(&j);
	json_u64(&j, 1);
	CHECK(json_end(&j));
	text_deinit(&j);

	struct text nothing = { .max = 0 };
	CHECK(!json_end(&nothing));
}

RUN(test(objects_and_arrays), test(values), test(numbers_know_no_locale), test(strings_are_escaped),
	test(what_is_no_utf8_is_replaced), test(every_pair_of_bytes),
	test(long_fields_are_cut_between_characters), test(texts_and_long_texts),
	test(pieces_are_joined), test(failure_is_sticky))
