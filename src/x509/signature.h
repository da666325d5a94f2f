/* Signatures and digests: spans and keys in, good or bad out. The only file that calls OpenSSL to
 * compute. */
#ifndef X509_SIGNATURE_H
#define X509_SIGNATURE_H

#include <openssl/types.h>

#include "util/own.h"
#include "x509/cert.h"

/* A library context of our own: no configuration file, no engine, only the default provider. */
struct crypto {
	OSSL_LIB_CTX *lib;
	OSSL_PROVIDER *provider;
	EVP_MD *sha1;
	EVP_MD *sha256;
	EVP_MD_CTX *md;
};

/* 0 or -ENOMEM; crypto_deinit also takes a half-built one. */
CHECKED int crypto_init(struct crypto *crypto);
void crypto_deinit(struct crypto *crypto);

/* 0 or -ENOMEM. */
CHECKED int crypto_sha1(struct crypto *crypto, uint8_t out[20], struct wire bytes);
CHECKED int crypto_sha256(struct crypto *crypto, uint8_t out[32], struct wire bytes);

/* Whether the key of issuer made the signature of cert. Keeps the key in issuer if keep. */
enum proof signature_check(
	struct crypto *crypto, const struct cert *cert, struct cert *issuer, bool keep);

/* Of a key that signature_check kept. */
void signature_key_free(struct evp_pkey_st *key);

/* About what a kept key takes of memory. */
#define SIGNATURE_KEY_BYTES 4096

#endif
