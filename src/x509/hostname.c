/* Compares a host with the names of a certificate (RFC 9525 6, RFC 6125 6.4). */
#include <arpa/inet.h>

#include "x509/cert.h"
#include "x509/der.h"
#include "x509/x509.h"

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* ASCII only: hosts are in A-label form, and U+FFFD, which stands for NUL, must equal nothing. */
static bool same_text(const char *pattern, const char *host)
{
	while (*pattern != '\0' && lower(*pattern) == *host && (*pattern & 0x80) == 0) {
		pattern++;
		host++;
	}
	return *pattern == '\0' && *host == '\0';
}

/* The wildcard is the whole left-most label and stands for one label; at least two labels follow
 * it. */
static bool pattern_matches(const char *pattern, const char *host)
{
	if (*pattern == '\0')
		return false;
	if (strncmp(pattern, "*.", 2) != 0)
		return !strchr(pattern, '*') && same_text(pattern, host);
	const char *rest = pattern + 1;
	const char *parent = strchr(host, '.');
	if (!parent || parent == host || strchr(rest, '*') || !strchr(rest + 1, '.'))
		return false;
	return same_text(rest, parent);
}

static bool address_of_text(struct onpath_addr *out, const char *host)
{
	struct onpath_addr addr = { .family = 4 };

	if (inet_pton(AF_INET, host, addr.bytes) != 1) {
		addr.family = 6;
		if (inet_pton(AF_INET6, host, addr.bytes) != 1)
			return false;
	}
	*out = addr;
	return true;
}

static bool address_matches(const struct onpath_cert *cert, const struct onpath_addr *addr)
{
	for (size_t i = 0; i < cert->ip_addr_count; i++)
		if (cert->ip_addrs[i].family == addr->family &&
			memcmp(cert->ip_addrs[i].bytes, addr->bytes, addr->family == 4 ? 4 : 16) ==
				0)
			return true;
	return false;
}

/* RFC 1035 2.3.4. */
#define HOST_MAX 253

/* All names, also those beyond the limit of the facts. */
static bool any_name_matches(const struct onpath_cert *cert, const char *host)
{
	struct wire names = cert_alt_names(wire_of(cert->der.data, cert->der.len));
	struct alt_name name;

	while (alt_name_next(&name, &names)) {
		char pattern[HOST_MAX + 1] = "";
		if (name.tag != DER_CONTEXT(2) || name.value.n > HOST_MAX || name.value.n == 0)
			continue;
		memcpy(pattern, name.value.p, name.value.n);
		if (strlen(pattern) == name.value.n && pattern_matches(pattern, host))
			return true;
	}
	return false;
}

bool x509_name_matches(const struct onpath_cert *cert, const char *host)
{
	struct onpath_addr addr;

	if (!cert->parsed || !host || host[0] == '\0')
		return false;
	if (address_of_text(&addr, host))
		return address_matches(cert, &addr);
	for (size_t i = 0; i < cert->dns_name_count; i++)
		if (pattern_matches(cert->dns_names[i], host))
			return true;
	if (cert->names_truncated)
		return any_name_matches(cert, host);
	return !cert->has_san && cert->subject_cn && pattern_matches(cert->subject_cn, host);
}
