/* DTLS: messages in fragments, in any order, repeated and lost, among other datagrams. */
#include "check.h"

#include "tls/certificate.h"
#include "tls/conn.h"

static struct onpath_stats stats;

static struct tls_conn *conn_of(void)
{
	struct tls_conn *conn = NULL;

	CHECK_INT(tls_conn_new(&conn, TLS_OVER_DATAGRAM, &stats), 0);
	return conn;
}

struct out {
	uint8_t b[2048];
	size_t n;
};

static void put(struct out *o, uint64_t v, unsigned width)
{
	while (width-- > 0)
		o->b[o->n++] = (uint8_t)(v >> (8 * width));
}

static void put_bytes(struct out *o, const uint8_t *p, size_t n)
{
	memcpy(o->b + o->n, p, n);
	o->n += n;
}

/* RFC 6347 4.1: one record with n bytes. */
static void put_record(struct out *o, unsigned type, unsigned epoch, const uint8_t *p, size_t n)
{
	put(o, type, 1);
	put(o, 0xfefd, 2);
	put(o, epoch, 2);
	put(o, 1, 6);
	put(o, n, 2);
	put_bytes(o, p, n);
}

struct message {
	unsigned type;
	unsigned seq;
	const uint8_t *body;
	size_t n;
};

/* RFC 6347 4.2.2: bytes from..to of a message, in a record of its own. */
static void put_fragment(struct out *o, const struct message *m, size_t from, size_t to)
{
	struct out f = { .n = 0 };

	put(&f, m->type, 1);
	put(&f, m->n, 3);
	put(&f, m->seq, 2);
	put(&f, from, 3);
	put(&f, to - from, 3);
	put_bytes(&f, m->body + from, to - from);
	put_record(o, 22, 0, f.b, f.n);
}

static void send(struct tls_conn *conn, enum side side, const struct out *o)
{
	CHECK_INT(tls_conn_datagram(conn, side, wire_of(o->b, o->n)), 0);
}

static void send_fragment(
	struct tls_conn *conn, enum side side, const struct message *m, size_t from, size_t to)
{
	struct out o = { .n = 0 };

	put_fragment(&o, m, from, to);
	send(conn, side, &o);
}

static void send_all(struct tls_conn *conn, enum side side, const struct message *m)
{
	send_fragment(conn, side, m, 0, m->n);
}

static void send_ccs(struct tls_conn *conn, enum side side)
{
	struct out o = { .n = 0 };
	uint8_t sealed[40] = { 0 };

	put_record(&o, 20, 0, (const uint8_t *)"\1", 1);
	put_record(&o, 22, 1, sealed, sizeof sealed);
	send(conn, side, &o);
}

static uint8_t hello_body[100], server_body[38], certificate_body[600], exchange_body[50];

/* Bodies: a hello whose content does not matter here, a ServerHello of DTLS 1.2, two certificates.
 */
static void bodies(struct message *hello, struct message *server, struct message *certificate,
	struct message *exchange)
{
	for (size_t i = 0; i < sizeof hello_body; i++)
		hello_body[i] = (uint8_t)(i * 7);
	memset(server_body, 0x55, sizeof server_body);
	server_body[0] = 0xfe;
	server_body[1] = 0xfd;
	server_body[34] = 0;
	for (size_t i = 0; i < sizeof certificate_body; i++)
		certificate_body[i] = (uint8_t)(i ^ i >> 8);
	memcpy(certificate_body, "\0\2\x55\0\1\0", 6); /* list of 597; 256 bytes */
	memcpy(certificate_body + 262, "\0\1\x4f", 3); /* 335 bytes */
	memset(exchange_body, 0x33, sizeof exchange_body);
	*hello = (struct message) { 1, 0, hello_body, sizeof hello_body };
	*server = (struct message) { 2, 0, server_body, sizeof server_body };
	*certificate = (struct message) { 11, 1, certificate_body, sizeof certificate_body };
	*exchange = (struct message) { 12, 2, exchange_body, sizeof exchange_body };
}

static bool kept(const struct tls_conn *conn, enum tls_kept which, const struct message *m)
{
	const struct tls_message *is = tls_conn_message(conn, which);

	return is->bytes && is->n == m->n && memcmp(is->bytes, m->body, m->n) == 0;
}

static void plain_handshake(void **state)
{
	struct message hello, server, certificate, exchange;
	struct message verify = { 3, 0, (const uint8_t *)"\xfe\xff\x00", 3 };
	struct tls_conn *conn = conn_of();
	struct tls_certs certs;

	(void)state;
	bodies(&hello, &server, &certificate, &exchange);
	send_all(
		conn, SERVER, &hello); /* the client is the one that says so, here the other side */
	CHECK_INT(tls_conn_state(conn), TLS_HANDSHAKE);
	CHECK_INT(tls_conn_client(conn), SERVER);
	send_all(conn, CLIENT, &verify);
	hello.seq = 1;
	send_all(conn, SERVER, &hello);
	server.seq = 1;
	certificate.seq = 2;
	exchange.seq = 3;

	struct out o = { .n = 0 };
	put_fragment(&o, &server, 0, server.n); /* several records in one datagram */
	put_fragment(&o, &certificate, 0, 200);
	send(conn, CLIENT, &o);
	send_fragment(conn, CLIENT, &certificate, 200, certificate.n);
	send_all(conn, CLIENT, &exchange);
	CHECK(kept(conn, KEPT_CLIENT_HELLO, &hello));
	CHECK(kept(conn, KEPT_SERVER_HELLO, &server));
	CHECK(kept(conn, KEPT_CERTIFICATE, &certificate));
	CHECK(kept(conn, KEPT_SERVER_KEY_EXCHANGE, &exchange));
	CHECK(tls_certificate_parse(&certs, wire_of(certificate.body, certificate.n)));
	CHECK_INT(certs.count, 2);
	CHECK_INT(tls_conn_side(conn, SERVER)->record_version, 0xfefd);

	send_ccs(conn, SERVER);
	CHECK_INT(tls_conn_state(conn), TLS_HANDSHAKE);
	send_ccs(conn, CLIENT);
	CHECK_INT(tls_conn_state(conn), TLS_OVER);
	CHECK_INT(tls_conn_side(conn, CLIENT)->shape_count, 1);
	CHECK_INT(tls_conn_side(conn, CLIENT)->shape[0], 40);
	CHECK(!tls_conn_malformed(conn));
	tls_conn_free(conn);
}

/* Every order of three fragments and two messages beside them, each of them twice. */
static void any_order(void **state)
{
	struct message hello, server, certificate, exchange;

	(void)state;
	bodies(&hello, &server, &certificate, &exchange);
	for (unsigned code = 0; code < 5 * 5 * 5 * 5 * 5; code++) {
		unsigned order[5], used = 0, rest = code;
		struct tls_conn *conn;

		for (unsigned i = 0; i < 5; i++, rest /= 5) {
			order[i] = rest % 5;
			used |= 1u << order[i];
		}
		if (used != 31)
			continue;
		conn = conn_of();
		send_all(conn, CLIENT, &hello);
		for (unsigned i = 0; i < 10; i++) {
			switch (order[i / 2]) {
			case 0:
				send_all(conn, SERVER, &server);
				break;
			case 1:
				send_fragment(conn, SERVER, &certificate, 0, 250);
				break;
			case 2:
				send_fragment(conn, SERVER, &certificate, 200, 400); /* overlaps */
				break;
			case 3:
				send_fragment(conn, SERVER, &certificate, 400, certificate.n);
				break;
			default:
				send_all(conn, SERVER, &exchange);
			}
		}
		CHECK(kept(conn, KEPT_SERVER_HELLO, &server));
		CHECK(kept(conn, KEPT_CERTIFICATE, &certificate));
		CHECK(kept(conn, KEPT_SERVER_KEY_EXCHANGE, &exchange));
		CHECK(!tls_conn_malformed(conn));
		tls_conn_free(conn);
	}
}

static void lost_datagrams(void **state)
{
	struct message hello, server, certificate, exchange;
	struct tls_conn *conn = conn_of();

	(void)state;
	bodies(&hello, &server, &certificate, &exchange);
	send_all(conn, CLIENT, &hello);
	send_all(conn, SERVER, &server);
	send_fragment(conn, SERVER, &certificate, 0, 300); /* the rest never comes */
	send_all(conn, SERVER, &exchange);
	CHECK(!tls_conn_message(conn, KEPT_SERVER_KEY_EXCHANGE)->bytes);
	tls_conn_close(conn, SERVER);
	CHECK(kept(conn, KEPT_SERVER_KEY_EXCHANGE, &exchange));
	CHECK(tls_conn_side(conn, SERVER)->lost_certificate);
	const struct tls_message *m = tls_conn_message(conn, KEPT_CERTIFICATE);
	struct tls_certs certs;
	CHECK_INT(m->n, 300);
	tls_certificate_parse_prefix(&certs, wire_of(m->bytes, m->n));
	CHECK_INT(certs.count, 1);
	tls_conn_close(conn, CLIENT);
	CHECK_INT(tls_conn_state(conn), TLS_OVER);
	tls_conn_free(conn);
}

/* RFC 7983: STUN before, SRTP beside. */
static void among_others(void **state)
{
	static const uint8_t stun[20] = { 0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42 };
	static const uint8_t rtp[40] = { 0x80, 96 };
	struct message hello, server, certificate, exchange;
	struct tls_conn *conn = conn_of();

	(void)state;
	bodies(&hello, &server, &certificate, &exchange);
	for (unsigned i = 0; i < 20; i++)
		CHECK_INT(tls_conn_datagram(
				  conn, i % 2 ? CLIENT : SERVER, wire_of(stun, sizeof stun)),
			0);
	CHECK_INT(tls_conn_state(conn), TLS_PROBING);
	send_all(conn, CLIENT, &hello);
	CHECK_INT(tls_conn_datagram(conn, SERVER, wire_of(rtp, sizeof rtp)), 0);
	send_all(conn, SERVER, &server);
	send_all(conn, SERVER, &certificate);
	CHECK(kept(conn, KEPT_CERTIFICATE, &certificate));
	CHECK(!tls_conn_malformed(conn));
	tls_conn_free(conn);
}

static void not_dtls(void **state)
{
	struct tls_conn *conn = conn_of();

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		CHECK_INT(tls_conn_state(conn), TLS_PROBING);
		CHECK_INT(tls_conn_datagram(conn, CLIENT, wire_of("hello", 5)), 0);
	}
	CHECK_INT(tls_conn_state(conn), TLS_NOT);
	tls_conn_free(conn);
}

static void every_cut(void **state)
{
	struct message hello, server, certificate, exchange;
	struct out o = { .n = 0 };

	(void)state;
	bodies(&hello, &server, &certificate, &exchange);
	put_fragment(&o, &hello, 0, hello.n);
	for (size_t n = 0; n <= o.n; n++) {
		struct tls_conn *conn = conn_of();

		CHECK_INT(tls_conn_datagram(conn, CLIENT, wire_of(o.b, n)), 0);
		CHECK_INT(tls_conn_state(conn), n == o.n ? TLS_HANDSHAKE : TLS_PROBING);
		tls_conn_free(conn);
	}
}

/* Fragments that claim much do not make much memory. */
static void memory(void **state)
{
	struct message hello, server, certificate, exchange;
	struct tls_conn *conn = conn_of();

	(void)state;
	bodies(&hello, &server, &certificate, &exchange);
	send_all(conn, CLIENT, &hello);
	size_t before = tls_conn_memory(conn);
	for (unsigned i = 0; i < 100; i++) {
		struct out o = { .n = 0 }, f = { .n = 0 };

		put(&f, 11, 1);
		put(&f, 0x30000, 3);
		put(&f, i, 2);
		put(&f, 0x2fff0, 3);
		put(&f, 1, 3);
		put(&f, 0, 1);
		put_record(&o, 22, 0, f.b, f.n);
		send(conn, SERVER, &o);
	}
	CHECK(tls_conn_memory(conn) - before < 4096);
	tls_conn_free(conn);
}

RUN(test(plain_handshake), test(any_order), test(lost_datagrams), test(among_others),
	test(not_dtls), test(every_cut), test(memory))
