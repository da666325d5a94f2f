/* Tables of rules in; answers to: who may sign for this host now, whose path is this, is it
 * authorised, is it muted. */
#include <string.h>

#include "policy/tables.h"

/* Longer names of organisations are no names of CAs. */
#define NAME_BYTES_MAX 255

/* The most specific rule of each layer: a name is the better the longer its pattern, and an exact
 * one the best. */
struct found {
	const struct rule *user;
	const struct rule *shipped;
};

static void find_pattern(struct found *found, const struct index *hosts, const char *pattern,
	size_t len, uint32_t hash)
{
	size_t cursor = 0;
	const struct host *host;

	while ((host = index_next(hosts, pattern, len, hash, &cursor)))
		*(host->rule->shipped ? &found->shipped : &found->user) = host->rule;
}

static struct found find_rules(const struct policy *policy, const char *name)
{
	struct found found = { NULL, NULL };
	uint32_t hash = INDEX_HASH_START;
	size_t len = strlen(name);

	for (size_t i = len; i > 0; i--) {
		hash = index_hash_byte(hash, (uint8_t)name[i - 1]);
		if (i == 1 || name[i - 1] == '.')
			find_pattern(
				&found, &policy->tables.hosts, name + i - 1, len - i + 1, hash);
	}
	return found;
}

static bool fill_expectation(struct expectation *out, const struct rule *rule, int64_t at)
{
	if (!rule)
		return false;
	*out = (struct expectation) {
		.from = rule->from,
		.has_pins = rule->pins.first != NULL,
		.has_anchors = rule->anchors.first != NULL,
		.rule = rule,
		.at = at,
	};
	for (const struct stretch *stretch = rule->stretches.first; stretch;
		stretch = stretch->next)
		if (span_has(stretch->when, at))
			out->owners = stretch->owners;
	out->has_owners = out->owners != NULL;
	return out->has_owners || out->has_pins || out->has_anchors;
}

bool policy_expect(
	const struct policy *policy, struct expectation *out, const char *host, int64_t at)
{
	struct found found = find_rules(policy, host);

	return fill_expectation(out, found.user, at) || fill_expectation(out, found.shipped, at);
}

static bool has_pin(const struct list *pins, const struct onpath_cert *cert)
{
	for (const struct pin *pin = pins->first; pin; pin = pin->next)
		if (memcmp(pin->sha256, cert->spki_sha256, 32) == 0)
			return true;
	return false;
}

bool policy_pinned(const struct expectation *expectation, const struct onpath_cert *cert)
{
	const struct rule *rule = expectation->rule;

	return has_pin(&rule->pins, cert);
}

static bool path_has_pin(
	const struct list *pins, const struct onpath_cert *const *path, size_t path_len)
{
	for (size_t i = 0; i < path_len; i++)
		if (has_pin(pins, path[i]))
			return true;
	return false;
}

/* Walks the owners of a path: by the names of its CAs, which the signatures vouch for, and by their
 * keys. */
struct walk {
	const struct policy *policy;
	const struct onpath_cert *const *path;
	size_t path_len;
	int64_t at;
	size_t next;   /* of the certificates */
	unsigned step; /* what of it comes next */
	size_t cursor;
};

enum { STEP_NAME, STEP_DN, STEP_KEY, STEPS };

static const struct owner *next_alias(struct walk *walk, const char *name)
{
	char key[NAME_BYTES_MAX + 1];
	size_t len = name ? strlen(name) : 0;
	const struct alias *alias;

	if (len == 0 || len > NAME_BYTES_MAX)
		return NULL;
	index_lower(key, name, len);
	uint32_t hash = index_hash(key, len);
	while ((alias = index_next(&walk->policy->tables.aliases, key, len, hash, &walk->cursor)))
		if (span_has(alias->when, walk->at))
			return alias->owner->same;
	return NULL;
}

static const struct owner *next_key(struct walk *walk, const uint8_t sha256[32])
{
	uint32_t hash = index_hash(sha256, 32);
	const struct known_key *key;

	while ((key = index_next(&walk->policy->tables.keys, sha256, 32, hash, &walk->cursor)))
		if (key->owner)
			return key->owner->same;
	return NULL;
}

static const struct owner *walk_step(struct walk *walk)
{
	const struct onpath_cert *cert = walk->path[walk->next];

	/* The issuer's name rather than the subject: an anchor that is but a key has no
	 * certificate. */
	if (walk->step == STEP_NAME)
		return next_alias(walk, cert->issuer_o ? cert->issuer_o : cert->issuer_cn);
	if (walk->step == STEP_DN)
		return walk->policy->tables.dn_aliases ? next_alias(walk, cert->issuer) : NULL;
	return walk->next > 0 ? next_key(walk, cert->spki_sha256) : NULL;
}

static const struct owner *walk_owner(struct walk *walk)
{
	while (walk->next < walk->path_len) {
		const struct owner *owner = walk_step(walk);

		if (owner)
			return owner;
		walk->cursor = 0;
		if (++walk->step == STEPS) {
			walk->step = 0;
			walk->next++;
		}
	}
	return NULL;
}

static bool owner_expected(const struct rule *rule, const struct owner *owner, int64_t at)
{
	for (const struct issuer *issuer = rule->issuers.first; issuer; issuer = issuer->next)
		if (issuer->owner->same == owner && span_has(issuer->when, at))
			return true;
	return false;
}

static bool anybody_expected(const struct rule *rule, int64_t at)
{
	for (const struct issuer *issuer = rule->issuers.first; issuer; issuer = issuer->next)
		if (issuer->owner->any_public && span_has(issuer->when, at))
			return true;
	return false;
}

static bool path_is_expected(const struct policy *policy, const struct expectation *expectation,
	const struct onpath_cert *const *path, size_t path_len)
{
	const struct rule *rule = expectation->rule;
	struct walk walk = {
		.policy = policy, .path = path, .path_len = path_len, .at = expectation->at
	};
	const struct owner *owner;

	if (path_has_pin(&rule->anchors, path + 1, path_len - 1))
		return true;
	if (anybody_expected(rule, expectation->at) && !policy_limited(policy, path, path_len))
		return true;
	while ((owner = walk_owner(&walk)))
		if (owner_expected(rule, owner, expectation->at))
			return true;
	return false;
}

enum policy_match policy_meets(const struct policy *policy, const struct expectation *expectation,
	const struct onpath_cert *const *path, size_t path_len)
{
	const struct rule *rule = expectation->rule;

	if (path_len == 0)
		return POLICY_UNVERIFIED;
	if (expectation->has_pins && !path_has_pin(&rule->pins, path, path_len))
		return POLICY_PIN_MISMATCH;
	if ((expectation->has_owners || expectation->has_anchors) &&
		!path_is_expected(policy, expectation, path, path_len))
		return POLICY_OTHER_OWNER;
	return POLICY_MET;
}

/* The keys known under a subject; start with *cursor 0, NULL after the last. */
static const struct known_key *next_subject(
	const struct policy *policy, const char *subject, size_t *cursor)
{
	size_t len = strlen(subject);

	return index_next(&policy->tables.subjects, subject, len, index_hash(subject, len), cursor);
}

bool policy_limited(
	const struct policy *policy, const struct onpath_cert *const *path, size_t path_len)
{
	const struct known_key *key;
	size_t cursor = 0;
	bool limited = false;

	if (path_len == 0)
		return false;
	const struct onpath_cert *last = path[path_len - 1];
	uint32_t hash = index_hash(last->spki_sha256, 32);
	while ((key = index_next(&policy->tables.keys, last->spki_sha256, 32, hash, &cursor))) {
		if (key->name && !key->limited)
			return false;
		limited |= key->name != NULL;
	}
	if (limited || last->self_issued || !last->issuer)
		return limited;
	/* The anchor is but a key: its name is that of the last certificate's issuer. */
	for (cursor = 0; (key = next_subject(policy, last->issuer, &cursor));)
		limited |= key->limited;
	return limited;
}

bool policy_copies_anchor(const struct policy *policy, const struct onpath_cert *ca)
{
	const struct known_key *key;
	size_t cursor = 0;
	bool known = false;

	while ((key = next_subject(policy, ca->subject, &cursor))) {
		if (memcmp(key->sha256, ca->spki_sha256, 32) == 0)
			return false;
		known = true;
	}
	return known;
}

/* Who took over last: the alias that began latest. */
static const char *current_owner(const struct policy *policy, const char *name, int64_t at)
{
	char key[NAME_BYTES_MAX + 1];
	size_t len = name ? strlen(name) : 0, cursor = 0;
	const struct alias *alias, *best = NULL;

	if (len == 0 || len > NAME_BYTES_MAX)
		return NULL;
	index_lower(key, name, len);
	uint32_t hash = index_hash(key, len);
	while ((alias = index_next(&policy->tables.aliases, key, len, hash, &cursor)))
		if (span_has(alias->when, at) && (!best || alias->when.from > best->when.from))
			best = alias;
	return best ? best->owner->same->name : NULL;
}

const char *policy_owner_of_name(const struct policy *policy, const char *organisation, int64_t at)
{
	return current_owner(policy, organisation, at);
}

const char *policy_owner(const struct policy *policy, const struct onpath_cert *const *path,
	size_t path_len, int64_t at)
{
	struct walk walk = { .policy = policy, .path = path, .path_len = path_len, .at = at };

	if (path_len == 0)
		return NULL;
	for (size_t i = 0; i < path_len; i++) {
		const struct onpath_cert *cert = path[i];
		const char *owner = current_owner(
			policy, cert->issuer_o ? cert->issuer_o : cert->issuer_cn, at);

		if (owner)
			return owner;
	}
	const struct owner *owner = walk_owner(&walk); /* by DN or key */
	const struct onpath_cert *last = path[path_len - 1];
	if (owner)
		return owner->name;
	if (last->issuer_o || last->issuer_cn)
		return last->issuer_o ? last->issuer_o : last->issuer_cn;
	return last->subject_o ? last->subject_o : last->subject;
}

/* Names that differ in case and spaces only are one name to those who verify (RFC 5280 7.1), so
 * they are here. */
static bool same_name(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a == ' ')
			a++;
		while (*b == ' ')
			b++;
		char x = (char)(*a >= 'A' && *a <= 'Z' ? *a | 0x20 : *a);
		char y = (char)(*b >= 'A' && *b <= 'Z' ? *b | 0x20 : *b);
		if (x != y)
			return false;
		if (x == '\0')
			return true;
	}
}

/* The only certificate of the chain with this subject; none if others have it too: who knows which
 * of them signed. */
static const struct onpath_cert *issuer_in(
	const struct onpath_cert *const *chain, size_t chain_len, const struct onpath_cert *cert)
{
	const struct onpath_cert *issuer = NULL;

	for (size_t i = 1; i < chain_len; i++) {
		if (!chain[i]->parsed || !same_name(chain[i]->subject, cert->issuer))
			continue;
		if (issuer && memcmp(issuer->spki_sha256, chain[i]->spki_sha256, 32) != 0)
			return NULL;
		issuer = chain[i];
	}
	return issuer;
}

static bool leads_to_pin(
	const struct list *pins, const struct onpath_cert *const *chain, size_t chain_len)
{
	const struct onpath_cert *cert = chain_len > 0 && chain[0]->parsed ? chain[0] : NULL;

	for (size_t i = 0; cert && i < chain_len; i++) {
		if (has_pin(pins, cert))
			return true;
		cert = issuer_in(chain, chain_len, cert);
	}
	return false;
}

static bool has_client(const struct list *clients, const struct onpath_addr *addr)
{
	for (const struct client *client = clients->first; client; client = client->next)
		if (network_has(&client->network, addr))
			return true;
	return !clients->first;
}

const char *policy_authorised(const struct policy *policy, const struct onpath_addr *client,
	const struct onpath_cert *const *chain, size_t chain_len, int64_t at)
{
	for (size_t i = 0; i < policy->count; i++) {
		const struct authorisation *each = policy->sets[i]->authorisations.first;

		for (; each; each = each->next)
			if (span_has(each->when, at) && has_client(&each->clients, client) &&
				leads_to_pin(&each->pins, chain, chain_len))
				return each->name;
	}
	return NULL;
}

static bool host_matches(const struct list *patterns, const char *name)
{
	size_t len = name ? strlen(name) : 0;

	for (const struct host *host = patterns->first; host; host = host->next) {
		bool wild = host->pattern[0] == '.';

		if (wild ? len > host->len && strcmp(name + len - host->len, host->pattern) == 0
			 : len == host->len && strcmp(name, host->pattern) == 0)
			return true;
	}
	return !patterns->first;
}

static bool has_evidence(const struct list *ids, const char *evidence)
{
	for (const struct evidence_id *id = ids->first; id; id = id->next)
		if (strcmp(id->id, evidence) == 0)
			return true;
	return !ids->first;
}

bool policy_muted(const struct policy *policy, const char *host, const char *evidence, int64_t at)
{
	for (size_t i = 0; i < policy->count; i++)
		for (const struct mute *mute = policy->sets[i]->mutes.first; mute;
			mute = mute->next)
			if (span_has(mute->when, at) && has_evidence(&mute->evidence, evidence) &&
				host_matches(&mute->hosts, host))
				return true;
	return false;
}
