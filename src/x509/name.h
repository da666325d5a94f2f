/* Names of certificates: RDNSequence in, text for people and a number for comparison out. */
#ifndef X509_NAME_H
#define X509_NAME_H

#include "util/limits.h"
#include "x509/arena.h"
#include "x509/hash.h"

struct name {
	const char *text; /* "C=US, O=Example, CN=host" */
	const char *cn;   /* last, or NULL */
	const char *o;    /* first, or NULL */
	uint64_t digest;  /* RFC 5280 7.1: equal for names that are equal but for case, space and
			     string type */
};

enum name_result { NAME_GOOD, NAME_BAD, NAME_TOO_LONG };

/* body: of the SEQUENCE. Strings live in arena; NULL text: out of memory. */
enum name_result name_read(
	struct name *out, struct arena *arena, const struct content_key *key, struct wire body);

/* The digests of its RDNs, in order: to see whether one name begins with another. False: malformed
 * or too many. */
bool name_rdns(uint64_t out[CERT_RDNS_MAX], size_t *count, const struct content_key *key,
	struct wire body);

/* The number of a name that is only known as text; not comparable with struct name's digest. */
uint64_t name_text_digest(const struct content_key *key, const char *text);

#endif
