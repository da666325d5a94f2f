/* Fingerprints of a ClientHello, remembered: few kinds of clients say hello again and again. */
#ifndef TLS_FINGERPRINT_CACHE_H
#define TLS_FINGERPRINT_CACHE_H

#include "tls/fingerprint.h"

struct fingerprint_cache;
CHECKED int fingerprint_cache_new(struct fingerprint_cache **out, struct fingerprinter *f);
void fingerprint_cache_free(struct fingerprint_cache *cache);
OWN_CLEANUP(struct fingerprint_cache *, fingerprint_cache_free)

struct fingerprints {
	const char *ja3_text;
	char ja3[33];
	char ja4[37];
};

/* JA3 and JA4 of a hello; valid until the next call. carrier as for tls_ja4. */
const struct fingerprints *fingerprint_cache_get(
	struct fingerprint_cache *cache, const struct tls_client_hello *hello, char carrier);

#endif
