/* The alert object of EVE: a judged connection in, a constant signature with the details in its
 * metadata out. */
#include <onpath/engine.h>

#include "output/eve.h"

/*
 * One signature for each verdict and kind, since every console groups by it. Numbers from the range
 * for local use. They and the texts never change their meaning; onpath(1) lists them.
 */
struct signature {
	uint32_t id;
	const char *text;
};

#define FIRST_INTERCEPTED 1900001
#define FIRST_SUSPECT     1900011
#define INSPECTED         1900021

static const struct signature intercepted[ONPATH_KINDS] = {
	[ONPATH_KIND_NONE] = { FIRST_INTERCEPTED, "ONPATH TLS interception" },
	[ONPATH_KIND_FORGED] = { FIRST_INTERCEPTED + 1,
		"ONPATH TLS interception: forged certificate" },
	[ONPATH_KIND_REISSUED] = { FIRST_INTERCEPTED + 2,
		"ONPATH TLS interception: re-issued certificate" },
	[ONPATH_KIND_PRODUCT] = { FIRST_INTERCEPTED + 3,
		"ONPATH TLS interception: inspection product" },
	[ONPATH_KIND_STRIPPED] = { FIRST_INTERCEPTED + 4, "ONPATH TLS interception: TLS stripped" },
	[ONPATH_KIND_INJECTED] = { FIRST_INTERCEPTED + 5,
		"ONPATH TLS interception: bytes injected" },
};

static const struct signature suspect[ONPATH_KINDS] = {
	[ONPATH_KIND_NONE] = { FIRST_SUSPECT, "ONPATH TLS interception suspected" },
	[ONPATH_KIND_FORGED] = { FIRST_SUSPECT + 1,
		"ONPATH TLS interception suspected: forged certificate" },
	[ONPATH_KIND_REISSUED] = { FIRST_SUSPECT + 2,
		"ONPATH TLS interception suspected: re-issued certificate" },
	[ONPATH_KIND_PRODUCT] = { FIRST_SUSPECT + 3,
		"ONPATH TLS interception suspected: inspection product" },
	[ONPATH_KIND_STRIPPED] = { FIRST_SUSPECT + 4,
		"ONPATH TLS interception suspected: TLS stripped" },
	[ONPATH_KIND_INJECTED] = { FIRST_SUSPECT + 5,
		"ONPATH TLS interception suspected: bytes injected" },
};

static const struct signature inspected = { INSPECTED,
	"ONPATH TLS inspection authorised by policy" };

/* severity: 1 is the highest. signature_severity: the words of Suricata's rule metadata. */
struct weight {
	unsigned severity;
	const char *words;
	const char *category;
};

static const struct weight *weight_of(enum onpath_verdict verdict)
{
	static const struct weight weights[] = {
		{ 1, "Critical", "TLS interception" },
		{ 2, "Major", "Suspected TLS interception" },
		{ 3, "Informational", "Authorised TLS inspection" },
	};

	return &weights[verdict == ONPATH_INTERCEPTED ? 0 : verdict == ONPATH_SUSPECT ? 1 : 2];
}

static const struct signature *signature_of(const struct onpath_connection *c)
{
	enum onpath_kind kind = c->kind < ONPATH_KINDS ? c->kind : ONPATH_KIND_NONE;

	if (c->verdict == ONPATH_INSPECTED)
		return &inspected;
	return c->verdict == ONPATH_INTERCEPTED ? &intercepted[kind] : &suspect[kind];
}

/* Every value of metadata is an array of strings. */
static void list_of_one(struct text *j, const char *key, const char *s)
{
	if (!s)
		return;
	json_key(j, key);
	json_open(j, '[');
	json_text(j, s);
	json_close(j, ']');
}

static void list_of_number(struct text *j, const char *key, double v)
{
	char number[TEXT_FIXED_MAX];

	json_key(j, key);
	json_open(j, '[');
	size_t n = text_fixed(number, v, 2);
	json_plain(j, number, n);
	json_close(j, ']');
}

static void put_evidence(struct text *j, const struct onpath_connection *c)
{
	json_key(j, "onpath_evidence");
	json_open(j, '[');
	for (size_t i = 0; i < c->evidence_count && i < ONPATH_EVIDENCE_MAX; i++)
		json_name(j, c->evidence[i].id);
	json_close(j, ']');
	json_key(j, "onpath_evidence_text");
	json_open(j, '[');
	for (size_t i = 0; i < c->evidence_count && i < ONPATH_EVIDENCE_MAX; i++)
		if (c->evidence[i].text)
			json_text(j, c->evidence[i].text);
	json_close(j, ']');
}

static void put_metadata(struct text *j, const struct onpath_connection *c)
{
	const struct onpath_cert *leaf = c->chain_len > 0 ? c->chain[0] : NULL;

	json_key(j, "metadata");
	json_open(j, '{');
	list_of_one(j, "signature_severity", weight_of(c->verdict)->words);
	list_of_one(j, "onpath_verdict", onpath_verdict_name(c->verdict));
	list_of_one(j, "onpath_kind", onpath_kind_name(c->kind));
	list_of_number(j, "onpath_confidence", c->confidence);
	list_of_number(j, "onpath_points", c->points);
	list_of_one(j, "onpath_by", c->by);
	if (c->tcp_terminated)
		list_of_one(j, "onpath_tcp_terminated", "true");
	list_of_one(j, "onpath_host", c->host);
	list_of_one(j, "onpath_certificate", onpath_certificate_state_name(c->certificate));
	list_of_one(j, "onpath_completeness", onpath_completeness_name(c->completeness));
	list_of_one(j, "onpath_chain_status", onpath_chain_status_name(c->chain_status));
	if (c->expected.present) {
		list_of_one(j, "onpath_expected", c->expected.owners);
		list_of_one(j, "onpath_expected_from", c->expected.from);
	}
	if (leaf && leaf->parsed)
		list_of_one(j, "onpath_seen_issuer", leaf->issuer);
	list_of_one(j, "onpath_owner", c->owner);
	if (leaf) {
		json_key(j, "onpath_sha256");
		json_open(j, '[');
		json_hex(j, leaf->sha256, sizeof leaf->sha256);
		json_close(j, ']');
	}
	put_evidence(j, c);
	json_close(j, '}');
}

/* Suricata 8 lets structured values into an alert. */
static void put_context(struct text *j, const struct onpath_connection *c)
{
	json_key(j, "context");
	json_open(j, '{');
	json_key(j, "onpath");
	json_open(j, '{');
	json_key(j, "verdict");
	json_name(j, onpath_verdict_name(c->verdict));
	json_key(j, "kind");
	json_name(j, onpath_kind_name(c->kind));
	json_key(j, "confidence");
	json_fixed(j, c->confidence, 4);
	json_key(j, "points");
	json_fixed(j, c->points, 2);
	json_key(j, "evidence");
	json_open(j, '[');
	for (size_t i = 0; i < c->evidence_count && i < ONPATH_EVIDENCE_MAX; i++) {
		const struct onpath_evidence *e = &c->evidence[i];
		json_open(j, '{');
		eve_text(j, "id", e->id);
		eve_text(j, "family", e->family);
		json_key(j, "points");
		json_fixed(j, e->points, 2);
		eve_text(j, "text", e->text);
		eve_text(j, "expected", e->expected);
		eve_text(j, "seen", e->seen);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
	json_close(j, '}');
}

void eve_put_alert(struct eve *f, const struct onpath_connection *c)
{
	struct text *j = &f->record;
	const struct signature *s = signature_of(c);
	const struct weight *weight = weight_of(c->verdict);

	json_key(j, "alert");
	json_open(j, '{');
	json_key(j, "action");
	json_name(j, "allowed");
	json_key(j, "gid");
	json_u64(j, 1);
	json_key(j, "signature_id");
	json_u64(j, s->id);
	json_key(j, "rev");
	json_u64(j, 1);
	json_key(j, "signature");
	json_name(j, s->text);
	json_key(j, "category");
	json_name(j, weight->category);
	json_key(j, "severity");
	json_u64(j, weight->severity);
	put_metadata(j, c);
	if (f->level >= 8)
		put_context(j, c);
	json_close(j, '}');
}
