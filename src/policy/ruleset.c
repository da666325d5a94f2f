/* YAML in, rules out: the top of a policy text, and the owners of CAs. */
#include "policy/ruleset.h"

#include <errno.h>
#include <string.h>

#include <openssl/sha.h>

#include "policy/build.h"

void index_lower(char *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] | 0x20 : text[i]);
	out[n] = '\0';
}

static char *lower_text(struct build *build, const char *text, size_t len)
{
	char *lower = memory_get(&build->set->memory, len + 1);

	if (lower)
		index_lower(lower, text, len);
	return lower;
}

struct owner *owner_get(struct build *build, const char *name, size_t len)
{
	char *key = lower_text(build, name, len);

	if (!key)
		return NULL;
	for (struct owner *owner = build->set->owners.first; owner; owner = owner->next)
		if (strcmp(owner->self.key, key) == 0)
			return owner;
	struct owner *owner = memory_add(&build->set->owners, &build->set->memory, sizeof *owner);
	if (!owner)
		return NULL;
	owner->name = memory_text(&build->set->memory, name, len);
	owner->same = owner;
	owner->any_public = strcmp(key, "any public ca") == 0;
	owner->self =
		(struct alias) { .key = key, .len = len, .owner = owner, .when = SPAN_ALWAYS };
	return owner->name ? owner : NULL;
}

/* An alias is a name, or a map of these keys. */
struct alias_read {
	const char *name;
	struct span when;
};

static int alias_name(struct build *build, void *object, const struct tree *node)
{
	struct alias_read *read = object;

	return take_text(build, &read->name, node);
}

static int alias_from(struct build *build, void *object, const struct tree *node)
{
	struct alias_read *read = object;

	return take_date(build, &read->when.from, node);
}

static int alias_until(struct build *build, void *object, const struct tree *node)
{
	struct alias_read *read = object;

	return take_date(build, &read->when.until, node);
}

static const struct field alias_fields[] = { { "name", alias_name }, { "from", alias_from },
	{ "until", alias_until }, { NULL, NULL } };

struct owner_read {
	struct owner *owner;
};

static int owner_alias(struct build *build, void *object, const struct tree *node)
{
	const struct owner_read *read = object;
	struct alias_read given = { NULL, SPAN_ALWAYS };
	int r = node->kind == TREE_SCALAR ? take_text(build, &given.name, node)
					  : take_map(build, &given, node, alias_fields);

	if (r != 0)
		return r;
	if (!given.name)
		return tree_error(build->error, node, "an alias needs a name");
	r = check_span(build, given.when, node);
	if (r != 0)
		return r;
	struct alias *alias = memory_add(&build->set->aliases, &build->set->memory, sizeof *alias);
	if (!alias)
		return -ENOMEM;
	alias->len = strlen(given.name);
	alias->key = lower_text(build, given.name, alias->len);
	alias->owner = read->owner;
	alias->when = given.when;
	return alias->key ? 0 : -ENOMEM;
}

static int owner_aliases(struct build *build, void *object, const struct tree *node)
{
	return take_list(build, object, node, owner_alias);
}

static int key_name(struct build *build, void *object, const struct tree *node)
{
	struct known_key *key = object;

	return take_text(build, &key->name, node);
}

static int key_spki(struct build *build, void *object, const struct tree *node)
{
	struct known_key *key = object;
	const char *text = "";
	int r = take_text(build, &text, node);

	if (r != 0)
		return r;
	size_t n = node->len;
	uint8_t *spki = memory_get(&build->set->memory, n);
	if (!spki)
		return -ENOMEM;
	if (!value_base64(spki, &n, text, node->len) || n < 2 || spki[0] != 0x30)
		return tree_error(build->error, node, "not a SubjectPublicKeyInfo in base64");
	key->spki = spki;
	key->spki_len = n;
	SHA256(spki, n, key->sha256);
	return 0;
}

static int key_from(struct build *build, void *object, const struct tree *node)
{
	struct known_key *key = object;

	return take_date(build, &key->when.from, node);
}

static int key_until(struct build *build, void *object, const struct tree *node)
{
	struct known_key *key = object;

	return take_date(build, &key->when.until, node);
}

static int key_limited(struct build *build, void *object, const struct tree *node)
{
	struct known_key *key = object;

	return take_bool(build, &key->limited, node);
}

static const struct field key_fields[] = { { "name", key_name }, { "spki", key_spki },
	{ "from", key_from }, { "until", key_until }, { "limited", key_limited },
	{ "note", take_nothing }, { NULL, NULL } };

static int owner_key(struct build *build, void *object, const struct tree *node)
{
	const struct owner_read *read = object;
	struct known_key *key = memory_add(&build->set->keys, &build->set->memory, sizeof *key);

	if (!key)
		return -ENOMEM;
	key->when = SPAN_ALWAYS;
	key->owner = read->owner;
	int r = take_map(build, key, node, key_fields);
	if (r == 0 && (!key->name || !key->spki))
		return tree_error(build->error, node, "a key needs a name and an spki");
	return r == 0 ? check_span(build, key->when, node) : r;
}

static int owner_keys(struct build *build, void *object, const struct tree *node)
{
	return take_list(build, object, node, owner_key);
}

static int owner_pin(struct build *build, void *object, const struct tree *node)
{
	const struct owner_read *read = object;
	struct list pins = { NULL, NULL };
	int r = take_pin(build, &pins, node);

	if (r != 0)
		return r;
	struct known_key *key = memory_add(&build->set->keys, &build->set->memory, sizeof *key);
	if (!key)
		return -ENOMEM;
	const struct pin *pin = pins.first;
	memcpy(key->sha256, pin->sha256, 32);
	key->owner = read->owner;
	key->when = SPAN_ALWAYS;
	return 0;
}

static int owner_pins(struct build *build, void *object, const struct tree *node)
{
	return take_list(build, object, node, owner_pin);
}

/* The others hang on it, so read_owner has taken it already. */
static int owner_name(struct build *build, void *object, const struct tree *node)
{
	const char *name = "";

	(void)object;
	return take_text(build, &name, node);
}

static const struct field owner_fields[] = { { "name", owner_name }, { "aliases", owner_aliases },
	{ "keys", owner_keys }, { "pins", owner_pins }, { "note", take_nothing }, { NULL, NULL } };

static int read_owner(struct build *build, void *object, const struct tree *node)
{
	struct owner_read read = { NULL };

	(void)object;
	for (const struct tree *key = node->kind == TREE_MAP ? node->first : NULL; key;
		key = key->next) {
		const struct tree *name = key->value;

		if (strcmp(key->text, "name") != 0 || name->kind != TREE_SCALAR || name->len == 0)
			continue;
		read.owner = owner_get(build, name->text, name->len);
		if (!read.owner)
			return -ENOMEM;
	}
	if (!read.owner && node->kind == TREE_MAP)
		return tree_error(build->error, node, "an owner needs a name");
	return take_map(build, &read, node, owner_fields);
}

int read_owners(struct build *build, void *object, const struct tree *node)
{
	return take_list(build, object, node, read_owner);
}

static const struct field top_fields[] = { { "expect", read_expect }, { "owners", read_owners },
	{ "authorise", read_authorise }, { "mute", read_mute }, { NULL, NULL } };

void ruleset_free(struct ruleset *set)
{
	if (!set)
		return;
	memory_deinit(&set->memory);
	free(set);
}

int ruleset_new(struct ruleset **out, struct onpath_error *error, const char *name,
	const char *directory, const char *yaml, size_t n)
{
	CLEANUP(ruleset_free) struct ruleset *set = calloc(1, sizeof *set);
	struct tree *documents;

	if (!set)
		return -ENOMEM;
	set->name = memory_text(&set->memory, name, strlen(name));
	if (!set->name)
		return -ENOMEM;
	set->shipped = strcmp(name, "shipped") == 0;
	struct build build = { .set = set, .error = error, .directory = directory };
	int r = tree_read(&documents, &set->memory, error, yaml, n);
	for (; r == 0 && documents; documents = documents->next)
		if (documents->kind != TREE_SCALAR || documents->len > 0) /* nothing but comments */
			r = take_map(&build, NULL, documents, top_fields);
	if (r != 0)
		return r;
	*out = TAKE(set);
	return 0;
}
