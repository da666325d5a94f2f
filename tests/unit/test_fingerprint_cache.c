/* tls/fingerprint_cache: what is remembered is what would be computed, for every kind of hello. */
#include "check.h"

#include "tls/fingerprint_cache.h"

static struct tls_client_hello hello_of(unsigned seed)
{
	struct tls_client_hello h = { .legacy_version = 0x0303,
		.version = seed % 2 ? TLS_1_3 : TLS_1_2 };

	h.cipher_count = 1 + seed % 7;
	for (size_t i = 0; i < h.cipher_count; i++)
		h.ciphers[i] = (uint16_t)(0xc000 + seed * 3 + i);
	h.extension_count = seed % 5;
	for (size_t i = 0; i < h.extension_count; i++)
		h.extensions[i] = (uint16_t)(10 + seed + i);
	h.group_count = seed % 3;
	h.groups[0] = 29;
	h.groups[1] = 23;
	h.sigalg_count = seed % 2;
	h.sigalgs[0] = 0x0403;
	h.alpn_count = seed % 4 == 0;
	h.alpn[0] = seed % 8 ? wire_of("h2", 2) : wire_of("http/1.1", 8);
	h.point_formats = wire_of("\0\1", seed % 3);
	return h;
}

static void gives_what_is_computed(void **state)
{
	(void)state;
	static const char carriers[] = "tqd";
	static char text[JA3_TEXT_MAX];
	CLEANUP(fingerprinter_free) struct fingerprinter *f = NULL;
	CLEANUP(fingerprint_cache_free) struct fingerprint_cache *cache = NULL;
	char ja3[33], ja4[37];

	CHECK_INT(fingerprinter_new(&f), 0);
	CHECK_INT(fingerprint_cache_new(&cache, f), 0);
	for (unsigned round = 0; round < 3; round++)
		for (unsigned seed = 0; seed < 1000; seed++) {
			struct tls_client_hello h = hello_of(seed);
			char carrier = carriers[(seed + round) % 3];
			const struct fingerprints *got = fingerprint_cache_get(cache, &h, carrier);

			tls_ja3(f, text, ja3, &h);
			tls_ja4(f, ja4, &h, carrier);
			CHECK_TEXT(got->ja3, ja3);
			CHECK_TEXT(got->ja4, ja4);
			CHECK_TEXT(got->ja3_text, text);
		}
}

/* What is no part of a fingerprint does not make another; what is, does. */
static void tells_kinds_apart(void **state)
{
	(void)state;
	CLEANUP(fingerprinter_free) struct fingerprinter *f = NULL;
	CLEANUP(fingerprint_cache_free) struct fingerprint_cache *cache = NULL;
	struct tls_client_hello a = hello_of(3), b = a;

	CHECK_INT(fingerprinter_new(&f), 0);
	CHECK_INT(fingerprint_cache_new(&cache, f), 0);
	const struct fingerprints *first = fingerprint_cache_get(cache, &a, 't');
	b.sni = wire_of("other.example", 13);
	b.random = wire_of("r", 1);
	CHECK(fingerprint_cache_get(cache, &b, 't') == first);
	b.alpn_count = 1;
	b.alpn[0] = wire_of("h3", 2);
	CHECK(strncmp(fingerprint_cache_get(cache, &b, 't')->ja4 + 8, "h3", 2) == 0);
}

/* Too long to be kept: computed each time. */
static void long_hellos(void **state)
{
	(void)state;
	CLEANUP(fingerprinter_free) struct fingerprinter *f = NULL;
	CLEANUP(fingerprint_cache_free) struct fingerprint_cache *cache = NULL;
	static char text[JA3_TEXT_MAX];
	struct tls_client_hello h = hello_of(1);
	char ja3[33];

	CHECK_INT(fingerprinter_new(&f), 0);
	CHECK_INT(fingerprint_cache_new(&cache, f), 0);
	h.cipher_count = h.extension_count = h.group_count = TLS_LIST_MAX;
	for (unsigned round = 0; round < 2; round++) {
		h.ciphers[200] = (uint16_t)(round + 1);
		tls_ja3(f, text, ja3, &h);
		CHECK_TEXT(fingerprint_cache_get(cache, &h, 't')->ja3, ja3);
	}
}

RUN(test(gives_what_is_computed), test(tells_kinds_apart), test(long_hellos))
