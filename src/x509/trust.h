/* The state behind x509.h, shared by its parts: cache, anchors, paths. */
#ifndef X509_TRUST_H
#define X509_TRUST_H

#include "x509/cert.h"
#include "x509/hash.h"
#include "x509/signature.h"
#include "x509/table.h"
#include "x509/x509.h"

/* A place in a list that runs through its own head. */
struct link {
	struct link *before;
	struct link *after;
};

/* How a chain stood when it was verified last, and for which times and knowledge that holds. */
struct verdict {
	struct verdict *retired; /* the next of those that wait for x509_trim */
	enum onpath_chain_status status;
	int64_t from;        /* the same from here … */
	int64_t until;       /* … to here */
	uint64_t generation; /* intermediates known then; does not matter once a path verified */
	const struct onpath_cert *bad;
	size_t path_len;
	const struct onpath_cert *path[CERTS_PATH_MAX];
	struct cert *certs[CERTS_PATH_MAX]; /* the same; a reference each */
};

/* What becomes known of a chain after it was made. */
struct chain_state {
	struct verdict *verdict; /* owned; NULL: not verified yet */
	enum proof signs_itself;
	bool signs_itself_known;
};

struct x509_chain {
	struct node by_content;
	struct link link;
	bool recent;  /* used since it was last looked at for dropping */
	bool kept;    /* in the list of those that were used again */
	size_t bytes; /* of this, and of the certificates that came with it */
	struct chain_state *state;
	size_t n;
	struct cert **certs; /* a reference each */
	const struct onpath_cert **facts;
};

struct x509 {
	struct onpath_stats *stats; /* borrowed */
	struct content_key content_key;
	struct crypto crypto;
	uint64_t next_id;

	struct table certs;       /* all that were sent, and anchors, by content */
	struct table chains;      /* by content */
	struct table issuers;     /* anchors and intermediates, by subject */
	struct table anchor_keys; /* anchors of which only the key is known, by the text of the
				     subject */

	uint64_t max_bytes;
	uint64_t bytes;         /* of what can be dropped */
	struct link new_chains; /* newest first */
	struct link kept_chains;
	uint64_t kept_bytes;
	struct cert *intermediates[INTERMEDIATES_MAX]; /* a reference each */
	size_t intermediate_count;
	size_t intermediate_hand; /* the next to be looked at for dropping */
	uint64_t intermediate_bytes;
	uint64_t generation;     /* grows when an intermediate is learnt */
	struct verdict *retired; /* replaced, but perhaps still looked at */
};

/* The one certificate with these bytes, with a reference for the caller. *known: it was there.
 * NULL: out of memory. */
struct cert *cache_cert(struct x509 *x, bool *known, struct wire der);

/* Gives a reference back; the last one frees. */
void cache_unref(struct x509 *x, struct cert *cert);

/* Frees a verdict at the next x509_trim, or at once. Both take NULL. */
void verdict_retire(struct x509 *x, struct verdict *verdict);
void verdict_free(struct x509 *x, struct verdict *verdict);

/* Remembers a CA certificate that an anchor stands behind. */
void intermediate_learn(struct x509 *x, struct cert *cert);

/* Whether issuer's key signed cert: from memory, or computed while the budget lasts. */
enum proof proof_of(struct x509 *x, struct cert *cert, struct cert *issuer, unsigned *budget);

/* Computes self_signed, once. */
void settle(struct x509 *x, struct cert *cert, unsigned *budget);

/*
 * Whether the certificates of a path, leaf first, anchor last, may do what they do here: EKU, key
 * usage, name constraints and critical extensions. ONPATH_CHAIN_VERIFIED, _CONSTRAINED or _SKIPPED,
 * and the certificate that it speaks of.
 */
enum onpath_chain_status constraints_check(const struct content_key *key,
	const struct onpath_cert **bad, struct cert *const *path, size_t n);

#endif
