/* JA3, JA3S (salesforce/ja3, BSD-3) and JA4 (FoxIO, BSD-3): hello in, text out. */
#ifndef TLS_FINGERPRINT_H
#define TLS_FINGERPRINT_H

#include "tls/hello.h"
#include "util/own.h"

#define JA3_TEXT_MAX                                                                 \
	8192 /* the string before hashing; longer ones are hashed whole but kept cut \
	      */

/* Digest contexts, reused from hello to hello. */
struct fingerprinter;
CHECKED int fingerprinter_new(struct fingerprinter **out);
void fingerprinter_free(struct fingerprinter *f);
OWN_CLEANUP(struct fingerprinter *, fingerprinter_free)

/* text (NUL-terminated) and hex MD5 of it. */
void tls_ja3(struct fingerprinter *f, char text[JA3_TEXT_MAX], char hash[33],
	const struct tls_client_hello *hello);
void tls_ja3s(struct fingerprinter *f, char text[JA3_TEXT_MAX], char hash[33],
	const struct tls_server_hello *hello);

/* carrier: 't' TCP, 'q' QUIC, 'd' DTLS. 36 characters. */
void tls_ja4(
	struct fingerprinter *f, char out[37], const struct tls_client_hello *hello, char carrier);

#endif
