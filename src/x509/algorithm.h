/* Signature algorithms, digests and curves: identifiers in, what OpenSSL calls them out. */
#ifndef X509_ALGORITHM_H
#define X509_ALGORITHM_H

#include "x509/oid.h"

enum signing {
	SIGN_OTHER, /* known by name, but not computed */
	SIGN_RSA,   /* PKCS #1 v1.5 */
	SIGN_PSS,
	SIGN_ECDSA,
	SIGN_ED25519,
	SIGN_ED448,
};

struct algorithm {
	struct oid oid;
	const char *name;
	enum signing signing;
	const char *digest; /* OpenSSL's name, or NULL */
};

/* NULL: not known. */
const struct algorithm *algorithm_find(struct wire oid);

/* RFC 4055 3.1: the digest and salt of RSASSA-PSS. */
struct pss {
	const char *digest;
	const char *mgf_digest;
	unsigned salt;
};

/* params: behind the OID of the AlgorithmIdentifier. */
bool pss_parse(struct pss *out, struct wire params);

struct curve {
	struct oid oid;
	const char *name; /* "P-256" */
	unsigned bits;
	const char *group; /* OpenSSL's name where we let it compute, else NULL */
};

const struct curve *curve_find(struct wire oid);

#endif
