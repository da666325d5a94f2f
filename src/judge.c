/* Puts together what the stages found about one connection, and has it judged. */
#include "judge.h"

#include <ctype.h>
#include <errno.h>

#include "classify/classify.h"
#include "classify/names.h"
#include "tls/certificate.h"
#include "tls/fingerprint_cache.h"
#include "util/community.h"
#include "util/hash.h"

#define HOST_MAX 253 /* RFC 1035 2.3.4, without the last dot */

#define OWNERS_KEPT 256 /* a power of two */
#define OWNER_CAS   4

/* The owner of a path, remembered: a few CAs sign for nearly all. */
struct owner_memo {
	uint64_t ca[OWNER_CAS]; /* ids of the path behind the leaf */
	int64_t day;
	const char *owner;
};

struct judge {
	struct x509 *x509;
	struct policy *policy;
	struct onpath_stats *stats;
	struct names *names;
	struct fingerprinter *fingerprinter;
	struct fingerprint_cache *fingerprints;
	struct community *community;
	struct tls_client_hello client_hello;
	struct tls_server_hello server_hello;
	struct onpath_bytes client_alpn[TLS_ALPN_MAX];
	char host[HOST_MAX + 1];
	char ja3s_text[JA3_TEXT_MAX];
	struct owner_memo owners[OWNERS_KEPT];
	struct classify_scratch scratch;
	struct onpath_connection facts;
};

int judge_new(
	struct judge **out, struct x509 *x509, struct policy *policy, struct onpath_stats *stats)
{
	CLEANUP(judge_free) struct judge *judge = calloc(1, sizeof *judge);

	if (!judge)
		return -ENOMEM;
	judge->x509 = x509;
	judge->policy = policy;
	judge->stats = stats;
	if (names_new(&judge->names) != 0 || fingerprinter_new(&judge->fingerprinter) != 0 ||
		fingerprint_cache_new(&judge->fingerprints, judge->fingerprinter) != 0 ||
		community_new(&judge->community) != 0)
		return -ENOMEM;
	*out = TAKE(judge);
	return 0;
}

void judge_free(struct judge *judge)
{
	if (!judge)
		return;
	names_free(judge->names);
	fingerprint_cache_free(judge->fingerprints);
	fingerprinter_free(judge->fingerprinter);
	community_free(judge->community);
	free(judge);
}

static struct wire body_of(const struct tls_message *message)
{
	return wire_of(message->bytes, message->n);
}

static struct onpath_bytes bytes_of(struct wire w)
{
	return (struct onpath_bytes) { .data = w.p, .len = w.n };
}

/* RFC 952, RFC 1123 2.1, and the underscore that names in use have. Lower case, without the last
 * dot. */
static const char *host_of(char out[HOST_MAX + 1], struct wire sni)
{
	if (sni.n > 0 && sni.p[sni.n - 1] == '.')
		sni.n--;
	if (sni.n == 0 || sni.n > HOST_MAX)
		return NULL;
	for (size_t i = 0; i < sni.n; i++) {
		unsigned char c = sni.p[i];
		if (!isalnum(c) && c != '-' && c != '_' && c != '.' && c != ':')
			return NULL;
		out[i] = (char)tolower(c);
	}
	out[sni.n] = '\0';
	return out;
}

static struct onpath_addr addr_of(const struct flow *flow, bool b)
{
	struct onpath_addr addr = { .family = flow->family };

	memcpy(addr.bytes, flow->addr[b], flow->family == 4 ? 4 : 16);
	return addr;
}

/* client: the TCP side that is the TLS client. */
static void fill_addresses(struct onpath_connection *facts, struct judge *judge,
	const struct conn *conn, enum side client)
{
	const struct flow *flow = conn->flow;
	bool opener_is_b = flow->flags & FLOW_B_IS_CLIENT;
	bool client_is_b = client == CLIENT ? opener_is_b : !opener_is_b;

	facts->src = addr_of(flow, client_is_b);
	facts->dst = addr_of(flow, !client_is_b);
	facts->sport = flow->port[client_is_b];
	facts->dport = flow->port[!client_is_b];
	facts->proto = flow->proto;
	facts->client_hops = conn->hops[client];
	facts->server_hops = conn->hops[side_other(client)];
	community_id(judge->community, facts->community_id, &facts->src, &facts->dst, facts->sport,
		facts->dport, facts->proto);
}

static void fill_capture(struct onpath_connection *facts, const struct conn *conn)
{
	facts->time_ns = conn->first_ns;
	facts->last_time_ns = conn->last_ns;
	facts->source = conn->source;
	facts->first_packet = conn->first_packet;
	facts->packet = conn->last_packet;
	facts->vlan_count = conn->vlan_count;
	memcpy(facts->vlan, conn->vlan, sizeof facts->vlan);
	for (enum side side = CLIENT; side <= SERVER; side++) {
		facts->conflicts += conn->tcp.half[side].stream.conflicts;
		facts->lost_bytes += tls_conn_side(conn->tls, side)->lost;
	}
	if (conn->quic) {
		facts->conflicts += quic_conn_conflicts(conn->quic);
		facts->quic_version = quic_conn_version(conn->quic);
	}
}

static enum onpath_carrier carrier_of(const struct conn *conn)
{
	if (conn->flow->proto == FRAME_TCP)
		return ONPATH_CARRIER_TLS;
	return conn->quic ? ONPATH_CARRIER_QUIC : ONPATH_CARRIER_DTLS;
}

static void fill_client_hello(
	struct onpath_connection *facts, struct judge *judge, const struct conn *conn)
{
	static const char ja4_carrier[ONPATH_CARRIERS] = { 't', 'd', 'q' };
	const struct tls_message *first = tls_conn_message(conn->tls, KEPT_FIRST_CLIENT_HELLO);
	const struct tls_message *message =
		first->bytes ? first : tls_conn_message(conn->tls, KEPT_CLIENT_HELLO);
	struct tls_client_hello *hello = &judge->client_hello;

	if (!message->bytes)
		return;
	bool parsed = tls_conn_sslv2(conn->tls)
			      ? tls_sslv2_client_hello_parse(hello, body_of(message))
			      : tls_client_hello_parse(hello, body_of(message),
					facts->carrier == ONPATH_CARRIER_DTLS);
	if (!parsed) {
		facts->malformed = true;
		return;
	}
	facts->client_hello = true;
	facts->malformed |= hello->malformed;
	facts->sni = bytes_of(hello->sni);
	facts->host = host_of(judge->host, hello->sni);
	facts->client_version = hello->version;
	facts->version = hello->version;
	facts->ech_offered = hello->has_ech;
	for (size_t i = 0; i < hello->alpn_count; i++)
		judge->client_alpn[i] = bytes_of(hello->alpn[i]);
	facts->client_alpn = judge->client_alpn;
	facts->client_alpn_count = hello->alpn_count;
	facts->client_ciphers = hello->ciphers;
	facts->client_cipher_count = hello->cipher_count;
	facts->client_extensions = hello->extensions;
	facts->client_extension_count = hello->extension_count;
	const struct fingerprints *prints =
		fingerprint_cache_get(judge->fingerprints, hello, ja4_carrier[facts->carrier]);
	memcpy(facts->ja3, prints->ja3, sizeof facts->ja3);
	memcpy(facts->ja4, prints->ja4, sizeof facts->ja4);
	facts->ja3_string = prints->ja3_text;
}

static bool is_tls13(uint16_t version)
{
	return version == TLS_1_3 || version == DTLS_1_3;
}

/* RFC 5246 7.3: an abbreviated handshake echoes the session the client offered; RFC 8446 4.2.11: a
 * PSK was taken. */
static bool is_resumed(
	const struct judge *judge, const struct onpath_connection *facts, const struct conn *conn)
{
	const struct tls_server_hello *hello = &judge->server_hello;

	if (!facts->server_hello)
		return false;
	if (is_tls13(hello->version))
		return hello->psk;
	if (tls_conn_message(conn->tls, KEPT_CERTIFICATE)->bytes ||
		tls_conn_message(conn->tls, KEPT_SERVER_KEY_EXCHANGE)->bytes ||
		!tls_conn_side(conn->tls, SERVER)->change_cipher_spec)
		return false;
	if (!facts->client_hello)
		return true; /* no certificate before ChangeCipherSpec: nothing but a resumption
				does that */
	const struct wire *offered = &judge->client_hello.session_id;
	bool echoed = offered->n > 0 && wire_equals(hello->session_id, offered->p, offered->n);
	return echoed || judge->client_hello.has_ticket;
}

static void fill_server_hello(
	struct onpath_connection *facts, struct judge *judge, const struct conn *conn)
{
	const struct tls_message *message = tls_conn_message(conn->tls, KEPT_SERVER_HELLO);
	struct tls_server_hello *hello = &judge->server_hello;

	facts->hello_retry = tls_conn_hello_retry(conn->tls);
	if (!message->bytes) {
		if (facts->version == 0)
			facts->version = tls_conn_side(conn->tls, SERVER)->record_version;
		return;
	}
	if (!tls_server_hello_parse(hello, body_of(message))) {
		facts->malformed = true;
		return;
	}
	facts->server_hello = true;
	facts->malformed |= hello->malformed;
	facts->version = hello->version;
	facts->cipher = hello->cipher;
	facts->alpn = bytes_of(hello->alpn);
	facts->scts = bytes_of(hello->scts);
	facts->server_extensions = hello->extensions;
	facts->server_extension_count = hello->extension_count;
	facts->downgrade_sentinel =
		hello->downgrade_sentinel && facts->client_version > hello->version &&
		!is_tls13(hello->version) && facts->carrier != ONPATH_CARRIER_DTLS;
	tls_ja3s(judge->fingerprinter, judge->ja3s_text, facts->ja3s, hello);
	facts->ja3s_string = judge->ja3s_text;
	facts->resumed = is_resumed(judge, facts, conn);
}

static struct onpath_alert_seen alert_of(const struct tls_side_facts *side)
{
	return (struct onpath_alert_seen) { .seen = side->alert.seen,
		.level = side->alert.level,
		.description = side->alert.description };
}

static enum onpath_certificate_state certificate_state(
	const struct judge *judge, const struct conn *conn, enum side client)
{
	const struct onpath_connection *facts = &judge->facts;
	const struct tls_side_facts *server = tls_conn_side(conn->tls, SERVER);

	if (facts->chain_len > 0)
		return ONPATH_CERT_SEEN;
	if (server->lost_certificate)
		return ONPATH_CERT_LOST;
	if (facts->resumed)
		return ONPATH_CERT_RESUMED;
	if (facts->server_hello && is_tls13(facts->version))
		return ONPATH_CERT_ENCRYPTED;
	if (facts->carrier == ONPATH_CARRIER_QUIC && quic_conn_encrypted(conn->quic, SERVER))
		return ONPATH_CERT_ENCRYPTED;
	if (!conn->seen[side_other(client)] || server->lost > 0)
		return ONPATH_CERT_LOST;
	return ONPATH_CERT_NONE;
}

static enum onpath_completeness completeness_of(
	const struct onpath_connection *facts, const struct conn *conn, enum side client)
{
	const struct tls_side_facts *server = tls_conn_side(conn->tls, SERVER);

	if (facts->conflicts > 0)
		return ONPATH_AMBIGUOUS;
	if (facts->lost_bytes > 0)
		return ONPATH_GAP;
	if (!conn->seen[side_other(client)])
		return ONPATH_CLIENT_ONLY;
	if (!conn->seen[client])
		return ONPATH_SERVER_ONLY;
	if (!facts->server_alert.seen && !facts->client_alert.seen && !server->change_cipher_spec &&
		!server->encrypted && !(conn->quic && quic_conn_encrypted(conn->quic, SERVER)))
		return ONPATH_TRUNCATED;
	return ONPATH_BOTH_SIDES;
}

static const struct x509_chain *chain_of(struct judge *judge, const struct conn *conn,
	enum tls_kept which, const struct onpath_connection *facts)
{
	const struct tls_message *message = tls_conn_message(conn->tls, which);
	const struct tls_side_facts *side =
		tls_conn_side(conn->tls, which == KEPT_CERTIFICATE ? SERVER : CLIENT);
	struct tls_certs certs = { .count = 0 };

	if (!message->bytes || is_tls13(facts->version))
		return NULL;
	if (!tls_certificate_parse(&certs, body_of(message))) {
		if (side->lost_certificate)
			return NULL; /* its end is missing: what is there is no chain that the
					server sent */
		judge->facts.malformed = true;
		tls_certificate_parse_prefix(&certs, body_of(message));
	}
	return certs.count ? x509_chain_get(judge->x509, certs.der, certs.count) : NULL;
}

/* Owners are by CA and date, not by leaf. */
static const char *owner_of(struct judge *judge, const struct x509_trust *trust, int64_t at)
{
	struct owner_memo key = { .day = at / 86400 };
	uint64_t hash = (uint64_t)key.day;

	if (trust->path_len < 2 || trust->path_len > 1 + OWNER_CAS)
		return policy_owner(judge->policy, trust->path, trust->path_len, at);
	for (size_t i = 1; i < trust->path_len; i++) {
		key.ca[i - 1] = trust->path[i]->id;
		hash = hash_mix(hash ^ trust->path[i]->id, 0x9e3779b97f4a7c15u);
	}
	struct owner_memo *memo = &judge->owners[hash % OWNERS_KEPT];
	if (!memo->owner || memo->day != key.day || memcmp(memo->ca, key.ca, sizeof key.ca) != 0) {
		key.owner = policy_owner(judge->policy, trust->path, trust->path_len, at);
		*memo = key;
	}
	return memo->owner;
}

static void verify(struct judge *judge, const struct x509_chain *chain, struct observation *seen)
{
	struct onpath_connection *facts = &judge->facts;
	struct x509_trust trust;

	x509_verify(&trust, judge->x509, chain, seen->at);
	facts->chain_status = trust.status;
	facts->path = trust.path;
	facts->path_len = trust.path_len;
	facts->name_matches = facts->host && x509_name_matches(facts->chain[0], facts->host);
	facts->owner = owner_of(judge, &trust, seen->at);
	seen->leaf_signs_itself = trust.path_len == 0 && x509_leaf_signs_itself(judge->x509, chain);
	seen->authorised = policy_authorised(
		judge->policy, &facts->src, facts->chain, facts->chain_len, seen->at);
}

static void fill_expectation(struct judge *judge, struct observation *seen)
{
	struct onpath_connection *facts = &judge->facts;

	if (!facts->host ||
		!policy_expect(judge->policy, &seen->expectation, facts->host, seen->at))
		return;
	seen->has_expectation = true;
	facts->expected = (struct onpath_expected) {
		.present = true,
		.owners = seen->expectation.owners,
		.from = seen->expectation.from,
	};
	if (facts->chain_len > 0)
		seen->match = policy_meets(
			judge->policy, &seen->expectation, facts->path, facts->path_len);
}

static void count(struct onpath_stats *stats, const struct onpath_connection *facts)
{
	uint64_t *const carriers[] = { &stats->tls_tcp, &stats->tls_dtls, &stats->tls_quic };
	uint64_t *const states[] = { &stats->certificate_seen, &stats->certificate_decrypted,
		&stats->certificate_encrypted, &stats->certificate_resumed,
		&stats->certificate_lost, &stats->certificate_none };
	uint64_t *const verdicts[] = { &stats->verdict_expected, &stats->verdict_trusted,
		&stats->verdict_opaque, &stats->verdict_misconfigured, &stats->verdict_suspect,
		&stats->verdict_inspected, &stats->verdict_intercepted };

	stats->connections++;
	++*carriers[facts->carrier];
	++*states[facts->certificate];
	++*verdicts[facts->verdict];
	stats->tls_malformed += facts->malformed;
}

const struct onpath_connection *judge_connection(struct judge *judge, struct conn *conn)
{
	struct onpath_connection *facts = &judge->facts;
	enum side client = tls_conn_client(conn->tls);

	*facts = (struct onpath_connection) { .carrier = carrier_of(conn),
		.from_proto = tls_conn_from_proto(conn->tls) };
	fill_capture(facts, conn);
	fill_addresses(facts, judge, conn, client);
	fill_client_hello(facts, judge, conn);
	fill_server_hello(facts, judge, conn);
	facts->malformed |= tls_conn_malformed(conn->tls);
	facts->client_alert = alert_of(tls_conn_side(conn->tls, CLIENT));
	facts->server_alert = alert_of(tls_conn_side(conn->tls, SERVER));

	struct observation seen = { .facts = facts,
		.policy = judge->policy,
		.at = (int64_t)(facts->time_ns / 1000000000) };
	const struct x509_chain *chain = chain_of(judge, conn, KEPT_CERTIFICATE, facts);
	const struct x509_chain *client_chain =
		chain_of(judge, conn, KEPT_CLIENT_CERTIFICATE, facts);
	if (client_chain)
		facts->client_chain = x509_chain_certs(client_chain, &facts->client_chain_len);
	if (chain) {
		facts->chain = x509_chain_certs(chain, &facts->chain_len);
		verify(judge, chain, &seen);
	}
	const struct tls_message *status = tls_conn_message(conn->tls, KEPT_CERTIFICATE_STATUS);
	struct wire staple;
	if (status->bytes && tls_certificate_status_parse(&staple, body_of(status)))
		facts->ocsp_staple = bytes_of(staple);

	facts->certificate = certificate_state(judge, conn, client);
	facts->completeness = completeness_of(facts, conn, client);
	seen.public_name = facts->host && names_public_host(judge->names, facts->host);
	seen.public_address = names_public_address(&facts->dst);
	fill_expectation(judge, &seen);
	classify(facts, &judge->scratch, &seen);
	count(judge->stats, facts);
	return facts;
}
