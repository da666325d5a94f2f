/* The cache: one certificate for the same bytes, bounded memory, and a flood that drops only
 * itself. */
#include "test_x509_make.h"

#include "x509/x509.h"

struct cache {
	struct x509 *x;
	struct onpath_stats stats;
};

static void cache_open(struct cache *c, uint64_t max_bytes)
{
	*c = (struct cache) { .x = NULL };
	CHECK_INT(x509_new(&c->x, max_bytes, &c->stats), 0);
}

static void the_same_bytes_are_the_same_chain(void **state)
{
	struct cache c;
	struct made root = MAKE(.subject = "/O=Root"),
		    leaf = MAKE(.subject = "/CN=leaf", .issuer = &root);
	struct wire chain[] = { made_der(&leaf), made_der(&root) };
	uint8_t *copy = malloc(leaf.n);
	size_t n;

	(void)state;
	cache_open(&c, 1 << 20);
	const struct x509_chain *first = x509_chain_get(c.x, chain, 2);
	memcpy(copy, leaf.der, leaf.n);
	chain[0].p = copy;
	CHECK(x509_chain_get(c.x, chain, 2) == first);
	CHECK(x509_chain_get(c.x, chain, 1) != first);
	const struct onpath_cert *const *certs = x509_chain_certs(first, &n);
	CHECK_INT(n, 2);
	CHECK(certs[0]->id != certs[1]->id);
	CHECK(x509_chain_certs(x509_chain_get(c.x, chain + 1, 1), &n)[0] == certs[1]);
	CHECK_INT(c.stats.certs_cached, 2);
	CHECK_INT(c.stats.certs_known, 2 + 1 + 1);
	free(copy); /* what the facts point to is ours */
	CHECK_BYTES(certs[0]->der.data, leaf.der, leaf.n);
	struct x509_trust trust;
	x509_verify(&trust, c.x, first, NOW);
	x509_verify(&trust, c.x, first, NOW + 1);
	CHECK_INT(c.stats.chains_verified, 1);
	CHECK_INT(c.stats.chains_known, 1);
	x509_free(c.x);
	made_free(&root, true);
	made_free(&leaf, true);
}

static void more_than_the_limit_is_cut_off(void **state)
{
	struct cache c;
	struct wire chain[CERTS_PARSED_MAX + 1];
	size_t n;

	(void)state;
	cache_open(&c, 1 << 20);
	for (size_t i = 0; i <= CERTS_PARSED_MAX; i++)
		chain[i] = wire_of("garbage", 7 - i % 2);
	(void)x509_chain_certs(x509_chain_get(c.x, chain, CERTS_PARSED_MAX + 1), &n);
	CHECK_INT(n, CERTS_PARSED_MAX);
	x509_free(c.x);
}

/* A certificate like another, with the number in its serial. */
static struct wire numbered(uint8_t *out, const struct made *made, uint32_t number)
{
	memcpy(out, made->der, made->n);
	uint8_t *serial = memmem(out, made->n, "\x01\x23\x45\x67\x89\xab\xcd\xef", 8);
	assert_non_null(serial);
	memcpy(serial + 4, &number, sizeof number);
	return wire_of(out, made->n);
}

static struct made with_long_serial(void)
{
	/* not self-issued: nothing is computed */
	struct made made = MAKE(.subject = "/CN=flood.example", .issuer_name = "/O=Somebody",
		.ext = { { "subjectAltName", "DNS:flood.example" } });

	ASN1_INTEGER_set_uint64(X509_get_serialNumber(made.x509), UINT64_C(0x0123456789abcdef));
	X509_sign(made.x509, made.key, EVP_sha256());
	OPENSSL_free(made.der);
	made.der = NULL;
	int n = i2d_X509(made.x509, &made.der);
	CHECK(n > 0);
	made.n = (size_t)n;
	return made;
}

#define HOSTS 100
#define FLOOD 20000

/* Each host comes back now and then while strangers come by the thousand, each with a certificate
 * of its own. */
static void a_flood_drops_only_itself(void **state)
{
	struct cache c;
	struct made made = with_long_serial();
	uint8_t der[2048];
	uint64_t hits = 0, visits = 0;

	(void)state;
	cache_open(&c, 1 << 20); /* room for some 500 */
	for (uint32_t i = 0; i < FLOOD; i++) {
		struct wire flood = numbered(der, &made, 0x10000 + i);
		assert_non_null(x509_chain_get(c.x, &flood, 1));
		x509_trim(c.x);
		if (i % 2 != 0)
			continue;
		uint64_t before = c.stats.certs_known;
		struct wire host = numbered(der, &made, i / 2 % HOSTS);
		assert_non_null(x509_chain_get(c.x, &host, 1));
		x509_trim(c.x);
		visits++;
		hits += c.stats.certs_known - before;
	}
	CHECK(hits >= visits * 98 / 100);
	CHECK(c.stats.certs_evicted > FLOOD / 2);
	CHECK_INT(c.stats.certs_cached + c.stats.certs_known, FLOOD + visits);
	x509_free(c.x);
	made_free(&made, true);
}

/* Also where each stranger comes twice, the hosts that come often stay. */
static void a_flood_in_pairs(void **state)
{
	struct cache c;
	struct made made = with_long_serial();
	uint8_t der[2048];
	uint64_t hits = 0, visits = 0;

	(void)state;
	cache_open(&c, 1 << 20);
	for (uint32_t i = 0; i < FLOOD; i++) {
		struct wire flood = numbered(der, &made, 0x10000 + i / 2);
		assert_non_null(x509_chain_get(c.x, &flood, 1));
		uint64_t before = c.stats.certs_known;
		struct wire host = numbered(der, &made, i % HOSTS);
		assert_non_null(x509_chain_get(c.x, &host, 1));
		x509_trim(c.x);
		visits++;
		hits += c.stats.certs_known - before;
	}
	CHECK(hits >= visits * 90 / 100);
	x509_free(c.x);
	made_free(&made, true);
}

/* With no room at all everything still works, and goes at the next x509_trim. */
static void no_room(void **state)
{
	struct cache c;
	struct made root = MAKE(.subject = "/O=Root", .ext = { { "basicConstraints", "CA:TRUE" } });
	struct made middle = MAKE(.subject = "/O=Middle", .issuer = &root,
		.ext = { { "basicConstraints", "CA:TRUE" } });
	struct made leaf = MAKE(.subject = "/CN=leaf", .issuer = &middle);
	struct wire chain[] = { made_der(&leaf), made_der(&middle) };
	struct x509_trust trust;
	size_t added;
	char *pem = made_pem(&root);

	(void)state;
	cache_open(&c, 0);
	CHECK_INT(x509_add_anchors(c.x, &added, pem, strlen(pem)), 0);
	for (uint64_t i = 1; i < 4; i++) {
		const struct x509_chain *got = x509_chain_get(c.x, chain, 2);
		x509_verify(&trust, c.x, got, NOW);
		CHECK_INT(trust.status, ONPATH_CHAIN_VERIFIED);
		CHECK_INT(trust.path_len, 3);
		x509_verify(&trust, c.x, got,
			NOW + 1000 * DAY); /* another answer, the first still held */
		CHECK_INT(trust.status, ONPATH_CHAIN_EXPIRED);
		x509_trim(c.x);
		CHECK_INT(c.stats.certs_evicted, 2 * i);
		CHECK_INT(c.stats.certs_cached, 2 * i);
	}
	x509_free(c.x);
	free(pem);
	made_free(&root, true);
	made_free(&middle, true);
	made_free(&leaf, true);
}

/* PEM with text between, twice the same, and a block that is broken. */
static void anchors_from_pem(void **state)
{
	struct cache c;
	struct made a = MAKE(.subject = "/O=A"), b = MAKE(.subject = "/O=B");
	char *pem_a = made_pem(&a), *pem_b = made_pem(&b), text[8192];
	size_t added;

	(void)state;
	cache_open(&c, 1 << 20);
	snprintf(text, sizeof text,
		"# roots\r\n%sbetween\n-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n%s\n%s",
		pem_a, pem_b, pem_a);
	CHECK_INT(x509_add_anchors(c.x, &added, text, strlen(text)), 0);
	CHECK_INT(added, 2);
	CHECK_INT(c.stats.certs_cached, 0); /* those come from the wire */
	x509_free(c.x);
	free(pem_a);
	free(pem_b);
	made_free(&a, true);
	made_free(&b, true);
}

RUN(test(the_same_bytes_are_the_same_chain), test(more_than_the_limit_is_cut_off),
	test(a_flood_drops_only_itself), test(a_flood_in_pairs), test(no_room),
	test(anchors_from_pem))
