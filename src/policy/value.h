/* Texts of a policy -> dates, pins, networks, host patterns, base64. Pure; false: it is not one. */
#ifndef POLICY_VALUE_H
#define POLICY_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <onpath/event.h>

struct network {
	struct onpath_addr addr; /* bits behind the prefix are zero */
	unsigned prefix;
};

/* "2020-04-29" -> its first second, UTC. */
bool value_date(int64_t *out, const char *text);

/* "sha256/" and the base64 of 32 bytes. */
bool value_pin(uint8_t out[32], const char *text);

/* "10.0.0.0/8", "2001:db8::/32" or an address alone. */
bool value_network(struct network *out, const char *text);

bool network_has(const struct network *network, const struct onpath_addr *addr);

/*
 * A host name, or "*." and a host name. out: lower case, at least 256 bytes; a pattern keeps the
 * dot and loses the star,
 * ".example.com". False also for names that cannot stand in a ClientHello, e.g. not in their xn--
 * form.
 */
bool value_host(char out[256], const char *text);

/* RFC 4648 4, with padding; white space is skipped. *n: size of out, then bytes written. */
bool value_base64(uint8_t *out, size_t *n, const char *text, size_t len);

#endif
