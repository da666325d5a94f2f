/* Bytes and values to text: expected values from RFC 4648, RFC 5952, inet_ntop(3) and date(1). */
#include "check.h"

#include <arpa/inet.h>
#include <math.h>

#include "util/limits.h"
#include "util/text.h"

static void hex_of_every_length(void **state)
{
	(void)state;
	uint8_t bytes[37];
	char got[80];
	char want[80];

	for (size_t n = 0; n <= sizeof bytes; n++) {
		for (size_t i = 0; i < n; i++) {
			bytes[i] = (uint8_t)(i * 37 + n);
			snprintf(want + 2 * i, 3, "%02x", bytes[i]);
		}
		CHECK_INT(text_hex(got, bytes, n), 2 * n);
		CHECK(memcmp(got, want, 2 * n) == 0);
	}
	CHECK_INT(text_hex(got, (const uint8_t *)"\x00\x09\x0a\x0f\x90\x99\xa0\xff", 8), 16);
	CHECK_BYTES(got, "00090a0f9099a0ff", 16);
}

static void base64_of_rfc_4648(void **state)
{
	(void)state;
	static const char *const want[] = { "", "Zg==", "Zm8=", "Zm9v",
		"Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy" };
	char got[16];

	for (size_t n = 0; n <= 6; n++) {
		CHECK_INT(text_base64(got, (const uint8_t *)"foobar", n), strlen(want[n]));
		CHECK_BYTES(got, want[n], strlen(want[n]));
	}
	CHECK_INT(text_base64(got, (const uint8_t *)"\xfb\xff\xbf", 3), 4);
	CHECK_BYTES(got, "+/+/", 4);
}

static void numbers(void **state)
{
	(void)state;
	static const uint64_t values[] = { 0, 9, 10, 99, 100, 101, 999, 1000, 65535, 4294967295,
		10000000000, UINT64_MAX };
	char got[TEXT_U64_MAX];
	char want[32];

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		int n = snprintf(want, sizeof want, "%llu", (unsigned long long)values[i]);
		CHECK_INT(text_u64(got, values[i]), n);
		CHECK_BYTES(got, want, (size_t)n);
	}
}

static void check_fixed(double v, unsigned decimals, const char *want)
{
	char got[TEXT_FIXED_MAX + 1];

	got[text_fixed(got, v, decimals)] = '\0';
	CHECK_TEXT(got, want);
}

static void fixed_decimals(void **state)
{
	(void)state;
	check_fixed(0, 4, "0");
	check_fixed(5, 2, "5");
	check_fixed(0.5, 2, "0.5");
	check_fixed(-0.5, 2, "-0.5");
	check_fixed(0.9526, 4, "0.9526");
	check_fixed(0.99996, 4, "1");
	check_fixed(-0.0001, 2, "0");
	check_fixed(12.05, 2, "12.05");
	check_fixed(3.999, 1, "4");
	check_fixed(1234567.5, 0, "1234568");
	check_fixed(8e9, 9, "8000000000");
	check_fixed(1e10, 9, ""); /* too large for its decimals */
	check_fixed(NAN, 2, "");
	check_fixed(INFINITY, 2, "");
	check_fixed(-INFINITY, 2, "");
}

static void check_addr(const struct onpath_addr *addr)
{
	char got[TEXT_ADDR_MAX + 1];
	char want[INET6_ADDRSTRLEN];

	got[text_addr(got, addr)] = '\0';
	CHECK(inet_ntop(addr->family == 6 ? AF_INET6 : AF_INET, addr->bytes, want, sizeof want));
	CHECK_TEXT(got, want);
}

/* Every pattern of zero groups, with values that need one to four digits in the others. */
static void addresses_as_inet_ntop(void **state)
{
	(void)state;
	static const uint16_t values[] = { 0x1, 0x20, 0xffff, 0x304, 0x5006, 0xa };

	for (unsigned pattern = 0; pattern < 256 * 6; pattern++) {
		struct onpath_addr addr = { .family = 6 };
		for (unsigned i = 0; i < 8; i++) {
			unsigned v = pattern & 1u << i ? values[(i + pattern / 256) % 6] : 0;
			addr.bytes[2 * i] = (uint8_t)(v >> 8);
			addr.bytes[2 * i + 1] = (uint8_t)v;
		}
		check_addr(&addr);
		addr.family = 4;
		memcpy(addr.bytes, addr.bytes + 12, 4);
		check_addr(&addr);
	}
	check_addr(&(struct onpath_addr) { .family = 4, .bytes = { 255, 255, 255, 255 } });
}

static void addresses_of_rfc_5952(void **state)
{
	(void)state;
	static const struct {
		const char *given, *want, *full;
	} rows[] = {
		{ "2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1",
			"2001:0db8:0000:0000:0001:0000:0000:0001" },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1",
			"2001:0db8:0000:0001:0001:0001:0001:0001" },
		{ "2001:DB8::0:1", "2001:db8::1", "2001:0db8:0000:0000:0000:0000:0000:0001" },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1",
			"0000:0000:0000:0000:0000:ffff:c000:0201" },
		{ "::", "::", "0000:0000:0000:0000:0000:0000:0000:0000" },
		{ "fe80::", "fe80::", "fe80:0000:0000:0000:0000:0000:0000:0000" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct onpath_addr addr = { .family = 6 };
		char got[TEXT_ADDR_MAX + 1];
		CHECK_INT(inet_pton(AF_INET6, rows[i].given, addr.bytes), 1);
		got[text_addr(got, &addr)] = '\0';
		CHECK_TEXT(got, rows[i].want);
		got[text_addr_full(got, &addr)] = '\0';
		CHECK_TEXT(got, rows[i].full);
	}
}

static void dates_as_date(void **state)
{
	(void)state;
	static const struct {
		int64_t seconds;
		const char *want;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00" },
		{ -1, "1969-12-31T23:59:59" },
		{ 951782400, "2000-02-29T00:00:00" },
		{ 1709251199, "2024-02-29T23:59:59" },
		{ 4107542400, "2100-03-01T00:00:00" },
		{ 4294967296, "2106-02-07T06:28:16" },
		{ -2208988800, "1900-01-01T00:00:00" },
		{ -62167219200, "0000-01-01T00:00:00" },
		{ 253402300799, "9999-12-31T23:59:59" },
		{ 253402300800, "+10000-01-01T00:00:00" },
		{ -62167219201, "-1-12-31T23:59:59" },
		{ 9223372036854, "+294247-01-10T04:00:54" },
		{ 36028797018963968, "+1141709097-06-13T06:26:08" },
	};
	char got[TEXT_DATE_MAX + 1];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		got[text_date(got, rows[i].seconds)] = '\0';
		CHECK_TEXT(got, rows[i].want);
	}
	CHECK(text_date(got, INT64_MIN) <= TEXT_DATE_MAX);
	CHECK(text_date(got, INT64_MAX) <= TEXT_DATE_MAX);
}

/* Day by day through eight centuries, counted here by the rule of leap years. */
static void every_day(void **state)
{
	(void)state;
	static const unsigned lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t day = -135140; /* 1600-01-01: 370 years, 90 leap days */

	for (int64_t year = 1600; year < 2400; year++) {
		bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
		for (unsigned month = 0; month < 12; month++) {
			unsigned days = lengths[month] + (month == 1 && leap);
			for (unsigned d = 1; d <= days; d++, day++) {
				struct text_calendar got;
				text_calendar(&got, day * 86400 + 86399);
				CHECK(got.year == year && got.month == month + 1 && got.day == d);
				CHECK(got.hour == 23 && got.minute == 59 && got.second == 59);
			}
		}
	}
}

static void times_in_microseconds(void **state)
{
	(void)state;
	char got[TEXT_DATE_MAX + 12];

	got[text_time(got, 1394747126862484999)] = '\0';
	CHECK_TEXT(got, "2014-03-13T21:45:26.862484");
	got[text_time(got, 0)] = '\0';
	CHECK_TEXT(got, "1970-01-01T00:00:00.000000");
	got[text_time(got, UINT64_MAX)] = '\0';
	CHECK_TEXT(got, "2554-07-21T23:34:33.709551");
}

static void check_utf8(const char *bytes, size_t n, unsigned len, uint32_t want)
{
	uint32_t point = 0;

	CHECK_INT(text_utf8(&point, bytes, n), len);
	if (len > 0)
		CHECK_INT(point, want);
}

static void utf8_of_rfc_3629(void **state)
{
	(void)state;
	check_utf8("a", 1, 1, 'a');
	check_utf8("\xc2\x80", 2, 2, 0x80);
	check_utf8("\xe0\xa0\x80", 3, 3, 0x800);
	check_utf8("\xed\x9f\xbf", 3, 3, 0xd7ff);
	check_utf8("\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff);
	static const char *const bad[] = { "\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff",
		"\xe2\x82" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		check_utf8(bad[i], strlen(bad[i]), 0, 0);
	for (size_t n = 0; n < 4; n++) /* every cut */
		check_utf8("\xf0\x9f\x98\x80", n, 0, 0);
}

static void check_safe(const char *given, size_t n, const char *want)
{
	struct text t;

	text_init(&t, 0);
	text_add_safe(&t, given, n);
	text_add(&t, "", 1);
	CHECK(!t.failed);
	CHECK_TEXT(t.p, want);
	text_deinit(&t);
}

static void terminals_are_safe(void **state)
{
	(void)state;
	check_safe("www.example.com", 15, "www.example.com");
	check_safe("\x1b]0;x\x07", 6, "\\x1b]0;x\\x07");
	check_safe("a\0b", 3, "a\\x00b");
	check_safe("\xc2\x9b"
		   "31m",
		5, "\\u{009b}31m"); /* CSI in C1 */
	check_safe("\xe2\x80\xaegpj", 6, "\\u{202e}gpj");
	check_safe("\xe2\x81\xa6", 3, "\\u{2066}");
	check_safe("\xe2\x81\xa9", 3, "\\u{2069}");
	check_safe("\xf3\xa0\x81\x81", 4, "\\u{e0041}");
	check_safe("\xff\xfe", 2, "\\xff\\xfe");
	check_safe("gr\xc3\xbc\xc3\x9f", 6, "gr\xc3\xbc\xc3\x9f");
}

static void cells_are_counted_in_points(void **state)
{
	(void)state;
	const char *s = "a\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80z";

	CHECK_INT(text_points(s, strlen(s)), 5);
	CHECK_INT(text_cut(s, strlen(s), 0), 0);
	CHECK_INT(text_cut(s, strlen(s), 2), 3);
	CHECK_INT(text_cut(s, strlen(s), 4), 10);
	CHECK_INT(text_cut(s, strlen(s), 9), strlen(s));
}

static void buffers_keep_their_limit(void **state)
{
	(void)state;
	struct text t;

	text_init(&t, 100000);
	for (int i = 0; i < 99999; i++)
		text_add(&t, "x", 1);
	CHECK(!t.failed && t.n == 99999 && t.cap <= 100000);
	text_add(&t, "yz", 2);
	CHECK(t.failed && t.n == 99999);
	text_add(&t, "y", 1);
	CHECK(t.failed); /* sticky, though this would fit */
	text_reset(&t);
	text_add(&t, "y", 1);
	CHECK(!t.failed && t.n == 1);
	CHECK(!text_room(&t, SIZE_MAX) && t.failed);
	text_deinit(&t);
}

RUN(test(hex_of_every_length), test(base64_of_rfc_4648), test(numbers), test(fixed_decimals),
	test(addresses_as_inet_ntop), test(addresses_of_rfc_5952), test(dates_as_date),
	test(every_day), test(times_in_microseconds), test(utf8_of_rfc_3629),
	test(terminals_are_safe), test(cells_are_counted_in_points), test(buffers_keep_their_limit))
