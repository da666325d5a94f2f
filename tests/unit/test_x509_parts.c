/* The parts that read DER: elements, dates, strings, identifiers, names, keys, PSS parameters. */
#include "check.h"

#include <onpath/event.h>

#include "util/limits.h"
#include "x509/algorithm.h"
#include "x509/date.h"
#include "x509/der.h"
#include "x509/key.h"
#include "x509/name.h"
#include "x509/table.h"
#include "x509/string.h"

static struct wire of_hex(uint8_t *buffer, size_t max, const char *hex)
{
	return wire_of(buffer, unhex(buffer, max, hex));
}

static enum der_check check_hex(const char *hex)
{
	uint8_t buffer[256];

	return der_check(of_hex(buffer, sizeof buffer, hex));
}

static void der_is_checked(void **state)
{
	static const char good[] =
		"30 0c 02 01 05 31 02 05 00 04 03 30 ff ff"; /* inside OCTET STRING: no DER */

	(void)state;
	CHECK_INT(check_hex(good), DER_GOOD);
	for (size_t n = 0; n < sizeof good - 1; n += 3) {
		char cut[sizeof good] = "";
		memcpy(cut, good, n);
		CHECK_INT(check_hex(cut), DER_BAD);
	}
	CHECK_INT(check_hex("05 00"), DER_GOOD);
	CHECK_INT(check_hex("05 00 00"), DER_BAD);                 /* left over */
	CHECK_INT(check_hex("30 80 05 00 00 00"), DER_BAD);        /* indefinite */
	CHECK_INT(check_hex("30 03 02 02 01"), DER_BAD);           /* longer than what it is in */
	CHECK_INT(check_hex("30 84 00 00 00 02 05 00"), DER_GOOD); /* BER's longer length */
	CHECK_INT(check_hex("30 89 01 00 00 00 00 00 00 00 02 05 00"), DER_BAD);
	CHECK_INT(check_hex("30 88 ff ff ff ff ff ff ff ff 05 00"), DER_BAD);
	CHECK_INT(check_hex("1f 81 01 00"), DER_GOOD); /* tag of three bytes */
	CHECK_INT(check_hex("1f 81 81 81 81 81 01 00"), DER_BAD);
}

/* Nested sequences, each with two bytes of header. */
static enum der_check check_depth(size_t depth)
{
	uint8_t der[2 * DER_DEPTH_MAX + 8];

	for (size_t i = 0; i < depth; i++) {
		der[2 * i] = DER_SEQUENCE;
		der[2 * i + 1] = (uint8_t)(2 * (depth - i - 1));
	}
	return der_check(wire_of(der, 2 * depth));
}

static void depth_is_bounded(void **state)
{
	(void)state;
	CHECK_INT(check_depth(DER_DEPTH_MAX), DER_GOOD);
	CHECK_INT(check_depth(DER_DEPTH_MAX + 1), DER_DEEP);
}

static void numbers(void **state)
{
	uint8_t buffer[16];
	struct wire w = of_hex(buffer, sizeof buffer, "02 03 00 00 ff");
	struct wire magnitude = der_take_unsigned(&w);

	(void)state;
	CHECK(wire_equals(magnitude, "\xff", 1));
	CHECK_INT(der_bits(magnitude), 8);
	CHECK_INT(der_bits(wire_of("\x01\x00", 2)), 9);
	CHECK_INT(der_bits(wire_of("", 0)), 0);
	w = of_hex(buffer, sizeof buffer, "02 01 80"); /* negative */
	CHECK(der_take_unsigned(&w).bad);
	CHECK(w.bad);
	w = of_hex(buffer, sizeof buffer, "03 02 01 80"); /* 7 bits */
	CHECK(der_take_bytes(&w).bad);
	w = of_hex(buffer, sizeof buffer, "01 01 ff 02 01 01");
	CHECK(der_take_flag(&w, false));
	CHECK(!der_take_flag(&w, false));
	CHECK(!w.bad);
}

static int64_t date_of(uint8_t tag, const char *text)
{
	uint8_t der[64] = { tag, (uint8_t)strlen(text) };
	struct wire w = wire_of(der, 2 + strlen(text));

	memcpy(der + 2, text, strlen(text));
	return date_take(&w);
}

/* Expected: date -u -d … +%s */
static void dates(void **state)
{
	static const struct {
		uint8_t tag;
		const char *text;
		int64_t seconds;
	} cases[] = {
		{ DER_UTC_TIME, "700101000000Z", 0 },
		{ DER_UTC_TIME, "141004103547Z", 1412418947 },
		{ DER_UTC_TIME, "491231235959Z", 2524607999 },
		{ DER_UTC_TIME, "500101000000Z", -631152000 },
		{ DER_UTC_TIME, "000229120000Z", 951825600 },
		{ DER_UTC_TIME, "1410041035Z", 1412418900 },
		{ DER_UTC_TIME, "141004103547+0200", 1412411747 },
		{ DER_UTC_TIME, "141004103547-0130", 1412424347 },
		{ DER_GENERALIZED_TIME, "20460202054100Z", 2401162860 },
		{ DER_GENERALIZED_TIME, "99991231235959Z", 253402300799 },
		{ DER_GENERALIZED_TIME, "18991231235959Z", -2208988801 },
		{ DER_GENERALIZED_TIME, "00010101000000Z", -62135596800 },
		{ DER_GENERALIZED_TIME, "20200101000000.123Z", 1577836800 },
		{ DER_GENERALIZED_TIME, "20200101000000", ONPATH_TIME_BAD }, /* local time */
		{ DER_GENERALIZED_TIME, "20200101000000.Z", ONPATH_TIME_BAD },
		{ DER_UTC_TIME, "130229000000Z", ONPATH_TIME_BAD },
		{ DER_UTC_TIME, "131301000000Z", ONPATH_TIME_BAD },
		{ DER_UTC_TIME, "130001000000Z", ONPATH_TIME_BAD },
		{ DER_UTC_TIME, "130100000000Z", ONPATH_TIME_BAD },
		{ DER_UTC_TIME, "130101240000Z", ONPATH_TIME_BAD },
		{ DER_UTC_TIME, "130101006000Z", ONPATH_TIME_BAD },
		{ DER_UTC_TIME, "130101000060Z", ONPATH_TIME_BAD },
		{ DER_UTC_TIME, "130101000000Zx", ONPATH_TIME_BAD },
		{ DER_UTC_TIME, "13010100000xZ", ONPATH_TIME_BAD },
		{ DER_UTC_TIME, "-30101000000Z", ONPATH_TIME_BAD },
		{ DER_UTC_TIME, "", ONPATH_TIME_BAD },
		{ DER_IA5_STRING, "130101000000Z", ONPATH_TIME_BAD },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(date_of(cases[i].tag, cases[i].text) == cases[i].seconds);
	char cut[] = "141004103547Z";
	for (size_t n = strlen(cut); n > 0; n--) {
		cut[n - 1] = '\0';
		CHECK(date_of(DER_UTC_TIME, cut) == ONPATH_TIME_BAD);
	}
}

static void text_is(uint8_t tag, const char *bytes, size_t n, const char *expected)
{
	char buffer[64];
	struct string text = { .p = buffer, .max = sizeof buffer };

	CHECK(string_value(&text, tag, wire_of(bytes, n)));
	CHECK_INT(text.n, strlen(expected));
	CHECK_BYTES(buffer, expected, text.n);
}
#define TEXT_IS(tag, bytes, expected) text_is(tag, bytes, sizeof bytes - 1, expected)

#define BAD "\xef\xbf\xbd"

static void strings_become_utf8(void **state)
{
	(void)state;
	TEXT_IS(DER_PRINTABLE_STRING, "Example", "Example");
	TEXT_IS(DER_UTF8_STRING, "H\xc3\xa4us", "H\xc3\xa4us");
	TEXT_IS(DER_UTF8_STRING, "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80");
	TEXT_IS(DER_UTF8_STRING, "a\xff\x62", "a" BAD "b");
	TEXT_IS(DER_UTF8_STRING, "\xc0\xaf", BAD BAD);                 /* overlong */
	TEXT_IS(DER_UTF8_STRING, "\xed\xa0\x80", BAD BAD BAD);         /* surrogate */
	TEXT_IS(DER_UTF8_STRING, "\xf4\x90\x80\x80", BAD BAD BAD BAD); /* beyond U+10FFFF */
	TEXT_IS(DER_UTF8_STRING, "ab\xe2\x82", "ab" BAD BAD);          /* cut */
	TEXT_IS(DER_IA5_STRING, "a\0b", "a" BAD "b");
	TEXT_IS(DER_UTF8_STRING, "\x01\n", "\x01\n"); /* control characters stay */
	TEXT_IS(DER_TELETEX_STRING, "M\xfcller", "M\xc3\xbcller");
	TEXT_IS(DER_TELETEX_STRING, "M\xc3\xbcller", "M\xc3\xbcller");
	TEXT_IS(DER_PRINTABLE_STRING, "M\xfcller", "M" BAD "ller");
	TEXT_IS(DER_BMP_STRING, "\0A\x20\xac", "A\xe2\x82\xac");
	TEXT_IS(DER_BMP_STRING, "\xd8\x3d\xde\x00", "\xf0\x9f\x98\x80");
	TEXT_IS(DER_BMP_STRING, "\xd8\x3d\0A", BAD "A");
	TEXT_IS(DER_BMP_STRING, "\0A\0", "A" BAD);
	TEXT_IS(DER_BMP_STRING, "\0\0", BAD);
	TEXT_IS(DER_UNIVERSAL_STRING, "\0\x01\xf6\0", "\xf0\x9f\x98\x80");
	TEXT_IS(DER_UNIVERSAL_STRING, "\0\x11\0\0", BAD);
	TEXT_IS(DER_UTF8_STRING, "", "");
	struct string none = { .p = NULL };
	CHECK(!string_value(&none, DER_INTEGER, wire_of("\x01", 1)));
}

static void long_text_is_cut_between_characters(void **state)
{
	char buffer[4];
	struct string text = { .p = buffer, .max = sizeof buffer };

	(void)state;
	string_add(&text, "abc");
	string_rune(&text, 0xe4);
	string_add(&text, "d");
	CHECK(text.cut);
	CHECK_INT(text.n, 3);
}

static void folding(void **state)
{
	char buffer[32];
	struct string text = { .p = buffer, .max = sizeof buffer };

	(void)state;
	string_fold(&text, "  Exa\t mple  Inc ", 17);
	CHECK_INT(text.n, 12);
	CHECK_BYTES(buffer, "exa mple inc", 12);
}

static void identifiers(void **state)
{
	static const struct {
		const char *hex;
		const char *dotted;
	} cases[] = {
		{ "55 04 03", "2.5.4.3" },
		{ "2a 86 48 86 f7 0d 01 01 0b", "1.2.840.113549.1.1.11" },
		{ "00", "0.0" },
		{ "27", "0.39" },
		{ "28", "1.0" },
		{ "4f", "1.39" },
		{ "50", "2.0" },
		{ "81 00", "2.48" },
		{ "88 37 01", "2.999.1" }, /* X.690 8.19.5: 2.999.3 is 88 37 03 */
		/* 2.25 and a UUID, as ITU-T X.667 has it: f81d4fae-7dec-11d0-a765-00a0c91e6bf6 */
		{ "69 83 f0 9d a7 eb cf de e0 c7 a1 a7 b2 c0 94 8c c8 f9 d7 76",
			"2.25.329800735698586629295641978511506172918" },
		{ "", "?" },
		{ "2a 86", "?" }, /* cut */
		{ "2a ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff 7f", "?" },
	};
	uint8_t buffer[64];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena arena = { .failed = false };
		CHECK_TEXT(oid_dotted(&arena, of_hex(buffer, sizeof buffer, cases[i].hex)),
			cases[i].dotted);
		arena_deinit(&arena);
	}
	CHECK_TEXT(oid_attribute(wire_of("\x55\x04\x0a", 3)), "O");
	assert_null(oid_attribute(wire_of("\x55\x04", 2)));
	CHECK_TEXT(algorithm_find(wire_of("\x2b\x65\x70", 3))->name, "ED25519");
	CHECK_TEXT(curve_find(wire_of("\x2b\x81\x04\x00\x22", 5))->name, "P-384");
}

static struct name name_of(struct arena *arena, const struct content_key *key, const char *hex)
{
	uint8_t buffer[512];
	struct name name;

	CHECK_INT(name_read(&name, arena, key, of_hex(buffer, sizeof buffer, hex)), NAME_GOOD);
	return name;
}

#define RDN(hex) "31 0d 30 0b 06 03 55 04 " hex

static void names(void **state)
{
	struct arena arena = { .failed = false };
	struct content_key key;

	(void)state;
	CHECK_INT(content_key_init(&key), 0);
	/* C=US, O="A, b", CN=c + OU=d, CN=e */
	struct name name = name_of(&arena, &key,
		"31 0b 30 09 06 03 55 04 06 13 02 55 53 31 0d 30 0b 06 03 55 04 0a 0c 04 41 2c 20 62"
		"31 14 30 08 06 03 55 04 03 0c 01 63 30 08 06 03 55 04 0b 0c 01 64 31 0a 30 08 06 03 55 04 03 0c 01 65");
	CHECK_TEXT(name.text, "C=US, O=A, b, CN=c + OU=d, CN=e");
	CHECK_TEXT(name.cn, "e");
	CHECK_TEXT(name.o, "A, b");
	name = name_of(&arena, &key, "31 0b 30 09 06 02 88 37 02 03 01 00 01"); /* 2.999 INTEGER */
	CHECK_TEXT(name.text, "2.999=#0203010001");
	name = name_of(&arena, &key, "");
	CHECK_TEXT(name.text, "");
	assert_null(name.cn);
	arena_deinit(&arena);
}

static uint64_t digest_of(const struct content_key *key, const char *hex)
{
	struct arena arena = { .failed = false };
	uint64_t digest = name_of(&arena, key, hex).digest;

	arena_deinit(&arena);
	return digest;
}

static void names_are_compared_as_rfc_5280_says(void **state)
{
	struct content_key key;
	const char *printable = "31 0c 30 0a 06 03 55 04 0a 13 03 41 20 42";    /* "A B" */
	const char *utf8 = "31 0e 30 0c 06 03 55 04 0a 0c 05 20 61 20 20 62";   /* " a  b" */
	const char *bmp = "31 0f 30 0d 06 03 55 04 0a 1e 06 00 61 00 20 00 42"; /* "a B" */
	const char *other = "31 0c 30 0a 06 03 55 04 0a 13 03 41 20 43";        /* "A C" */
	const char *unit = "31 0c 30 0a 06 03 55 04 0b 13 03 41 20 42";         /* OU */

	(void)state;
	CHECK_INT(content_key_init(&key), 0);
	CHECK(digest_of(&key, printable) == digest_of(&key, utf8));
	CHECK(digest_of(&key, printable) == digest_of(&key, bmp));
	CHECK(digest_of(&key, printable) != digest_of(&key, other));
	CHECK(digest_of(&key, printable) != digest_of(&key, unit));
	CHECK(name_text_digest(&key, "C=US, O=Ex") == name_text_digest(&key, "c=us,  o=EX "));
}

static void bad_names(void **state)
{
	struct content_key key;
	uint8_t buffer[64 * 12 + 12];
	struct name name;
	struct arena arena = { .failed = false };
	const char *good = "31 0a 30 08 06 03 55 04 03 0c 01 63";

	(void)state;
	CHECK_INT(content_key_init(&key), 0);
	size_t n = unhex(buffer, sizeof buffer, good);
	for (size_t cut = 1; cut < n; cut++)
		CHECK_INT(name_read(&name, &arena, &key, wire_of(buffer, cut)), NAME_BAD);
	for (size_t i = 1; i <= CERT_RDNS_MAX; i++)
		memcpy(buffer + 12 * i, buffer, 12);
	CHECK_INT(name_read(&name, &arena, &key, wire_of(buffer, 12 * CERT_RDNS_MAX)), NAME_GOOD);
	CHECK_INT(name_read(&name, &arena, &key, wire_of(buffer, 12 * (CERT_RDNS_MAX + 1))),
		NAME_TOO_LONG);
	arena_deinit(&arena);
}

/* SEQUENCE { SEQUENCE { rsaEncryption, NULL }, BIT STRING { SEQUENCE { modulus of bits, exponent }
 * } } */
static struct public_key rsa_key(unsigned bits, const char *exponent_hex)
{
	static uint8_t der[4096];
	uint8_t exponent[16];
	size_t e = unhex(exponent, sizeof exponent, exponent_hex);
	size_t m = bits / 8 + 1, pair = 4 + m + 2 + e, string = 4 + pair + 1, at;
	struct public_key key;

	at = unhex(der, sizeof der,
		"30 82 00 00 30 0d 06 09 2a 86 48 86 f7 0d 01 01 01 05 00 03 82 00 00 00 30 82 00 00 02 82 00 00");
	static const size_t places[] = { 2, 21, 26, 30 };
	size_t lengths[] = { 15 + 4 + string, string, pair, m };
	for (size_t i = 0; i < 4; i++) {
		der[places[i]] = (uint8_t)(lengths[i] >> 8);
		der[places[i] + 1] = (uint8_t)lengths[i];
	}
	memset(der + at, 0xff, m);
	der[at] = 0;
	at += m;
	der[at++] = 0x02;
	der[at++] = (uint8_t)e;
	memcpy(der + at, exponent, e);
	at += e;
	CHECK(key_read(&key, wire_of(der, at)));
	for (size_t n = 0; n < at; n++)
		CHECK(!key_read(&(struct public_key) { .bits = 0 }, wire_of(der, n)));
	return key;
}

static void keys_over_a_limit_are_read_but_not_used(void **state)
{
	struct public_key key = rsa_key(2048, "01 00 01");

	(void)state;
	CHECK_INT(key.type, ONPATH_KEY_RSA);
	CHECK_INT(key.bits, 2048);
	CHECK_INT(key.exponent, 65537);
	CHECK_INT(key.use, KEY_USED);
	CHECK_INT(rsa_key(8192, "03").use, KEY_USED);
	CHECK_INT(rsa_key(8192, "00 ff ff ff ff").use, KEY_USED);
	key = rsa_key(8200, "03");
	CHECK_INT(key.bits, 8200);
	CHECK_INT(key.use, KEY_SKIPPED);
	CHECK_INT(rsa_key(504, "03").use, KEY_SKIPPED);
	key = rsa_key(2048, "01 00 00 00 01");
	CHECK(key.exponent == UINT64_C(0x100000001));
	CHECK_INT(key.use, KEY_SKIPPED);
	key = rsa_key(2048, "01 00 00 00 00 00 00 00 01");
	CHECK_INT(key.exponent, 0);
	CHECK_INT(key.use, KEY_SKIPPED);
	CHECK_INT(rsa_key(2048, "02").use, KEY_SKIPPED); /* even */
}

static void pss_parameters(void **state)
{
	/* RFC 4055: SHA-256, MGF1 with SHA-256, salt 32, as openssl writes them */
	static const char good[] =
		"30 34 a0 0f 30 0d 06 09 60 86 48 01 65 03 04 02 01 05 00"
		"a1 1c 30 1a 06 09 2a 86 48 86 f7 0d 01 01 08 30 0d 06 09 60 86 48 01 65 03 04 02 01 05 00"
		"a2 03 02 01 20";
	uint8_t der[64];
	size_t n = unhex(der, sizeof der, good);
	struct pss pss;

	(void)state;
	CHECK(pss_parse(&pss, wire_of(der, n)));
	CHECK_TEXT(pss.digest, "SHA256");
	CHECK_TEXT(pss.mgf_digest, "SHA256");
	CHECK_INT(pss.salt, 32);
	for (size_t cut = 0; cut < n; cut++)
		CHECK(!pss_parse(&pss, wire_of(der, cut)));
	CHECK(pss_parse(&pss, wire_of("\x30\x00", 2))); /* all defaults */
	CHECK_TEXT(pss.digest, "SHA1");
	CHECK_INT(pss.salt, 20);
	CHECK(!pss_parse(&pss, wire_of("\x30\x05\xa3\x03\x02\x01\x02", 7))); /* trailer 2 */
}

static void tables_keep_order(void **state)
{
	struct node nodes[1000];
	struct table table = { .slots = NULL };

	(void)state;
	assert_null(table_first(&table, 7));
	for (size_t i = 0; i < 1000; i++)
		CHECK_INT(table_add(&table, &nodes[i], i % 500), 0);
	for (size_t i = 0; i < 500; i++) {
		CHECK(table_first(&table, i) == &nodes[i]);
		CHECK(table_next(&nodes[i]) == &nodes[i + 500]);
		assert_null(table_next(&nodes[i + 500]));
	}
	table_remove(&table, &nodes[3]);
	CHECK(table_first(&table, 3) == &nodes[503]);
	size_t left = 0;
	while (table_pop(&table))
		left++;
	CHECK_INT(left, 999);
	table_deinit(&table);
}

static void hashes_differ(void **state)
{
	struct content_key key, other;
	uint8_t bytes[1200] = { 0 };

	(void)state;
	CHECK_INT(content_key_init(&key), 0);
	CHECK_INT(content_key_init(&other), 0);
	uint64_t hash = hash_bytes(&key, wire_of(bytes, sizeof bytes));
	CHECK(hash == hash_bytes(&key, wire_of(bytes, sizeof bytes)));
	CHECK(hash != hash_bytes(&other, wire_of(bytes, sizeof bytes)));
	CHECK(hash != hash_bytes(&key, wire_of(bytes, sizeof bytes - 1)));
	for (size_t i = 0; i < sizeof bytes; i++) { /* every bit counts */
		bytes[i] ^= (uint8_t)(1u << i % 8);
		CHECK(hash != hash_bytes(&key, wire_of(bytes, sizeof bytes)));
		bytes[i] ^= (uint8_t)(1u << i % 8);
	}
	CHECK(hash_join(&key, 1, 2) != hash_join(&key, 2, 1));
}

RUN(test(der_is_checked), test(depth_is_bounded), test(numbers), test(dates),
	test(strings_become_utf8), test(long_text_is_cut_between_characters), test(folding),
	test(identifiers), test(names), test(names_are_compared_as_rfc_5280_says), test(bad_names),
	test(keys_over_a_limit_are_read_but_not_used), test(pss_parameters),
	test(tables_keep_order), test(hashes_differ))
