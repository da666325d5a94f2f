/* One certificate: DER in, facts out, and the spans that verification reads. */
#ifndef X509_CERT_H
#define X509_CERT_H

#include <onpath/event.h>

#include "x509/algorithm.h"
#include "x509/arena.h"
#include "x509/hash.h"
#include "x509/key.h"
#include "x509/table.h"

/* Whether a key made a signature. */
enum proof {
	PROOF_BAD,
	PROOF_GOOD,
	PROOF_NONE, /* cannot tell: an algorithm or a size we do not compute, or the budget is used
		       up */
};

/* Signatures are computed once: what came out for the last few keys that were tried on one
 * certificate. */
#define PROOFS_KEPT 4

struct known_proof {
	bool used;
	uint8_t spki_sha256[32]; /* of the key that was tried */
	enum proof proof;
};

struct evp_pkey_st;

struct cert {
	struct onpath_cert facts;
	struct wire tbs;       /* what is signed; all spans lie in facts.der */
	struct wire algorithm; /* AlgorithmIdentifier behind it, whole */
	struct wire signature;
	struct wire spki;        /* whole */
	struct wire subject;     /* contents of the name */
	struct wire alt_names;   /* contents of subjectAltName */
	struct wire constraints; /* contents of nameConstraints, or bad */
	struct public_key key;
	const struct algorithm *signing; /* NULL: not known */
	uint64_t subject_digest;
	uint64_t issuer_digest;
	bool over_limit; /* not parsed because of one */
	bool has_constraints;
	bool has_basic;    /* basicConstraints */
	bool server_gated; /* extendedKeyUsage names the server-gated cryptography of the 1990s */
	bool unknown_critical; /* a critical extension that nobody here reads */
	bool defective; /* readable, but not as RFC 5280 demands: no client should accept it */

	struct arena arena;
	size_t bytes; /* of memory, all together */
	struct node by_content;
	struct node by_subject; /* anchors and intermediates */
	unsigned refs;
	bool counted; /* in certs_cached */
	bool anchor;
	bool intermediate;       /* remembered to complete chains */
	bool recent;             /* used since it was last looked at for dropping */
	bool settled;            /* self_signed has been computed */
	enum proof self_proof;   /* what came out; PROOF_BAD where it is not self-issued */
	struct evp_pkey_st *evp; /* owned; NULL until a signature was computed with it */
	bool evp_tried;
	struct known_proof proofs[PROOFS_KEPT];
	unsigned next_proof;
};

/* Reads a copy of der. The hashes and id are the caller's to fill. NULL: out of memory. */
struct cert *cert_new(struct wire der, const struct content_key *key);

/* A certificate that never was: an anchor of which only name and key are known. NULL: out of
 * memory, or no key. */
struct cert *cert_new_anchor(const char *name, struct wire spki, int64_t from, int64_t until);

void cert_free(struct cert *cert);
OWN_CLEANUP(struct cert *, cert_free)

/* The contents of the subjectAltName of a certificate, all of it; empty: there is none. */
struct wire cert_alt_names(struct wire der);

/* Reads the extensions into facts; list: contents of Extensions. */
void extensions_read(struct cert *cert, struct wire list);

/* The names of a subjectAltName, one after the other. False: none is left; w bad: malformed. */
struct alt_name {
	uint8_t tag; /* DER_CONTEXT(2) dNSName, DER_CONTEXT(7) iPAddress … */
	struct wire value;
};
bool alt_name_next(struct alt_name *out, struct wire *w);

#endif
