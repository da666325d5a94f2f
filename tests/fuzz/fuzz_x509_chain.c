/* A chain, each certificate behind a length of two bytes: looked up, verified, compared, and
 * dropped. */
#include <assert.h>

#include "x509/x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_trust(const struct x509_trust *trust)
{
	assert(trust->status < ONPATH_CHAIN_STATUSES);
	assert(trust->path_len <= CERTS_PATH_MAX);
	assert(trust->status != ONPATH_CHAIN_VERIFIED || (trust->path_len > 0 && !trust->bad));
	for (size_t i = 0; i < trust->path_len; i++)
		assert(trust->path[i]->parsed);
}

/* The first certificate of the input is an anchor in its key, so that paths are found. */
static void add_anchor(struct x509 *x, struct wire in)
{
	struct wire name = wire_vec(&in, 1);
	struct wire spki = wire_vec(&in, 2);
	char text[256] = "";

	memcpy(text, name.n > 0 ? name.p : (const uint8_t *)"", name.n);
	if (x509_add_anchor_key(x, text, spki, 0, INT64_MAX) == 0)
		assert(spki.n > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct onpath_stats stats = { .certs_cached = 0 };
	struct wire in = wire_of(data, size);
	struct wire der[CERTS_PARSED_MAX];
	struct x509 *x;
	struct x509_trust trust;
	size_t n = 0, got;

	if (x509_new(&x, 1 << 16, &stats) < 0)
		return 0;
	add_anchor(x, wire_vec(&in, 2));
	while (in.n > 0 && n < CERTS_PARSED_MAX)
		der[n++] = wire_vec(&in, 2);
	const struct x509_chain *chain = x509_chain_get(x, der, n);
	assert(chain && chain == x509_chain_get(x, der, n));
	const struct onpath_cert *const *certs = x509_chain_certs(chain, &got);
	assert(got == n);
	for (size_t i = 0; i < 4; i++) {
		x509_verify(&trust, x, chain, (int64_t)i * 600000000);
		check_trust(&trust);
	}
	assert(stats.signatures_checked <=
		CERTS_PARSED_MAX + 4 * CHAIN_SIGNATURES_MAX + CERTS_PATH_MAX);
	if (n > 0 && x509_name_matches(certs[0], "host.example"))
		assert(certs[0]->parsed);
	(void)x509_leaf_signs_itself(x, chain);
	x509_trim(x);
	x509_free(x);
	return 0;
}
