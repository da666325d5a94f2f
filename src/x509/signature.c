/* Verifies the signatures of certificates with OpenSSL, from spans that were measured before. */
#include "x509/signature.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>

#include "util/limits.h"
#include "x509/der.h"

OWN_CLEANUP(EVP_PKEY *, EVP_PKEY_free)
OWN_CLEANUP(EVP_PKEY_CTX *, EVP_PKEY_CTX_free)
OWN_CLEANUP(EVP_MD_CTX *, EVP_MD_CTX_free)

int crypto_init(struct crypto *crypto)
{
	*crypto = (struct crypto) { .lib = NULL };
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return -ENOMEM;
	crypto->lib = OSSL_LIB_CTX_new();
	crypto->provider = crypto->lib ? OSSL_PROVIDER_load(crypto->lib, "default") : NULL;
	if (crypto->provider) {
		crypto->sha1 = EVP_MD_fetch(crypto->lib, "SHA1", NULL);
		crypto->sha256 = EVP_MD_fetch(crypto->lib, "SHA256", NULL);
		crypto->md = EVP_MD_CTX_new();
	}
	if (crypto->sha1 && crypto->sha256 && crypto->md)
		return 0;
	crypto_deinit(crypto);
	return -ENOMEM;
}

void crypto_deinit(struct crypto *crypto)
{
	EVP_MD_CTX_free(crypto->md);
	EVP_MD_free(crypto->sha256);
	EVP_MD_free(crypto->sha1);
	if (crypto->provider)
		OSSL_PROVIDER_unload(crypto->provider);
	OSSL_LIB_CTX_free(crypto->lib);
	*crypto = (struct crypto) { .lib = NULL };
}

static int digest(struct crypto *crypto, uint8_t *out, const EVP_MD *md, struct wire bytes)
{
	bool good = EVP_DigestInit_ex2(crypto->md, md, NULL) == 1 &&
		    EVP_DigestUpdate(crypto->md, bytes.p, bytes.n) == 1 &&
		    EVP_DigestFinal_ex(crypto->md, out, NULL) == 1;

	return good ? 0 : -ENOMEM;
}

int crypto_sha1(struct crypto *crypto, uint8_t out[20], struct wire bytes)
{
	return digest(crypto, out, crypto->sha1, bytes);
}

int crypto_sha256(struct crypto *crypto, uint8_t out[32], struct wire bytes)
{
	return digest(crypto, out, crypto->sha256, bytes);
}

/* OSSL_PARAM takes numbers in the byte order of the machine; we build it from bytes, least
 * significant first. */
static OSSL_PARAM number_param(const char *name, uint8_t *reversed, struct wire magnitude)
{
	static const union {
		uint16_t number;
		uint8_t first;
	} order = { .number = 1 };

	for (size_t i = 0; i < magnitude.n; i++)
		reversed[order.first == 1 ? magnitude.n - 1 - i : i] = magnitude.p[i];
	return OSSL_PARAM_construct_BN(name, reversed, magnitude.n);
}

static EVP_PKEY *import(struct crypto *crypto, const char *type, OSSL_PARAM *params)
{
	CLEANUP(EVP_PKEY_CTX_free)
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(crypto->lib, type, NULL);
	EVP_PKEY *key = NULL;

	if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		return NULL;
	return key;
}

static EVP_PKEY *import_rsa(struct crypto *crypto, const struct public_key *key)
{
	uint8_t modulus[RSA_BITS_MAX / 8], exponent[RSA_EXPONENT_BITS_MAX / 8];
	OSSL_PARAM params[] = {
		number_param(OSSL_PKEY_PARAM_RSA_N, modulus, key->modulus),
		number_param(OSSL_PKEY_PARAM_RSA_E, exponent, key->public),
		OSSL_PARAM_construct_end(),
	};

	return import(crypto, "RSA", params);
}

static EVP_PKEY *import_ec(struct crypto *crypto, const struct public_key *key)
{
	char group[24];
	uint8_t point[1 + 2 * 66]; /* P-521, the largest */

	if (strlen(key->curve->group) >= sizeof group || key->public.n == 0 ||
		key->public.n > sizeof point)
		return NULL;
	memcpy(group, key->curve->group, strlen(key->curve->group) + 1);
	memcpy(point, key->public.p, key->public.n);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, key->public.n),
		OSSL_PARAM_construct_end(),
	};
	return import(crypto, "EC", params);
}

static EVP_PKEY *import_key(struct crypto *crypto, const struct public_key *key)
{
	if (key->use != KEY_USED)
		return NULL;
	switch (key->type) {
	case ONPATH_KEY_RSA:
		return import_rsa(crypto, key);
	case ONPATH_KEY_EC:
		return import_ec(crypto, key);
	case ONPATH_KEY_ED25519:
		return EVP_PKEY_new_raw_public_key_ex(
			crypto->lib, "ED25519", NULL, key->public.p, key->public.n);
	case ONPATH_KEY_ED448:
		return EVP_PKEY_new_raw_public_key_ex(
			crypto->lib, "ED448", NULL, key->public.p, key->public.n);
	default:
		return NULL;
	}
}

/* The signature's kind and the key's must belong together, or it is no signature of this key. */
static bool fits(enum signing signing, enum onpath_key_type type)
{
	static const enum onpath_key_type of[] = {
		[SIGN_RSA] = ONPATH_KEY_RSA,
		[SIGN_PSS] = ONPATH_KEY_RSA,
		[SIGN_ECDSA] = ONPATH_KEY_EC,
		[SIGN_ED25519] = ONPATH_KEY_ED25519,
		[SIGN_ED448] = ONPATH_KEY_ED448,
	};

	return of[signing] == type;
}

static bool set_pss(EVP_PKEY_CTX *ctx, const struct pss *pss)
{
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, (int)pss->salt) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, pss->mgf_digest, NULL) == 1;
}

static enum proof compute(
	struct crypto *crypto, const struct cert *cert, EVP_PKEY *key, const struct pss *pss)
{
	CLEANUP(EVP_MD_CTX_free) EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY_CTX *ctx = NULL; /* owned by md */
	const char *name = pss ? pss->digest : cert->signing->digest;

	if (!md || EVP_DigestVerifyInit_ex(md, &ctx, name, crypto->lib, NULL, key, NULL) != 1)
		return PROOF_NONE;
	if (pss && !set_pss(ctx, pss))
		return PROOF_NONE;
	int result = EVP_DigestVerify(
		md, cert->signature.p, cert->signature.n, cert->tbs.p, cert->tbs.n);
	return result == 1 ? PROOF_GOOD : PROOF_BAD;
}

static bool read_pss(struct pss *out, const struct cert *cert)
{
	struct wire whole = cert->algorithm;
	struct wire list = der_take(&whole, DER_SEQUENCE);

	(void)der_take(&list, DER_OID);
	return pss_parse(out, list);
}

/* OpenSSL has no other way to say that it did not come to an answer. */
static bool out_of_memory(void)
{
	return ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE;
}

enum proof signature_check(
	struct crypto *crypto, const struct cert *cert, struct cert *issuer, bool keep)
{
	struct pss pss;
	bool is_pss = cert->signing && cert->signing->signing == SIGN_PSS;

	if (issuer->key.use == KEY_REFUSED)
		return PROOF_BAD;
	if (!cert->signing || cert->signing->signing == SIGN_OTHER ||
		issuer->key.use == KEY_SKIPPED)
		return PROOF_NONE;
	if (!fits(cert->signing->signing, issuer->key.type) || (is_pss && !read_pss(&pss, cert)))
		return PROOF_BAD;
	if (issuer->key.type == ONPATH_KEY_RSA && cert->signature.n != (issuer->key.bits + 7) / 8)
		return PROOF_BAD;
	if (!issuer->evp_tried)
		issuer->evp = import_key(crypto, &issuer->key);
	issuer->evp_tried = true;
	enum proof proof =
		issuer->evp ? compute(crypto, cert, issuer->evp, is_pss ? &pss : NULL) : PROOF_BAD;
	if (!keep) {
		EVP_PKEY_free(issuer->evp);
		issuer->evp = NULL;
		issuer->evp_tried = false;
	}
	if (proof == PROOF_BAD && out_of_memory())
		proof = PROOF_NONE;
	ERR_clear_error();
	return proof;
}

void signature_key_free(struct evp_pkey_st *key)
{
	EVP_PKEY_free(key);
}
