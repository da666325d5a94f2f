/* Nodes in, values out, each with an error that names its place. */
#include "policy/build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include "policy/pem.h"
#include "x509/x509.h"

static const char *const kinds[] = {
	[TREE_SCALAR] = "text", [TREE_LIST] = "a list", [TREE_MAP] = "keys with values"
};

static int expect_kind(struct build *build, const struct tree *node, enum tree_kind kind)
{
	if (node->kind == kind)
		return 0;
	return tree_error(
		build->error, node, "%s expected here, not %s", kinds[kind], kinds[node->kind]);
}

int take_nothing(struct build *build, void *object, const struct tree *node)
{
	(void)object;
	return expect_kind(build, node, TREE_SCALAR);
}

static int unknown_key(struct build *build, const struct tree *key, const struct field *fields)
{
	char known[160] = "";
	size_t n = 0;

	for (; fields->key && n < sizeof known; fields++) {
		int r = snprintf(
			known + n, sizeof known - n, "%s%s", n > 0 ? ", " : "", fields->key);
		n += r > 0 ? (size_t)r : 0;
	}
	return tree_error(
		build->error, key, "unknown key \"%.40s\", known here: %s", key->text, known);
}

int take_map(struct build *build, void *object, const struct tree *node, const struct field *fields)
{
	int r = expect_kind(build, node, TREE_MAP);

	for (const struct tree *key = node->first; r == 0 && key; key = key->next) {
		const struct field *field = fields;

		while (field->key && strcmp(field->key, key->text) != 0)
			field++;
		r = field->key ? field->take(build, object, key->value)
			       : unknown_key(build, key, fields);
	}
	return r;
}

int take_list(struct build *build, void *object, const struct tree *node, take_fn *each)
{
	int r = expect_kind(build, node, TREE_LIST);

	if (r == 0 && !node->first)
		return tree_error(build->error, node, "an empty list says nothing");
	for (const struct tree *item = node->first; r == 0 && item; item = item->next)
		r = each(build, object, item);
	return r;
}

int take_text(struct build *build, const char **out, const struct tree *node)
{
	int r = expect_kind(build, node, TREE_SCALAR);

	if (r == 0 && node->len == 0)
		return tree_error(build->error, node, "text expected here, not nothing");
	*out = node->text;
	return r;
}

int take_date(struct build *build, int64_t *out, const struct tree *node)
{
	const char *text = "";
	int r = take_text(build, &text, node);

	if (r == 0 && !value_date(out, text))
		return tree_error(
			build->error, node, "\"%.40s\" is not a date such as 2020-04-29", text);
	return r;
}

int take_bool(struct build *build, bool *out, const struct tree *node)
{
	const char *text = "";
	int r = take_text(build, &text, node);

	if (r != 0)
		return r;
	*out = strcmp(text, "true") == 0;
	if (!*out && strcmp(text, "false") != 0)
		return tree_error(
			build->error, node, "true or false expected here, not \"%.40s\"", text);
	return 0;
}

int check_span(struct build *build, struct span when, const struct tree *node)
{
	if (when.from < when.until)
		return 0;
	return tree_error(build->error, node, "until must be later than from");
}

int take_host(struct build *build, struct list *hosts, const struct tree *node)
{
	char pattern[256];
	const char *text = "";
	int r = take_text(build, &text, node);

	if (r != 0)
		return r;
	if (!value_host(pattern, text))
		return tree_error(build->error, node,
			"\"%.100s\" is not a host name, nor \"*.\" and a host name", text);
	struct host *host = memory_add(hosts, &build->set->memory, sizeof *host);
	if (!host)
		return -ENOMEM;
	host->len = strlen(pattern);
	host->pattern = memory_text(&build->set->memory, pattern, host->len);
	host->line = node->line;
	return host->pattern ? 0 : -ENOMEM;
}

int take_pin(struct build *build, struct list *pins, const struct tree *node)
{
	uint8_t sha256[32];
	const char *text = "";
	int r = take_text(build, &text, node);

	if (r != 0)
		return r;
	if (!value_pin(sha256, text))
		return tree_error(build->error, node,
			"a pin is sha256/ and 44 characters of base64, not \"%.100s\"", text);
	struct pin *pin = memory_add(pins, &build->set->memory, sizeof *pin);
	if (!pin)
		return -ENOMEM;
	memcpy(pin->sha256, sha256, 32);
	return 0;
}

/* One certificate of an anchor: its key is pinned, and known under its subject. */
static int add_anchor(
	struct build *build, struct list *pins, struct wire der, const struct tree *node)
{
	struct onpath_stats stats = { 0 };
	CLEANUP(x509_free) struct x509 *x509 = NULL;
	struct wire spki;
	size_t n = 0;
	int r = x509_new(&x509, 1 << 20, &stats);

	if (r != 0)
		return r;
	const struct x509_chain *chain = x509_chain_get(x509, &der, 1);
	if (!chain)
		return -ENOMEM;
	const struct onpath_cert *const *certs = x509_chain_certs(chain, &n);
	if (n != 1 || !certs[0]->parsed || !pem_spki(&spki, der))
		return tree_error(
			build->error, node, "an anchor is not a certificate that can be read");

	struct known_key *key = memory_add(&build->set->keys, &build->set->memory, sizeof *key);
	struct pin *pin = memory_add(pins, &build->set->memory, sizeof *pin);
	if (!key || !pin)
		return -ENOMEM;
	SHA256(spki.p, spki.n, pin->sha256);
	memcpy(key->sha256, pin->sha256, 32);
	key->name = memory_text(&build->set->memory, certs[0]->subject, strlen(certs[0]->subject));
	key->spki = spki.p;
	key->spki_len = spki.n;
	key->limited = true;
	key->when = SPAN_ALWAYS;
	return key->name ? 0 : -ENOMEM;
}

static int add_anchors(
	struct build *build, struct list *pins, struct wire text, const struct tree *node)
{
	struct wire der;
	size_t added = 0;
	int r;

	while ((r = pem_next(&der, &build->set->memory, &text)) == 1) {
		r = add_anchor(build, pins, der, node);
		if (r != 0)
			return r;
		added++;
	}
	if (r == -EBADMSG || (r == 0 && added == 0))
		return tree_error(build->error, node, "no PEM certificate that can be read");
	return r;
}

int take_anchor(struct build *build, struct list *pins, const struct tree *node)
{
	CLEANUP(free) char *text = NULL;
	CLEANUP(free) char *path = NULL;
	const char *given = "";
	size_t n;
	int r = take_text(build, &given, node);

	if (r != 0)
		return r;
	if (strstr(given, "-----BEGIN"))
		return add_anchors(build, pins, wire_of(given, node->len), node);
	if (!build->directory)
		return tree_error(build->error, node,
			"PEM text expected here: no files are read for this policy");
	if (asprintf(&path, "%s%s", given[0] == '/' ? "" : build->directory, given) < 0)
		return -ENOMEM;
	r = pem_read_file(&text, &n, path, POLICY_BYTES_MAX);
	if (r == -ENOMEM)
		return r;
	if (r != 0)
		return tree_error(build->error, node, "%.150s: %s", path, strerror(-r));
	return add_anchors(build, pins, wire_of(text, n), node);
}
