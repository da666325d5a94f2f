/* The stats event of EVE: our counters under Suricata's keys, so that dashboards for it show them.
 */
#include "output/eve.h"

struct row {
	const char *key;
	uint64_t value;
};

static void put_rows(struct text *j, const char *key, const struct row *rows, size_t n)
{
	json_key(j, key);
	json_open(j, '{');
	for (size_t i = 0; i < n; i++) {
		json_key(j, rows[i].key);
		json_u64(j, rows[i].value);
	}
	json_close(j, '}');
}

#define ROWS(j, key, ...)                                      \
	put_rows(j, key, (const struct row[]) { __VA_ARGS__ }, \
		sizeof((const struct row[]) { __VA_ARGS__ }) / sizeof(struct row))

static void put_transport(struct text *j, const struct onpath_stats *s)
{
	ROWS(j, "flow", { "total", s->flows });
	ROWS(j, "tcp", { "sessions", s->tcp_sessions }, { "reassembly_gap", s->stream_gaps },
		{ "segment_memcap_drop", s->segments_dropped },
		{ "overlap_diff_data", s->segments_conflict },
		{ "invalid_checksum", s->packets_bad_checksum });
}

static void put_decoder(struct text *j, const struct onpath_stats *s)
{
	ROWS(j, "decoder", { "pkts", s->packets }, { "bytes", s->bytes },
		{ "invalid", s->packets_invalid }, { "ipv4", s->ipv4 }, { "ipv6", s->ipv6 },
		{ "tcp", s->packets_tcp }, { "udp", s->packets_udp },
		{ "unknown_ethertype", s->packets_unknown_link },
		{ "too_many_layers", s->layers_exceeded });
	ROWS(j, "defrag", { "max_frags_reached", s->fragments_dropped });
}

void eve_put_stats(struct text *j, const struct sink_stats *stats)
{
	const struct onpath_stats *s = stats->engine;

	json_open(j, '{');
	json_key(j, "timestamp");
	eve_time(j, stats->now_ns);
	json_key(j, "event_type");
	json_name(j, "stats");
	json_key(j, "stats");
	json_open(j, '{');
	json_key(j, "uptime");
	json_u64(j, stats->uptime_s);
	ROWS(j, "capture", { "kernel_packets", stats->kernel_received },
		{ "kernel_drops", stats->kernel_dropped },
		{ "kernel_ifdrops", stats->interface_dropped });
	put_decoder(j, s);
	put_transport(j, s);
	ROWS(j, "detect",
		{ "alert", s->verdict_suspect + s->verdict_inspected + s->verdict_intercepted });
	json_key(j, "app_layer");
	json_open(j, '{');
	ROWS(j, "flow", { "tls", s->tls_tcp + s->tls_dtls }, { "quic", s->tls_quic });
	json_close(j, '}');
	json_close(j, '}');
	json_close(j, '}');
}
