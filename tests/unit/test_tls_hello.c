/* ClientHello and ServerHello: fields from bytes written by hand after the RFCs, and every cut. */
#include "check.h"

#include "tls/hello.h"

#define RANDOM "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* RFC 8446 4.1.2: legacy_version 0303, session id of 4, three suites with GREASE, compression null,
 * then extensions. */
static const char *client_text =
	"0303" RANDOM "04 a1a2a3a4 0006 1a1a 1301 c02f 01 00"
	"0073"
	"2a2a 0000"                                     /* GREASE */
	"0000 0010 000e 00 000b 6578616d706c652e6f7267" /* server_name example.org */
	"0017 0000"
	"000a 0008 0006 3a3a 001d 0017"              /* supported_groups */
	"000b 0002 01 00"                            /* ec_point_formats */
	"0023 0002 beef"                             /* session_ticket */
	"0010 000e 000c 02 6832 08 687474702f312e31" /* ALPN h2, http/1.1 */
	"0005 0005 01 0000 0000"                     /* status_request */
	"000d 0006 0004 0403 0804"                   /* signature_algorithms */
	"002a 0000"                                  /* early_data */
	"002b 0007 06 4a4a 0304 0303"                /* supported_versions */
	"fe0d 0002 0000"                             /* encrypted_client_hello, outer, and a byte */
	"0029 0001 00";                              /* pre_shared_key */

static void client_fields(void **state)
{
	uint8_t b[512];
	size_t n = unhex(b, sizeof b, client_text);
	struct tls_client_hello h;

	(void)state;
	CHECK(tls_client_hello_parse(&h, wire_of(b, n), false));
	CHECK(!h.malformed);
	CHECK_INT(h.legacy_version, 0x0303);
	CHECK_INT(h.version, 0x0304);
	CHECK_INT(h.random.n, 32);
	CHECK_INT(h.random.p[31], 0xff);
	CHECK(wire_equals(h.session_id, "\xa1\xa2\xa3\xa4", 4));
	CHECK_INT(h.cipher_count, 3);
	CHECK_INT(h.ciphers[0], 0x1a1a);
	CHECK_INT(h.ciphers[2], 0xc02f);
	CHECK_INT(h.extension_count, 13);
	CHECK_INT(h.extensions[0], 0x2a2a);
	CHECK_INT(h.extensions[12], 0x0029);
	CHECK(wire_equals(h.sni, "example.org", 11));
	CHECK_INT(h.group_count, 3);
	CHECK_INT(h.groups[1], 0x001d);
	CHECK_INT(h.point_formats.n, 1);
	CHECK_INT(h.alpn_count, 2);
	CHECK(wire_equals(h.alpn[0], "h2", 2));
	CHECK(wire_equals(h.alpn[1], "http/1.1", 8));
	CHECK_INT(h.sigalg_count, 2);
	CHECK_INT(h.sigalgs[1], 0x0804);
	CHECK(h.has_versions && h.has_psk && h.has_early_data && h.has_ticket);
	CHECK(h.has_status_request && h.has_ech && !h.sslv2);
}

/* 43 bytes of version, random and session id, then ciphers and compression: all before the
 * extensions. */
#define CLIENT_CORE (2 + 32 + 5 + 8 + 2)

static void client_every_cut(void **state)
{
	uint8_t b[512];
	size_t n = unhex(b, sizeof b, client_text);
	struct tls_client_hello h;

	(void)state;
	for (size_t k = 0; k < n; k++) {
		bool good = tls_client_hello_parse(&h, wire_of(b, k), false);

		CHECK_INT(good, k >= CLIENT_CORE);
		if (good) /* RFC 5246: there need not be extensions */
			CHECK_INT(h.malformed, k != CLIENT_CORE);
	}
}

static void client_extension_alone(
	const char *extension, bool malformed, struct tls_client_hello *h)
{
	static uint8_t b[512];
	size_t n = unhex(b, sizeof b, "0303" RANDOM "00 0002 002f 01 00 0000");
	size_t m = unhex(b + n, sizeof b - n, extension);

	b[n - 1] = (uint8_t)m;
	CHECK(tls_client_hello_parse(h, wire_of(b, n + m), false));
	CHECK_INT(h->malformed, malformed);
	CHECK_INT(h->cipher_count, 1);
}

static void client_bad_extensions(void **state)
{
	struct tls_client_hello h;

	(void)state;
	client_extension_alone("0000 0005 0003 00 0001", true, &h); /* name beyond the list */
	CHECK_INT(h.sni.n, 0);
	client_extension_alone("0000 0002 0000", true, &h);
	client_extension_alone("0000 0006 0004 01 0001 78", true, &h); /* not a host_name */
	CHECK_INT(h.sni.n, 0);
}

static void client_odd_but_read(void **state)
{
	struct tls_client_hello h;

	(void)state;
	client_extension_alone("0010 0003 0001 00", true, &h); /* an empty name */
	CHECK_INT(h.alpn_count, 1);
	client_extension_alone("000a 0005 0003 001d 00", true, &h); /* half a group */
	CHECK_INT(h.groups[0], 0x001d);
	client_extension_alone(
		"002b 0003 02 0304 002b 0003 02 0303", true, &h); /* twice: the first counts */
	CHECK_INT(h.version, 0x0304);
	client_extension_alone("002b 0003 02 7f1c", false, &h); /* draft 28 */
	CHECK_INT(h.version, 0x7f1c);
	client_extension_alone("002b 0003 02 0a0a", false, &h); /* GREASE alone */
	CHECK_INT(h.version, 0x0303);
	client_extension_alone("fe0d 0001 01", false, &h); /* inner */
	CHECK(!h.has_ech);
	client_extension_alone("0023 0000", false, &h);
	CHECK(!h.has_ticket);
}

static void client_dtls(void **state)
{
	uint8_t b[128];
	struct tls_client_hello h;
	/* RFC 6347 4.2.1: cookie of two between session id and suites; RFC 9147: versions count
	 * down */
	size_t n = unhex(b, sizeof b,
		"fefd" RANDOM "00 02 cafe 0002 c02b 01 00 0009 002b 0005 04 fefd fefc");

	(void)state;
	CHECK(tls_client_hello_parse(&h, wire_of(b, n), true));
	CHECK(!h.malformed);
	CHECK_INT(h.ciphers[0], 0xc02b);
	CHECK_INT(h.legacy_version, DTLS_1_2);
	CHECK_INT(h.version, DTLS_1_3);
}

static void lists_are_cut_at_their_limit(void **state)
{
	static uint8_t b[2048];
	struct tls_client_hello h;
	size_t n = unhex(b, sizeof b, "0303" RANDOM "00 0400");

	(void)state;
	for (unsigned i = 0; i < 512; i++) {
		b[n++] = (uint8_t)(i >> 8);
		b[n++] = (uint8_t)i;
	}
	b[n++] = 1;
	b[n++] = 0;
	CHECK(tls_client_hello_parse(&h, wire_of(b, n), false));
	CHECK(!h.malformed);
	CHECK_INT(h.cipher_count, TLS_LIST_MAX);
	CHECK_INT(h.ciphers[TLS_LIST_MAX - 1], TLS_LIST_MAX - 1);
}

static void sslv2(void **state)
{
	uint8_t b[64];
	struct tls_client_hello h;
	/* RFC 5246 E.2: type, version, lengths; suites of three bytes, one of SSLv2 itself; session
	 * id; challenge */
	size_t n = unhex(b, sizeof b,
		"01 0301 0009 0000 0010 00002f 010080 00000a 000102030405060708090a0b0c0d0e0f");

	(void)state;
	CHECK(tls_sslv2_client_hello_parse(&h, wire_of(b, n)));
	CHECK(h.sslv2 && !h.malformed);
	CHECK_INT(h.version, 0x0301);
	CHECK_INT(h.cipher_count, 2);
	CHECK_INT(h.ciphers[1], 0x000a);
	CHECK_INT(h.random.n, 16);
	CHECK_INT(h.extension_count, 0);
	for (size_t k = 0; k < n; k++)
		CHECK(!tls_sslv2_client_hello_parse(&h, wire_of(b, k)));
	b[0] = 4;
	CHECK(!tls_sslv2_client_hello_parse(&h, wire_of(b, n)));
}

/* RFC 5246 7.4.1.3 with RFC 7301, 6066 and 6962 extensions; the random ends as RFC 8446 4.1.3 says
 * for TLS 1.2. */
static const char *server_text =
	"0303 00112233445566778899aabbccddeeff0011223344556677 444f574e47524401 00 c02f 00 001c"
	"0023 0000 0005 0000 0010 0005 0003 02 6832 0012 0007 0005 0003 010203";

static void server_fields(void **state)
{
	uint8_t b[128];
	size_t n = unhex(b, sizeof b, server_text);
	struct tls_server_hello h;

	(void)state;
	CHECK(tls_server_hello_parse(&h, wire_of(b, n)));
	CHECK(!h.malformed);
	CHECK_INT(h.legacy_version, 0x0303);
	CHECK_INT(h.version, 0x0303);
	CHECK_INT(h.cipher, 0xc02f);
	CHECK_INT(h.extension_count, 4);
	CHECK(wire_equals(h.alpn, "h2", 2));
	CHECK(wire_equals(h.scts, "\0\5\0\3\1\2\3", 7));
	CHECK(h.ticket && h.status_request && h.downgrade_sentinel && !h.hello_retry && !h.psk);
	for (size_t k = 0; k < n; k++) {
		bool good = tls_server_hello_parse(&h, wire_of(b, k));

		CHECK_INT(good, k >= 38);
		if (good)
			CHECK_INT(h.malformed, k != 38);
	}
	b[33] = 0; /* as for TLS 1.1 */
	CHECK(tls_server_hello_parse(&h, wire_of(b, n)) && h.downgrade_sentinel);
	b[33] = 2;
	CHECK(tls_server_hello_parse(&h, wire_of(b, n)) && !h.downgrade_sentinel);
}

static void server_tls13(void **state)
{
	uint8_t b[128];
	struct tls_server_hello h;
	size_t n = unhex(b, sizeof b,
		"0303" RANDOM "00 1302 00 0016"
		"002b 0002 0304 0033 0006 001d 0002 abcd 0029 0002 0000");

	(void)state;
	CHECK(tls_server_hello_parse(&h, wire_of(b, n)));
	CHECK(!h.malformed);
	CHECK_INT(h.legacy_version, 0x0303);
	CHECK_INT(h.version, 0x0304);
	CHECK_INT(h.group, 0x001d);
	CHECK(h.psk && !h.hello_retry);

	/* RFC 8446 4.1.3 and 4.2.8: the random of a HelloRetryRequest, and a group alone */
	n = unhex(b, sizeof b,
		"0303 cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
		"00 1301 00 000c 002b 0002 0304 0033 0002 0017");
	CHECK(tls_server_hello_parse(&h, wire_of(b, n)));
	CHECK(!h.malformed && h.hello_retry);
	CHECK_INT(h.group, 0x0017);

	/* draft 18: no session id, no compression method */
	n = unhex(b, sizeof b, "7f12" RANDOM "1301 0006 0033 0002 001d");
	CHECK(tls_server_hello_parse(&h, wire_of(b, n)));
	CHECK(!h.malformed);
	CHECK_INT(h.version, 0x7f12);
	CHECK_INT(h.cipher, 0x1301);
}

static void grease(void **state)
{
	unsigned count = 0;

	(void)state;
	for (unsigned v = 0; v <= UINT16_MAX; v++)
		count += tls_is_grease((uint16_t)v);
	CHECK_INT(count, 16); /* RFC 8701 2 */
	CHECK(tls_is_grease(0x0a0a) && tls_is_grease(0xfafa) && !tls_is_grease(0x0a1a));
}

RUN(test(client_fields), test(client_every_cut), test(client_bad_extensions),
	test(client_odd_but_read), test(client_dtls), test(lists_are_cut_at_their_limit),
	test(sslv2), test(server_fields), test(server_tls13), test(grease))
