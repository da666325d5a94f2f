/* Certificate and CertificateStatus: bytes written by hand after the RFCs, and every cut. */
#include "check.h"

#include "tls/certificate.h"

/* RFC 5246 7.4.2: two "certificates" of three bytes and one. */
static const uint8_t two[] = { 0, 0, 10, 0, 0, 3, 'a', 'b', 'c', 0, 0, 1, 'd' };

static void reads_two(void **state)
{
	struct tls_certs certs;

	(void)state;
	CHECK(tls_certificate_parse(&certs, wire_of(two, sizeof two)));
	CHECK_INT(certs.count, 2);
	CHECK_INT(certs.more, 0);
	CHECK(wire_equals(certs.der[0], "abc", 3));
	CHECK(wire_equals(certs.der[1], "d", 1));
}

static void refuses_every_cut(void **state)
{
	struct tls_certs certs = { .count = 99 };
	uint8_t longer[sizeof two + 1] = { 0 };

	(void)state;
	for (size_t n = 0; n < sizeof two; n++)
		CHECK(!tls_certificate_parse(&certs, wire_of(two, n)));
	memcpy(longer, two, sizeof two);
	CHECK(!tls_certificate_parse(&certs, wire_of(longer, sizeof longer)));
	longer[5] = 4; /* lengths that do not fit each other */
	CHECK(!tls_certificate_parse(&certs, wire_of(longer, sizeof two)));
	longer[5] = 0; /* an empty certificate */
	CHECK(!tls_certificate_parse(&certs, wire_of(longer, sizeof two)));
	CHECK_INT(certs.count, 99);
}

static void prefix_reads_what_is_whole(void **state)
{
	struct tls_certs certs;

	(void)state;
	for (size_t n = 0; n <= sizeof two; n++) {
		tls_certificate_parse_prefix(&certs, wire_of(two, n));
		CHECK_INT(certs.count, n >= 13 ? 2 : n >= 9 ? 1 : 0);
	}
}

static void empty_list(void **state)
{
	struct tls_certs certs;

	(void)state;
	CHECK(tls_certificate_parse(&certs, wire_of("\0\0\0", 3)));
	CHECK_INT(certs.count, 0);
}

static void counts_beyond_the_limit(void **state)
{
	uint8_t many[3 + 4 * (CERTS_PARSED_MAX + 3)] = { 0, 0, 4 * (CERTS_PARSED_MAX + 3) };
	struct tls_certs certs;

	(void)state;
	for (size_t i = 0; i < CERTS_PARSED_MAX + 3; i++)
		many[3 + 4 * i + 2] = 1;
	CHECK(tls_certificate_parse(&certs, wire_of(many, sizeof many)));
	CHECK_INT(certs.count, CERTS_PARSED_MAX);
	CHECK_INT(certs.more, 3);
}

static void tls13(void **state)
{
	/* RFC 8446 4.4.2: context of one byte; leaf with a staple (status_request, ocsp, 2 bytes)
	 * and SCTs; a CA without */
	static const char *text = "01 77 000020"
				  "000003 616263 000f 0005 0006 01 000002 beef 0012 0001 55"
				  "000001 64 0004 ffff 0000";
	uint8_t b[64];
	size_t n = unhex(b, sizeof b, text);
	struct tls_certs certs;
	struct wire staple, scts;

	(void)state;
	b[4] = (uint8_t)(n - 5);
	CHECK(tls13_certificate_parse(&certs, &staple, &scts, wire_of(b, n)));
	CHECK_INT(certs.count, 2);
	CHECK(wire_equals(certs.der[0], "abc", 3));
	CHECK(wire_equals(certs.der[1], "d", 1));
	CHECK(wire_equals(staple, "\xbe\xef", 2));
	CHECK(wire_equals(scts, "U", 1));
	for (size_t k = 0; k < n; k++)
		CHECK(!tls13_certificate_parse(&certs, &staple, &scts, wire_of(b, k)));
}

static void status(void **state)
{
	static const uint8_t body[] = { 1, 0, 0, 2, 0x30, 0 };
	struct wire response;

	(void)state;
	CHECK(tls_certificate_status_parse(&response, wire_of(body, sizeof body)));
	CHECK(wire_equals(response, "0\0", 2));
	for (size_t n = 0; n < sizeof body; n++)
		CHECK(!tls_certificate_status_parse(&response, wire_of(body, n)));
	CHECK(!tls_certificate_status_parse(&response, wire_of("\2\0\0\1a", 5))); /* not ocsp */
}

RUN(test(reads_two), test(refuses_every_cut), test(prefix_reads_what_is_whole), test(empty_list),
	test(counts_beyond_the_limit), test(tls13), test(status))
