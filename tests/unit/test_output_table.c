/* The table: what a person reads, in hundred columns, harmless on a terminal. */
#include "hostile.h"
#include "output_sample.h"

#include "util/text.h"

static void an_intercepted_connection(void **state)
{
	(void)state;
	struct sample *s = sample_new();
	char *got = sample_written("table", &s->event, NULL);

	CHECK_TEXT(got,
		"VERDICT       CONF TIME UTC HOST                      SIGNED BY        EXPECTED   KIND      VERSION\n"
		"-- 2014-03-13 --\n"
		"intercepted   0.99 21:45:26 www.example.com           ?Evil Twin       DigiCert   forged    TLS 1.2\n"
		"    192.0.2.1:40000 to [2001:db8::22]:443, a.pcap packet 9; by EvilBox; expected DigiCert (shipped)\n"
		"    +5 issuer-unexpected: signed by Evil Twin, which is not DigiCert\n"
		"    +2 chain-untrusted: no known root\n");
	free(got);
	free(s);
}

static void a_trusted_connection(void **state)
{
	(void)state;
	struct sample *s = sample_new();

	s->c.verdict = ONPATH_TRUSTED;
	s->c.kind = ONPATH_KIND_NONE;
	s->c.tcp_terminated = true;
	s->c.expected.present = false;
	s->c.owner = "An owner with a long name";
	s->c.sni.len = 0;
	s->c.version = 0;
	char *got = sample_written("table", &s->event, NULL);
	CHECK_TEXT(strstr(got, "--\n") + 3,
		"trusted       0.99 21:45:26 [2001:db8::22]:443        An owner with a… -          tcp       -\n");
	free(got);
	s->c.owner = NULL;
	s->c.chain_len = 0;
	s->c.certificate = ONPATH_CERT_ENCRYPTED;
	s->c.verdict = ONPATH_OPAQUE;
	got = sample_written("table,wide", &s->event, NULL);
	CHECK_TEXT(strchr(got, '\n') + 1,
		"opaque        0.99 2014-03-13T21:45:26.862484Z [2001:db8::22]:443        (encrypted)      -          tcp"
		"       -\n"
		"    192.0.2.1:40000 to [2001:db8::22]:443, a.pcap packet 9; by EvilBox\n"
		"    +5 issuer-unexpected: signed by Evil Twin, which is not DigiCert\n"
		"    +2 chain-untrusted: no known root\n");
	free(got);
	free(s);
}

/* Names as one sends them; the one that is no host name stands in quotes. */
static void names_that_are_none(void **state)
{
	(void)state;
	struct sample *s = sample_new();

	s->c.sni = sample_bytes("\x1b[2Jx\xe2\x80\xae");
	s->c.host = NULL;
	s->c.by = "a\nb";
	char *got = sample_written("table", &s->event, NULL);
	CHECK(strstr(got, " \"\\x1b[2Jx\\u{202e}\" ") != NULL);
	CHECK(strstr(got, "; by a\\x0ab;") != NULL);
	free(got);
	free(s);
}

/* Without colour there is no byte below a space but line feeds, and no first line is longer than
 * hundred columns. */
static void hostile_strings(void **state)
{
	(void)state;
	struct hostile *h = calloc(1, sizeof *h);

	CHECK(h != NULL);
	for (int i = 0; i < 300; i++) {
		struct onpath_event event = hostile_event(h);
		char *got = sample_written(i % 2 ? "table" : "table,wide", &event, NULL);
		size_t n = strlen(got);
		for (size_t at = 0; at < n;) {
			uint32_t point;
			unsigned len = text_utf8(&point, got + at, n - at);
			CHECK(len > 0);
			CHECK(point == '\n' || !text_hidden(point));
			at += len;
		}
		for (char *line = got, *end; i % 2 && (end = strchr(line, '\n')); line = end + 1)
			if (*line != ' ')
				CHECK(text_points(line, (size_t)(end - line)) <= 100);
		free(got);
	}
	free(h);
}

/* Colour only round the verdict, only on a terminal; and each line appears at once there. */
static void colour_on_terminals(void **state)
{
	(void)state;
	struct sample *s = sample_new();
	struct sink *sink;
	char why[256];
	char got[2048] = "";
	int ends[2];
	int old = dup(STDOUT_FILENO);

	fflush(stdout);
	CHECK_INT(pipe(ends), 0);
	CHECK_INT(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
	int opened = sink_open(&sink, why, "table", true);
	int sent = sink_event(sink, &s->event);
	ssize_t n = read(ends[0], got, sizeof got - 1);
	(void)!sink_close(sink);
	dup2(old, STDOUT_FILENO);
	close(old);
	close(ends[0]);
	close(ends[1]);
	CHECK(opened == 0 && sent == 0 && n > 0);
	CHECK(strstr(got, "\n\033[1;31mintercepted   \033[0m0.99 ") != NULL);
	free(s);
}

RUN(test(an_intercepted_connection), test(a_trusted_connection), test(names_that_are_none),
	test(hostile_strings), test(colour_on_terminals))
