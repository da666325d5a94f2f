/* EVE: spellings as Suricata 7.0 writes them, addresses of alerts, and what stands where for which
 * verdict. */
#include "json_check.h"
#include "output_sample.h"

#define FINGERPRINT "1c:1c:1c:1c:1c:1c:1c:1c:1c:1c:1c:1c:1c:1c:1c:1c:1c:1c:1c:1c"
#define TLS                                                                                                            \
	"\"tls\":{\"subject\":\"C=US, O=Example, CN=www.example.com\",\"issuerdn\":\"C=XX, O=Evil Twin, CN=Evil CA\"," \
	"\"serial\":\"4A:2C:86\",\"fingerprint\":\"" FINGERPRINT                                                       \
	"\",\"notbefore\":\"2014-03-13T21:45:26\","                                                                    \
	"\"notafter\":\"2015-03-13T21:45:26\",\"sni\":\"www.example.com\",\"version\":\"TLS 1.2\","                    \
	"\"ja3\":{\"hash\":\"00112233445566778899aabbccddeeff\",\"string\":\"771,49199,0,,\"},"                        \
	"\"ja4\":\"t13d010100_000000000000_000000000000\"}"

static void an_intercepted_connection(void **state)
{
	(void)state;
	struct sample *s = sample_new();
	char *got = sample_written("eve", &s->event, NULL);
	char *alert = strchr(got, '\n') + 1;
	char *after_id;

	CHECK(json_check_line(got, (size_t)(alert - got)));
	CHECK(json_check_line(alert, strlen(alert)));
	check_begins(got, "{\"timestamp\":\"2014-03-13T21:45:27.000001+0000\",\"flow_id\":");
	after_id = strchr(got, 'w') + strlen("w_id\":");
	uint64_t id = strtoull(after_id, &after_id, 10);
	CHECK(id > 0 && id < UINT64_C(1) << 51);
	check_begins(after_id,
		",\"pcap_cnt\":9,\"event_type\":\"tls\",\"src_ip\":\"192.0.2.1\",\"src_port\":40000,"
		"\"dest_ip\":\"2001:0db8:0000:0000:0000:0000:0000:0022\",\"dest_port\":443,\"proto\":\"TCP\","
		"\"pkt_src\":\"wire/pcap\",\"community_id\":\"1:lWOTJwBjzASkHgo+w0kukpG9z0M=\"," TLS
		",\"pcap_filename\":\"a.pcap\"}\n");

	after_id = strchr(alert, 'w') + strlen("w_id\":");
	CHECK(strtoull(after_id, &after_id, 10) == id);
	check_begins(after_id,
		",\"pcap_cnt\":9,\"event_type\":\"alert\",\"src_ip\":\"2001:0db8:0000:0000:0000:0000:0000:0022\","
		"\"src_port\":443,\"dest_ip\":\"192.0.2.1\",\"dest_port\":40000,\"proto\":\"TCP\","
		"\"pkt_src\":\"wire/pcap\",\"community_id\":\"1:lWOTJwBjzASkHgo+w0kukpG9z0M=\",\"alert\":{"
		"\"action\":\"allowed\",\"gid\":1,\"signature_id\":1900002,\"rev\":1,"
		"\"signature\":\"ONPATH TLS interception: forged certificate\",\"category\":\"TLS interception\","
		"\"severity\":1,\"metadata\":{\"signature_severity\":[\"Critical\"],\"onpath_verdict\":[\"intercepted\"],"
		"\"onpath_kind\":[\"forged\"],\"onpath_confidence\":[\"0.99\"],\"onpath_points\":[\"7\"],"
		"\"onpath_by\":[\"EvilBox\"],\"onpath_host\":[\"www.example.com\"],\"onpath_certificate\":[\"seen\"],"
		"\"onpath_completeness\":[\"both-sides\"],\"onpath_chain_status\":[\"unknown-root\"],"
		"\"onpath_expected\":[\"DigiCert\"],\"onpath_expected_from\":[\"shipped\"],"
		"\"onpath_seen_issuer\":[\"C=XX, O=Evil Twin, CN=Evil CA\"],\"onpath_sha256\":[\"abab");
	check_has(alert,
		"\"onpath_evidence\":[\"issuer-unexpected\",\"chain-untrusted\"],"
		"\"onpath_evidence_text\":[\"signed by Evil Twin, which is not DigiCert\",\"no known root\"]}}," TLS
		",\"app_proto\":\"tls\",\"direction\":\"to_client\",\"pcap_filename\":\"a.pcap\"}\n");
	free(got);
	free(s);
}

static void a_trusted_connection(void **state)
{
	(void)state;
	struct sample *s = sample_new();

	s->c.verdict = ONPATH_TRUSTED;
	s->c.confidence = 0.1192;
	s->c.owner = "Example Trust";
	s->source.live = true;
	s->c.vlan[0] = 12;
	s->c.vlan_count = 1;
	char *got = sample_written("eve", &s->event, NULL);
	CHECK(json_check_line(got, strlen(got))); /* one line: no alert */
	check_has(got, ",\"in_iface\":\"a.pcap\",\"event_type\":\"tls\",\"vlan\":[12],");
	check_has(got,
		"\"metadata\":{\"flowbits\":[\"onpath.trusted\"],\"flowvars\":["
		"{\"onpath.confidence\":\"0.1192\"},{\"onpath.certificate\":\"seen\"},"
		"{\"onpath.completeness\":\"both-sides\"},{\"onpath.owner\":\"Example Trust\"}]},\"community_id\":");
	CHECK(!strstr(got, "pcap_"));
	free(got);
	free(s);
}

/* One number and one text for each verdict and kind; never another text for the same number. */
static void signatures_are_constant(void **state)
{
	(void)state;
	static const struct {
		enum onpath_verdict verdict;
		enum onpath_kind kind;
		const char *want;
	} rows[] = {
		{ ONPATH_INTERCEPTED, ONPATH_KIND_NONE,
			"1900001,\"rev\":1,\"signature\":\"ONPATH TLS interception\"" },
		{ ONPATH_INTERCEPTED, ONPATH_KIND_PRODUCT, "1900004,\"rev\":1" },
		{ ONPATH_INTERCEPTED, ONPATH_KIND_INJECTED, "1900006,\"rev\":1" },
		{ ONPATH_SUSPECT, ONPATH_KIND_NONE, "1900011,\"rev\":1" },
		{ ONPATH_SUSPECT, ONPATH_KIND_REISSUED, "1900013,\"rev\":1" },
		{ ONPATH_INSPECTED, ONPATH_KIND_NONE, "1900021,\"rev\":1" },
		{ ONPATH_INSPECTED, ONPATH_KIND_PRODUCT, "1900021,\"rev\":1" },
	};
	struct sample *s = sample_new();

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char part[128];
		s->c.verdict = rows[i].verdict;
		s->c.kind = rows[i].kind;
		char *got = sample_written("eve", &s->event, NULL);
		snprintf(part, sizeof part, "\"signature_id\":%s", rows[i].want);
		check_has(got, part);
		check_has(got, rows[i].verdict == ONPATH_INTERCEPTED ? "\"severity\":1,"
			       : rows[i].verdict == ONPATH_SUSPECT   ? "\"severity\":2,"
								     : "\"severity\":3,");
		free(got);
	}
	free(s);
}

static void levels_and_chains(void **state)
{
	(void)state;
	struct sample *s = sample_new();

	s->c.client_chain = s->chain + 1;
	s->c.client_chain_len = 1;
	s->c.resumed = true;
	s->c.from_proto = "smtp";
	s->c.version = 0x0301;
	s->c.alpn = sample_bytes("h2");
	char *seven = sample_written("eve", &s->event, NULL);
	char *eight = sample_written("eve,level=8,chain", &s->event, NULL);
	check_has(seven, "\"version\":\"TLSv1\",\"from_proto\":\"smtp\",\"session_resumed\":true,");
	check_has(seven, "\"client\":{\"subject\":\"C=XX, O=Evil Twin, CN=Evil CA\",");
	CHECK(!strstr(seven, "alpns") && !strstr(seven, "subjectaltname") &&
		!strstr(seven, "context"));
	CHECK(!strstr(seven, "\"chain\":"));
	check_has(eight, "\"subjectaltname\":[\"www.example.com\",\"example.com\"],");
	check_has(eight, "\"server_alpns\":[\"h2\"],");
	check_has(
		eight, "\"context\":{\"onpath\":{\"verdict\":\"intercepted\",\"kind\":\"forged\",");
	check_has(eight, "\"certificate\":\"bGVhZg==\",\"chain\":[\"bGVhZg==\",\"bGVhZg==\"]}");
	free(seven);
	free(eight);
	free(s);
}

static void dates_the_schema_does_not_know(void **state)
{
	(void)state;
	struct sample *s = sample_new();

	s->leaf.not_before = ONPATH_TIME_BAD;
	s->leaf.not_after = 253402300799;
	char *got = sample_written("eve", &s->event, NULL);
	CHECK(!strstr(got, "notbefore") && !strstr(got, "notafter"));
	free(got);
	s->leaf.not_before = 253402300799 - INT64_C(7000) * 31556952; /* about the year 2999 */
	got = sample_written("eve", &s->event, NULL);
	check_has(got, "\"notbefore\":\"2999-");
	free(got);
	free(s);
}

static void versions_and_quic(void **state)
{
	(void)state;
	static const struct {
		uint16_t version;
		const char *want;
	} rows[] = { { 0, "UNDETERMINED" }, { 0x0002, "SSLv2" }, { 0x0300, "SSLv3" },
		{ 0x0302, "TLS 1.1" }, { 0x0304, "TLS 1.3" }, { 0xfefd, "DTLS 1.2" },
		{ 0x7f1c, "0x7f1c" } };
	struct sample *s = sample_new();
	char part[64];

	s->c.verdict = ONPATH_OPAQUE;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		s->c.version = rows[i].version;
		char *got = sample_written("eve", &s->event, NULL);
		snprintf(part, sizeof part, ",\"version\":\"%s\",", rows[i].want);
		check_has(got, part);
		free(got);
	}
	s->c.carrier = ONPATH_CARRIER_QUIC;
	s->c.proto = 17;
	s->c.quic_version = 1;
	char *got = sample_written("eve", &s->event, NULL);
	check_has(got, "\"event_type\":\"quic\",");
	check_has(got, "\"proto\":\"UDP\",");
	check_has(got, "\"quic\":{\"version\":\"1\",\"sni\":\"www.example.com\",\"ja3\":{");
	free(got);
	s->c.quic_version = 0x6b3343cf;
	s->c.verdict = ONPATH_SUSPECT;
	got = sample_written("eve", &s->event, NULL);
	check_has(got, "\"quic\":{\"version\":\"6b3343cf\",");
	check_has(got, "\"app_proto\":\"quic\",");
	free(got);
	free(s);
}

static void statistics(void **state)
{
	(void)state;
	struct onpath_stats counters = { .packets = 12,
		.bytes = 3400,
		.ipv4 = 10,
		.ipv6 = 2,
		.packets_tcp = 8,
		.packets_udp = 3,
		.flows = 4,
		.tcp_sessions = 3,
		.packets_invalid = 1,
		.tls_tcp = 2,
		.tls_quic = 1,
		.verdict_suspect = 1,
		.verdict_inspected = 2,
		.verdict_intercepted = 4,
		.stream_gaps = 6 };
	struct sink_stats stats = { .engine = &counters,
		.now_ns = 1394747126862484000,
		.uptime_s = 60,
		.kernel_dropped = 9 };
	char *got = sample_written("eve", NULL, &stats);

	CHECK(json_check_line(got, strlen(got)));
	check_begins(got,
		"{\"timestamp\":\"2014-03-13T21:45:26.862484+0000\",\"event_type\":\"stats\",\"stats\":{"
		"\"uptime\":60,\"capture\":{\"kernel_packets\":0,\"kernel_drops\":9,\"kernel_ifdrops\":0},"
		"\"decoder\":{\"pkts\":12,\"bytes\":3400,\"invalid\":1,\"ipv4\":10,\"ipv6\":2,\"tcp\":8,\"udp\":3,");
	check_has(got, "\"flow\":{\"total\":4},\"tcp\":{\"sessions\":3,\"reassembly_gap\":6,");
	check_has(got,
		"\"detect\":{\"alert\":7},\"app_layer\":{\"flow\":{\"tls\":2,\"quic\":1}}}}\n");
	free(got);
}

RUN(test(an_intercepted_connection), test(a_trusted_connection), test(signatures_are_constant),
	test(levels_and_chains), test(dates_the_schema_does_not_know), test(versions_and_quic),
	test(statistics))
