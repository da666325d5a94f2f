/* A verifier with anchors, and OpenSSL beside it as the judge of what is right. */
#ifndef UNIT_TEST_X509_BENCH_H
#define UNIT_TEST_X509_BENCH_H

#include "test_x509_make.h"

#include "x509/x509.h"

#define CA_EXT                                         \
	{                                              \
		"basicConstraints", "critical,CA:TRUE" \
	}
#define SAN_EXT(names)                  \
	{                               \
		"subjectAltName", names \
	}
#define IDS_EXT                                   \
	{ "subjectKeyIdentifier", "hash" },       \
	{                                         \
		"authorityKeyIdentifier", "keyid" \
	}

struct bench {
	struct x509 *x;
	struct onpath_stats stats;
	X509_STORE *store;
};

__attribute__((unused)) static void bench_open(struct bench *b)
{
	*b = (struct bench) { .store = X509_STORE_new() };
	CHECK_INT(x509_new(&b->x, 16 << 20, &b->stats), 0);
}

__attribute__((unused)) static void bench_close(struct bench *b)
{
	x509_free(b->x);
	X509_STORE_free(b->store);
}

__attribute__((unused)) static void trust(struct bench *b, const struct made *made)
{
	char *pem = made_pem(made);
	size_t added;

	CHECK_INT(x509_add_anchors(b->x, &added, pem, strlen(pem)), 0);
	CHECK_INT(added, 1);
	CHECK_INT(X509_STORE_add_cert(b->store, made->x509), 1);
	free(pem);
}

#define SENT_MAX 16

__attribute__((unused)) static bool openssl_accepts(
	struct bench *b, const struct made *const *sent, size_t n, int64_t at)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *rest = sk_X509_new_null();

	for (size_t i = 1; i < n; i++)
		sk_X509_push(rest, sent[i]->x509);
	X509_STORE_CTX_init(ctx, b->store, sent[0]->x509, rest);
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, at);
	X509_VERIFY_PARAM_set_auth_level(param, 0);
	X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
	bool good = X509_verify_cert(ctx) == 1;
	X509_STORE_CTX_free(ctx);
	sk_X509_free(rest);
	return good;
}

__attribute__((unused)) static struct x509_trust verify_only(
	struct bench *b, const struct made *const *sent, size_t n, int64_t at)
{
	struct wire der[SENT_MAX];
	struct x509_trust trust;

	for (size_t i = 0; i < n; i++)
		der[i] = made_der(sent[i]);
	const struct x509_chain *chain = x509_chain_get(b->x, der, n);
	assert_non_null(chain);
	x509_verify(&trust, b->x, chain, at);
	return trust;
}

/* Verifies, and demands that OpenSSL says the same. */
__attribute__((unused)) static struct x509_trust verify(
	struct bench *b, const struct made *const *sent, size_t n, int64_t at)
{
	struct x509_trust trust = verify_only(b, sent, n, at);

	CHECK_INT(trust.status == ONPATH_CHAIN_VERIFIED, openssl_accepts(b, sent, n, at));
	return trust;
}

#define SENT(...)                                     \
	(const struct made *const[]) { __VA_ARGS__ }, \
		sizeof((const struct made *[]) { __VA_ARGS__ }) / sizeof(struct made *)

__attribute__((unused)) static void free_all(struct made *made, size_t n)
{
	for (size_t i = 0; i < n; i++)
		made_free(&made[i], true);
}

enum { ROOT, MIDDLE, LEAF };

__attribute__((unused)) static void make_three(struct made out[3])
{
	out[ROOT] =
		MAKE(.subject = "/O=Root", .until = NOW + 300 * DAY, .ext = { CA_EXT, IDS_EXT });
	out[MIDDLE] = MAKE(.subject = "/O=Middle", .issuer = &out[ROOT], .until = NOW + 100 * DAY,
		.ext = { CA_EXT, IDS_EXT });
	out[LEAF] = MAKE(.subject = "/CN=leaf", .issuer = &out[MIDDLE],
		.ext = { SAN_EXT("DNS:host.example"), IDS_EXT });
}

#endif
