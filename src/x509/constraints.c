/* What the certificates of a path may be used for: EKU, key usage, name constraints (RFC
 * 5280 4.2.1.3, .10, .12). */
#include "x509/der.h"
#include "x509/name.h"
#include "x509/trust.h"

#define COMPARISONS_MAX 65536

/* digitalSignature, keyEncipherment, keyAgreement: what TLS needs one of. */
#define KEY_USAGE_TLS (1u << 0 | 1u << 2 | 1u << 4)

#define EMAIL     DER_CONTEXT(1)
#define DNS       DER_CONTEXT(2)
#define DIRECTORY DER_CONTEXT_OF(4)
#define ADDRESS   DER_CONTEXT(7)

enum answer { ALLOWED, FORBIDDEN, TOO_MANY };

struct checking {
	const struct content_key *key;
	struct wire permitted; /* GeneralSubtrees */
	struct wire excluded;
	bool critical;
	unsigned left; /* comparisons */
};

static char lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool ends_with(struct wire name, struct wire end)
{
	if (end.n > name.n)
		return false;
	wire_skip(&name, name.n - end.n);
	if (name.n != end.n)
		return false;
	for (size_t i = 0; i < end.n; i++)
		if (lower(name.p[i]) != lower(end.p[i]))
			return false;
	return true;
}

/* RFC 5280 4.2.1.10: a name that can be made by adding labels to the left; ".example" demands at
 * least one. */
static bool dns_within(struct wire name, struct wire base)
{
	if (base.n == 0)
		return true;
	if (!ends_with(name, base))
		return false;
	size_t before = name.n - base.n;
	if (base.p[0] == '.')
		return before > 0;
	return before == 0 || name.p[before - 1] == '.';
}

/* An address and its mask. */
static bool address_within(struct wire name, struct wire base)
{
	if (base.n != 2 * name.n)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (((name.p[i] ^ base.p[i]) & base.p[name.n + i]) != 0)
			return false;
	return true;
}

/* value and base: contents of an RDNSequence. The one begins with the other. */
static bool directory_within(const struct content_key *key, struct wire name, struct wire base)
{
	uint64_t of_name[CERT_RDNS_MAX], of_base[CERT_RDNS_MAX];
	size_t n, m;

	return name_rdns(of_name, &n, key, name) && name_rdns(of_base, &m, key, base) && m <= n &&
	       memcmp(of_name, of_base, m * sizeof *of_base) == 0;
}

static bool within(struct checking *c, const struct alt_name *name, struct wire base)
{
	struct wire directory = base;

	switch (name->tag) {
	case DNS:
		return dns_within(name->value, base);
	case ADDRESS:
		return address_within(name->value, base);
	case DIRECTORY:
		return directory_within(c->key, name->value, der_take(&directory, DER_SEQUENCE));
	default:
		return false;
	}
}

/* How a name stands to a list of subtrees. */
struct match {
	bool of_type; /* there is a subtree of the name's type */
	bool inside;
};

static struct match match_list(struct checking *c, const struct alt_name *name, struct wire list)
{
	struct match match = { .of_type = false };

	while (list.n > 0 && c->left > 0) {
		struct wire subtree = der_take(&list, DER_SEQUENCE);
		struct alt_name base;
		if (!alt_name_next(&base, &subtree) || base.tag != name->tag)
			continue;
		c->left--;
		match.of_type = true;
		match.inside = match.inside || within(c, name, base.value);
	}
	return match;
}

static bool is_understood(uint8_t tag)
{
	return tag == DNS || tag == ADDRESS || tag == DIRECTORY;
}

static enum answer check_name(struct checking *c, const struct alt_name *name)
{
	struct match permitted = match_list(c, name, c->permitted);
	struct match excluded = match_list(c, name, c->excluded);

	if (c->left == 0)
		return TOO_MANY;
	if (!is_understood(
		    name->tag)) /* 6.1: process a critical constraint on this form, or reject */
		return c->critical && (permitted.of_type || excluded.of_type) ? FORBIDDEN : ALLOWED;
	if (excluded.inside || (permitted.of_type && !permitted.inside))
		return FORBIDDEN;
	return ALLOWED;
}

/* Without a subjectAltName, clients of old took the CN for a host. */
static enum answer check_cn(struct checking *c, const struct cert *cert)
{
	const char *cn = cert->facts.subject_cn;

	if (cert->facts.has_san || !cn || !strchr(cn, '.') || strchr(cn, ' '))
		return ALLOWED;
	return check_name(c, &(struct alt_name) { .tag = DNS, .value = wire_of(cn, strlen(cn)) });
}

static enum answer check_names(struct checking *c, const struct cert *cert)
{
	struct alt_name name = { .tag = DIRECTORY, .value = cert->subject };
	struct wire names = cert->alt_names;
	enum answer answer = cert->subject.n > 0 ? check_name(c, &name) : ALLOWED;

	if (answer == ALLOWED)
		answer = check_cn(c, cert);
	while (answer == ALLOWED && alt_name_next(&name, &names)) {
		if (name.tag == DIRECTORY) /* [4] is explicit, for Name is a CHOICE */
			name.value = der_take(&name.value, DER_SEQUENCE);
		answer = check_name(c, &name);
	}
	return answer;
}

static bool is_critical(const struct cert *cert, const char *oid)
{
	for (size_t i = 0; i < cert->facts.extension_count; i++)
		if (strcmp(cert->facts.extensions[i].oid, oid) == 0)
			return cert->facts.extensions[i].critical;
	return false;
}

/* The constraints of one CA against all below it; self-issued intermediates are exempt. */
static enum answer check_below(
	const struct content_key *key, const struct cert **bad, struct cert *const *path, size_t at)
{
	struct checking c = { .key = key, .left = COMPARISONS_MAX };
	struct wire list = path[at]->constraints;
	enum answer answer = ALLOWED;

	c.critical = is_critical(path[at], "2.5.29.30");
	if (der_next_is(&list, DER_CONTEXT_OF(0)))
		c.permitted = der_take(&list, DER_CONTEXT_OF(0));
	if (der_next_is(&list, DER_CONTEXT_OF(1)))
		c.excluded = der_take(&list, DER_CONTEXT_OF(1));
	for (size_t i = 0; i < at && answer == ALLOWED; i++) {
		*bad = path[i];
		if (i == 0 || !path[i]->facts.self_issued)
			answer = check_names(&c, path[i]);
	}
	return answer;
}

/* Extended key usage of CAs nests: what they may not do, nobody below may. Old ones name
 * server-gated cryptography. */
static bool may_serve(const struct cert *cert)
{
	return !cert->facts.has_eku || cert->facts.eku_server || cert->server_gated;
}

static bool usage_allows(const struct cert *cert, bool is_leaf)
{
	if (cert->unknown_critical || cert->defective || !may_serve(cert))
		return false;
	return !is_leaf || !cert->facts.has_key_usage ||
	       (cert->facts.key_usage & KEY_USAGE_TLS) != 0;
}

enum onpath_chain_status constraints_check(const struct content_key *key,
	const struct onpath_cert **bad, struct cert *const *path, size_t n)
{
	const struct cert *culprit = NULL;

	for (size_t i = 0; i < n; i++) {
		*bad = &path[i]->facts;
		if (!path[i]->anchor && !usage_allows(path[i], i == 0))
			return ONPATH_CHAIN_CONSTRAINED;
	}
	for (size_t i = 1; i < n; i++) {
		enum answer answer =
			path[i]->has_constraints ? check_below(key, &culprit, path, i) : ALLOWED;
		*bad = culprit ? &culprit->facts : NULL;
		if (answer != ALLOWED)
			return answer == FORBIDDEN ? ONPATH_CHAIN_CONSTRAINED
						   : ONPATH_CHAIN_SKIPPED;
	}
	*bad = NULL;
	return ONPATH_CHAIN_VERIFIED;
}
