/* DER -> plain facts; chain -> verified at a time, or why not. The only place that knows OpenSSL's
 * certificate types. */
#ifndef X509_X509_H
#define X509_X509_H

#include <onpath/event.h>
#include <onpath/stats.h>

#include "util/limits.h"
#include "util/own.h"
#include "util/wire.h"

/* Anchors, certificates by content, chains by content, intermediates seen. */
struct x509;

/* stats is borrowed. max_bytes: of the cache. 0 or -ENOMEM; free with x509_free. */
CHECKED int x509_new(struct x509 **out, uint64_t max_bytes, struct onpath_stats *stats);
void x509_free(struct x509 *x);
OWN_CLEANUP(struct x509 *, x509_free)

/* Adds every certificate of a PEM text as an anchor. 0, -EBADMSG (none in it), -ENOMEM. Before the
 * first chain. */
CHECKED int x509_add_anchors(struct x509 *x, size_t *added, const char *pem, size_t n);

/*
 * Adds a public key that was an anchor in its time, without a certificate: what it signed verifies.
 * spki: DER of SubjectPublicKeyInfo. name: its subject, as in onpath_cert. 0, -EBADMSG, -ENOMEM.
 */
CHECKED int x509_add_anchor_key(
	struct x509 *x, const char *name, struct wire spki, int64_t from, int64_t until);

/*
 * A chain as it was sent, leaf first; the same bytes give the same pointer, parsed once. Borrowed
 * from x until the next x509_trim. NULL: out of memory. n at most CERTS_PARSED_MAX.
 */
struct x509_chain;
const struct x509_chain *x509_chain_get(struct x509 *x, const struct wire *der, size_t n);

/* As sent, leaf first. A certificate that does not parse has parsed false. */
const struct onpath_cert *const *x509_chain_certs(const struct x509_chain *chain, size_t *n);

/* How a chain stands at one time (seconds since 1970). Path: leaf first, anchor last; empty unless
 * a signature path was found. */
struct x509_trust {
	enum onpath_chain_status status;
	const struct onpath_cert *const *path; /* borrowed as the chain */
	size_t path_len;
	const struct onpath_cert *bad; /* the certificate the status speaks of, or NULL */
};

/*
 * Verifies at a time. Signatures are computed once for each pair of certificates, dates each time.
 * The intermediates of chain, and CA certificates seen before, complete it.
 */
void x509_verify(
	struct x509_trust *out, struct x509 *x, const struct x509_chain *chain, int64_t at);

/* The leaf's own key signed the leaf, though issuer and subject differ: no public CA does this. */
bool x509_leaf_signs_itself(struct x509 *x, const struct x509_chain *chain);

/* RFC 9525: host (lower case, no last dot, or an IP address as text) against subjectAltName; the CN
 * only where there is no SAN. */
bool x509_name_matches(const struct onpath_cert *cert, const char *host);

/* Verifies a message with the key of a certificate, for ServerKeyExchange. 1 good, 0 bad, -1 cannot
 * tell. */

/* Drops the least used beyond the budget. Call between events: pointers into x end here. */
void x509_trim(struct x509 *x);

#endif
