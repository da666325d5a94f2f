/* JA3, JA3S and JA4: the published examples, and digests taken with md5sum and sha256sum. */
#include "check.h"

#include "tls/fingerprint.h"

static struct fingerprinter *f;

static int setup(void **state)
{
	(void)state;
	return fingerprinter_new(&f);
}

static int teardown(void **state)
{
	(void)state;
	fingerprinter_free(f);
	return 0;
}

#define FILL(list, count, ...)                              \
	do {                                                \
		const uint16_t values[] = { __VA_ARGS__ };  \
		memcpy(list, values, sizeof values);        \
		(count) = sizeof values / sizeof values[0]; \
	} while (0)

/* The first example of the JA3 README. */
static void ja3(void **state)
{
	struct tls_client_hello h = { .legacy_version = 769, .point_formats = wire_of("\0", 1) };
	static char text[JA3_TEXT_MAX];
	char hash[33];

	(void)state;
	FILL(h.ciphers, h.cipher_count, 47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4);
	FILL(h.extensions, h.extension_count, 0, 10, 11);
	FILL(h.groups, h.group_count, 23, 24, 25);
	tls_ja3(f, text, hash, &h);
	CHECK_TEXT(text, "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0");
	CHECK_TEXT(hash, "ada70206e40642a3e4461f35503241d5");
}

/* The second one: a hello without extensions; twice, since the context is used again. */
static void ja3_without_extensions(void **state)
{
	struct tls_client_hello h = { .legacy_version = 769 };
	static char text[JA3_TEXT_MAX];
	char hash[33];

	(void)state;
	FILL(h.ciphers, h.cipher_count, 4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99);
	for (int i = 0; i < 2; i++) {
		tls_ja3(f, text, hash, &h);
		CHECK_TEXT(text, "769,4-5-10-9-100-98-3-6-19-18-99,,,");
		CHECK_TEXT(hash, "de350869b8c85de67a350c8d186f11e6");
	}
}

static void ja3_without_grease(void **state)
{
	struct tls_client_hello h = { .legacy_version = 771 };
	static char text[JA3_TEXT_MAX];
	char hash[33];

	(void)state;
	FILL(h.ciphers, h.cipher_count, 0x1a1a, 4865, 0x2a2a);
	FILL(h.extensions, h.extension_count, 0x3a3a, 0, 0x4a4a);
	FILL(h.groups, h.group_count, 0x5a5a, 29);
	tls_ja3(f, text, hash, &h);
	CHECK_TEXT(text, "771,4865,0,29,");
}

/* Nothing is left out; digest by md5sum. */
static void ja3s(void **state)
{
	struct tls_server_hello h = { .legacy_version = 769, .cipher = 47 };
	static char text[JA3_TEXT_MAX];
	char hash[33];

	(void)state;
	FILL(h.extensions, h.extension_count, 65281, 0, 11, 35, 5, 16);
	tls_ja3s(f, text, hash, &h);
	CHECK_TEXT(text, "769,47,65281-0-11-35-5-16");
	CHECK_TEXT(hash, "836ce314215654b5b1f85f97c73e506f");
}

/* The example of JA4's description, in the order a browser would send it, GREASE put in. */
static struct tls_client_hello browser(void)
{
	struct tls_client_hello h = { .version = TLS_1_3, .legacy_version = TLS_1_2 };

	FILL(h.ciphers, h.cipher_count, 0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c,
		0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035);
	FILL(h.extensions, h.extension_count, 0x1a1a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469,
		0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a,
		0x0015, 0x2a2a);
	FILL(h.sigalgs, h.sigalg_count, 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806,
		0x0601);
	h.alpn[0] = wire_of("h2", 2);
	h.alpn_count = 1;
	return h;
}

static void ja4(void **state)
{
	struct tls_client_hello h = browser();
	char out[37];

	(void)state;
	tls_ja4(f, out, &h, 't');
	CHECK_TEXT(out, "t13d1516h2_8daaf6152771_e5627efa2ab1");
	tls_ja4(f, out, &h, 'q');
	CHECK_TEXT(out, "q13d1516h2_8daaf6152771_e5627efa2ab1");

	/* the description gives this hash for the list without signature algorithms */
	h.sigalg_count = 0;
	h.version = DTLS_1_2;
	tls_ja4(f, out, &h, 'd');
	CHECK_TEXT(out, "dd2d1516h2_8daaf6152771_6d807ffa2a79");
}

static void ja4_alpn(void **state)
{
	static const struct {
		const char *alpn;
		size_t n;
		const char *expected;
	} rows[] = {
		{ "http/1.1", 8, "h1" },
		{ "h", 1, "hh" },
		{ "", 0, "00" },
		{ "\xab", 1, "ab" },
		{ "\xab\xcd", 2, "ad" },
		{ "\x30\xab", 2, "3b" },
		{ "\x30\x31\xab\xcd", 4, "3d" },
		{ "\x30\xab\xcd\x31", 4, "01" },
		{ "-+", 2, "2b" },
		{ "H2", 2, "H2" },
	};
	struct tls_client_hello h = browser();
	char out[37];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		h.alpn[0] = wire_of(rows[i].alpn, rows[i].n);
		tls_ja4(f, out, &h, 't');
		CHECK_BYTES(out + 8, rows[i].expected, 2);
	}
	h.alpn_count = 0;
	tls_ja4(f, out, &h, 't');
	CHECK_BYTES(out + 8, "00", 2);
}

static void ja4_versions_and_emptiness(void **state)
{
	struct tls_client_hello h = { .version = TLS_SSL2, .legacy_version = TLS_SSL2 };
	char out[37];

	(void)state;
	tls_ja4(f, out, &h, 't');
	CHECK_TEXT(out, "ts2i000000_000000000000_000000000000");
	h.version = 0x7f1c;
	FILL(h.extensions, h.extension_count, 0, 16); /* nothing is left of them to hash */
	tls_ja4(f, out, &h, 't');
	CHECK_TEXT(out, "t00d000200_000000000000_000000000000");
	h.version = TLS_SSL3;
	for (size_t i = 0; i < 120; i++)
		h.ciphers[i] = (uint16_t)(i + 1);
	h.cipher_count = 120;
	tls_ja4(f, out, &h, 't');
	CHECK_BYTES(out, "ts3d9902", 8);
}

/* The longest hello there can be. */
static void fits(void **state)
{
	static struct tls_client_hello h;
	static char text[JA3_TEXT_MAX];
	static uint8_t formats[255];
	char hash[33], out[37];

	(void)state;
	for (size_t i = 0; i < TLS_LIST_MAX; i++)
		h.ciphers[i] = h.extensions[i] = h.groups[i] = h.sigalgs[i] =
			(uint16_t)(0xffff - i);
	h.cipher_count = h.extension_count = h.group_count = h.sigalg_count = TLS_LIST_MAX;
	memset(formats, 0xff, sizeof formats);
	h.point_formats = wire_of(formats, sizeof formats);
	h.legacy_version = 0xffff;
	tls_ja3(f, text, hash, &h);
	CHECK(strlen(text) > 5000);
	CHECK_TEXT(text + strlen(text) - 4, "-255");
	tls_ja4(f, out, &h, 't');
	CHECK_INT(strlen(out), 36);
}

int main(void)
{
	const struct CMUnitTest tests[] = { test(ja3), test(ja3_without_extensions),
		test(ja3_without_grease), test(ja3s), test(ja4), test(ja4_alpn),
		test(ja4_versions_and_emptiness), test(fits) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
