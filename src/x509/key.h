/* Public keys: SubjectPublicKeyInfo in, type and size out, and whether we compute with it. */
#ifndef X509_KEY_H
#define X509_KEY_H

#include <onpath/event.h>

#include "util/wire.h"
#include "x509/algorithm.h"

enum key_use {
	KEY_USED,
	KEY_SKIPPED, /* over a limit, or of a kind we do not compute: cannot tell what it signed */
	KEY_REFUSED, /* malformed, or on a curve of its own (RFC 5480 2.1.1 forbids it): it signs
			nothing */
};

struct public_key {
	enum onpath_key_type type;
	enum key_use use;
	unsigned bits;
	const struct curve *curve;
	uint64_t exponent;   /* RSA, up to 64 bits */
	struct wire modulus; /* RSA, without leading zeros; spans of the SPKI */
	struct wire public;  /* RSA: the exponent; EC: the point; Ed25519, Ed448: the key */
};

/* spki: with its SEQUENCE. False: malformed. */
bool key_read(struct public_key *out, struct wire spki);

#endif
