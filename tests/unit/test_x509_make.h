/* Certificates for tests, made with libcrypto while the test runs: a few words in, DER out. */
#ifndef UNIT_TEST_X509_MAKE_H
#define UNIT_TEST_X509_MAKE_H

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "check.h"
#include "util/wire.h"

/* 2023-11-14, the day the tests are about. */
#define NOW 1700000000
#define DAY 86400

struct made {
	X509 *x509;
	EVP_PKEY *key;
	uint8_t *der;
	size_t n;
};

struct make {
	const char *subject;       /* "/C=US/CN=host" */
	const struct made *issuer; /* NULL: itself */
	const char *issuer_name;   /* another name than the issuer's */
	EVP_PKEY *key;             /* NULL: a new one on P-256 */
	const char *digest;        /* NULL: SHA256 */
	bool pss;
	bool v1;
	int64_t from;  /* 0: ten days before NOW */
	int64_t until; /* 0: ten days after */
	struct {
		const char *name;
		const char *value;
	} ext[6];
};

__attribute__((unused)) static EVP_PKEY *make_ec(const char *curve)
{
	EVP_PKEY *key = EVP_EC_gen(curve);

	assert_non_null(key);
	return key;
}

__attribute__((unused)) static EVP_PKEY *make_rsa(size_t bits)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits);

	assert_non_null(key);
	return key;
}

__attribute__((unused)) static EVP_PKEY *make_named(const char *type)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, type);

	assert_non_null(key);
	return key;
}

/* The curve is written out as numbers, as in the certificates of CVE-2020-0601. */
__attribute__((unused)) static EVP_PKEY *make_explicit(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1), 1);
	assert_int_equal(EVP_PKEY_CTX_set_ec_param_enc(ctx, OPENSSL_EC_EXPLICIT_CURVE), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static X509_NAME *make_name(const char *text)
{
	X509_NAME *name = X509_NAME_new();
	char *copy = strdup(text), *rest = copy;

	for (char *part = strsep(&rest, "/"); part; part = strsep(&rest, "/")) {
		char *value = strchr(part, '=');
		if (!value)
			continue;
		*value++ = '\0';
		assert_int_equal(X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8,
					 (unsigned char *)value, -1, -1, 0),
			1);
	}
	free(copy);
	return name;
}

static void make_extensions(const struct make *make, X509 *issuer, X509 *x509)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
	X509V3_set_ctx_nodb(&ctx);
	for (size_t i = 0; i < 6 && make->ext[i].name; i++) {
		X509_EXTENSION *ext =
			X509V3_EXT_nconf(NULL, &ctx, make->ext[i].name, make->ext[i].value);
		assert_non_null(ext);
		assert_int_equal(X509_add_ext(x509, ext, -1), 1);
		X509_EXTENSION_free(ext);
	}
}

static void make_sign(const struct make *make, X509 *x509, EVP_PKEY *key)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY_CTX *ctx = NULL;
	bool ed = EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448");
	const char *digest = ed ? NULL : make->digest ? make->digest : "SHA256";

	assert_int_equal(EVP_DigestSignInit_ex(md, &ctx, digest, NULL, NULL, key, NULL), 1);
	if (make->pss)
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING), 1);
	assert_true(X509_sign_ctx(x509, md) > 0);
	EVP_MD_CTX_free(md);
}

__attribute__((unused)) static struct made make(const struct make *make)
{
	static long serial = 1000;
	struct made made = { .x509 = X509_new(), .key = make->key ? make->key : make_ec("P-256") };
	X509_NAME *subject = make_name(make->subject);
	X509_NAME *issuer = make->issuer_name ? make_name(make->issuer_name)
			    : make->issuer
				    ? X509_NAME_dup(X509_get_subject_name(make->issuer->x509))
				    : X509_NAME_dup(subject);

	X509_set_version(made.x509, make->v1 ? 0 : 2);
	ASN1_INTEGER_set(X509_get_serialNumber(made.x509), serial++);
	X509_set_subject_name(made.x509, subject);
	X509_set_issuer_name(made.x509, issuer);
	ASN1_TIME_set(
		X509_getm_notBefore(made.x509), make->from != 0 ? make->from : NOW - 10 * DAY);
	ASN1_TIME_set(
		X509_getm_notAfter(made.x509), make->until != 0 ? make->until : NOW + 10 * DAY);
	assert_int_equal(X509_set_pubkey(made.x509, made.key), 1);
	make_extensions(make, make->issuer ? make->issuer->x509 : made.x509, made.x509);
	make_sign(make, made.x509, make->issuer ? make->issuer->key : made.key);
	int n = i2d_X509(made.x509, &made.der);
	assert_true(n > 0);
	made.n = (size_t)n;
	X509_NAME_free(subject);
	X509_NAME_free(issuer);
	return made;
}
#define MAKE(...) make(&(struct make) { __VA_ARGS__ })

/* The key goes with its last certificate. */
__attribute__((unused)) static void made_free(struct made *made, bool with_key)
{
	X509_free(made->x509);
	OPENSSL_free(made->der);
	if (with_key)
		EVP_PKEY_free(made->key);
}

static inline struct wire made_der(const struct made *made)
{
	return wire_of(made->der, made->n);
}

/* The PEM text of a certificate; freed by the caller. */
__attribute__((unused)) static char *made_pem(const struct made *made)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;

	PEM_write_bio_X509(bio, made->x509);
	long n = BIO_get_mem_data(bio, &data);
	char *text = strndup(data, (size_t)n);
	BIO_free(bio);
	return text;
}

#endif
