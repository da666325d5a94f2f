/* The TLS conversation, against real OpenSSL handshakes however they are cut, split, holed and
 * ended. */
#include "test_tls_talk.h"

#include "tls/certificate.h"

static const struct talk_options variants[] = {
	{ .version = TLS1_2_VERSION },
	{ .version = TLS1_2_VERSION, .client_certificate = true, .alpn = "\2h2" },
	{ .version = TLS1_2_VERSION, .resume = true },
	{ .version = TLS1_1_VERSION },
	{ .version = TLS1_VERSION },
	{ .version = TLS1_3_VERSION },
	{ .version = TLS1_3_VERSION, .client_certificate = true },
	{ .version = TLS1_3_VERSION, .retry = true },
	{ .version = TLS1_3_VERSION, .resume = true },
};
#define VARIANTS (sizeof variants / sizeof variants[0])

static bool hides(size_t i)
{
	return variants[i].version == TLS1_3_VERSION;
}

static void keeps_what_openssl_sent(void **state)
{
	(void)state;
	for (size_t i = 0; i < VARIANTS; i++) {
		struct talk talk;
		struct bytes leaf;
		struct tls_conn *conn = conn_of(TLS_OVER_TCP);

		talk_run(&talk, &leaf, variants[i]);
		give_talk(conn, &talk, SIZE_MAX);
		CHECK(all_there(conn, &talk, hides(i)));
		CHECK_INT(tls_conn_state(conn), TLS_OVER); /* before anything is closed */
		CHECK_INT(tls_conn_client(conn), CLIENT);
		CHECK(!tls_conn_malformed(conn));
		CHECK(!tls_conn_side(conn, SERVER)->lost_certificate);
		CHECK_INT(tls_conn_hello_retry(conn), variants[i].retry);
		CHECK_INT(talk.client_hellos, variants[i].retry ? 2 : 1);
		CHECK_INT(tls_conn_message(conn, KEPT_FIRST_CLIENT_HELLO)->bytes != NULL,
			variants[i].retry);
		CHECK(!tls_conn_from_proto(conn));

		struct tls_certs certs;
		const struct tls_message *sent = tls_conn_message(conn, KEPT_CERTIFICATE);
		if (sent->bytes) {
			CHECK(tls_certificate_parse(&certs, wire_of(sent->bytes, sent->n)));
			CHECK_INT(certs.count, 2);
			CHECK(wire_equals(certs.der[0], leaf.p, leaf.n));
		}
		tls_conn_free(conn);
		talk_free(&talk);
		OPENSSL_free(leaf.p);
	}
}

static void same_in_any_chunks(void **state)
{
	(void)state;
	for (size_t i = 0; i < VARIANTS; i++) {
		struct talk talk;
		struct bytes leaf;

		talk_run(&talk, &leaf, variants[i]);
		for (size_t size = 1; size < 40; size++) {
			struct tls_conn *conn = conn_of(TLS_OVER_TCP);

			give_talk(conn, &talk, size);
			CHECK(all_there(conn, &talk, hides(i)));
			CHECK_INT(tls_conn_state(conn), TLS_OVER);
			CHECK(!tls_conn_malformed(conn));
			tls_conn_free(conn);
		}
		talk_free(&talk);
		OPENSSL_free(leaf.p);
	}
}

static void same_cut_anywhere(void **state)
{
	struct talk talk;
	struct bytes leaf;

	(void)state;
	talk_run(&talk, &leaf, variants[1]);
	for (size_t f = 0; f < talk.count; f++) {
		for (size_t cut = 1; cut < talk.flights[f].bytes.n; cut++) {
			struct tls_conn *conn = conn_of(TLS_OVER_TCP);

			for (size_t i = 0; i < talk.count; i++)
				give(conn, talk.flights[i].side, talk.flights[i].bytes.p,
					talk.flights[i].bytes.n, i == f ? cut : SIZE_MAX);
			CHECK(all_there(conn, &talk, false));
			CHECK(!tls_conn_malformed(conn));
			tls_conn_free(conn);
		}
	}
	talk_free(&talk);
	OPENSSL_free(leaf.p);
}

/* The same bytes with handshake records in the clear joined, and then split into at most size
 * bytes. */
static struct bytes resplit(const struct bytes *in, size_t size)
{
	struct bytes out = { .n = 0 }, clear = { .n = 0 };
	bool hidden = false;

	for (size_t at = 0; at <= in->n;) {
		const uint8_t *r = in->p + at;
		size_t n = at < in->n ? (size_t)r[3] << 8 | r[4] : 0;

		if (at < in->n && r[0] == 22 && !hidden) {
			bytes_add(&clear, r + 5, n);
			at += 5 + n;
			continue;
		}
		for (size_t k = 0; k < clear.n; k += size) {
			size_t piece = clear.n - k < size ? clear.n - k : size;
			uint8_t head[5] = { 22, 3, 3, (uint8_t)(piece >> 8), (uint8_t)piece };

			bytes_add(&out, head, 5);
			bytes_add(&out, clear.p + k, piece);
		}
		clear.n = 0;
		if (at == in->n)
			break;
		hidden = hidden || r[0] == 20;
		bytes_add(&out, r, 5 + n);
		at += 5 + n;
	}
	free(clear.p);
	return out;
}

static void same_in_any_records(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 4, 5, 7, 64, 100, 1000, 16384 };

	(void)state;
	for (size_t v = 0; v < VARIANTS; v++) {
		struct talk talk;
		struct bytes leaf;

		talk_run(&talk, &leaf, variants[v]);
		for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
			struct tls_conn *conn = conn_of(TLS_OVER_TCP);

			for (size_t f = 0; f < talk.count; f++) {
				struct bytes b = resplit(&talk.flights[f].bytes, sizes[i]);

				give(conn, talk.flights[f].side, b.p, b.n,
					v % 2 == 0 ? 13 : SIZE_MAX);
				free(b.p);
			}
			CHECK(all_there(conn, &talk, hides(v)));
			tls_conn_free(conn);
		}
		talk_free(&talk);
		OPENSSL_free(leaf.p);
	}
}

static void every_prefix(void **state)
{
	struct talk talk;
	struct bytes leaf;
	size_t begin = 0, end = 0;

	(void)state;
	talk_run(&talk, &leaf, variants[0]);
	const struct flight *server = &talk.flights[1];
	CHECK_INT(server->side, SERVER);
	find_certificate(&begin, &end, server, &talk.server[11]);
	for (size_t n = 0; n <= server->bytes.n; n++) {
		struct tls_conn *conn = conn_of(TLS_OVER_TCP);
		struct tls_certs certs;

		give(conn, CLIENT, talk.flights[0].bytes.p, talk.flights[0].bytes.n, SIZE_MAX);
		give(conn, SERVER, server->bytes.p, n, 1000);
		CHECK_INT(tls_conn_state(conn), TLS_HANDSHAKE);
		tls_conn_close(conn, SERVER);
		tls_conn_close(conn, CLIENT);
		CHECK_INT(tls_conn_state(conn), TLS_OVER);

		const struct tls_message *m = tls_conn_message(conn, KEPT_CERTIFICATE);
		CHECK_INT(tls_conn_side(conn, SERVER)->lost_certificate, n >= begin && n < end);
		if (n >= end)
			CHECK(same(m, &talk.server[11]));
		else
			CHECK(m->n == (n > begin ? n - begin : 0));
		tls_certificate_parse_prefix(&certs, wire_of(m->bytes, m->n));
		CHECK_INT(certs.count, n >= end ? 2 : n >= begin + 6 + leaf.n ? 1 : 0);
		tls_conn_free(conn);
	}
	talk_free(&talk);
	OPENSSL_free(leaf.p);
}

static void holes_at_every_place(void **state)
{
	static const size_t sizes[] = { 1, 3, 50, 300, 1460 };
	struct talk talk;
	struct bytes leaf;
	size_t begin = 0, end = 0;

	(void)state;
	talk_run(&talk, &leaf, variants[0]);
	const struct bytes *b = &talk.flights[1].bytes;
	find_certificate(&begin, &end, &talk.flights[1], &talk.server[11]);
	for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
		for (size_t at = 0; at + sizes[s] <= b->n; at++) {
			struct tls_conn *conn = conn_of(TLS_OVER_TCP);
			size_t after = at + sizes[s];

			give(conn, CLIENT, talk.flights[0].bytes.p, talk.flights[0].bytes.n,
				SIZE_MAX);
			give(conn, SERVER, b->p, at, SIZE_MAX);
			tls_conn_hole(conn, SERVER, sizes[s]);
			give(conn, SERVER, b->p + after, b->n - after, SIZE_MAX);
			for (size_t i = 2; i < talk.count; i++)
				give(conn, talk.flights[i].side, talk.flights[i].bytes.p,
					talk.flights[i].bytes.n, SIZE_MAX);

			const struct tls_message *m = tls_conn_message(conn, KEPT_CERTIFICATE);
			bool touched = at < end && after > begin - 4;
			CHECK_INT(tls_conn_state(conn), TLS_OVER);
			CHECK_INT(tls_conn_side(conn, SERVER)->lost, sizes[s]);
			CHECK(!m->bytes || same(m, &talk.server[11]));
			CHECK(!touched || !m->bytes);
			CHECK(m->bytes || tls_conn_side(conn, SERVER)->lost_certificate);
			CHECK(at < end || m->bytes); /* what came before the hole is there */
			/* inside of the Certificate nothing after it is lost */
			if (at >= begin && after <= end)
				CHECK(same(tls_conn_message(conn, KEPT_SERVER_KEY_EXCHANGE),
					&talk.server[12]));
			tls_conn_free(conn);
		}
	}
	talk_free(&talk);
	OPENSSL_free(leaf.p);
}

/* Messages over several records: after a hole it is not known where the next one begins, until one
 * begins with a record. */
static void holes_in_small_records(void **state)
{
	struct talk talk;
	struct bytes leaf;

	(void)state;
	talk_run(&talk, &leaf, variants[0]);
	for (size_t size = 3; size < 200; size = size * 2 + 1) {
		struct bytes b = resplit(&talk.flights[1].bytes, size);

		for (size_t at = 0; at + 2 * size <= b.n; at++) {
			struct tls_conn *conn = conn_of(TLS_OVER_TCP);
			size_t after = at + 2 * size;

			give(conn, CLIENT, talk.flights[0].bytes.p, talk.flights[0].bytes.n,
				SIZE_MAX);
			give(conn, SERVER, b.p, at, SIZE_MAX);
			tls_conn_hole(conn, SERVER, 2 * size);
			give(conn, SERVER, b.p + after, b.n - after, 5 + size);
			const struct tls_message *m = tls_conn_message(conn, KEPT_CERTIFICATE);
			const struct tls_message *k =
				tls_conn_message(conn, KEPT_SERVER_KEY_EXCHANGE);
			CHECK(!m->bytes || same(m, &talk.server[11]));
			CHECK(!k->bytes || same(k, &talk.server[12]));
			CHECK(m->bytes || tls_conn_side(conn, SERVER)->lost_certificate);
			tls_conn_free(conn);
		}
		free(b.p);
	}
	talk_free(&talk);
	OPENSSL_free(leaf.p);
}

static void one_side_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < VARIANTS; i++) {
		for (enum side side = CLIENT; side <= SERVER; side++) {
			struct talk talk;
			struct bytes leaf;
			struct tls_conn *conn = conn_of(TLS_OVER_TCP);
			const struct bytes *certificate;

			talk_run(&talk, &leaf, variants[i]);
			for (size_t f = 0; f < talk.count; f++) {
				if (talk.flights[f].side == side)
					give(conn, CLIENT, talk.flights[f].bytes.p,
						talk.flights[f].bytes.n, 100);
			}
			/* the only sender is CLIENT for the caller; who it is for TLS is found */
			CHECK_INT(tls_conn_client(conn), side == CLIENT ? CLIENT : SERVER);
			certificate = side == CLIENT ? &talk.client[11] : &talk.server[11];
			if (!hides(i))
				CHECK(same(tls_conn_message(conn, side == CLIENT
									  ? KEPT_CLIENT_CERTIFICATE
									  : KEPT_CERTIFICATE),
					certificate));
			CHECK(tls_conn_side(conn, side)->seen);
			CHECK(!tls_conn_side(conn, side_other(side))->seen);
			CHECK(!tls_conn_malformed(conn));
			if (!hides(i))
				CHECK_INT(tls_conn_state(conn), TLS_OVER);
			tls_conn_free(conn);
			talk_free(&talk);
			OPENSSL_free(leaf.p);
		}
	}
}

static void client_refuses(void **state)
{
	(void)state;
	for (int version = TLS1_VERSION; version <= TLS1_3_VERSION; version++) {
		struct talk talk;
		struct bytes leaf;
		struct tls_conn *conn = conn_of(TLS_OVER_TCP);

		talk_run(
			&talk, &leaf, (struct talk_options) { .version = version, .refuse = true });
		give_talk(conn, &talk, 7);
		CHECK_INT(tls_conn_state(conn), TLS_OVER);
		CHECK(tls_conn_side(conn, CLIENT)->alert.seen); /* OpenSSL sends it in the clear */
		CHECK_INT(tls_conn_side(conn, CLIENT)->alert.level, 2);
		CHECK_INT(tls_conn_side(conn, CLIENT)->alert.description,
			48); /* unknown_ca, RFC 8446 6.2 */
		tls_conn_free(conn);
		talk_free(&talk);
		OPENSSL_free(leaf.p);
	}
}

/* SIGNALS of the server's flight: Finished is 32 bytes of HMAC-SHA256 or 48, header 4, type 1,
 * tag 16. */
static void shapes(void **state)
{
	struct talk talk;
	struct bytes leaf;
	struct tls_conn *conn = conn_of(TLS_OVER_TCP);

	(void)state;
	talk_run(&talk, &leaf, (struct talk_options) { .version = TLS1_3_VERSION });
	give_talk(conn, &talk, SIZE_MAX);
	const struct tls_side_facts *server = tls_conn_side(conn, SERVER);
	const struct tls_side_facts *client = tls_conn_side(conn, CLIENT);
	CHECK_INT(server->shape_count,
		4); /* EncryptedExtensions, Certificate, CertificateVerify, Finished */
	CHECK_INT(server->shape[1], talk.server[11].n + 4 + 1 + 16);
	CHECK_INT(server->shape[3], 48 + 4 + 1 + 16); /* TLS_AES_256_GCM_SHA384 */
	CHECK_INT(client->shape[0], 48 + 4 + 1 + 16);
	tls_conn_free(conn);
	talk_free(&talk);
	OPENSSL_free(leaf.p);
}

RUN(test(keeps_what_openssl_sent), test(same_in_any_chunks), test(same_cut_anywhere),
	test(same_in_any_records), test(every_prefix), test(holes_at_every_place),
	test(holes_in_small_records), test(one_side_alone), test(client_refuses), test(shapes))
