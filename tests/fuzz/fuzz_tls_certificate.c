/* Certificate messages: a good one is all certificates and lengths, and its prefix reading says the
 * same. */
#include <assert.h>

#include "tls/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct tls_certs *certs, const uint8_t *data, size_t size)
{
	assert(certs->count <= CERTS_PARSED_MAX &&
		(certs->more == 0 || certs->count == CERTS_PARSED_MAX));
	for (size_t i = 0; i < certs->count; i++) {
		assert(certs->der[i].n > 0 && certs->der[i].p > data);
		assert(certs->der[i].n <= (size_t)(data + size - certs->der[i].p));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire staple, scts, response, body = wire_of(data, size);
	struct tls_certs certs, prefix;

	tls_certificate_parse_prefix(&prefix, body);
	check(&prefix, data, size);
	if (tls_certificate_parse(&certs, body)) {
		size_t n = 3;

		check(&certs, data, size);
		assert(certs.count == prefix.count && certs.more == prefix.more);
		for (size_t i = 0; i < certs.count; i++)
			n += 3 + certs.der[i].n;
		assert(certs.more > 0 || n == size);
	}
	if (tls13_certificate_parse(&certs, &staple, &scts, body)) {
		check(&certs, data, size);
		assert(staple.n < size && scts.n < size);
	}
	if (tls_certificate_status_parse(&response, body))
		assert(response.n == size - 4);
	return 0;
}
