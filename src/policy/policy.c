/* Policy texts in, tables of their rules out. */
#include "policy/policy.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/pem.h"
#include "policy/tables.h"
#include "util/limits.h"

static void tables_deinit(struct tables *tables)
{
	index_deinit(&tables->hosts);
	index_deinit(&tables->aliases);
	index_deinit(&tables->keys);
	index_deinit(&tables->subjects);
	free(tables->anchors);
	*tables = (struct tables) { 0 };
}
OWN_CLEANUP(struct tables *, tables_deinit)

int policy_new(struct policy **out)
{
	*out = calloc(1, sizeof **out);
	return *out ? 0 : -ENOMEM;
}

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	tables_deinit(&policy->tables);
	for (size_t i = 0; i < policy->count; i++)
		ruleset_free(policy->sets[i]);
	free(policy->sets);
	free(policy);
}

struct counts {
	size_t rules, hosts, aliases, keys;
};

static struct counts count_all(const struct policy *policy)
{
	struct counts counts = { 0 };

	for (size_t i = 0; i < policy->count; i++) {
		const struct ruleset *set = policy->sets[i];

		for (const struct rule *rule = set->rules.first; rule;
			rule = rule->next, counts.rules++)
			for (const struct host *host = rule->hosts.first; host; host = host->next)
				counts.hosts++;
		for (const struct owner *owner = set->owners.first; owner; owner = owner->next)
			counts.aliases++;
		for (const struct alias *alias = set->aliases.first; alias; alias = alias->next)
			counts.aliases++;
		for (const struct known_key *key = set->keys.first; key; key = key->next)
			counts.keys++;
	}
	return counts;
}

static int tables_init(struct tables *tables, struct counts counts)
{
	tables->anchors = calloc(counts.keys + 1, sizeof *tables->anchors);
	if (!tables->anchors || index_init(&tables->hosts, counts.hosts) != 0 ||
		index_init(&tables->aliases, counts.aliases) != 0 ||
		index_init(&tables->keys, counts.keys) != 0 ||
		index_init(&tables->subjects, counts.keys) != 0)
		return -ENOMEM;
	return 0;
}

static struct owner *first_of_name(const struct tables *tables, const struct owner *owner)
{
	uint32_t hash = index_hash(owner->self.key, owner->self.len);
	size_t cursor = 0;
	struct alias *alias;

	while ((alias = index_next(
			&tables->aliases, owner->self.key, owner->self.len, hash, &cursor)))
		if (alias == &alias->owner->self)
			return alias->owner;
	return NULL;
}

/* Owners of one name in several texts are one owner. */
static void add_owners(struct tables *tables, const struct ruleset *set)
{
	for (struct owner *owner = set->owners.first; owner; owner = owner->next) {
		struct owner *first = first_of_name(tables, owner);

		owner->same = first ? first : owner;
		if (!first)
			index_add(&tables->aliases, owner->self.key, owner->self.len, &owner->self);
	}
	for (struct alias *alias = set->aliases.first; alias; alias = alias->next) {
		tables->dn_aliases |= strchr(alias->key, '=') != NULL;
		index_add(&tables->aliases, alias->key, alias->len, alias);
	}
}

static void add_keys(struct tables *tables, const struct ruleset *set)
{
	for (struct known_key *key = set->keys.first; key; key = key->next) {
		index_add(&tables->keys, key->sha256, sizeof key->sha256, key);
		if (!key->name)
			continue;
		index_add(&tables->subjects, key->name, strlen(key->name), key);
		tables->anchors[tables->anchor_count++] = (struct policy_anchor_key) {
			.name = key->name,
			.owner = key->owner ? key->owner->name : NULL,
			.spki = key->spki,
			.spki_len = key->spki_len,
			.from = key->when.from,
			.until = key->when.until,
			.limited = key->limited,
		};
	}
}

static int add_hosts(struct tables *tables, const struct ruleset *set, struct onpath_error *error)
{
	for (const struct rule *rule = set->rules.first; rule; rule = rule->next)
		for (struct host *host = rule->hosts.first; host; host = host->next) {
			uint32_t hash = index_hash(host->pattern, host->len);
			size_t cursor = 0;
			const struct host *other;

			while ((other = index_next(
					&tables->hosts, host->pattern, host->len, hash, &cursor)))
				if (other->rule->shipped == rule->shipped)
					break;
			if (other) {
				*error = (struct onpath_error) { .line = host->line };
				snprintf(error->message, sizeof error->message,
					"\"%s%.100s\" has a rule already: %.100s",
					host->pattern[0] == '.' ? "*" : "", host->pattern,
					other->rule->from);
				return -EINVAL;
			}
			index_add(&tables->hosts, host->pattern, host->len, host);
		}
	return 0;
}

/* Builds the tables anew; on an error the old ones stay. */
static int tables_build(struct policy *policy, struct onpath_error *error)
{
	struct tables tables = { 0 };
	CLEANUP(tables_deinit) struct tables *owned = &tables;
	struct counts counts = count_all(policy);

	if (counts.rules > POLICY_RULES_MAX || counts.aliases > POLICY_RULES_MAX) {
		*error = (struct onpath_error) { 0 };
		snprintf(error->message, sizeof error->message, "more than %d rules",
			POLICY_RULES_MAX);
		return -EINVAL;
	}
	if (tables_init(owned, counts) != 0)
		return -ENOMEM;
	for (size_t i = 0; i < policy->count; i++) {
		add_owners(&tables, policy->sets[i]);
		add_keys(&tables, policy->sets[i]);
		int r = add_hosts(&tables, policy->sets[i], error);
		if (r != 0)
			return r;
	}
	struct tables old = policy->tables;
	policy->tables = tables;
	tables = old;
	return 0;
}

static int add_text(struct policy *policy, struct onpath_error *error, const char *name,
	const char *directory, const char *yaml, size_t n)
{
	CLEANUP(ruleset_free) struct ruleset *set = NULL;
	struct onpath_error ignored;
	int r;

	if (!error)
		error = &ignored;
	*error = (struct onpath_error) { 0 };
	r = ruleset_new(&set, error, name, directory, yaml, n);
	if (r != 0)
		return r;
	struct ruleset **sets =
		realloc(policy->sets, (policy->count + 1) * sizeof(struct ruleset *));
	if (!sets)
		return -ENOMEM;
	policy->sets = sets;
	sets[policy->count++] = set;
	r = tables_build(policy, error);
	if (r != 0) {
		policy->count--;
		return r;
	}
	(void)TAKE(set);
	return 0;
}

int policy_add(struct policy *policy, struct onpath_error *error, const char *name,
	const char *yaml, size_t n)
{
	return add_text(policy, error, name, NULL, yaml, n);
}

int policy_add_file(struct policy *policy, struct onpath_error *error, const char *path)
{
	CLEANUP(free) char *yaml = NULL;
	CLEANUP(free) char *directory = NULL;
	const char *slash = strrchr(path, '/');
	size_t n;
	int r = pem_read_file(&yaml, &n, path, POLICY_BYTES_MAX);

	if (r != 0 && error) {
		*error = (struct onpath_error) { 0 };
		snprintf(error->message, sizeof error->message, "%s", strerror(-r));
	}
	if (r != 0)
		return r;
	directory = strndup(path, slash ? (size_t)(slash - path) + 1 : 0);
	return directory ? add_text(policy, error, path, directory, yaml, n) : -ENOMEM;
}

int policy_add_shipped(struct policy *policy)
{
	int r = add_text(policy, NULL, "shipped", NULL, policy_shipped, policy_shipped_len);

	assert(r != -EINVAL); /* a unit test reads it */
	return r;
}

const struct policy_anchor_key *policy_anchor_key(const struct policy *policy, size_t index)
{
	return index < policy->tables.anchor_count ? &policy->tables.anchors[index] : NULL;
}
