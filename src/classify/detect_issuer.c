/* Who signed, and is it who should have. */
#include "classify/detect.h"

#include <string.h>

#include "classify/known.h"

#define SHA1_SINCE 1483228800 /* 2017-01-01: no public CA signs with SHA-1 any more (BR 7.1.3) */
#define CT_SINCE   1525046400 /* 2018-04-30: Chrome asks for SCTs */

static const char *issuer_name(const struct onpath_cert *cert)
{
	if (cert->self_signed)
		return "nobody but itself";
	return cert->issuer[0] != '\0' ? cert->issuer : "nobody";
}

/* Who vouches for the chain, for people. */
static const char *signer(const struct view *view)
{
	if (view->vouched && view->facts->owner)
		return view->facts->owner;
	return issuer_name(view->leaf);
}

static const char *what_is_expected(const struct view *view)
{
	if (view->expectation.owners)
		return view->expectation.owners;
	return view->expectation.has_anchors ? "a given anchor" : "a given key";
}

/* The issuer is missing, but all else is as a server's that forgets to send it. */
static bool is_incomplete(const struct view *view)
{
	return view->status == ONPATH_CHAIN_NO_ISSUER && view_looks_public(view) &&
	       view_claimed_owner(view);
}

bool detect_issuer_unexpected(struct finding *found, const struct view *view)
{
	if (!view->leaf || !view->has_expectation || view->match == POLICY_MET ||
		view->match == POLICY_PIN_MISMATCH)
		return false;
	found->expected = what_is_expected(view);
	found->seen = signer(view);
	if (view->match == POLICY_OTHER_OWNER) {
		if (view->claimed)
			return false;
		found->points = 3;
		found->kind = ONPATH_KIND_REISSUED;
		found->text = say(view->scratch,
			"The certificate for %.253s is valid, but %.100s vouches for it, and that is not who signs for this host.",
			view->host, found->seen);
		return true;
	}
	found->kind = ONPATH_KIND_FORGED;
	if (is_incomplete(view)) {
		found->points = 0.5;
		found->text = say(view->scratch,
			"The certificate for %.253s came without that of its issuer, so nothing proves who signed it.",
			view->host);
		return true;
	}
	found->points = view->claimed ? 3 : view->status == ONPATH_CHAIN_SKIPPED ? 2 : 5;
	if (view->claimed && !view->seen->public_address)
		found->points = 0.5;
	found->text = say(view->scratch,
		"%s %.253s, but no authority that may sign for this host vouches for it.",
		view->claimed ? "The certificate claims to be" : "The certificate was sent for",
		view->host);
	return true;
}

bool detect_pin_mismatch(struct finding *found, const struct view *view)
{
	if (!view->leaf || !view->has_expectation || view->match != POLICY_PIN_MISMATCH)
		return false;
	found->points = view->vouched ? 3 : 5;
	found->kind = view->vouched ? ONPATH_KIND_REISSUED : ONPATH_KIND_FORGED;
	found->expected = "a pinned key";
	found->seen = signer(view);
	found->text = say(view->scratch,
		"None of the keys that are pinned for %.253s stands in the chain.", view->host);
	return true;
}

bool detect_copycat_ca(struct finding *found, const struct view *view)
{
	const struct onpath_connection *facts = view->facts;

	if (!view->leaf || view->vouched || !view->seen->policy)
		return false;
	for (size_t i = 0; i < facts->chain_len; i++) {
		const struct onpath_cert *ca = facts->chain[i];
		if (!ca->parsed)
			continue;
		bool anchor = policy_copies_anchor(view->seen->policy, ca);
		const char *owner = ca->subject_o ? policy_owner_of_name(view->seen->policy,
							    ca->subject_o, view->seen->at)
						  : NULL;
		/* A root that is newer than our list would sign for leafs that look as they should.
		 */
		bool namesake = ca->self_signed && ca->is_ca && owner && !view_looks_public(view);
		if (!anchor && !namesake)
			continue;
		found->points = anchor ? 5 : 3;
		found->kind = ONPATH_KIND_FORGED;
		found->expected = anchor ? "the key of the CA of that name" : owner;
		found->seen = ca->subject;
		found->text = say(view->scratch,
			"A certificate in the chain bears the name of a public authority, \"%.200s\", but %s.",
			ca->subject,
			anchor ? "has not its key"
			       : "signed itself and is none of its known roots");
		return true;
	}
	return false;
}

static double known_points(const struct known_interceptor *known, const struct view *view)
{
	const char *host = view->facts->host;
	size_t n = host ? strlen(host) : 0;

	if (known->class == KNOWN_NATIONAL && n > 3)
		if (strcmp(host + n - 3, ".ru") == 0 || strcmp(host + n - 3, ".su") == 0 ||
			strstr(host, ".xn--p1ai"))
			return -1; /* banks use it: it may be theirs, or a forger's, and only
				      suspicion is due */
	if (view->seen->public_name)
		return 5;
	/* A box shows such a certificate for its own pages, too: a VPN gateway, an administrator's
	 * login. */
	return 0.5;
}

static const char *class_text(enum known_class class)
{
	static const char *const texts[] = {
		[KNOWN_INSPECTION] = "a product that inspects traffic on the network",
		[KNOWN_ANTIVIRUS] = "software on the client that inspects its traffic",
		[KNOWN_TOOL] = "a tool to intercept traffic",
		[KNOWN_ADWARE] = "adware or malware that intercepts its user's traffic",
		[KNOWN_STATE] = "an interception by a state",
		[KNOWN_NATIONAL] = "a state's own authority, which some of its sites use",
	};

	return texts[class];
}

static const struct known_interceptor *known_in_chain(
	const struct view *view, const struct onpath_cert **which)
{
	const struct onpath_connection *facts = view->facts;

	for (size_t i = 0; i < facts->chain_len; i++) {
		const struct onpath_cert *cert = facts->chain[i];
		const struct known_interceptor *known = cert->parsed ? known_issuer(cert) : NULL;

		*which = cert;
		if (known)
			return known;
	}
	return NULL;
}

/* The chain leads to an authority that we know as a public one: the user's own --roots may hold
 * others. */
static bool by_public_authority(const struct view *view)
{
	const struct onpath_connection *facts = view->facts;

	return view->vouched && facts->owner && view->seen->policy &&
	       policy_owner_of_name(view->seen->policy, facts->owner, view->seen->at);
}

bool detect_known_interceptor(struct finding *found, const struct view *view)
{
	const struct onpath_cert *cert = NULL;

	if (!view->leaf)
		return false;
	if (by_public_authority(view)) /* what a public CA vouches for is not made by a box */
		return false;
	const char *event = view->vouched ? NULL : known_certificate(view->leaf);
	if (event) {
		*found = (struct finding) { 5, ONPATH_KIND_FORGED, event, NULL, NULL,
			view->leaf->subject };
		found->text = say(
			view->scratch, "This very certificate is known from an attack: %s.", event);
		return true;
	}
	const struct known_interceptor *known = known_in_chain(view, &cert);
	if (!known)
		return false;
	found->points = known_points(known, view);
	found->kind = known->class >= KNOWN_STATE ? ONPATH_KIND_FORGED : ONPATH_KIND_PRODUCT;
	found->by = known->by;
	found->seen = cert->issuer;
	found->text = say(view->scratch, "The issuer's name is that of %s: %s.",
		class_text(known->class), known->by);
	return true;
}

/* BR 6.3.2: how long a certificate may be valid that begins on or after a day. */
static const struct {
	int64_t since;
	int64_t days;
} validity_limits[] = {
	{ 1773532800, 200 },  /* 2026-03-15 */
	{ 1598918400, 398 },  /* 2020-09-01 */
	{ 1519862400, 825 },  /* 2018-03-01 */
	{ 1427846400, 1187 }, /* 2015-04-01: 39 months */
	{ 1341100800, 1857 }, /* 2012-07-01: 60 months, with days to spare */
};

static bool too_long(const struct onpath_cert *leaf)
{
	if (leaf->not_before == ONPATH_TIME_BAD || leaf->not_after == ONPATH_TIME_BAD)
		return false;
	for (size_t i = 0; i < sizeof validity_limits / sizeof validity_limits[0]; i++)
		if (leaf->not_before >= validity_limits[i].since)
			return leaf->not_after - leaf->not_before >
			       validity_limits[i].days * DAY + DAY;
	return false;
}

static bool has_text(const char *text, const char *part)
{
	return text && strcasestr(text, part);
}

/* What no public CA of that day put into a certificate, or NULL. */
static const char *impossible(const struct onpath_cert *leaf)
{
	if (leaf->version < 3)
		return "it is of version 1, without any extension";
	if (has_text(leaf->signature_alg, "md5") && leaf->not_before >= 1262304000) /* 2010 */
		return "it is signed with MD5";
	if (has_text(leaf->signature_alg, "sha1") && leaf->not_before >= SHA1_SINCE)
		return "it is signed with SHA-1";
	if (leaf->key_type == ONPATH_KEY_RSA && leaf->key_bits < 2048 &&
		leaf->not_before >= 1388534400) /* 2014, BR appendix A */
		return "its RSA key is shorter than 2048 bits";
	if (leaf->rsa_exponent == 3 && leaf->not_before >= 1388534400)
		return "its RSA key has the exponent 3";
	if (!leaf->has_san && leaf->not_before >= 1341100800) /* BR 9.2.1, 2012-07-01 */
		return "it names no host in subjectAltName";
	if (too_long(leaf))
		return "it is valid for longer than was allowed";
	return NULL;
}

bool detect_impossible(struct finding *found, const struct view *view)
{
	if (!view->leaf || view->vouched || view->leaf->self_issued || !view->seen->public_name)
		return false;
	const char *owner = view_claimed_owner(view);
	const char *why = owner ? impossible(view->leaf) : NULL;
	if (!why)
		return false;
	found->points = 2;
	found->kind = ONPATH_KIND_FORGED;
	found->expected = owner;
	found->seen = why;
	found->text = say(view->scratch,
		"The certificate claims to be from %.100s, which cannot be: %s.", owner, why);
	return true;
}

bool detect_sct_missing(struct finding *found, const struct view *view)
{
	const struct onpath_connection *facts = view->facts;
	const struct onpath_cert *leaf = view->leaf;

	if (!leaf || !by_public_authority(view) || !view->seen->public_name ||
		leaf->not_before < CT_SINCE || leaf->has_sct || facts->scts.len > 0 ||
		facts->ocsp_staple.len > 0)
		return false;
	if (view->seen->policy && policy_limited(view->seen->policy, facts->path, facts->path_len))
		return false;
	found->points = 0.5;
	found->kind = ONPATH_KIND_REISSUED;
	found->text =
		"The certificate carries no proof that it was published in the logs of Certificate Transparency.";
	return true;
}
