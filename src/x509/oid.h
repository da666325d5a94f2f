/* Object identifiers: their bytes in, the names we know for them out. */
#ifndef X509_OID_H
#define X509_OID_H

#include "util/wire.h"
#include "x509/arena.h"

/* Contents octets of an OBJECT IDENTIFIER, for tables. */
struct oid {
	const char *bytes;
	size_t n;
};
#define OID(literal)                        \
	{                                   \
		literal, sizeof literal - 1 \
	}

static inline bool oid_is(struct wire w, struct oid oid)
{
	return wire_equals(w, oid.bytes, oid.n);
}

/* "2.5.4.3"; "?" if it is none, or has more than OID_ARCS_MAX arcs. NULL: out of memory. */
const char *oid_dotted(struct arena *arena, struct wire oid);

/* Short name of an attribute type as OpenSSL has it, "CN", or NULL. */
const char *oid_attribute(struct wire oid);

#endif
