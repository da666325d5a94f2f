/* Does the chain hold, and if not, how does it fail. */
#include "classify/detect.h"

#include <string.h>

static const char *asked(const struct view *view)
{
	return view->facts->host ? view->facts->host : "the server";
}

/* The issuer at which the chain ends: follows names from the leaf as far as certificates were sent.
 */
static const char *last_issuer(const struct onpath_connection *facts)
{
	const struct onpath_cert *cert = facts->chain[0];

	for (size_t i = 1; i < facts->chain_len; i++)
		if (facts->chain[i]->parsed && strcmp(facts->chain[i]->subject, cert->issuer) == 0)
			cert = facts->chain[i];
	return cert->issuer;
}

bool detect_chain_untrusted(struct finding *found, const struct view *view)
{
	if (!view->leaf || view->leaf->self_issued)
		return false;
	found->kind = ONPATH_KIND_FORGED;
	found->seen = view->leaf->issuer;
	found->points = view->public_place ? 3 : 0.5;
	switch (view->status) {
	case ONPATH_CHAIN_UNKNOWN_ROOT:
		/* A leaf in which nothing is missing may be of a root that is newer than our list.
		 */
		if (view->public_place && view_looks_public(view))
			found->points = 1;
		found->text = say(view->scratch,
			"The chain for %.253s ends at an authority that vouches for itself and that nobody knows, \"%.200s\".",
			asked(view), last_issuer(view->facts));
		return true;
	case ONPATH_CHAIN_NO_ISSUER:
		if (view_looks_public(view))
			found->points = 0.5;
		found->text = say(view->scratch,
			"The chain for %.253s ends at an authority, \"%.200s\", that is neither known nor was it sent.",
			asked(view), last_issuer(view->facts));
		return true;
	case ONPATH_CHAIN_NOT_A_CA:
		found->text = say(view->scratch,
			"The certificate for %.253s is signed by one that may not sign others.",
			asked(view));
		return true;
	case ONPATH_CHAIN_CONSTRAINED:
		found->points = view->public_place ? 1 : 0.5;
		found->text = say(view->scratch,
			"An authority in the chain signed for %.253s what it may not sign for.",
			asked(view));
		return true;
	default:
		return false;
	}
}

bool detect_self_signed(struct finding *found, const struct view *view)
{
	if (!view->leaf || !view->leaf->self_signed || view->vouched)
		return false;
	found->points = view->public_place ? 3 : 0.5;
	found->kind = ONPATH_KIND_FORGED;
	found->seen = view->leaf->subject;
	found->text = say(view->scratch,
		"The certificate for %.253s is signed by nobody but itself.", asked(view));
	return true;
}

/* GitHub, 2013: issuer and subject are one name, but another key signed. */
bool detect_self_issued(struct finding *found, const struct view *view)
{
	if (!view->leaf || !view->leaf->self_issued || view->leaf->self_signed || view->vouched ||
		view->status == ONPATH_CHAIN_SKIPPED)
		return false;
	found->points = view->public_place ? 3 : 0.5;
	found->kind = ONPATH_KIND_FORGED;
	found->seen = view->leaf->subject;
	found->text = say(view->scratch,
		"The certificate for %.253s names itself as its issuer, but another key signed it: an authority hides behind a copied name.",
		asked(view));
	return true;
}

bool detect_name_mismatch(struct finding *found, const struct view *view)
{
	const struct onpath_connection *facts = view->facts;

	if (!view->leaf || !facts->host || facts->name_matches || facts->ech_offered)
		return false;
	const struct onpath_cert *leaf = view->leaf;
	found->points = 0.5;
	found->expected = facts->host;
	found->seen = leaf->dns_name_count > 0 ? leaf->dns_names[0]
		      : leaf->subject_cn       ? leaf->subject_cn
					       : leaf->subject;
	found->text = say(view->scratch, "The certificate is for \"%.200s\", not for %.253s.",
		found->seen, facts->host);
	return true;
}

bool detect_expired(struct finding *found, const struct view *view)
{
	if (!view->leaf || view->status != ONPATH_CHAIN_EXPIRED)
		return false;
	/* Who runs such a host renews in time; who copies a certificate may not (jabber.ru, 2023).
	 */
	found->points = view->has_expectation ? 1 : 0.5;
	found->text = say(view->scratch,
		"The chain for %.253s held once, but a date in it had passed.", asked(view));
	return true;
}

bool detect_not_yet_valid(struct finding *found, const struct view *view)
{
	if (!view->leaf || view->status != ONPATH_CHAIN_NOT_YET_VALID)
		return false;
	found->points = 0.5;
	found->text = say(view->scratch,
		"The chain for %.253s was not valid yet: a date in it lies ahead, or the clock of the capture was wrong.",
		asked(view));
	return true;
}

/* RFC 5480 2.1.1 forbids curves of one's own making; CVE-2020-0601 took them for the real ones. */
static const struct onpath_cert *own_curve(const struct onpath_connection *facts)
{
	for (size_t i = 0; i < facts->chain_len; i++) {
		const struct onpath_cert *cert = facts->chain[i];
		if (cert->parsed && cert->key_type == ONPATH_KEY_EC && !cert->curve &&
			cert->key_bits > 0)
			return cert;
	}
	return NULL;
}

bool detect_bad_signature(struct finding *found, const struct view *view)
{
	if (!view->leaf || view->vouched)
		return false;
	const struct onpath_cert *forged = own_curve(view->facts);
	found->kind = ONPATH_KIND_FORGED;
	if (forged) {
		found->points = 5;
		found->by = "CVE-2020-0601";
		found->seen = forged->subject;
		found->text = say(view->scratch,
			"The key of \"%.200s\" comes with a curve of its own, as in forgeries that exploit CVE-2020-0601.",
			forged->subject);
		return true;
	}
	if (view->status != ONPATH_CHAIN_BAD_SIGNATURE || view->leaf->self_issued)
		return false;
	found->points = view->public_place || view_claimed_owner(view) ? 3 : 0.5;
	found->seen = view->leaf->issuer;
	found->text = say(view->scratch,
		"The certificate says that \"%.200s\" signed it, but the signature does not fit its key.",
		view->leaf->issuer);
	return true;
}

/* www.<random>.com or .net, as Tor relays make them up: letters a-z and digits 2-7 (tor-spec, link
 * certificates). */
static bool is_tor_name(const char *name, const char *end)
{
	if (!name || strncmp(name, "www.", 4) != 0)
		return false;
	size_t n = strspn(name + 4, "abcdefghijklmnopqrstuvwxyz234567");
	return n >= 4 && n <= 25 && strcmp(name + 4 + n, end) == 0;
}

static bool is_only_cn(const char *dn)
{
	return strncmp(dn, "CN=", 3) == 0 && !strstr(dn, ", ");
}

bool detect_tor_relay(struct finding *found, const struct view *view)
{
	const struct onpath_cert *leaf = view->leaf;

	if (!leaf || view->vouched || view->has_expectation || leaf->has_san ||
		view->facts->name_matches || view->facts->chain_len > 2 ||
		!is_only_cn(leaf->subject) || !is_only_cn(leaf->issuer) ||
		!is_tor_name(leaf->subject_cn, ".net") || !is_tor_name(leaf->issuer_cn, ".com") ||
		(view->facts->host && !is_tor_name(view->facts->host, ".com")))
		return false;
	found->points = -3;
	found->seen = leaf->subject;
	found->text = "The made-up names are those of a Tor relay, which signs for itself.";
	return true;
}
