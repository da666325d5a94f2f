/* The parts of a policy that speak of hosts: expect, authorise, mute. */
#include "policy/build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Of one rule: what people write, with room to spare. */
#define ISSUERS_MAX 32

static int rule_host(struct build *build, void *object, const struct tree *node)
{
	struct rule *rule = object;
	int r = take_host(build, &rule->hosts, node);

	if (r == 0) {
		struct host *host = rule->hosts.last;
		host->rule = rule;
	}
	return r;
}

static int rule_hosts(struct build *build, void *object, const struct tree *node)
{
	return take_list(build, object, node, rule_host);
}

static int issuer_owner(struct build *build, void *object, const struct tree *node)
{
	struct issuer *issuer = object;
	const char *name = "";
	int r = take_text(build, &name, node);

	if (r != 0)
		return r;
	issuer->owner = owner_get(build, name, node->len);
	return issuer->owner ? 0 : -ENOMEM;
}

static int issuer_from(struct build *build, void *object, const struct tree *node)
{
	struct issuer *issuer = object;

	return take_date(build, &issuer->when.from, node);
}

static int issuer_until(struct build *build, void *object, const struct tree *node)
{
	struct issuer *issuer = object;

	return take_date(build, &issuer->when.until, node);
}

static const struct field issuer_fields[] = { { "owner", issuer_owner }, { "from", issuer_from },
	{ "until", issuer_until }, { NULL, NULL } };

static int rule_issuer(struct build *build, void *object, const struct tree *node)
{
	struct rule *rule = object;
	struct issuer *issuer = memory_add(&rule->issuers, &build->set->memory, sizeof *issuer);
	unsigned n = 0;

	if (!issuer)
		return -ENOMEM;
	issuer->when = SPAN_ALWAYS;
	int r = node->kind == TREE_SCALAR ? issuer_owner(build, issuer, node)
					  : take_map(build, issuer, node, issuer_fields);
	if (r != 0)
		return r;
	if (!issuer->owner)
		return tree_error(build->error, node, "an issuer needs an owner");
	for (const struct issuer *each = rule->issuers.first; each; each = each->next)
		n++;
	if (n > ISSUERS_MAX)
		return tree_error(build->error, node, "more than %d issuers", ISSUERS_MAX);
	return check_span(build, issuer->when, node);
}

static int rule_issuers(struct build *build, void *object, const struct tree *node)
{
	return take_list(build, object, node, rule_issuer);
}

/* Checked, and not yet used: the address's network is judged where an ASN database is at hand. */
static int rule_asn(struct build *build, void *object, const struct tree *node)
{
	const char *text = "";
	int r = take_text(build, &text, node);

	(void)object;
	if (r == 0 && (strspn(text, "0123456789") != node->len || node->len > 10 ||
			      strtoull(text, NULL, 10) > UINT32_MAX))
		return tree_error(
			build->error, node, "\"%.40s\" is not the number of a network", text);
	return r;
}

static int rule_asns(struct build *build, void *object, const struct tree *node)
{
	return take_list(build, object, node, rule_asn);
}

static int rule_pin(struct build *build, void *object, const struct tree *node)
{
	struct rule *rule = object;

	return take_pin(build, &rule->pins, node);
}

static int rule_pins(struct build *build, void *object, const struct tree *node)
{
	return take_list(build, object, node, rule_pin);
}

static int rule_anchor(struct build *build, void *object, const struct tree *node)
{
	struct rule *rule = object;

	return take_anchor(build, &rule->anchors, node);
}

static int rule_anchors(struct build *build, void *object, const struct tree *node)
{
	return take_list(build, object, node, rule_anchor);
}

static int rule_note(struct build *build, void *object, const struct tree *node)
{
	struct rule *rule = object;

	return take_text(build, &rule->note, node);
}

static const struct field rule_fields[] = { { "hosts", rule_hosts }, { "issuers", rule_issuers },
	{ "asns", rule_asns }, { "pins", rule_pins }, { "anchors", rule_anchors },
	{ "note", rule_note }, { NULL, NULL } };

static bool owner_before(const struct issuer *first, const struct issuer *issuer, int64_t at)
{
	for (; first != issuer; first = first->next)
		if (first->owner == issuer->owner && span_has(first->when, at))
			return true;
	return false;
}

/* The owners at a time as text, and the time when that next changes. */
static int stretch_add(struct build *build, struct rule *rule, int64_t at, int64_t *next)
{
	char text[ISSUERS_MAX * 64] = "";
	size_t n = 0;

	*next = INT64_MAX;
	for (const struct issuer *issuer = rule->issuers.first; issuer; issuer = issuer->next) {
		if (issuer->when.from > at && issuer->when.from < *next)
			*next = issuer->when.from;
		if (issuer->when.until > at && issuer->when.until < *next)
			*next = issuer->when.until;
		if (!span_has(issuer->when, at) || owner_before(rule->issuers.first, issuer, at))
			continue;
		int r = snprintf(text + n, sizeof text - n, "%s%.60s", n > 0 ? ", " : "",
			issuer->owner->name);
		n += r > 0 ? (size_t)r : 0;
	}
	if (n == 0)
		return 0;
	struct stretch *stretch =
		memory_add(&rule->stretches, &build->set->memory, sizeof *stretch);
	if (!stretch)
		return -ENOMEM;
	stretch->when = (struct span) { at, *next };
	stretch->owners = memory_text(&build->set->memory, text, n);
	return stretch->owners ? 0 : -ENOMEM;
}

static int rule_finish(struct build *build, struct rule *rule, const struct tree *node)
{
	char from[300];
	int64_t at = INT64_MIN;
	int r;

	if (!rule->hosts.first)
		return tree_error(build->error, node, "a rule needs hosts");
	if (!rule->issuers.first && !rule->pins.first && !rule->anchors.first)
		return tree_error(build->error, node, "a rule needs issuers, pins or anchors");
	do {
		int64_t next;

		r = stretch_add(build, rule, at, &next);
		at = next;
	} while (r == 0 && at != INT64_MAX);
	if (r != 0)
		return r;
	rule->shipped = build->set->shipped;
	rule->from = build->set->name;
	if (rule->shipped)
		return 0;
	snprintf(from, sizeof from, "%.280s:%u", build->set->name, node->line);
	rule->from = memory_text(&build->set->memory, from, strlen(from));
	return rule->from ? 0 : -ENOMEM;
}

static int read_rule(struct build *build, void *object, const struct tree *node)
{
	struct rule *rule = memory_add(object, &build->set->memory, sizeof *rule);

	if (!rule)
		return -ENOMEM;
	int r = take_map(build, rule, node, rule_fields);
	return r == 0 ? rule_finish(build, rule, node) : r;
}

int read_expect(struct build *build, void *object, const struct tree *node)
{
	(void)object;
	return take_list(build, &build->set->rules, node, read_rule);
}

static int authorisation_name(struct build *build, void *object, const struct tree *node)
{
	struct authorisation *authorisation = object;

	return take_text(build, &authorisation->name, node);
}

static int authorisation_pin(struct build *build, void *object, const struct tree *node)
{
	struct authorisation *authorisation = object;

	return take_pin(build, &authorisation->pins, node);
}

static int authorisation_pins(struct build *build, void *object, const struct tree *node)
{
	return take_list(build, object, node, authorisation_pin);
}

static int authorisation_anchor(struct build *build, void *object, const struct tree *node)
{
	struct authorisation *authorisation = object;

	return take_anchor(build, &authorisation->pins, node);
}

static int authorisation_anchors(struct build *build, void *object, const struct tree *node)
{
	return take_list(build, object, node, authorisation_anchor);
}

static int authorisation_client(struct build *build, void *object, const struct tree *node)
{
	struct authorisation *authorisation = object;
	struct network network;
	const char *text = "";
	int r = take_text(build, &text, node);

	if (r != 0)
		return r;
	if (!value_network(&network, text))
		return tree_error(build->error, node,
			"\"%.60s\" is not a network such as 10.0.0.0/8, or has bits behind its prefix",
			text);
	struct client *client =
		memory_add(&authorisation->clients, &build->set->memory, sizeof *client);
	if (!client)
		return -ENOMEM;
	client->network = network;
	return 0;
}

static int authorisation_clients(struct build *build, void *object, const struct tree *node)
{
	return take_list(build, object, node, authorisation_client);
}

static int authorisation_from(struct build *build, void *object, const struct tree *node)
{
	struct authorisation *authorisation = object;

	return take_date(build, &authorisation->when.from, node);
}

static int authorisation_until(struct build *build, void *object, const struct tree *node)
{
	struct authorisation *authorisation = object;

	return take_date(build, &authorisation->when.until, node);
}

static const struct field authorisation_fields[] = { { "name", authorisation_name },
	{ "pins", authorisation_pins }, { "anchors", authorisation_anchors },
	{ "clients", authorisation_clients }, { "from", authorisation_from },
	{ "until", authorisation_until }, { "note", take_nothing }, { NULL, NULL } };

static int read_authorisation(struct build *build, void *object, const struct tree *node)
{
	struct authorisation *authorisation =
		memory_add(object, &build->set->memory, sizeof *authorisation);

	if (!authorisation)
		return -ENOMEM;
	authorisation->when = SPAN_ALWAYS;
	int r = take_map(build, authorisation, node, authorisation_fields);
	if (r != 0)
		return r;
	if (!authorisation->name)
		return tree_error(build->error, node, "an authorisation needs a name");
	if (!authorisation->pins.first)
		return tree_error(build->error, node, "an authorisation needs pins or anchors");
	return check_span(build, authorisation->when, node);
}

int read_authorise(struct build *build, void *object, const struct tree *node)
{
	(void)object;
	return take_list(build, &build->set->authorisations, node, read_authorisation);
}

static int mute_host(struct build *build, void *object, const struct tree *node)
{
	struct mute *mute = object;

	return take_host(build, &mute->hosts, node);
}

static int mute_hosts(struct build *build, void *object, const struct tree *node)
{
	return take_list(build, object, node, mute_host);
}

static int mute_id(struct build *build, void *object, const struct tree *node)
{
	struct mute *mute = object;
	const char *text = "";
	int r = take_text(build, &text, node);

	if (r != 0)
		return r;
	if (strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") != node->len)
		return tree_error(
			build->error, node, "\"%.40s\" is not the id of a detector", text);
	struct evidence_id *evidence =
		memory_add(&mute->evidence, &build->set->memory, sizeof *evidence);
	if (!evidence)
		return -ENOMEM;
	evidence->id = text;
	return 0;
}

static int mute_evidence(struct build *build, void *object, const struct tree *node)
{
	return take_list(build, object, node, mute_id);
}

static int mute_from(struct build *build, void *object, const struct tree *node)
{
	struct mute *mute = object;

	return take_date(build, &mute->when.from, node);
}

static int mute_until(struct build *build, void *object, const struct tree *node)
{
	struct mute *mute = object;

	return take_date(build, &mute->when.until, node);
}

static const struct field mute_fields[] = { { "hosts", mute_hosts }, { "evidence", mute_evidence },
	{ "from", mute_from }, { "until", mute_until }, { "note", take_nothing }, { NULL, NULL } };

static int read_one_mute(struct build *build, void *object, const struct tree *node)
{
	struct mute *mute = memory_add(object, &build->set->memory, sizeof *mute);

	if (!mute)
		return -ENOMEM;
	mute->when = SPAN_ALWAYS;
	int r = take_map(build, mute, node, mute_fields);
	if (r != 0)
		return r;
	if (!mute->hosts.first && !mute->evidence.first)
		return tree_error(build->error, node, "a mute needs hosts or evidence");
	return check_span(build, mute->when, node);
}

int read_mute(struct build *build, void *object, const struct tree *node)
{
	(void)object;
	return take_list(build, &build->set->mutes, node, read_one_mute);
}
