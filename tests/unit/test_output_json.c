/* Our own record: the whole text of one, what is missing where nothing is known, and records that
 * would be too large. */
#include "hostile.h"
#include "json_check.h"
#include "output_sample.h"

#include "util/limits.h"

#define AB8  "abababababababab"
#define EE8  "eeeeeeeeeeeeeeee"
#define CD8  "cdcdcdcdcdcdcdcd"
#define IC20 "1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c"

static void one_record(void **state)
{
	(void)state;
	struct sample *s = sample_new();
	char *got = sample_written("json", &s->event, NULL);

	CHECK_TEXT(got,
		"{\"event\":\"connection\",\"time\":\"2014-03-13T21:45:26.862484Z\","
		"\"last_time\":\"2014-03-13T21:45:27.000001Z\",\"capture_file\":\"a.pcap\",\"packet\":9,"
		"\"first_packet\":1,\"src\":\"192.0.2.1\",\"sport\":40000,\"dst\":\"2001:db8::22\",\"dport\":443,"
		"\"proto\":\"tcp\",\"carrier\":\"tls\",\"community_id\":\"1:lWOTJwBjzASkHgo+w0kukpG9z0M=\","
		"\"verdict\":\"intercepted\",\"kind\":\"forged\",\"confidence\":0.9933,\"points\":7,\"by\":\"EvilBox\","
		"\"certificate\":\"seen\",\"completeness\":\"both-sides\","
		"\"expected\":{\"owners\":\"DigiCert\",\"from\":\"shipped\"},"
		"\"evidence\":[{\"id\":\"issuer-unexpected\",\"family\":\"issuer\",\"points\":5,"
		"\"text\":\"signed by Evil Twin, which is not DigiCert\",\"expected\":\"DigiCert\",\"seen\":\"Evil Twin\"},"
		"{\"id\":\"chain-untrusted\",\"family\":\"trust\",\"points\":2,\"text\":\"no known root\",\"expected\":null,"
		"\"seen\":null}],"
		"\"sni\":\"www.example.com\",\"host\":\"www.example.com\",\"version\":\"TLS 1.2\","
		"\"cipher\":\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\",\"cipher_code\":49199,\"alpn\":null,"
		"\"client_version\":\"TLS 1.3\",\"ja3\":\"00112233445566778899aabbccddeeff\",\"ja3s\":null,"
		"\"ja4\":\"t13d010100_000000000000_000000000000\","
		"\"chain\":[{\"sha256\":\"" AB8 AB8 AB8 AB8 "\",\"sha1\":\"" IC20
		"\",\"spki_sha256\":\"" CD8 CD8 CD8 CD8
		"\",\"subject\":\"C=US, O=Example, CN=www.example.com\",\"issuer\":\"C=XX, O=Evil Twin, CN=Evil CA\","
		"\"serial\":\"4a2c86\",\"san\":[\"www.example.com\",\"example.com\"],"
		"\"signature_algorithm\":\"sha256WithRSAEncryption\",\"not_before\":\"2014-03-13T21:45:26Z\","
		"\"not_after\":\"2015-03-13T21:45:26Z\",\"key_type\":\"rsa\",\"key_bits\":2048,\"rsa_exponent\":3,"
		"\"version\":3,\"is_ca\":false,\"self_issued\":false,\"self_signed\":false},"
		"{\"sha256\":\"" EE8 EE8 EE8 EE8 "\",\"sha1\":\"" IC20
		"\",\"spki_sha256\":\"" CD8 CD8 CD8 CD8
		"\",\"subject\":\"C=XX, O=Evil Twin, CN=Evil CA\",\"issuer\":\"C=XX, O=Evil Twin, CN=Evil CA\","
		"\"serial\":\"4a2c86\",\"signature_algorithm\":\"sha256WithRSAEncryption\","
		"\"not_before\":\"2014-03-13T21:45:26Z\",\"not_after\":\"2015-03-13T21:45:26Z\",\"key_type\":\"rsa\","
		"\"key_bits\":2048,\"rsa_exponent\":3,\"version\":3,\"is_ca\":true,\"self_issued\":true,"
		"\"self_signed\":true}],\"client_chain\":[],\"chain_status\":\"unknown-root\",\"name_matches\":true,"
		"\"path\":{\"server\":{\"syn_ttl\":57,\"data_ttl\":60,\"hops\":4}}}\n");
	free(got);
	free(s);
}

/* Nothing is known of it but that it was there. */
static void an_empty_connection(void **state)
{
	(void)state;
	struct onpath_connection c = {
		.proto = 17, .carrier = ONPATH_CARRIER_QUIC, .verdict = ONPATH_OPAQUE
	};
	struct onpath_event event = { .type = ONPATH_EVENT_CONNECTION, .connection = &c };
	char *got = sample_written("json", &event, NULL);

	CHECK(json_check_line(got, strlen(got)));
	check_has(got, "\"capture_file\":null,");
	check_has(got, "\"community_id\":null,");
	check_has(got, "\"proto\":\"udp\",\"carrier\":\"quic\",");
	check_has(got, "\"verdict\":\"opaque\",\"kind\":null,");
	check_has(got,
		"\"expected\":null,\"evidence\":[],\"sni\":null,\"version\":null,\"cipher\":null,\"alpn\":null,");
	check_has(got, "\"chain\":[],\"client_chain\":[],\"chain_status\":\"none\",\"path\":{}}");
	free(got);
}

static void flags_numbers_and_lists(void **state)
{
	(void)state;
	struct sample *s = sample_new();

	s->source.live = true;
	s->c.vlan[0] = 7;
	s->c.vlan[1] = 4094;
	s->c.vlan_count = 2;
	s->c.from_proto = "smtp";
	s->c.resumed = s->c.ech_offered = s->c.malformed = s->c.tcp_terminated = true;
	s->c.client_alert =
		(struct onpath_alert_seen) { .seen = true, .level = 2, .description = 48 };
	s->c.server_alert =
		(struct onpath_alert_seen) { .seen = true, .level = 1, .description = 200 };
	s->c.version = 0x7f1c;
	s->c.cipher = 0x1234;
	s->c.alpn = sample_bytes("h2");
	s->alpn[0] = sample_bytes("h2");
	s->alpn[1] = sample_bytes("\xff\"");
	s->c.client_alpn = s->alpn;
	s->c.client_alpn_count = 2;
	s->c.ocsp_staple = sample_bytes("x");
	s->c.path = s->chain;
	s->c.path_len = 1;
	s->c.owner = "Example Trust";
	s->c.lost_bytes = 12;
	s->c.conflicts = 3;
	char *got = sample_written("json", &s->event, NULL);
	check_has(got, "\"capture_file\":null,\"in_iface\":\"a.pcap\",");
	check_has(got, "\"vlan\":[7,4094],\"from_proto\":\"smtp\",");
	check_has(got, "\"by\":\"EvilBox\",\"tcp_terminated\":true,");
	check_has(got,
		"\"version\":\"0x7f1c\",\"cipher\":\"0x1234\",\"cipher_code\":4660,\"alpn\":\"h2\",");
	check_has(got, "\"client_alpn\":[\"h2\",\"\xef\xbf\xbd\\\"\"],");
	check_has(got,
		"\"resumed\":true,\"ech_offered\":true,\"ocsp_stapled\":true,\"malformed\":true,");
	check_has(
		got, "\"client_alert\":{\"level\":2,\"description\":48,\"name\":\"unknown_ca\"},");
	check_has(got, "\"server_alert\":{\"level\":1,\"description\":200},");
	check_has(got, "\"verified_path\":[\"" AB8 AB8 AB8 AB8
		       "\"],\"anchor\":\"C=US, O=Example, CN=www.example.com\","
		       "\"owner\":\"Example Trust\",");
	check_has(got, "\"conflicts\":3,\"lost_bytes\":12}\n");
	free(got);
	free(s);
}

static void certificates_in_full(void **state)
{
	(void)state;
	struct sample *s = sample_new();
	struct onpath_extension extension = { .oid = "2.5.29.17", .critical = true };

	s->leaf.extensions = &extension;
	s->leaf.extension_count = 1;
	s->leaf.ski = "0102";
	s->root.parsed = false;
	s->root.problem = "not DER";
	char *got = sample_written("json,chain", &s->event, NULL);
	check_has(got,
		"\"ski\":\"0102\",\"aki\":null,\"extensions\":[{\"oid\":\"2.5.29.17\",\"critical\":true}],"
		"\"der\":\"bGVhZg==\"},");
	check_has(got,
		"{\"sha256\":\"" EE8 EE8 EE8 EE8 "\",\"sha1\":\"" IC20 "\",\"problem\":\"not DER\","
		"\"der\":\"bGVhZg==\"}]");
	free(got);
	free(s);
}

/* The same certificate comes from memory the second time; the same id with other bytes does not. */
static void certificates_are_rendered_once(void **state)
{
	(void)state;
	struct sample *s = sample_new();
	char folder[64], spec[128], why[256];
	struct sink *sink;

	sample_folder(folder);
	snprintf(spec, sizeof spec, "json:%s/a", folder);
	CHECK_INT(sink_open(&sink, why, spec, false), 0);
	CHECK_INT(sink_event(sink, &s->event), 0);
	s->leaf.subject = "CN=changed behind our back";
	CHECK_INT(sink_event(sink, &s->event), 0);
	s->leaf.sha256[0] = 1;
	CHECK_INT(sink_event(sink, &s->event), 0);
	CHECK_INT(sink_close(sink), 0);
	char *got = sample_read(spec + 5);
	char *second = strchr(got, '\n') + 1;
	char *third = strchr(second, '\n') + 1;
	CHECK_INT(second - got, third - second);
	CHECK_BYTES(got, second, second - got);
	check_has(third, "CN=changed behind our back");
	free(got);
	sample_remove(folder);
	free(s);
}

/* Sixteen certificates of 64 KiB with control characters only: the record says that it is not all.
 */
static void too_large_records_say_so(void **state)
{
	(void)state;
	struct sample *s = sample_new();
	static char der[CERT_DER_MAX];
	static char name[CERT_TEXT_MAX];
	const char *names[LIST_ENTRIES_MAX + 20];
	const struct onpath_cert *chain[CERTS_PARSED_MAX];

	memset(name, 1, sizeof name - 1);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		names[i] = "a.example";
	for (size_t i = 0; i < CERTS_PARSED_MAX; i++)
		chain[i] = &s->leaf;
	s->leaf.der = (struct onpath_bytes) { (const uint8_t *)der, sizeof der };
	s->leaf.dns_names = names;
	s->leaf.dns_name_count = sizeof names / sizeof names[0];
	s->c.chain = chain;
	s->c.chain_len = CERTS_PARSED_MAX;
	char *got = sample_written(
		"json,chain", &s->event, NULL); /* too large with der, fits without */
	CHECK(json_check_line(got, strlen(got)));
	check_has(got, "\"subject\":");
	check_has(got, "\"san_truncated\":true,\"san_count\":120,");
	check_has(got, "\"truncated\":true}\n");
	CHECK(!strstr(got, "\"der\":"));
	free(got);

	s->leaf.subject = s->leaf.issuer = name; /* too large even without */
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		names[i] = name;
	got = sample_written("json", &s->event, NULL);
	CHECK(json_check_line(got, strlen(got)));
	check_has(got, "\"sha256\":\"" AB8);
	check_has(got, "\"id\":\"issuer-unexpected\"");
	check_has(got, "\"truncated\":true}\n");
	CHECK(strlen(got) < RECORD_BYTES_MAX);
	free(got);
	free(s);
}

static void statistics(void **state)
{
	(void)state;
	struct onpath_stats counters = { .packets = 12, .verdict_intercepted = UINT64_MAX };
	struct sink_stats stats = { .engine = &counters,
		.now_ns = 1394747126862484000,
		.uptime_s = 5,
		.kernel_received = 13,
		.kernel_dropped = 1,
		.interface_dropped = 2 };
	char *got = sample_written("json", NULL, &stats);
	const char *head =
		"{\"event\":\"stats\",\"time\":\"2014-03-13T21:45:26.862484Z\",\"uptime\":5,"
		"\"capture\":{\"kernel_received\":13,\"kernel_dropped\":1,\"interface_dropped\":2},"
		"\"stats\":{\"packets\":12,\"bytes\":0,";

	CHECK(json_check_line(got, strlen(got)));
	CHECK_BYTES(got, head, strlen(head));
	check_has(got, "\"verdict_intercepted\":18446744073709551615}}\n");
	free(got);
}

/* Hostile bytes in every field, in both formats: each line is JSON, none is lost. */
static void hostile_strings(void **state)
{
	(void)state;
	static const char *const formats[] = { "json", "json,chain", "eve", "eve,level=8,chain" };
	struct hostile *h = calloc(1, sizeof *h);

	CHECK(h != NULL);
	for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++) {
		h->from.seed = f;
		for (int i = 0; i < 100; i++) {
			struct onpath_event event = hostile_event(h);
			char *got = sample_written(formats[f], &event, NULL);
			char *line = got;
			size_t lines = 0;
			for (char *end; (end = strchr(line, '\n')); line = end + 1, lines++)
				CHECK(json_check_line(line, (size_t)(end + 1 - line)));
			CHECK(*line == '\0');
			CHECK_INT(lines, f >= 2 && h->connection.verdict >= ONPATH_SUSPECT ? 2 : 1);
			free(got);
		}
	}
	free(h);
}

RUN(test(one_record), test(an_empty_connection), test(flags_numbers_and_lists),
	test(certificates_in_full), test(certificates_are_rendered_once),
	test(too_large_records_say_so), test(statistics), test(hostile_strings))
