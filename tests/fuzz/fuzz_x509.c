/* One certificate: facts are whole and within their limits, or there are none. */
#include <assert.h>
#include <stdlib.h>

#include "x509/cert.h"
#include "util/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Valid UTF-8, by its own rules and not by those of the program. */
static void check_text(const char *text)
{
	if (!text)
		return;
	const uint8_t *p = (const uint8_t *)text;
	assert(strlen(text) <= CERT_TEXT_MAX);
	while (*p != 0) {
		size_t more = *p < 0x80   ? 0
			      : *p < 0xc2 ? 9
			      : *p < 0xe0 ? 1
			      : *p < 0xf0 ? 2
			      : *p < 0xf5 ? 3
					  : 9;
		assert(more < 9);
		for (p++; more > 0; more--, p++)
			assert((*p & 0xc0) == 0x80);
	}
}

static void check_parsed(const struct onpath_cert *facts)
{
	assert(facts->version >= 1 && facts->version <= 3);
	assert(facts->serial[0] != '\0' && facts->signature_alg[0] != '\0');
	assert(facts->dns_name_count + facts->ip_addr_count <= CERT_NAMES_MAX);
	assert(facts->extension_count <= CERT_EXTENSIONS_MAX);
	for (size_t i = 0; i < facts->dns_name_count; i++)
		check_text(facts->dns_names[i]);
	for (size_t i = 0; i < facts->extension_count; i++)
		assert(facts->extensions[i].oid[0] != '\0');
	for (size_t i = 0; i < facts->ip_addr_count; i++)
		assert(facts->ip_addrs[i].family == 4 || facts->ip_addrs[i].family == 6);
	check_text(facts->subject_cn);
	check_text(facts->subject_o);
	check_text(facts->issuer_cn);
	check_text(facts->issuer_o);
	check_text(facts->comment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct content_key key = { .words = { 1, 2, 3 } };
	struct cert *cert = cert_new(wire_of(data, size), &key);

	if (!cert)
		return 0;
	const struct onpath_cert *facts = &cert->facts;
	assert(facts->der.len == size && (size == 0 || memcmp(facts->der.data, data, size) == 0));
	assert(facts->parsed == !facts->problem);
	assert(facts->subject && facts->issuer && facts->serial && facts->signature_alg);
	check_text(facts->subject);
	check_text(facts->issuer);
	if (facts->parsed)
		check_parsed(facts);
	assert(cert->bytes < 64 * size + 65536); /* memory grows with what was sent, not faster */
	cert_free(cert);
	return 0;
}
