/* Hellos: all spans lie in the input, lists keep their limits, fingerprints have their form. */
#include <assert.h>
#include <stdio.h>

#include "tls/fingerprint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_span(struct wire span, const uint8_t *data, size_t size)
{
	assert(!span.bad);
	assert(span.n == 0 || (span.p >= data && span.n <= (size_t)(data + size - span.p)));
}

static void check_client(
	struct fingerprinter *f, const struct tls_client_hello *h, const uint8_t *data, size_t size)
{
	static char text[JA3_TEXT_MAX];
	char hash[33], ja4[37];

	check_span(h->random, data, size);
	check_span(h->session_id, data, size);
	check_span(h->point_formats, data, size);
	check_span(h->sni, data, size);
	assert(h->cipher_count <= TLS_LIST_MAX && h->extension_count <= TLS_LIST_MAX);
	assert(h->group_count <= TLS_LIST_MAX && h->sigalg_count <= TLS_LIST_MAX);
	assert(h->alpn_count <= TLS_ALPN_MAX);
	for (size_t i = 0; i < h->alpn_count; i++)
		check_span(h->alpn[i], data, size);
	tls_ja3(f, text, hash, h);
	assert(strlen(text) < JA3_TEXT_MAX && strlen(hash) == 32);
	tls_ja4(f, ja4, h, 't');
	assert(strlen(ja4) == 36 && ja4[10] == '_' && ja4[23] == '_');
}

static void check_server(
	struct fingerprinter *f, const struct tls_server_hello *h, const uint8_t *data, size_t size)
{
	static char text[JA3_TEXT_MAX];
	char hash[33];

	check_span(h->random, data, size);
	check_span(h->session_id, data, size);
	check_span(h->alpn, data, size);
	check_span(h->scts, data, size);
	assert(h->extension_count <= TLS_LIST_MAX);
	tls_ja3s(f, text, hash, h);
	assert(strlen(hash) == 32);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fingerprinter *f;
	static struct tls_client_hello client;
	static struct tls_server_hello server;

	if (!f && fingerprinter_new(&f) != 0)
		return 0;
	for (int dtls = 0; dtls < 2; dtls++) {
		if (tls_client_hello_parse(&client, wire_of(data, size), dtls))
			check_client(f, &client, data, size);
	}
	if (tls_sslv2_client_hello_parse(&client, wire_of(data, size)))
		check_client(f, &client, data, size);
	if (tls_server_hello_parse(&server, wire_of(data, size)))
		check_server(f, &server, data, size);
	return 0;
}
