/* Paths: chains made here are verified by us, and by OpenSSL as the judge of what is right. */
#include "test_x509_bench.h"

#include <errno.h>

static void finds_the_path_in_any_order(void **state)
{
	struct bench b;
	struct made m[3];

	(void)state;
	bench_open(&b);
	make_three(m);
	trust(&b, &m[ROOT]);
	struct x509_trust t = verify(&b, SENT(&m[LEAF], &m[MIDDLE]), NOW);
	CHECK_INT(t.status, ONPATH_CHAIN_VERIFIED);
	CHECK_INT(t.path_len, 3);
	CHECK_TEXT(t.path[0]->subject, "CN=leaf");
	CHECK_TEXT(t.path[1]->subject, "O=Middle");
	CHECK_TEXT(t.path[2]->subject, "O=Root");
	assert_null(t.bad);
	CHECK(t.path[2]->self_signed);
	uint64_t once = b.stats.signatures_checked;
	t = verify(&b, SENT(&m[LEAF], &m[ROOT], &m[ROOT], &m[MIDDLE], &m[LEAF]), NOW);
	CHECK_INT(t.status, ONPATH_CHAIN_VERIFIED);
	CHECK_INT(t.path_len, 3);
	CHECK_INT(b.stats.signatures_checked, once); /* known from the chain before */
	bench_close(&b);
	free_all(m, 3);
}

static void dates_are_those_of_the_packet(void **state)
{
	struct bench b;
	struct made m[3];

	(void)state;
	bench_open(&b);
	make_three(m);
	trust(&b, &m[ROOT]);
	static const struct {
		int64_t at;
		enum onpath_chain_status status;
	} cases[] = {
		{ NOW - 10 * DAY - 1, ONPATH_CHAIN_NOT_YET_VALID },
		{ NOW - 10 * DAY, ONPATH_CHAIN_VERIFIED },
		{ NOW + 10 * DAY, ONPATH_CHAIN_VERIFIED },
		{ NOW + 10 * DAY + 1, ONPATH_CHAIN_EXPIRED },
		{ NOW, ONPATH_CHAIN_VERIFIED },
		{ NOW + 400 * DAY, ONPATH_CHAIN_EXPIRED },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		/* RFC 5280 4.1.2.5: both ends inclusive; OpenSSL's end is not */
		bool edge = cases[i].at == NOW + 10 * DAY;
		struct x509_trust t =
			(edge ? verify_only : verify)(&b, SENT(&m[LEAF], &m[MIDDLE]), cases[i].at);
		CHECK_INT(t.status, cases[i].status);
		CHECK_INT(t.path_len, 3);
		if (t.status != ONPATH_CHAIN_VERIFIED)
			CHECK_TEXT(t.bad->subject, "CN=leaf");
	}
	bench_close(&b);
	free_all(m, 3);
}

static void remembers_intermediates(void **state)
{
	struct bench b;
	struct made m[4];

	(void)state;
	bench_open(&b);
	make_three(m);
	m[3] = MAKE(.subject = "/CN=other", .issuer = &m[MIDDLE],
		.ext = { SAN_EXT("DNS:other.example") });
	trust(&b, &m[ROOT]);
	CHECK_INT(verify(&b, SENT(&m[3]), NOW).status, ONPATH_CHAIN_NO_ISSUER);
	CHECK_TEXT(verify(&b, SENT(&m[3]), NOW).bad->subject, "CN=other");
	CHECK_INT(verify(&b, SENT(&m[LEAF], &m[MIDDLE]), NOW).status, ONPATH_CHAIN_VERIFIED);
	x509_trim(b.x);
	struct x509_trust t = verify_only(&b, SENT(&m[3]), NOW); /* OpenSSL does not remember */
	CHECK_INT(t.status, ONPATH_CHAIN_VERIFIED);
	CHECK_INT(t.path_len, 3);
	bench_close(&b);
	free_all(m, 4);
}

static void roots_that_are_no_anchors(void **state)
{
	struct bench b;
	struct made m[3];

	(void)state;
	bench_open(&b);
	make_three(m);
	struct made own = MAKE(.subject = "/CN=own", .ext = { SAN_EXT("DNS:own.example") });
	struct x509_trust t = verify(&b, SENT(&m[LEAF], &m[MIDDLE], &m[ROOT]), NOW);
	CHECK_INT(t.status, ONPATH_CHAIN_UNKNOWN_ROOT);
	CHECK_TEXT(t.bad->subject, "O=Root");
	CHECK_INT(t.path_len, 0);
	t = verify(&b, SENT(&m[LEAF], &m[MIDDLE]), NOW);
	CHECK_INT(t.status, ONPATH_CHAIN_NO_ISSUER);
	CHECK_TEXT(t.bad->subject, "O=Middle");
	t = verify(&b, SENT(&own), NOW);
	CHECK_INT(t.status, ONPATH_CHAIN_SELF_SIGNED);
	trust(&b, &own);
	bench_close(&b);

	bench_open(&b);
	trust(&b, &own);
	t = verify(&b, SENT(&own), NOW);
	CHECK_INT(t.status, ONPATH_CHAIN_VERIFIED);
	CHECK_INT(t.path_len, 1);
	bench_close(&b);
	free_all(m, 3);
	made_free(&own, true);
}

/* The name of an anchor in the issuer, but another key's signature. */
static void forgeries(void **state)
{
	struct bench b;
	struct made m[3];

	(void)state;
	bench_open(&b);
	make_three(m);
	trust(&b, &m[ROOT]);
	struct made thief = MAKE(.subject = "/O=Thief", .ext = { CA_EXT, IDS_EXT });
	struct made forged = MAKE(.subject = "/CN=f", .issuer = &thief, .issuer_name = "/O=Root");
	struct made with_id = MAKE(.subject = "/CN=f", .issuer = &thief, .issuer_name = "/O=Root",
		.ext = { IDS_EXT });
	struct made copy = MAKE(.subject = "/O=Root", .ext = { CA_EXT });
	struct made by_copy = MAKE(.subject = "/CN=f", .issuer = &copy);
	CHECK_INT(verify(&b, SENT(&forged), NOW).status, ONPATH_CHAIN_BAD_SIGNATURE);
	CHECK_TEXT(verify(&b, SENT(&forged), NOW).bad->subject, "CN=f");
	CHECK_INT(verify(&b, SENT(&with_id), NOW).status,
		ONPATH_CHAIN_NO_ISSUER); /* another key is named */
	CHECK_INT(verify(&b, SENT(&by_copy, &copy), NOW).status, ONPATH_CHAIN_UNKNOWN_ROOT);
	CHECK_INT(verify(&b, SENT(&by_copy), NOW).status, ONPATH_CHAIN_BAD_SIGNATURE);
	bench_close(&b);
	free_all(m, 3);
	free_all((struct made[]) { thief, forged, with_id, copy, by_copy }, 5);
}

/* Subject and issuer are one name, but the key is another's: GitHub 2013. */
static void self_issued_is_not_self_signed(void **state)
{
	struct bench b;
	struct wire der;

	(void)state;
	bench_open(&b);
	struct made hidden = MAKE(.subject = "/CN=same", .ext = { CA_EXT, IDS_EXT });
	struct made shown = MAKE(.subject = "/CN=same", .issuer = &hidden, .ext = { IDS_EXT });
	CHECK_INT(verify(&b, SENT(&shown), NOW).status, ONPATH_CHAIN_NO_ISSUER);
	der = made_der(&shown);
	size_t n;
	const struct onpath_cert *cert = x509_chain_certs(x509_chain_get(b.x, &der, 1), &n)[0];
	CHECK(cert->self_issued);
	CHECK(!cert->self_signed);
	der = made_der(&hidden);
	cert = x509_chain_certs(x509_chain_get(b.x, &der, 1), &n)[0];
	CHECK(cert->self_issued);
	CHECK(cert->self_signed);
	bench_close(&b);
	free_all((struct made[]) { hidden, shown }, 2);
}

/* Both roots sign the same intermediate; one has run out: DST Root CA X3 and ISRG Root X1. */
static void crosses_over_to_the_root_that_lives(void **state)
{
	struct bench b;

	(void)state;
	struct made old = MAKE(.subject = "/O=Old", .from = NOW - 90 * DAY, .until = NOW - DAY,
		.ext = { CA_EXT, IDS_EXT });
	struct made new = MAKE(.subject = "/O=New", .ext = { CA_EXT, IDS_EXT });
	struct made cross = MAKE(.subject = "/O=New", .issuer = &old, .key = new.key,
		.ext = { CA_EXT, IDS_EXT });
	struct made leaf =
		MAKE(.subject = "/CN=leaf", .issuer = &new, .ext = { SAN_EXT("DNS:a.b.c") });

	bench_open(&b);
	trust(&b, &old);
	struct x509_trust t = verify(&b, SENT(&leaf, &cross), NOW);
	CHECK_INT(t.status, ONPATH_CHAIN_EXPIRED);
	CHECK_TEXT(t.bad->subject, "O=Old");
	CHECK_INT(t.path_len, 3);
	bench_close(&b);

	bench_open(&b);
	trust(&b, &old);
	trust(&b, &new);
	t = verify(&b, SENT(&leaf, &cross), NOW);
	CHECK_INT(t.status, ONPATH_CHAIN_VERIFIED);
	CHECK_INT(t.path_len, 2);
	CHECK_TEXT(t.path[1]->subject, "O=New");
	bench_close(&b);
	made_free(&cross, false);
	free_all((struct made[]) { old, new, leaf }, 3);
}

/* A root of today's store, issued after the packet: its key is older than it is. */
static void a_later_anchor_stands_for_its_key(void **state)
{
	struct bench b;

	(void)state;
	struct made root = MAKE(.subject = "/O=Root", .from = NOW + DAY, .ext = { CA_EXT });
	struct made leaf = MAKE(.subject = "/CN=leaf", .issuer = &root);
	bench_open(&b);
	trust(&b, &root);
	CHECK_INT(verify_only(&b, SENT(&leaf), NOW).status, ONPATH_CHAIN_VERIFIED);
	bench_close(&b);
	free_all((struct made[]) { root, leaf }, 2);
}

static void all_algorithms(void **state)
{
	static const struct {
		const char *type; /* or NULL: RSA */
		size_t bits;
		const char *digest;
		bool pss;
		const char *name;
	} cases[] = {
		{ NULL, 1024, "MD5", false, "md5WithRSAEncryption" },
		{ NULL, 512, "SHA1", false, "sha1WithRSAEncryption" },
		{ NULL, 2048, "SHA512", false, "sha512WithRSAEncryption" },
		{ NULL, 1024, "SHA256", true, "rsassaPss" },
		{ NULL, 1024, "SHA1", true, "rsassaPss" },
		{ NULL, 2048, "SHA384", true, "rsassaPss" },
		{ "P-256", 0, "SHA1", false, "ecdsa-with-SHA1" },
		{ "P-384", 0, "SHA384", false, "ecdsa-with-SHA384" },
		{ "P-521", 0, "SHA512", false, "ecdsa-with-SHA512" },
		{ "secp256k1", 0, "SHA256", false, "ecdsa-with-SHA256" },
		{ "brainpoolP256r1", 0, "SHA256", false, "ecdsa-with-SHA256" },
		{ "ED25519", 0, NULL, false, "ED25519" },
		{ "ED448", 0, NULL, false, "ED448" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bench b;
		bool ed = cases[i].type && strncmp(cases[i].type, "ED", 2) == 0;
		EVP_PKEY *key = !cases[i].type ? make_rsa(cases[i].bits)
				: ed           ? make_named(cases[i].type)
					       : make_ec(cases[i].type);
		struct made root = MAKE(.subject = "/O=Root", .key = key, .digest = cases[i].digest,
			.pss = cases[i].pss, .ext = { CA_EXT });
		struct made leaf = MAKE(.subject = "/CN=leaf", .issuer = &root,
			.digest = cases[i].digest, .pss = cases[i].pss);
		bench_open(&b);
		trust(&b, &root);
		struct x509_trust t = verify(&b, SENT(&leaf), NOW);
		CHECK_INT(t.status, ONPATH_CHAIN_VERIFIED);
		CHECK_TEXT(t.path[0]->signature_alg, cases[i].name);
		CHECK(t.path[1]->self_signed);
		leaf.der[leaf.n - 1] ^= 1; /* the last bit of the signature */
		CHECK_INT(verify_only(&b, SENT(&leaf), NOW).status, ONPATH_CHAIN_BAD_SIGNATURE);
		bench_close(&b);
		free_all((struct made[]) { root, leaf }, 2);
	}
}

/* CVE-2020-0601: the root's curve is its maker's own. The facts are shown, the key proves nothing.
 */
static void a_curve_of_its_own_signs_nothing(void **state)
{
	struct bench b;

	(void)state;
	struct made root = MAKE(.subject = "/O=Root", .key = make_explicit(), .ext = { CA_EXT });
	struct made leaf = MAKE(.subject = "/CN=leaf", .issuer = &root);
	bench_open(&b);
	struct wire der = made_der(&root);
	size_t n;
	const struct onpath_cert *cert = x509_chain_certs(x509_chain_get(b.x, &der, 1), &n)[0];
	CHECK(cert->parsed);
	CHECK_TEXT(cert->subject, "O=Root");
	CHECK_INT(cert->key_type, ONPATH_KEY_EC);
	CHECK_INT(cert->key_bits, 256);
	assert_null(cert->curve);
	CHECK(!cert->self_signed);
	CHECK_INT(verify(&b, SENT(&leaf, &root), NOW).status, ONPATH_CHAIN_BAD_SIGNATURE);
	bench_close(&b);
	free_all((struct made[]) { root, leaf }, 2);
}

static void keys_that_were_anchors(void **state)
{
	struct bench b;
	uint8_t *spki = NULL;

	(void)state;
	struct made root = MAKE(.subject = "/C=US/O=VeriOld, Inc./CN=Class 3", .ext = { CA_EXT });
	struct made leaf = MAKE(.subject = "/CN=leaf", .issuer = &root, .until = NOW + 100 * DAY);
	int n = i2d_PUBKEY(root.key, &spki);
	bench_open(&b);
	CHECK_INT(x509_add_anchor_key(b.x, "C=us,  o=VERIOLD, Inc., CN=Class 3",
			  wire_of(spki, (size_t)n), INT64_MIN, NOW + DAY),
		0);
	CHECK_INT(x509_add_anchor_key(b.x, "O=x", wire_of(spki, (size_t)n - 1), 0, 1), -EBADMSG);
	struct x509_trust t = verify_only(&b, SENT(&leaf), NOW);
	CHECK_INT(t.status, ONPATH_CHAIN_VERIFIED);
	CHECK_INT(t.path_len, 2);
	CHECK_TEXT(t.path[1]->subject_cn, "Class 3");
	CHECK_INT(t.path[1]->der.len, 0);
	CHECK(t.path[1]->is_ca);
	CHECK_INT(t.path[1]->key_type, ONPATH_KEY_EC);
	CHECK_INT(verify_only(&b, SENT(&leaf), NOW + DAY).status, ONPATH_CHAIN_VERIFIED);
	CHECK_INT(verify_only(&b, SENT(&leaf), NOW + DAY + 1).status, ONPATH_CHAIN_NO_ISSUER);
	CHECK_INT(verify_only(&b, SENT(&leaf), NOW).status, ONPATH_CHAIN_VERIFIED);
	bench_close(&b);
	OPENSSL_free(spki);
	free_all((struct made[]) { root, leaf }, 2);
}

/* mitmproxy and squid: the leaf has the CA's own key. */
static void the_leaf_signs_itself(void **state)
{
	struct bench b;
	struct made m[3];

	(void)state;
	bench_open(&b);
	make_three(m);
	struct made leaf = MAKE(.subject = "/CN=forged", .issuer = &m[ROOT], .key = m[ROOT].key);
	struct made own = MAKE(.subject = "/CN=own");
	struct wire der = made_der(&leaf);
	CHECK(x509_leaf_signs_itself(b.x, x509_chain_get(b.x, &der, 1)));
	der = made_der(&m[LEAF]);
	CHECK(!x509_leaf_signs_itself(b.x, x509_chain_get(b.x, &der, 1)));
	der = made_der(&own); /* self-signed is something else */
	CHECK(!x509_leaf_signs_itself(b.x, x509_chain_get(b.x, &der, 1)));
	CHECK(!x509_leaf_signs_itself(b.x, x509_chain_get(b.x, NULL, 0)));
	bench_close(&b);
	made_free(&leaf, false);
	made_free(&own, true);
	free_all(m, 3);
}

/* CAs that sign each other, all with one name: work is bounded and an honest answer comes out. */
static void circles_end(void **state)
{
	struct bench b;
	struct made m[SENT_MAX];
	const struct made *sent[SENT_MAX];

	(void)state;
	bench_open(&b);
	m[1] = MAKE(.subject = "/O=Ring", .ext = { CA_EXT });
	for (size_t i = 2; i < SENT_MAX; i++)
		m[i] = MAKE(.subject = "/O=Ring", .issuer = &m[i - 1], .ext = { CA_EXT });
	m[0] = MAKE(.subject = "/CN=leaf", .issuer = &m[SENT_MAX - 1]);
	for (size_t i = 0; i < SENT_MAX; i++)
		sent[i] = &m[i];
	struct x509_trust t = verify_only(&b, sent, SENT_MAX, NOW);
	CHECK(t.status != ONPATH_CHAIN_VERIFIED);
	/* one self-signature each when they are read, and the budget of the chain */
	CHECK(b.stats.signatures_checked <= SENT_MAX + CHAIN_SIGNATURES_MAX);
	CHECK_INT(verify_only(&b, SENT(&m[0]), NOW).status, ONPATH_CHAIN_NO_ISSUER);
	bench_close(&b);
	free_all(m, SENT_MAX);
}

static void nothing_and_garbage(void **state)
{
	struct bench b;
	struct x509_trust t;
	struct wire der = wire_of("garbage", 7);

	(void)state;
	bench_open(&b);
	x509_verify(&t, b.x, x509_chain_get(b.x, NULL, 0), NOW);
	CHECK_INT(t.status, ONPATH_CHAIN_NONE);
	x509_verify(&t, b.x, x509_chain_get(b.x, &der, 1), NOW);
	CHECK_INT(t.status, ONPATH_CHAIN_UNPARSED);
	CHECK_INT(b.stats.certs_unparsed, 1);
	size_t added;
	CHECK_INT(x509_add_anchors(b.x, &added, "", 0), -EBADMSG);
	CHECK_INT(x509_add_anchors(b.x, &added, "no PEM here\n", 12), -EBADMSG);
	bench_close(&b);
}

RUN(test(finds_the_path_in_any_order), test(dates_are_those_of_the_packet),
	test(remembers_intermediates), test(roots_that_are_no_anchors), test(forgeries),
	test(self_issued_is_not_self_signed), test(crosses_over_to_the_root_that_lives),
	test(a_later_anchor_stands_for_its_key), test(all_algorithms),
	test(a_curve_of_its_own_signs_nothing), test(keys_that_were_anchors),
	test(the_leaf_signs_itself), test(circles_end), test(nothing_and_garbage))
