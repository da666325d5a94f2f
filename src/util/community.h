/* Community ID version 1 of a flow: addresses and ports in, the text that other tools give the same
 * flow out. */
#ifndef UTIL_COMMUNITY_H
#define UTIL_COMMUNITY_H

#include <onpath/event.h>

#include "util/own.h"

#define COMMUNITY_ID_SIZE 31 /* "1:", 28 characters of base64, NUL */

/* A digest context, reused from flow to flow. */
struct community;

/* 0 or -ENOMEM. */
CHECKED int community_new(struct community **out);
void community_free(struct community *c);
OWN_CLEANUP(struct community *, community_free)

/* Seed 0, for protocols with ports; either direction gives the same text. out is "" if the digest
 * fails. */
void community_id(struct community *c, char out[COMMUNITY_ID_SIZE], const struct onpath_addr *src,
	const struct onpath_addr *dst, uint16_t sport, uint16_t dport, uint8_t proto);

#endif
