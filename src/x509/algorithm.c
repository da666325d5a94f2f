/* Tables of signature algorithms, digests and curves. */
#include "x509/algorithm.h"

#include "x509/der.h"

static const struct algorithm algorithms[] = {
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x02"), "md2WithRSAEncryption", SIGN_OTHER, NULL },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x03"), "md4WithRSAEncryption", SIGN_OTHER, NULL },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"), "md5WithRSAEncryption", SIGN_RSA, "MD5" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"), "sha1WithRSAEncryption", SIGN_RSA, "SHA1" },
	{ OID("\x2b\x0e\x03\x02\x1d"), "sha1WithRSA", SIGN_RSA, "SHA1" },
	{ OID("\x2b\x0e\x03\x02\x03"), "md5WithRSA", SIGN_RSA, "MD5" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e"), "sha224WithRSAEncryption", SIGN_RSA,
		"SHA224" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), "sha256WithRSAEncryption", SIGN_RSA,
		"SHA256" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"), "sha384WithRSAEncryption", SIGN_RSA,
		"SHA384" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"), "sha512WithRSAEncryption", SIGN_RSA,
		"SHA512" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x10"), "sha512-256WithRSAEncryption", SIGN_RSA,
		"SHA512-256" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0f"), "sha512-224WithRSAEncryption", SIGN_RSA,
		"SHA512-224" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0e"), "RSA-SHA3-256", SIGN_RSA, "SHA3-256" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0f"), "RSA-SHA3-384", SIGN_RSA, "SHA3-384" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x10"), "RSA-SHA3-512", SIGN_RSA, "SHA3-512" },
	{ OID("\x2b\x24\x03\x03\x01\x02"), "ripemd160WithRSA", SIGN_RSA, "RIPEMD160" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"), "rsassaPss", SIGN_PSS, NULL },
	{ OID("\x2a\x86\x48\xce\x3d\x04\x01"), "ecdsa-with-SHA1", SIGN_ECDSA, "SHA1" },
	{ OID("\x2a\x86\x48\xce\x3d\x04\x03\x01"), "ecdsa-with-SHA224", SIGN_ECDSA, "SHA224" },
	{ OID("\x2a\x86\x48\xce\x3d\x04\x03\x02"), "ecdsa-with-SHA256", SIGN_ECDSA, "SHA256" },
	{ OID("\x2a\x86\x48\xce\x3d\x04\x03\x03"), "ecdsa-with-SHA384", SIGN_ECDSA, "SHA384" },
	{ OID("\x2a\x86\x48\xce\x3d\x04\x03\x04"), "ecdsa-with-SHA512", SIGN_ECDSA, "SHA512" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0a"), "ecdsa_with_SHA3-256", SIGN_ECDSA,
		"SHA3-256" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0b"), "ecdsa_with_SHA3-384", SIGN_ECDSA,
		"SHA3-384" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0c"), "ecdsa_with_SHA3-512", SIGN_ECDSA,
		"SHA3-512" },
	{ OID("\x2b\x65\x70"), "ED25519", SIGN_ED25519, NULL },
	{ OID("\x2b\x65\x71"), "ED448", SIGN_ED448, NULL },
	{ OID("\x2a\x86\x48\xce\x38\x04\x03"), "dsaWithSHA1", SIGN_OTHER, NULL },
	{ OID("\x2b\x0e\x03\x02\x1b"), "dsaWithSHA1-old", SIGN_OTHER, NULL },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x01"), "dsa_with_SHA224", SIGN_OTHER, NULL },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x02"), "dsa_with_SHA256", SIGN_OTHER, NULL },
	{ OID("\x2a\x81\x1c\xcf\x55\x01\x83\x75"), "SM2-with-SM3", SIGN_OTHER, NULL },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x11"), "ML-DSA-44", SIGN_OTHER, NULL },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x12"), "ML-DSA-65", SIGN_OTHER, NULL },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x13"), "ML-DSA-87", SIGN_OTHER, NULL },
};

static const struct curve curves[] = {
	{ OID("\x2a\x86\x48\xce\x3d\x03\x01\x07"), "P-256", 256, "prime256v1" },
	{ OID("\x2b\x81\x04\x00\x22"), "P-384", 384, "secp384r1" },
	{ OID("\x2b\x81\x04\x00\x23"), "P-521", 521, "secp521r1" },
	{ OID("\x2b\x81\x04\x00\x21"), "P-224", 224, "secp224r1" },
	{ OID("\x2a\x86\x48\xce\x3d\x03\x01\x01"), "P-192", 192, "prime192v1" },
	{ OID("\x2b\x81\x04\x00\x0a"), "secp256k1", 256, "secp256k1" },
	{ OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x07"), "brainpoolP256r1", 256, "brainpoolP256r1" },
	{ OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x0b"), "brainpoolP384r1", 384, "brainpoolP384r1" },
	{ OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x0d"), "brainpoolP512r1", 512, "brainpoolP512r1" },
	{ OID("\x2b\x81\x04\x00\x1f"), "secp192k1", 192, NULL },
	{ OID("\x2b\x81\x04\x00\x20"), "secp224k1", 224, NULL },
	{ OID("\x2b\x81\x04\x00\x01"), "sect163k1", 163, NULL },
	{ OID("\x2b\x81\x04\x00\x0f"), "sect163r2", 163, NULL },
	{ OID("\x2b\x81\x04\x00\x1a"), "sect233k1", 233, NULL },
	{ OID("\x2b\x81\x04\x00\x1b"), "sect233r1", 233, NULL },
	{ OID("\x2b\x81\x04\x00\x10"), "sect283k1", 283, NULL },
	{ OID("\x2b\x81\x04\x00\x11"), "sect283r1", 283, NULL },
	{ OID("\x2b\x81\x04\x00\x24"), "sect409k1", 409, NULL },
	{ OID("\x2b\x81\x04\x00\x25"), "sect409r1", 409, NULL },
	{ OID("\x2b\x81\x04\x00\x26"), "sect571k1", 571, NULL },
	{ OID("\x2b\x81\x04\x00\x27"), "sect571r1", 571, NULL },
	{ OID("\x2a\x81\x1c\xcf\x55\x01\x82\x2d"), "SM2", 256, NULL },
};

static const struct {
	struct oid oid;
	const char *name;
} digests[] = {
	{ OID("\x2b\x0e\x03\x02\x1a"), "SHA1" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x02\x04"), "SHA224" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x02\x01"), "SHA256" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x02\x02"), "SHA384" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x02\x03"), "SHA512" },
};

const struct algorithm *algorithm_find(struct wire oid)
{
	for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++)
		if (oid_is(oid, algorithms[i].oid))
			return &algorithms[i];
	return NULL;
}

const struct curve *curve_find(struct wire oid)
{
	for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
		if (oid_is(oid, curves[i].oid))
			return &curves[i];
	return NULL;
}

/* An AlgorithmIdentifier of a digest; its parameters are NULL or absent. */
static const char *take_digest(struct wire *w)
{
	struct wire identifier = der_take(w, DER_SEQUENCE);
	struct wire oid = der_take(&identifier, DER_OID);

	for (size_t i = 0; i < sizeof digests / sizeof *digests; i++)
		if (oid_is(oid, digests[i].oid))
			return digests[i].name;
	return NULL;
}

/* MGF1 is the only mask generation function there is. */
static const char *take_mgf(struct wire *w)
{
	static const struct oid mgf1 = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08");
	struct wire identifier = der_take(w, DER_SEQUENCE);

	return oid_is(der_take(&identifier, DER_OID), mgf1) ? take_digest(&identifier) : NULL;
}

bool pss_parse(struct pss *out, struct wire params)
{
	struct pss pss = { .digest = "SHA1", .mgf_digest = "SHA1", .salt = 20 };
	struct wire list = der_take(&params, DER_SEQUENCE);

	if (der_next_is(&list, DER_CONTEXT_OF(0))) {
		struct wire digest = der_take(&list, DER_CONTEXT_OF(0));
		pss.digest = take_digest(&digest);
	}
	if (der_next_is(&list, DER_CONTEXT_OF(1))) {
		struct wire mgf = der_take(&list, DER_CONTEXT_OF(1));
		pss.mgf_digest = take_mgf(&mgf);
	}
	if (der_next_is(&list, DER_CONTEXT_OF(2))) {
		struct wire field = der_take(&list, DER_CONTEXT_OF(2));
		struct wire salt = der_take_unsigned(&field);
		if (salt.bad || salt.n > 2) /* longer than any modulus */
			return false;
		pss.salt = (unsigned)wire_uint(&salt, (unsigned)salt.n);
	}
	if (der_next_is(&list, DER_CONTEXT_OF(3))) {
		struct wire field = der_take(&list, DER_CONTEXT_OF(3));
		struct wire trailer = der_take_unsigned(&field);
		if (!wire_equals(trailer, "\x01", 1))
			return false;
	}
	if (!wire_done(&list) || !wire_done(&params) || !pss.digest || !pss.mgf_digest)
		return false;
	*out = pss;
	return true;
}
