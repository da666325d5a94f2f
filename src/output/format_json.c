/* Our own complete record: one event in, one JSON object on one line out;
 * man/onpath-event.schema.json describes it. */
#include <errno.h>

#include <onpath/engine.h>

#include "output/format.h"
#include "output/json_cert.h"
#include "output/render_cache.h"
#include "output/tls_names.h"
#include "util/json.h"
#include "util/limits.h"

struct json_format {
	struct text record;
	struct render_cache certs;
	enum detail detail; /* as the user asked */
};

static int json_open_format(void **state, const struct format_options *options)
{
	struct json_format *f = calloc(1, sizeof *f);

	if (!f)
		return -ENOMEM;
	f->detail = options->chain ? DETAIL_CHAIN : DETAIL_NORMAL;
	*state = f;
	return 0;
}

static void json_close_format(void *state)
{
	struct json_format *f = state;

	if (!f)
		return;
	text_deinit(&f->record);
	render_cache_deinit(&f->certs);
	free(f);
}

/* Where a key may be missing: its value is there, or the key is not. */
static inline __attribute__((always_inline)) void flag(struct text *j, const char *key, bool v)
{
	if (!v)
		return;
	json_key(j, key);
	json_bool(j, true);
}

static inline __attribute__((always_inline)) void number(
	struct text *j, const char *key, uint64_t v)
{
	json_key(j, key);
	json_u64(j, v);
}

static inline __attribute__((always_inline)) void plain_or_null(
	struct text *j, const char *key, const char *s)
{
	json_key(j, key);
	if (s && *s != '\0')
		json_name(j, s);
	else
		json_null(j);
}

static inline __attribute__((always_inline)) void bytes_or_null(
	struct text *j, const char *key, struct onpath_bytes b)
{
	json_key(j, key);
	if (b.len > 0)
		json_bytes(j, wire_of(b.data, b.len));
	else
		json_null(j);
}

static void put_version(struct text *j, uint16_t version)
{
	char code[TLS_CODE_SIZE];
	const char *name = tls_version_name(version);

	if (!name) {
		tls_code_text(code, version);
		name = code;
	}
	if (version == 0)
		json_null(j);
	else
		json_name(j, name);
}

static void put_where(struct text *j, const struct onpath_connection *c)
{
	bool live = c->source && c->source->live;

	json_key(j, "time");
	json_time(j, c->time_ns);
	json_key(j, "last_time");
	json_time(j, c->last_time_ns);
	json_key(j, "capture_file");
	json_text(j, c->source && !live ? c->source->name : NULL);
	if (live) {
		json_key(j, "in_iface");
		json_text(j, c->source->name);
	}
	number(j, "packet", c->packet);
	number(j, "first_packet", c->first_packet);
	json_key(j, "src");
	json_addr(j, &c->src);
	number(j, "sport", c->sport);
	json_key(j, "dst");
	json_addr(j, &c->dst);
	number(j, "dport", c->dport);
	plain_or_null(j, "proto", c->proto == 6 ? "tcp" : "udp");
	plain_or_null(j, "carrier", onpath_carrier_name(c->carrier));
	plain_or_null(j, "community_id", c->community_id);
	if (c->vlan_count > 0) {
		json_key(j, "vlan");
		json_open(j, '[');
		for (unsigned i = 0; i < c->vlan_count && i < 3; i++)
			json_u64(j, c->vlan[i]);
		json_close(j, ']');
	}
	if (c->from_proto)
		plain_or_null(j, "from_proto", c->from_proto);
}

static void put_cipher(struct text *j, const struct onpath_connection *c)
{
	char code[TLS_CODE_SIZE];
	const char *name = tls_cipher_name(c->cipher);

	json_key(j, "cipher");
	if (!c->server_hello) {
		json_null(j);
		return;
	}
	if (!name) {
		tls_code_text(code, c->cipher);
		name = code;
	}
	json_name(j, name);
	number(j, "cipher_code", c->cipher);
}

static void put_alert(struct text *j, const char *key, const struct onpath_alert_seen *alert)
{
	const char *name = tls_alert_name(alert->description);

	if (!alert->seen)
		return;
	json_key(j, key);
	json_open(j, '{');
	number(j, "level", alert->level);
	number(j, "description", alert->description);
	if (name)
		plain_or_null(j, "name", name);
	json_close(j, '}');
}

static void put_fingerprints(struct text *j, const struct onpath_connection *c, enum detail detail)
{
	plain_or_null(j, "ja3", c->ja3);
	plain_or_null(j, "ja3s", c->ja3s);
	json_key(j, "ja4");
	json_text(j, c->ja4[0] != '\0' ? c->ja4 : NULL); /* holds two characters of ALPN */
	if (detail != DETAIL_CHAIN)
		return;
	if (c->ja3_string && c->ja3[0] != '\0') {
		json_key(j, "ja3_string");
		json_long_text(j, c->ja3_string);
	}
	if (c->ja3s_string && c->ja3s[0] != '\0') {
		json_key(j, "ja3s_string");
		json_long_text(j, c->ja3s_string);
	}
}

static void put_handshake(struct text *j, const struct onpath_connection *c, enum detail detail)
{
	bytes_or_null(j, "sni", c->sni);
	if (c->host) {
		json_key(j, "host");
		json_text(j, c->host);
	}
	json_key(j, "version");
	put_version(j, c->version);
	put_cipher(j, c);
	bytes_or_null(j, "alpn", c->alpn);
	if (c->client_hello) {
		json_key(j, "client_version");
		put_version(j, c->client_version);
	}
	if (c->client_alpn_count > 0) {
		json_key(j, "client_alpn");
		json_open(j, '[');
		for (size_t i = 0; i < c->client_alpn_count && i < LIST_ENTRIES_MAX; i++)
			json_bytes(j, wire_of(c->client_alpn[i].data, c->client_alpn[i].len));
		json_close(j, ']');
	}
	if (c->carrier == ONPATH_CARRIER_QUIC)
		number(j, "quic_version", c->quic_version);
	flag(j, "resumed", c->resumed);
	flag(j, "hello_retry", c->hello_retry);
	flag(j, "ech_offered", c->ech_offered);
	flag(j, "downgrade_sentinel", c->downgrade_sentinel);
	flag(j, "ocsp_stapled", c->ocsp_staple.len > 0);
	flag(j, "sct_extension", c->scts.len > 0);
	flag(j, "malformed", c->malformed);
	put_alert(j, "client_alert", &c->client_alert);
	put_alert(j, "server_alert", &c->server_alert);
	put_fingerprints(j, c, detail);
}

static void put_evidence(struct text *j, const struct onpath_connection *c, enum detail detail)
{
	json_key(j, "evidence");
	json_open(j, '[');
	for (size_t i = 0; i < c->evidence_count && i < ONPATH_EVIDENCE_MAX; i++) {
		const struct onpath_evidence *e = &c->evidence[i];
		json_open(j, '{');
		plain_or_null(j, "id", e->id);
		plain_or_null(j, "family", e->family);
		json_key(j, "points");
		json_fixed(j, e->points, 2);
		json_key(j, "text");
		json_text(j, detail > DETAIL_LEAN ? e->text : NULL);
		json_key(j, "expected");
		json_text(j, detail > DETAIL_LEAN ? e->expected : NULL);
		json_key(j, "seen");
		json_text(j, detail > DETAIL_LEAN ? e->seen : NULL);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_verdict(struct text *j, const struct onpath_connection *c, enum detail detail)
{
	plain_or_null(j, "verdict", onpath_verdict_name(c->verdict));
	plain_or_null(j, "kind", c->kind == ONPATH_KIND_NONE ? NULL : onpath_kind_name(c->kind));
	json_key(j, "confidence");
	json_fixed(j, c->confidence, 4);
	json_key(j, "points");
	json_fixed(j, c->points, 2);
	json_key(j, "by");
	json_text(j, c->by);
	flag(j, "tcp_terminated", c->tcp_terminated);
	plain_or_null(j, "certificate", onpath_certificate_state_name(c->certificate));
	plain_or_null(j, "completeness", onpath_completeness_name(c->completeness));
	json_key(j, "expected");
	if (c->expected.present) {
		json_open(j, '{');
		json_key(j, "owners");
		json_text(j, c->expected.owners);
		json_key(j, "from");
		json_text(j, c->expected.from);
		json_close(j, '}');
	} else {
		json_null(j);
	}
	put_evidence(j, c, detail);
}

static void put_cert(struct json_format *f, const struct onpath_cert *cert, enum detail detail)
{
	struct text *j = &f->record;
	const struct rendered *r = detail == f->detail ? render_cache_get(&f->certs, cert) : NULL;

	if (r) {
		json_put(j, r->text, r->n);
		return;
	}
	size_t start = j->n;
	json_cert(j, cert, detail);
	if (detail == f->detail && !j->failed)
		render_cache_add(&f->certs, cert, j->p + start, j->n - start);
}

static void put_chain(
	struct json_format *f, const struct onpath_cert *const *chain, size_t n, enum detail detail)
{
	json_open(&f->record, '[');
	for (size_t i = 0; i < n; i++)
		put_cert(f, chain[i], detail);
	json_close(&f->record, ']');
}

static void put_chains(struct json_format *f, const struct onpath_connection *c, enum detail detail)
{
	struct text *j = &f->record;

	json_key(j, "chain");
	put_chain(f, c->chain, c->chain_len, detail);
	json_key(j, "client_chain");
	put_chain(f, c->client_chain, c->client_chain_len, detail);
	plain_or_null(j, "chain_status", onpath_chain_status_name(c->chain_status));
	if (c->host && c->chain_len > 0) {
		json_key(j, "name_matches");
		json_bool(j, c->name_matches);
	}
	if (c->path_len == 0)
		return;
	json_key(j, "verified_path");
	json_open(j, '[');
	for (size_t i = 0; i < c->path_len; i++)
		json_hex(j, c->path[i]->sha256, sizeof c->path[i]->sha256);
	json_close(j, ']');
	json_key(j, "anchor");
	json_text(j, c->path[c->path_len - 1]->subject);
	json_key(j, "owner");
	json_text(j, c->owner);
}

/* Routers on the way, guessed from the usual first values of a TTL. */
static unsigned hops_of(uint8_t ttl)
{
	return (ttl <= 64 ? 64u : ttl <= 128 ? 128u : 255u) - ttl;
}

static void put_hops(struct text *j, const char *key, const struct onpath_hops *hops)
{
	if (hops->syn_ttl == 0 && hops->data_ttl == 0)
		return;
	json_key(j, key);
	json_open(j, '{');
	if (hops->syn_ttl > 0)
		number(j, "syn_ttl", hops->syn_ttl);
	if (hops->data_ttl > 0)
		number(j, "data_ttl", hops->data_ttl);
	if (hops->data_ttl_min != hops->data_ttl_max) {
		number(j, "data_ttl_min", hops->data_ttl_min);
		number(j, "data_ttl_max", hops->data_ttl_max);
	}
	number(j, "hops", hops_of(hops->data_ttl > 0 ? hops->data_ttl : hops->syn_ttl));
	flag(j, "ip_id_zero", hops->ip_id_zero);
	json_close(j, '}');
}

static void put_connection(
	struct json_format *f, const struct onpath_connection *c, enum detail detail)
{
	struct text *j = &f->record;

	json_open(j, '{');
	json_key(j, "event");
	json_name(j, "connection");
	put_where(j, c);
	put_verdict(j, c, detail);
	put_handshake(j, c, detail);
	put_chains(f, c, detail);
	json_key(j, "path");
	json_open(j, '{');
	put_hops(j, "client", &c->client_hops);
	put_hops(j, "server", &c->server_hops);
	json_close(j, '}');
	if (c->conflicts > 0)
		number(j, "conflicts", c->conflicts);
	if (c->lost_bytes > 0)
		number(j, "lost_bytes", c->lost_bytes);
	flag(j, "truncated", detail < f->detail);
	json_close(j, '}');
}

static int json_event(void *state, struct transport *to, const struct onpath_event *event)
{
	struct json_format *f = state;

	if (event->type != ONPATH_EVENT_CONNECTION)
		return 0;
	for (enum detail detail = f->detail;; detail--) {
		text_reset(&f->record);
		put_connection(f, event->connection, detail);
		if (json_end(&f->record))
			return transport_put(to, f->record.p, f->record.n);
		if (detail == DETAIL_LEAN)
			return transport_put(to, NULL, 0);
	}
}

static int json_stats(void *state, struct transport *to, const struct sink_stats *stats)
{
	struct json_format *f = state;
	struct text *j = &f->record;

	text_reset(j);
	json_open(j, '{');
	json_key(j, "event");
	json_name(j, "stats");
	json_key(j, "time");
	json_time(j, stats->now_ns);
	number(j, "uptime", stats->uptime_s);
	json_key(j, "capture");
	json_open(j, '{');
	number(j, "kernel_received", stats->kernel_received);
	number(j, "kernel_dropped", stats->kernel_dropped);
	number(j, "interface_dropped", stats->interface_dropped);
	json_close(j, '}');
	json_key(j, "stats");
	json_open(j, '{');
#define X(name, text) number(j, #name, stats->engine->name);
	ONPATH_COUNTERS(X)
#undef X
	json_close(j, '}');
	json_close(j, '}');
	if (!json_end(j))
		return transport_put(to, NULL, 0);
	return transport_put(to, j->p, j->n);
}

const struct format_ops format_json = {
	.name = "json",
	.options = "chain",
	.open = json_open_format,
	.event = json_event,
	.stats = json_stats,
	.close = json_close_format,
};
