/* Suricata's EVE: a judged connection in, a tls or quic event and for suspect and worse an alert
 * out. */
#include <errno.h>
#include <stdlib.h>

#include <onpath/engine.h>

#include "output/eve.h"
#include "output/format.h"

static int eve_open(void **state, const struct format_options *options)
{
	struct eve *f = calloc(1, sizeof *f);

	if (!f)
		return -ENOMEM;
	f->level = options->level;
	f->wanted = options->chain ? DETAIL_CHAIN : DETAIL_NORMAL;
	*state = f;
	return 0;
}

static void eve_close(void *state)
{
	struct eve *f = state;

	if (!f)
		return;
	text_deinit(&f->record);
	render_cache_deinit(&f->leaves);
	free(f);
}

void eve_time(struct text *j, uint64_t ns)
{
	char out[TEXT_DATE_MAX + 12];
	size_t n = text_time(out, ns);

	memcpy(out + n, "+0000", 5);
	json_plain(j, out, n + 5);
}

void eve_text(struct text *j, const char *key, const char *s)
{
	if (!s)
		return;
	json_key(j, key);
	json_text(j, s);
}

/*
 * Suricata's is made of the time and a hash that is its own, so nobody can make the same one: ours
 * is the same formula over the community ID, cut to 51 bits for readers that hold numbers as
 * doubles.
 */
static uint64_t flow_id(const struct onpath_connection *c)
{
	uint64_t seconds = c->time_ns / 1000000000;
	uint64_t micros = c->time_ns % 1000000000 / 1000;
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (const char *p = c->community_id; *p != '\0'; p++)
		hash = (hash ^ (uint8_t)*p) * 16777619u;
	return ((seconds & 0xffff) << 48 | (micros & 0xffff) << 32 | hash) & 0x7ffffffffffff;
}

static void put_end(struct text *j, const char *addr_key, const char *port_key,
	const struct onpath_addr *addr, uint16_t port)
{
	char text[TEXT_ADDR_MAX];

	json_key(j, addr_key);
	size_t n = text_addr_full(text, addr);
	json_plain(j, text, n);
	json_key(j, port_key);
	json_u64(j, port);
}

/* The verdict of a connection without an alert: flowbits and flowvars are what the schema leaves
 * open. */
static void put_metadata(struct text *j, const struct onpath_connection *c)
{
	char bit[32] = "onpath.";
	char number[TEXT_FIXED_MAX];
	const char *verdict = onpath_verdict_name(c->verdict);

	strncat(bit, verdict, sizeof bit - sizeof "onpath.");
	json_key(j, "metadata");
	json_open(j, '{');
	json_key(j, "flowbits");
	json_open(j, '[');
	json_name(j, bit);
	json_close(j, ']');
	json_key(j, "flowvars");
	json_open(j, '[');
	json_open(j, '{');
	json_key(j, "onpath.confidence");
	size_t n = text_fixed(number, c->confidence, 4);
	json_plain(j, number, n);
	json_close(j, '}');
	json_open(j, '{');
	json_key(j, "onpath.certificate");
	json_name(j, onpath_certificate_state_name(c->certificate));
	json_close(j, '}');
	json_open(j, '{');
	json_key(j, "onpath.completeness");
	json_name(j, onpath_completeness_name(c->completeness));
	json_close(j, '}');
	if (c->owner) {
		json_open(j, '{');
		eve_text(j, "onpath.owner", c->owner);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

/* In Suricata's order, which some readers rely on. */
static void put_header(
	struct text *j, const struct onpath_connection *c, const char *type, bool from_server)
{
	json_open(j, '{');
	json_key(j, "timestamp");
	eve_time(j, c->last_time_ns > 0 ? c->last_time_ns : c->time_ns);
	json_key(j, "flow_id");
	json_u64(j, flow_id(c));
	if (c->source && c->source->live)
		eve_text(j, "in_iface", c->source->name);
	if (c->source && !c->source->live) {
		json_key(j, "pcap_cnt");
		json_u64(j, c->packet);
	}
	json_key(j, "event_type");
	json_name(j, type);
	if (c->vlan_count > 0) {
		json_key(j, "vlan");
		json_open(j, '[');
		for (unsigned i = 0; i < c->vlan_count && i < 3; i++)
			json_u64(j, c->vlan[i]);
		json_close(j, ']');
	}
	put_end(j, "src_ip", "src_port", from_server ? &c->dst : &c->src,
		from_server ? c->dport : c->sport);
	put_end(j, "dest_ip", "dest_port", from_server ? &c->src : &c->dst,
		from_server ? c->sport : c->dport);
	json_key(j, "proto");
	json_name(j, c->proto == 6 ? "TCP" : "UDP");
	json_key(j, "pkt_src");
	json_name(j, "wire/pcap");
	if (c->verdict < ONPATH_SUSPECT)
		put_metadata(j, c);
	if (c->community_id[0] != '\0')
		eve_text(j, "community_id", c->community_id);
}

static void put_object(struct eve *f, const struct onpath_connection *c)
{
	if (c->carrier == ONPATH_CARRIER_QUIC)
		eve_put_quic(f, c);
	else
		eve_put_tls(f, c);
}

static void put_tail(struct text *j, const struct onpath_connection *c)
{
	if (c->source && !c->source->live)
		eve_text(j, "pcap_filename", c->source->name);
	json_close(j, '}');
}

static void put_tls_event(struct eve *f, const struct onpath_connection *c)
{
	put_header(&f->record, c, c->carrier == ONPATH_CARRIER_QUIC ? "quic" : "tls", false);
	put_object(f, c);
	put_tail(&f->record, c);
}

/* A certificate speaks in a packet of the server, so an alert about it has the server as its
 * source. */
static void put_alert_event(struct eve *f, const struct onpath_connection *c)
{
	struct text *j = &f->record;

	put_header(j, c, "alert", true);
	eve_put_alert(f, c);
	put_object(f, c);
	json_key(j, "app_proto");
	json_name(j, c->carrier == ONPATH_CARRIER_QUIC ? "quic" : "tls");
	json_key(j, "direction");
	json_name(j, "to_client");
	put_tail(j, c);
}

/* As much as fits: an alert must not be lost because a stranger made his names long. */
static int emit(struct eve *f, struct transport *to, const struct onpath_connection *c,
	void (*put)(struct eve *f, const struct onpath_connection *c))
{
	for (f->detail = f->wanted;; f->detail--) {
		text_reset(&f->record);
		put(f, c);
		if (json_end(&f->record))
			return transport_put(to, f->record.p, f->record.n);
		if (f->detail == DETAIL_LEAN)
			return transport_put(to, NULL, 0);
	}
}

static int eve_event(void *state, struct transport *to, const struct onpath_event *event)
{
	struct eve *f = state;

	if (event->type != ONPATH_EVENT_CONNECTION)
		return 0;
	const struct onpath_connection *c = event->connection;
	int error = emit(f, to, c, put_tls_event);
	if (c->verdict < ONPATH_SUSPECT)
		return error;
	int later = emit(f, to, c, put_alert_event);
	return error < 0 ? error : later;
}

static int eve_stats(void *state, struct transport *to, const struct sink_stats *stats)
{
	struct eve *f = state;

	text_reset(&f->record);
	eve_put_stats(&f->record, stats);
	if (!json_end(&f->record))
		return transport_put(to, NULL, 0);
	return transport_put(to, f->record.p, f->record.n);
}

const struct format_ops format_eve = {
	.name = "eve",
	.options = "chain level=7|8",
	.open = eve_open,
	.event = eve_event,
	.stats = eve_stats,
	.close = eve_close,
};
