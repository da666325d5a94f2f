/* Host names and addresses -> are they of the public Internet? */
#ifndef CLASSIFY_NAMES_H
#define CLASSIFY_NAMES_H

#include <onpath/event.h>

#include "util/own.h"

/* The public suffix list that libpsl carries. */
struct names;

/* 0 or -ENOMEM. */
CHECKED int names_new(struct names **out);
void names_free(struct names *names);
OWN_CLEANUP(struct names *, names_free)

/* A name under a suffix where anybody may register, so that a public CA may sign for it. host:
 * lower case, no last dot. */
bool names_public_host(const struct names *names, const char *host);

/* A globally routable unicast address, by the IANA registries of RFC 6890. */
bool names_public_address(const struct onpath_addr *addr);

#endif
