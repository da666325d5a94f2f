/* How a certificate was made: by the habits of those that are minted on the fly. */
#include "classify/detect.h"

#include <string.h>

#define YEAR_2014 1388534400
#define YEAR_2011 1293840000

static const char *asked(const struct view *view)
{
	return view->host ? view->host : "the server";
}

/* The signature was checked: no public CA gives its own key away with a leaf. */
bool detect_leaf_is_ca(struct finding *found, const struct view *view)
{
	if (!view->leaf || !view->seen->leaf_signs_itself)
		return false;
	found->points = view->seen->public_name || view->seen->public_address ? 5 : 0.5;
	found->kind = ONPATH_KIND_FORGED;
	found->seen = view->leaf->issuer;
	found->text = say(view->scratch,
		"The key of the certificate for %.253s is the key that signed it, though it names \"%.200s\" as issuer: mitmproxy and squid do this, authorities never.",
		asked(view), view->leaf->issuer);
	return true;
}

/* What a tool gives to each certificate that it mints: how long it is valid, and how old it was at
 * least when sent. */
struct minting {
	const char *by;
	int64_t valid;
	int64_t age_min;
	int64_t age_max;
	double points;
};

static const struct minting mintings[] = {
	{ "mitmproxy", 367LL * DAY, 2LL * DAY, 3LL * DAY, 2 }, /* up to 10.x: -2 d, +365 d */
	{ "mitmproxy", 199LL * DAY, 2LL * DAY, 3LL * DAY, 2 }, /* -2 d, +197 d */
	{ "mitmproxy", 201LL * DAY, 2LL * DAY, 3LL * DAY, 2 }, /* -2 d, +199 d */
	{ "squid", 1097LL * DAY, 2LL * DAY, 3LL * DAY, 2 }, /* where it cannot copy: -2 d, +3 y */
	{ "SSLsplit", 365LL * DAY, DAY, 2LL * DAY, 1 },     /* -1 d, +364 d */
};

bool detect_freshly_minted(struct finding *found, const struct view *view)
{
	const struct onpath_cert *leaf = view->leaf;

	/* Who signs for himself on the first day is no more suspicious for it, and chains that hold
	 * are renewed daily. */
	if (!leaf || view->vouched || leaf->self_issued || !view->public_place ||
		view_looks_public(view) || leaf->not_before == ONPATH_TIME_BAD ||
		leaf->not_after == ONPATH_TIME_BAD)
		return false;
	int64_t age = view->seen->at - leaf->not_before, valid = leaf->not_after - leaf->not_before;
	if (age < 0 || age > 3LL * DAY)
		return false;
	found->kind = ONPATH_KIND_FORGED;
	found->points = valid <= 14LL * DAY ? 1.5 : 0.5;
	for (size_t i = 0; i < sizeof mintings / sizeof mintings[0]; i++) {
		const struct minting *m = &mintings[i];
		if (valid != m->valid || age < m->age_min || age > m->age_max)
			continue;
		found->points = m->points;
		found->seen = m->by;
		found->text = say(view->scratch,
			"The certificate for %.253s is valid for %lld days and began %lld hours before: as %s makes them.",
			asked(view), (long long)(valid / DAY), (long long)(age / 3600), m->by);
		return true;
	}
	found->text = say(view->scratch,
		"The certificate for %.253s was %lld hours old when it was sent, and valid for %lld days.",
		asked(view), (long long)(age / 3600), (long long)(valid / DAY));
	return true;
}

static bool is_ip_text(const char *text)
{
	return text && text[0] != '\0' &&
	       (strspn(text, "0123456789.") == strlen(text) || strchr(text, ':'));
}

static bool names_host(const struct onpath_cert *leaf, const char *host)
{
	for (size_t i = 0; i < leaf->dns_name_count; i++)
		if (strcasecmp(leaf->dns_names[i], host) == 0)
			return true;
	return false;
}

static bool has_text(const char *text, const char *part)
{
	return text && strcasestr(text, part);
}

static bool asks_for_nothing(const struct onpath_cert *leaf)
{
	return !leaf->has_sct && !leaf->has_aia && !leaf->has_policies && !leaf->has_crldp;
}

/* A habit, and how much it says of a leaf that nobody vouches for. */
struct habit {
	bool (*shows)(const struct view *view);
	double points;
	const char *text;
};

static bool cn_is_address(const struct view *view)
{
	return view->facts->host && is_ip_text(view->leaf->subject_cn) &&
	       !is_ip_text(view->facts->host) && names_host(view->leaf, view->facts->host);
}

static bool sample_comment(const struct view *view)
{
	return view->leaf->comment && strcmp(view->leaf->comment, "example comment extension") == 0;
}

static bool exponent_3(const struct view *view)
{
	return view->leaf->rsa_exponent == 3 && !view->leaf->self_issued;
}

static bool short_key(const struct view *view)
{
	const struct onpath_cert *leaf = view->leaf;

	return leaf->key_type == ONPATH_KEY_RSA && leaf->key_bits <= 1024 &&
	       leaf->not_before >= YEAR_2014 && !leaf->self_issued;
}

static bool md5(const struct view *view)
{
	return has_text(view->leaf->signature_alg, "md5") && view->leaf->not_before >= YEAR_2011;
}

static bool no_extension(const struct view *view)
{
	return view->leaf->extension_count == 0;
}

static bool openssl_comment(const struct view *view)
{
	return has_text(view->leaf->comment, "OpenSSL Generated");
}

static bool no_service(const struct view *view)
{
	return asks_for_nothing(view->leaf);
}

/* The strongest first. What private CAs and appliances have, too, is worth the least. */
static const struct habit habits[] = {
	{ cn_is_address, 3,
		"its subject is the address while the host stands beside it, as mitmproxy does" },
	{ sample_comment, 2, "its comment is that of OpenSSL's sample program" },
	{ exponent_3, 1.5, "its RSA key has the exponent 3, as SSLsplit's had" },
	{ short_key, 1.5, "its RSA key has 1024 bits, as bettercap's" },
	{ md5, 1, "it is signed with MD5" },
	{ openssl_comment, 0.5, "its comment is OpenSSL's default" },
	{ no_extension, 0.5, "it has no extension at all" },
	{ no_service, 0.5,
		"it has no SCT, AIA, CRL or policy, which forging tools leave out and public authorities put in" },
};

bool detect_minter_shape(struct finding *found, const struct view *view)
{
	if (!view->leaf || view->vouched || !view->public_place)
		return false;
	for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++) {
		if (!habits[i].shows(view))
			continue;
		found->points = habits[i].points;
		found->kind = ONPATH_KIND_FORGED;
		found->seen = habits[i].text;
		found->text =
			say(view->scratch, "The certificate for %.253s is made as tools do: %s.",
				asked(view), habits[i].text);
		return true;
	}
	return false;
}
