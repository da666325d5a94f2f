/* One judged connection to write out, and the text that an output makes of events. */
#ifndef UNIT_OUTPUT_SAMPLE_H
#define UNIT_OUTPUT_SAMPLE_H

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "output/sink.h"

struct sample {
	struct onpath_source source;
	const char *names[2];
	struct onpath_cert leaf;
	struct onpath_cert root;
	const struct onpath_cert *chain[2];
	struct onpath_bytes alpn[2];
	struct onpath_connection c;
	struct onpath_event event;
};

static struct onpath_bytes sample_bytes(const char *s)
{
	return (struct onpath_bytes) { .data = (const uint8_t *)s, .len = strlen(s) };
}

static void sample_certs(struct sample *s)
{
	s->names[0] = "www.example.com";
	s->names[1] = "example.com";
	s->leaf = (struct onpath_cert) {
		.id = 1,
		.parsed = true,
		.der = sample_bytes("leaf"),
		.version = 3,
		.subject = "C=US, O=Example, CN=www.example.com",
		.issuer = "C=XX, O=Evil Twin, CN=Evil CA",
		.subject_cn = "www.example.com",
		.issuer_o = "Evil Twin",
		.issuer_cn = "Evil CA",
		.serial = "4a2c86",
		.not_before = 1394747126,
		.not_after = 1426283126,
		.dns_names = s->names,
		.dns_name_count = 2,
		.has_san = true,
		.key_type = ONPATH_KEY_RSA,
		.key_bits = 2048,
		.rsa_exponent = 3,
		.signature_alg = "sha256WithRSAEncryption",
	};
	memset(s->leaf.sha256, 0xab, 32);
	memset(s->leaf.sha1, 0x1c, 20);
	memset(s->leaf.spki_sha256, 0xcd, 32);
	s->root = s->leaf;
	s->root.id = 2;
	s->root.subject = s->root.issuer;
	s->root.has_san = false;
	s->root.is_ca = true;
	s->root.path_len = -1;
	s->root.self_issued = s->root.self_signed = true;
	memset(s->root.sha256, 0xee, 32);
	s->chain[0] = &s->leaf;
	s->chain[1] = &s->root;
}

/* An intercepted connection of TLS 1.2, at 2014-03-13T21:45:26.862484Z. */
static struct sample *sample_new(void)
{
	struct sample *s = calloc(1, sizeof *s);

	CHECK(s != NULL);
	sample_certs(s);
	s->source = (struct onpath_source) { .name = "a.pcap" };
	s->c = (struct onpath_connection) {
		.time_ns = 1394747126862484000,
		.last_time_ns = 1394747127000001000,
		.source = &s->source,
		.packet = 9,
		.first_packet = 1,
		.src = { .family = 4, .bytes = { 192, 0, 2, 1 } },
		.dst = { .family = 6, .bytes = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x22 } },
		.sport = 40000,
		.dport = 443,
		.proto = 6,
		.community_id = "1:lWOTJwBjzASkHgo+w0kukpG9z0M=",
		.client_hello = true,
		.server_hello = true,
		.sni = sample_bytes("www.example.com"),
		.host = "www.example.com",
		.version = 0x0303,
		.client_version = 0x0304,
		.cipher = 0xc02f,
		.ja3 = "00112233445566778899aabbccddeeff",
		.ja3_string = "771,49199,0,,",
		.ja4 = "t13d010100_000000000000_000000000000",
		.chain = s->chain,
		.chain_len = 2,
		.chain_status = ONPATH_CHAIN_UNKNOWN_ROOT,
		.name_matches = true,
		.server_hops = { .syn_ttl = 57,
			.data_ttl = 60,
			.data_ttl_min = 60,
			.data_ttl_max = 60 },
		.expected = { .present = true, .owners = "DigiCert", .from = "shipped" },
		.verdict = ONPATH_INTERCEPTED,
		.kind = ONPATH_KIND_FORGED,
		.confidence = 0.9933,
		.points = 7,
		.by = "EvilBox",
		.evidence = { { .id = "issuer-unexpected",
				      .family = "issuer",
				      .points = 5,
				      .text = "signed by Evil Twin, which is not DigiCert",
				      .expected = "DigiCert",
				      .seen = "Evil Twin" },
			{ .id = "chain-untrusted",
				.family = "trust",
				.points = 2,
				.text = "no known root" } },
		.evidence_count = 2,
	};
	s->event = (struct onpath_event) { .type = ONPATH_EVENT_CONNECTION, .connection = &s->c };
	return s;
}

/* A folder of its own, removed with its files a and b. */
static void sample_folder(char out[64])
{
	snprintf(out, 64, "%s/onpath-test-XXXXXX",
		getenv("TMPDIR") && strlen(getenv("TMPDIR")) < 40 ? getenv("TMPDIR") : "/tmp");
	CHECK(mkdtemp(out) != NULL);
}

__attribute__((unused)) static void sample_remove(const char *folder)
{
	static const char *const names[] = { "a", "b", "c" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char path[128];
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	CHECK_INT(rmdir(folder), 0);
}

/* The whole file, to be freed. */
static char *sample_read(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY);

	CHECK(fd >= 0 && fstat(fd, &st) == 0);
	char *text = calloc(1, (size_t)st.st_size + 1);
	CHECK(text != NULL);
	CHECK_INT(read(fd, text, (size_t)st.st_size), st.st_size);
	close(fd);
	return text;
}

/* On failure both texts are shown. */
__attribute__((unused)) static void check_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		CHECK_TEXT(text, part);
}

__attribute__((unused)) static void check_begins(const char *text, const char *part)
{
	if (strncmp(text, part, strlen(part)) != 0)
		CHECK_TEXT(text, part);
}

/* What an output ("json,chain") writes for the event, to be freed. */
__attribute__((unused)) static char *sample_written(
	const char *format, const struct onpath_event *event, const struct sink_stats *stats)
{
	char folder[64];
	char spec[160];
	char why[256];
	struct sink *sink;

	sample_folder(folder);
	snprintf(spec, sizeof spec, "%s:%s/a", format, folder);
	CHECK_INT(sink_open(&sink, why, spec, false), 0);
	if (event)
		CHECK_INT(sink_event(sink, event), 0);
	if (stats)
		CHECK_INT(sink_stats(sink, stats), 0);
	CHECK_INT(sink_close(sink), 0);
	char *text = sample_read(strchr(spec, ':') + 1);
	sample_remove(folder);
	return text;
}

#endif
