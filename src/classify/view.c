/* Observation in, answers to what detectors ask out. */
#include "classify/detect.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Chrome's date: a public certificate that began later needs SCTs to be of use. */
#define CT_SINCE 1525046400 /* 2018-04-30 */

const char *say(struct classify_scratch *scratch, const char *format, ...)
{
	char *text = scratch->text + scratch->used;
	size_t room = sizeof scratch->text - scratch->used;
	va_list list;

	va_start(list, format);
	int n = vsnprintf(text, room, format, list);
	va_end(list);
	if (n < 0 || (size_t)n >= room)
		return "";
	scratch->used += (size_t)n + 1;
	return text;
}

/* Readable in the clear: the first certificate of the server. */
static const struct onpath_cert *leaf_of(const struct onpath_connection *facts)
{
	bool seen = facts->certificate == ONPATH_CERT_SEEN ||
		    facts->certificate == ONPATH_CERT_DECRYPTED;

	return seen && facts->chain_len > 0 && facts->chain[0]->parsed ? facts->chain[0] : NULL;
}

/* A host that the leaf's names claim and that we know something about. */
static const char *claim_of(struct view *view)
{
	const struct onpath_cert *leaf = view->leaf;

	for (size_t i = 0; i <= leaf->dns_name_count && i <= 8; i++) {
		const char *name = i < leaf->dns_name_count ? leaf->dns_names[i] : leaf->subject_cn;
		char host[256];
		size_t n = 0;

		if (name && strncmp(name, "*.", 2) == 0)
			name += 2;
		for (; name && name[n] != '\0' && n < sizeof host - 1; n++)
			host[n] =
				(char)(name[n] >= 'A' && name[n] <= 'Z' ? name[n] | 0x20 : name[n]);
		host[n] = '\0';
		if (n > 0 && policy_expect(view->seen->policy, &view->expectation, host,
				     view->expectation.at))
			return name;
	}
	return NULL;
}

/*
 * The time to look up who is expected. A chain that an anchor vouches for and whose dates do not
 * fit was met by a wrong clock or outlived its time: what was expected when it was valid is then
 * the question.
 */
static int64_t time_of(const struct view *view)
{
	const struct onpath_cert *leaf = view->leaf;
	int64_t at = view->seen->at;

	if (!leaf || !view->vouched || view->clear_clock || leaf->not_before == ONPATH_TIME_BAD ||
		leaf->not_after == ONPATH_TIME_BAD)
		return at;
	return at < leaf->not_before ? leaf->not_before : leaf->not_after;
}

static void expect(struct view *view)
{
	const struct observation *seen = view->seen;
	const struct onpath_connection *facts = view->facts;
	int64_t at = time_of(view);

	view->has_expectation = seen->has_expectation;
	view->expectation = seen->expectation;
	view->match = seen->match;
	view->host = facts->host;
	if (!view->leaf || !seen->policy)
		return;
	if (!facts->host && facts->sni.len == 0) {
		view->expectation.at = at;
		view->host = claim_of(view);
		view->claimed = view->has_expectation = view->host != NULL;
	} else if (facts->host && at != seen->at) {
		view->has_expectation =
			policy_expect(seen->policy, &view->expectation, facts->host, at);
	} else {
		return;
	}
	if (view->has_expectation)
		view->match = policy_meets(
			seen->policy, &view->expectation, facts->path, facts->path_len);
}

/* A private CA that is known vouches only where it is expected; elsewhere it is a stranger. */
static void limit(struct view *view)
{
	const struct onpath_connection *facts = view->facts;

	if (!view->vouched || !view->seen->policy ||
		!policy_limited(view->seen->policy, facts->path, facts->path_len) ||
		(view->has_expectation && view->match == POLICY_MET))
		return;
	view->vouched = false;
	view->status = ONPATH_CHAIN_UNKNOWN_ROOT;
	if (view->has_expectation)
		view->match = POLICY_UNVERIFIED;
}

void view_of(struct view *out, struct classify_scratch *scratch, const struct observation *seen)
{
	const struct onpath_connection *facts = seen->facts;
	struct view view = { .seen = seen, .facts = facts, .scratch = scratch };

	view.leaf = leaf_of(facts);
	view.status = facts->chain_status;
	view.vouched =
		view.leaf && facts->path_len > 0 &&
		(view.status == ONPATH_CHAIN_VERIFIED || view.status == ONPATH_CHAIN_EXPIRED ||
			view.status == ONPATH_CHAIN_NOT_YET_VALID);
	view.clear_clock =
		view.leaf && seen->at >= view.leaf->not_before && seen->at <= view.leaf->not_after;
	/* Behind CONNECT or SOCKS the address is the proxy's, and says nothing of the host. */
	bool proxied = facts->from_proto && (strcmp(facts->from_proto, "http-connect") == 0 ||
						    strncmp(facts->from_proto, "socks", 5) == 0);
	view.public_place = seen->public_name && (seen->public_address || proxied);
	expect(&view);
	limit(&view);
	*out = view;
}

bool view_looks_public(const struct view *view)
{
	const struct onpath_cert *leaf = view->leaf;
	bool logged =
		leaf->has_sct || view->facts->scts.len > 0 || view->facts->ocsp_staple.len > 0;

	return leaf->version == 3 && !leaf->self_issued && leaf->has_aia && leaf->has_policies &&
	       (logged || leaf->not_before < CT_SINCE);
}

const char *view_claimed_owner(const struct view *view)
{
	const struct onpath_cert *leaf = view->leaf;
	int64_t at = leaf->not_before == ONPATH_TIME_BAD ? view->seen->at : leaf->not_before;

	if (!view->seen->policy)
		return NULL;
	return policy_owner_of_name(
		view->seen->policy, leaf->issuer_o ? leaf->issuer_o : leaf->issuer_cn, at);
}
