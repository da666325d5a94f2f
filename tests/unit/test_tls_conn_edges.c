/* The TLS conversation at its edges: odd beginnings, limits, what comes before TLS, QUIC. */
#include "test_tls_talk.h"

static const struct talk_options plain = { .version = TLS1_2_VERSION };
static const struct talk_options mutual = { .version = TLS1_2_VERSION, .client_certificate = true };

static void sslv2_hello(void **state)
{
	/* RFC 5246 E.2: version 3.1, one SSLv2 and two TLS kinds, challenge of 16 */
	static const char *text = "80 22 01 03 01 00 09 00 00 00 10  00 00 2f 01 00 80 00 00 35"
				  "000102030405060708090a0b0c0d0e0f";
	uint8_t hello[64];
	size_t n = unhex(hello, sizeof hello, text);
	struct talk talk;
	struct bytes leaf;

	(void)state;
	talk_run(&talk, &leaf, (struct talk_options) { .version = TLS1_VERSION });
	for (size_t size = 1; size <= n; size++) {
		struct tls_conn *conn = conn_of(TLS_OVER_TCP);

		give(conn, CLIENT, hello, n, size);
		CHECK_INT(tls_conn_state(conn), TLS_HANDSHAKE);
		CHECK(tls_conn_sslv2(conn));
		for (size_t i = 1; i < talk.count; i++)
			give(conn, talk.flights[i].side, talk.flights[i].bytes.p,
				talk.flights[i].bytes.n, size);
		const struct tls_message *m = tls_conn_message(conn, KEPT_CLIENT_HELLO);
		CHECK_INT(m->n, n - 2);
		CHECK_BYTES(m->bytes, hello + 2, n - 2);
		CHECK(same(tls_conn_message(conn, KEPT_CERTIFICATE), &talk.server[11]));
		CHECK_INT(tls_conn_state(conn), TLS_OVER);
		tls_conn_free(conn);
	}
	hello[6] = 0x0a; /* ten bytes of cipher specs are no whole number of them, and the sum is
			    wrong */
	struct tls_conn *conn = conn_of(TLS_OVER_TCP);
	give(conn, CLIENT, hello, n, SIZE_MAX);
	CHECK(tls_conn_state(conn) != TLS_HANDSHAKE);
	tls_conn_free(conn);
	talk_free(&talk);
	OPENSSL_free(leaf.p);
}

static void begins_in_the_middle(void **state)
{
	struct talk talk;
	struct bytes leaf;
	size_t begin = 0, end = 0;

	(void)state;
	talk_run(&talk, &leaf, plain);
	const struct bytes *b = &talk.flights[1].bytes;
	find_certificate(&begin, &end, &talk.flights[1], &talk.server[11]);
	struct wire from_record = wire_of(b->p + begin - 9, b->n - (begin - 9));
	CHECK(tls_looks_like_handshake(wire_of(b->p, b->n)));
	CHECK(tls_looks_like_handshake(wire_of(talk.flights[0].bytes.p, talk.flights[0].bytes.n)));
	CHECK(tls_looks_like_handshake(from_record));
	CHECK(!tls_looks_like_handshake(wire_of(b->p + 1, b->n - 1)));
	for (size_t n = 0; n < 11; n++)
		CHECK(!tls_looks_like_handshake(wire_of(b->p, n)));

	struct tls_conn *conn = conn_of(TLS_OVER_TCP);
	CHECK_INT(tls_conn_bytes(conn, SERVER, from_record), 0);
	for (size_t i = 2; i < talk.count; i++)
		give(conn, talk.flights[i].side, talk.flights[i].bytes.p, talk.flights[i].bytes.n,
			SIZE_MAX);
	CHECK(same(tls_conn_message(conn, KEPT_CERTIFICATE), &talk.server[11]));
	CHECK(same(tls_conn_message(conn, KEPT_SERVER_KEY_EXCHANGE), &talk.server[12]));
	CHECK_INT(tls_conn_client(conn), CLIENT);
	CHECK_INT(tls_conn_state(conn), TLS_OVER);
	tls_conn_free(conn);
	talk_free(&talk);
	OPENSSL_free(leaf.p);
}

/* The client's Certificate comes first of all: taken for the server's until the next message tells.
 */
static void takes_back_a_guess(void **state)
{
	struct talk talk;
	struct bytes leaf;
	struct tls_conn *conn = conn_of(TLS_OVER_TCP);

	(void)state;
	talk_run(&talk, &leaf, mutual);
	for (size_t i = 2; i < talk.count; i++)
		give(conn, talk.flights[i].side, talk.flights[i].bytes.p, talk.flights[i].bytes.n,
			SIZE_MAX);
	CHECK_INT(tls_conn_client(conn), CLIENT);
	CHECK(same(tls_conn_message(conn, KEPT_CLIENT_CERTIFICATE), &talk.client[11]));
	CHECK(!tls_conn_message(conn, KEPT_CERTIFICATE)->bytes);
	tls_conn_free(conn);
	talk_free(&talk);
	OPENSSL_free(leaf.p);
}

static void useless_records(void **state)
{
	static const uint8_t empty[5] = { 22, 3, 3, 0, 0 };

	(void)state;
	for (unsigned count = TLS_USELESS_RECORDS_MAX; count <= TLS_USELESS_RECORDS_MAX + 1;
		count++) {
		struct talk talk;
		struct bytes leaf;
		struct tls_conn *conn = conn_of(TLS_OVER_TCP);

		stats = (struct onpath_stats) { .packets = 0 };
		talk_run(&talk, &leaf, plain);
		give(conn, CLIENT, talk.flights[0].bytes.p, talk.flights[0].bytes.n, SIZE_MAX);
		for (unsigned i = 0; i < count; i++)
			give(conn, SERVER, empty, sizeof empty, SIZE_MAX);
		for (size_t i = 1; i < talk.count; i++)
			give(conn, talk.flights[i].side, talk.flights[i].bytes.p,
				talk.flights[i].bytes.n, SIZE_MAX);
		CHECK_INT(stats.tls_useless_records, count > TLS_USELESS_RECORDS_MAX);
		CHECK_INT(tls_conn_message(conn, KEPT_CERTIFICATE)->bytes == NULL,
			count > TLS_USELESS_RECORDS_MAX);
		CHECK_INT(tls_conn_state(conn), TLS_OVER);
		tls_conn_free(conn);
		talk_free(&talk);
		OPENSSL_free(leaf.p);
	}
}

/* A Certificate message of n bytes, announced and sent in records; memory follows what was sent. */
static void large_certificate(uint32_t n, bool kept)
{
	struct talk talk;
	struct bytes leaf;
	struct tls_conn *conn = conn_of(TLS_OVER_TCP);
	uint8_t record[5 + 1024] = { 22, 3, 3, 4, 0 };

	stats = (struct onpath_stats) { .packets = 0 };
	talk_run(&talk, &leaf, plain);
	give(conn, CLIENT, talk.flights[0].bytes.p, talk.flights[0].bytes.n, SIZE_MAX);
	const uint8_t *b = talk.flights[1].bytes.p;
	size_t hello = 5 + ((size_t)b[3] << 8 | b[4]);
	give(conn, SERVER, b, hello, SIZE_MAX);

	uint8_t head[9] = { 22, 3, 3, 0, 4, 11, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };
	size_t before = tls_conn_memory(conn);
	give(conn, SERVER, head, sizeof head, SIZE_MAX);
	CHECK_INT(tls_conn_memory(conn), before);
	give(conn, SERVER, record, sizeof record, SIZE_MAX);
	CHECK(tls_conn_memory(conn) - before <= 2048);
	for (size_t sent = 1024; sent < n; sent += 1024) {
		size_t piece = n - sent < 1024 ? n - sent : 1024;
		record[3] = (uint8_t)(piece >> 8);
		record[4] = (uint8_t)piece;
		give(conn, SERVER, record, 5 + piece, SIZE_MAX);
	}
	CHECK_INT(tls_conn_message(conn, KEPT_CERTIFICATE)->n, kept ? n : 0);
	CHECK_INT(tls_conn_side(conn, SERVER)->lost_certificate, !kept);
	CHECK_INT(stats.tls_message_too_large, !kept);

	/* what follows is in step, kept or not */
	uint8_t next[9] = { 22, 3, 3, 0, 4, 14 };
	give(conn, SERVER, next, sizeof next, SIZE_MAX);
	CHECK(!tls_conn_malformed(conn));
	tls_conn_free(conn);
	talk_free(&talk);
	OPENSSL_free(leaf.p);
}

static void message_caps(void **state)
{
	(void)state;
	large_certificate(TLS_CERTIFICATE_MESSAGE_MAX, true);
	large_certificate(TLS_CERTIFICATE_MESSAGE_MAX + 1, false);
	large_certificate(0xffffff, false);
}

static void starttls(void **state)
{
	struct talk talk;
	struct bytes leaf;

	(void)state;
	talk_run(&talk, &leaf, plain);
	for (size_t size = 1; size < 60; size++) {
		static const char *lines[] = { "220 mx.example ESMTP\r\n", "EHLO a.example\r\n",
			"250-mx.example\r\n250 STARTTLS\r\n", "STARTTLS\r\n", "220 go ahead\r\n" };
		struct tls_conn *conn = conn_of(TLS_OVER_TCP);

		for (size_t i = 0; i < 5; i++)
			give(conn, i % 2 == 0 ? SERVER : CLIENT, (const uint8_t *)lines[i],
				strlen(lines[i]), size);
		CHECK_INT(tls_conn_state(conn), TLS_PROBING);
		give_talk(conn, &talk, size);
		CHECK(all_there(conn, &talk, false));
		CHECK_INT(tls_conn_state(conn), TLS_OVER);
		CHECK_TEXT(tls_conn_from_proto(conn), "smtp");
		tls_conn_free(conn);
	}
	talk_free(&talk);
	OPENSSL_free(leaf.p);
}

static void not_tls(void **state)
{
	uint8_t zeros[PRELUDE_BYTES_MAX + 1] = { 0 };
	static const char *ssh = "SSH-2.0-OpenSSH_9.2\r\n";
	struct tls_conn *conn = conn_of(TLS_OVER_TCP);

	(void)state;
	give(conn, SERVER, (const uint8_t *)ssh, strlen(ssh), SIZE_MAX);
	give(conn, CLIENT, (const uint8_t *)ssh, strlen(ssh), SIZE_MAX);
	give(conn, CLIENT, zeros, sizeof zeros, 100);
	CHECK_INT(tls_conn_state(conn), TLS_NOT);
	CHECK(!tls_conn_message(conn, KEPT_CLIENT_HELLO)->bytes);
	tls_conn_free(conn);

	conn = conn_of(TLS_OVER_TCP);
	tls_conn_close(conn, CLIENT);
	tls_conn_close(conn, SERVER);
	CHECK_INT(tls_conn_state(conn), TLS_NOT);
	tls_conn_free(conn);
}

static void over_quic(void **state)
{
	struct talk talk;
	struct bytes leaf;

	(void)state;
	talk_run(&talk, &leaf, (struct talk_options) { .version = TLS1_3_VERSION, .retry = true });
	for (size_t size = 1; size < 300; size += 7) {
		struct tls_conn *conn = conn_of(TLS_OVER_QUIC);

		for (unsigned k = 0; k < 2; k++) {
			const struct bytes *body = k == 0 ? &talk.client[1] : &talk.server[2];
			struct bytes m = { .n = 0 };
			uint8_t head[4] = { k == 0 ? 1 : 2, 0, (uint8_t)(body->n >> 8),
				(uint8_t)body->n };

			bytes_add(&m, head, sizeof head);
			bytes_add(&m, body->p, body->n);
			for (size_t at = 0; at < m.n; at += size)
				CHECK_INT(tls_conn_handshake_bytes(conn, k == 0 ? CLIENT : SERVER,
						  wire_of(m.p + at,
							  m.n - at < size ? m.n - at : size)),
					0);
			free(m.p);
		}
		CHECK(all_there(conn, &talk, true));
		CHECK_INT(tls_conn_state(conn), TLS_OVER);
		tls_conn_free(conn);
	}
	talk_free(&talk);
	OPENSSL_free(leaf.p);
}

/* A second ClientHello or ServerHello without a HelloRetryRequest changes nothing. */
static void hellos_do_not_repeat(void **state)
{
	struct talk talk, other;
	struct bytes leaf, other_leaf;
	struct tls_conn *conn = conn_of(TLS_OVER_TCP);

	(void)state;
	talk_run(&talk, &leaf, plain);
	talk_run(&other, &other_leaf, plain);
	for (size_t i = 0; i < 2; i++) {
		give(conn, talk.flights[i].side, talk.flights[i].bytes.p, talk.flights[i].bytes.n,
			SIZE_MAX);
		CHECK(!tls_conn_malformed(conn));
	}
	for (size_t i = 0; i < 2; i++)
		give(conn, other.flights[i].side, other.flights[i].bytes.p,
			other.flights[i].bytes.n, SIZE_MAX);
	CHECK(tls_conn_malformed(conn));
	CHECK(same(tls_conn_message(conn, KEPT_CLIENT_HELLO), &talk.client[1]));
	CHECK(same(tls_conn_message(conn, KEPT_SERVER_HELLO), &talk.server[2]));
	CHECK(same(tls_conn_message(conn, KEPT_CERTIFICATE), &talk.server[11]));
	tls_conn_free(conn);
	talk_free(&talk);
	talk_free(&other);
	OPENSSL_free(leaf.p);
	OPENSSL_free(other_leaf.p);
}

/* MS-TDS 2.2.3.1: handshake records travel in packets of type 0x12 with an eight-byte header. */
static void add_tds(struct bytes *out, const uint8_t *p, size_t n, size_t size)
{
	for (size_t at = 0; at < n; at += size) {
		size_t piece = n - at < size ? n - at : size;
		size_t total = piece + 8;
		uint8_t head[8] = { 0x12, at + piece == n, (uint8_t)(total >> 8), (uint8_t)total };

		bytes_add(out, head, sizeof head);
		bytes_add(out, p + at, piece);
	}
}

static void inside_tds(void **state)
{
	/* PRELOGIN: token ENCRYPTION at 6, one byte, terminator, 1 = on (client) or 3 = required
	 * (server) */
	static const uint8_t asks[] = { 0x12, 1, 0, 15, 0, 0, 1, 0, 1, 0, 6, 0, 1, 0xff, 1 };
	static const uint8_t agrees[] = { 0x04, 1, 0, 15, 0, 0, 1, 0, 1, 0, 6, 0, 1, 0xff, 3 };
	struct talk talk;
	struct bytes leaf;

	(void)state;
	talk_run(&talk, &leaf, plain);
	for (size_t size = 1; size < 100; size++) {
		struct tls_conn *conn = conn_of(TLS_OVER_TCP);

		give(conn, CLIENT, asks, sizeof asks, size);
		give(conn, SERVER, agrees, sizeof agrees, size);
		for (size_t i = 0; i < 3; i++) {
			struct bytes b = { .n = 0 };

			add_tds(&b, talk.flights[i].bytes.p, talk.flights[i].bytes.n, 500);
			give(conn, talk.flights[i].side, b.p, b.n, size);
			free(b.p);
		}
		CHECK(all_there(conn, &talk, false));
		CHECK_TEXT(tls_conn_from_proto(conn), "tds");
		CHECK(!tls_conn_malformed(conn));
		tls_conn_free(conn);
	}
	talk_free(&talk);
	OPENSSL_free(leaf.p);
}

RUN(test(sslv2_hello), test(begins_in_the_middle), test(takes_back_a_guess), test(useless_records),
	test(message_caps), test(starttls), test(not_tls), test(over_quic),
	test(hellos_do_not_repeat), test(inside_tds))
