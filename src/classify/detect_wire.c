/* Signs outside the certificate: the hellos, the client's answer, the segments, the hops. */
#include "classify/detect.h"

#define TLS13 0x0304

/*
 * RFC 8446 4.1.3: a server that knows TLS 1.3 and falls back marks its random, and a client that
 * offered 1.3 must refuse. Drafts of 1.3 are not 1.3: a final server rightly falls back for them.
 */
bool detect_downgrade(struct finding *found, const struct view *view)
{
	const struct onpath_connection *facts = view->facts;

	if (!facts->downgrade_sentinel || facts->client_version != TLS13 || facts->version == 0 ||
		facts->version >= TLS13)
		return false;
	found->points = 3;
	found->expected = "TLS 1.3";
	found->seen = facts->version == 0x0303 ? "TLS 1.2" : "TLS 1.1 or older";
	found->text = say(view->scratch,
		"The client offered TLS 1.3, the server marked that it can do better than %s, and yet that was agreed: somebody between them changed an offer or copied an answer.",
		found->seen);
	return true;
}

/* RFC 8446 6.2, those that speak of the certificate. */
static const char *const alerts[] = {
	[42] = "bad_certificate",
	[43] = "unsupported_certificate",
	[44] = "certificate_revoked",
	[45] = "certificate_expired",
	[46] = "certificate_unknown",
	[48] = "unknown_ca",
};

bool detect_client_refused(struct finding *found, const struct view *view)
{
	const struct onpath_alert_seen *alert = &view->facts->client_alert;

	if (!alert->seen || alert->description >= sizeof alerts / sizeof alerts[0] ||
		!alerts[alert->description])
		return false;
	found->points = 0.5;
	found->seen = alerts[alert->description];
	found->text = say(view->scratch, "The client refused the certificate: %s.", found->seen);
	return true;
}

bool detect_conflict(struct finding *found, const struct view *view)
{
	if (view->facts->conflicts == 0)
		return false;
	found->points = 2;
	found->kind = ONPATH_KIND_INJECTED;
	found->text = say(view->scratch,
		"%u segments of the handshake came twice, with other bytes: somebody may have put them in.",
		view->facts->conflicts);
	return true;
}

/* What systems start with: 32, 64, 128, 255. */
static unsigned ttl_start(unsigned ttl)
{
	return ttl <= 32 ? 32 : ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
}

/*
 * Two senders behind one address. Measured on 1,100 honest connections: in three of them SYN-ACK
 * and data differed by two or three hops, for a balancer in front of the server had answered the
 * SYN. The interceptions of GitHub in 2020 and of the Great Cannon differed by six and more.
 * Another start than 32, 64, 128 or 255 is no distance, so what is too far to be one is left alone,
 * and so are two starts: who answers SYNs against floods does that.
 */
#define HOPS_NOTED   2
#define HOPS_STRANGE 4
#define HOPS_MAX     40

static unsigned difference(unsigned a, unsigned b)
{
	return a > b ? a - b : b - a;
}

bool detect_hops_split(struct finding *found, const struct view *view)
{
	const struct onpath_hops *hops = &view->facts->server_hops;
	unsigned syn = hops->syn_ttl, data = hops->data_ttl;

	if (syn == 0 || data == 0 || ttl_start(syn) != ttl_start(data))
		return false;
	/* A route that wavers comes back to the SYN-ACK's distance. */
	unsigned least = difference(syn, data);
	if (hops->data_ttl_min && hops->data_ttl_max) {
		if (syn >= hops->data_ttl_min && syn <= hops->data_ttl_max)
			return false;
		unsigned low = difference(syn, hops->data_ttl_min),
			 high = difference(syn, hops->data_ttl_max);
		least = low < high ? low : high;
	}
	if (least < HOPS_NOTED || difference(syn, data) > HOPS_MAX)
		return false;
	unsigned start = ttl_start(syn);
	found->points = least >= HOPS_STRANGE ? 2 : 1;
	found->kind = ONPATH_KIND_INJECTED;
	found->expected = say(view->scratch, "%u hops", start - syn);
	found->seen = say(view->scratch, "%u hops", start - data);
	found->text = say(view->scratch,
		"The server opened the connection from %u hops away, but its data came from %u hops away: two machines answer for one address.",
		start - syn, start - data);
	return true;
}
