/* PEM text -> certificates as DER, and the key inside one; files -> text. */
#ifndef POLICY_PEM_H
#define POLICY_PEM_H

#include "policy/memory.h"
#include "util/wire.h"

/* Cuts the next certificate off *text. 1: one is in *der (lives in memory), 0: no more, -EBADMSG,
 * -ENOMEM. */
CHECKED int pem_next(struct wire *der, struct memory *memory, struct wire *text);

/* SubjectPublicKeyInfo inside a certificate (RFC 5280 4.1), or false. */
bool pem_spki(struct wire *spki, struct wire der);

/* Reads a whole file of at most max bytes; free *out. 0, -EFBIG, or what the system said. */
CHECKED int pem_read_file(char **out, size_t *n, const char *path, size_t max);

#endif
