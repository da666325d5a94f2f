/* One TLS conversation: finds where TLS begins, feeds its layers, and knows when there is no more
 * to learn. */
#include "tls/session.h"

#include <errno.h>

/* A protocol that can go over to TLS may talk this long before it does. */
#define UPGRADE_BYTES_MAX (64u << 10)

int tls_conn_new(struct tls_conn **out, enum tls_carrier carrier, struct onpath_stats *stats)
{
	struct tls_conn *conn = calloc(1, sizeof *conn);

	if (!conn)
		return -ENOMEM;
	conn->carrier = (uint8_t)carrier;
	conn->stats = stats;
	*out = conn;
	return 0;
}

void session_free(struct tls_session *session)
{
	if (!session)
		return;
	for (size_t i = 0; i < KEPT_MESSAGES; i++)
		free(session->messages[i].bytes);
	free(session->gather[CLIENT].body);
	free(session->gather[SERVER].body);
	dtls_free(session->dtls);
	free(session);
}

void tls_conn_free(struct tls_conn *conn)
{
	if (!conn)
		return;
	session_free(conn->session);
	free(conn);
}

void session_end(struct tls_conn *conn)
{
	for (enum side side = CLIENT; side <= SERVER; side++) {
		if (conn->session->dtls)
			dtls_close(conn, side);
		handshake_close(conn, side);
	}
	dtls_free(TAKE(conn->session->dtls));
	conn->state = TLS_OVER;
}

void session_encrypted(struct tls_conn *conn, enum side side, size_t n)
{
	struct tls_side_facts *facts = &conn->session->facts[side];

	facts->encrypted = true;
	if (facts->shape_count < TLS_SHAPE_RECORDS_MAX)
		facts->shape[facts->shape_count++] = (uint32_t)n;
	session_look_over(conn);
}

/* Nothing of the other side was ever seen: encrypted records until its silence is believed. */
#define LONELY_RECORDS       2
#define LONELY_RECORDS_TLS13 6 /* the server's flight, one record for each message, and tickets */

static bool lonely_over(const struct tls_session *s, enum side side)
{
	bool flight = side != s->client && tls_version_hides(s->version);

	return s->facts[side].shape_count >= (flight ? LONELY_RECORDS_TLS13 : LONELY_RECORDS);
}

static bool is_fatal(const struct tls_alert *alert)
{
	return alert->seen && alert->level == 2;
}

static bool is_over(const struct tls_session *s, enum tls_carrier carrier)
{
	const struct tls_side_facts *client = &s->facts[s->client];
	const struct tls_side_facts *server = &s->facts[side_other(s->client)];
	bool hides = tls_version_hides(s->version);

	if (client->closed && server->closed)
		return true;
	if (carrier == TLS_OVER_QUIC) /* the rest of the handshake is under other keys */
		return s->server_hello && s->messages[KEPT_CLIENT_HELLO].bytes;
	if (is_fatal(&server->alert))
		return true;
	if (is_fatal(&client->alert)) /* the server's flight may be late */
		return s->messages[KEPT_CERTIFICATE].bytes || server->encrypted || server->closed;
	if (!server->seen)
		return lonely_over(s, s->client);
	if (!client->seen)
		return lonely_over(s, side_other(s->client));
	if (hides)
		return server->encrypted &&
		       (client->alert.seen || client->shape_count > s->client_records ||
			       s->client_records == TLS_SHAPE_RECORDS_MAX);
	return (client->change_cipher_spec || client->encrypted) &&
	       (server->change_cipher_spec || server->encrypted);
}

void session_look_over(struct tls_conn *conn)
{
	if (conn->state == TLS_HANDSHAKE && is_over(conn->session, conn->carrier))
		conn->state = TLS_OVER;
}

/* Counts of before are what the session begins with. */
static void take_over(struct tls_conn *conn, enum side side)
{
	struct tls_side_facts *facts = &conn->session->facts[side];

	facts->closed = conn->probe[side].closed;
	facts->lost = conn->probe[side].lost;
}

int session_begin(struct tls_conn *conn, enum side side, enum tls_opening opening)
{
	struct tls_session *s = calloc(1, sizeof *s);

	if (!s)
		return -ENOMEM;
	bool client = opening == OPENS_CLIENT_HELLO || opening == OPENS_SSLV2;
	s->client = client ? side : side_other(side);
	s->client_certain = opening != OPENS_CERTIFICATE;
	s->reader[side].started = true;
	conn->session = s;
	conn->state = TLS_HANDSHAKE;
	take_over(conn, CLIENT);
	take_over(conn, SERVER);
	return 0;
}

/* After any call that may have ended the conversation. */
static int settled(struct tls_conn *conn, int err)
{
	if (conn->session && conn->state == TLS_OVER)
		session_end(conn);
	return err;
}

/* The other side has begun TLS: this one, if it has said nothing or only what the prelude expected,
 * has too. */
static bool joins(const struct tls_conn *conn, enum side side)
{
	const struct tls_probe *probe = &conn->probe[side];

	return probe->expected || (probe->bytes == 0 && probe->lost == 0);
}

static bool begun(const struct tls_conn *conn, enum side side)
{
	return conn->session && conn->session->reader[side].started;
}

static bool ended(const struct tls_conn *conn)
{
	return conn->state == TLS_NOT || conn->state == TLS_OVER;
}

static int tls_bytes(struct tls_conn *conn, enum side side, struct wire bytes);

/* Bytes that are neither TLS nor expected by the prelude have an end too. */
static void spend(struct tls_conn *conn, enum side side, size_t n)
{
	struct tls_probe *probe = &conn->probe[side];
	bool may_upgrade = probe->expected || prelude_may_upgrade(&conn->prelude);

	probe->bytes += n < UPGRADE_BYTES_MAX ? (uint32_t)n : UPGRADE_BYTES_MAX;
	if (probe->bytes > (may_upgrade ? UPGRADE_BYTES_MAX : PRELUDE_BYTES_MAX))
		conn->state = conn->session ? TLS_OVER : TLS_NOT;
}

static int give_prelude(struct tls_conn *conn, enum side side, struct wire bytes)
{
	size_t at = 0;

	if (!conn->probe[side].expected) {
		switch (prelude_bytes(&conn->prelude, side, bytes, &at)) {
		case PRELUDE_TLS:
			conn->probe[side].expected = true;
			wire_skip(&bytes, at);
			return bytes.n > 0 ? tls_bytes(conn, side, bytes) : 0;
		case PRELUDE_NOT:
			if (!conn->session)
				conn->state = TLS_NOT;
			break;
		case PRELUDE_MORE:
			break;
		}
	}
	spend(conn, side, bytes.n);
	return 0;
}

/* TLS begins with early and goes on with bytes. */
static int begin(struct tls_conn *conn, enum side side, enum tls_opening opening, struct wire early,
	struct wire bytes)
{
	enum side other = side_other(side);
	int err = conn->session ? 0 : session_begin(conn, side, opening);

	if (err)
		return err;
	conn->session->reader[side].started = true;
	if (opening == OPENS_SSLV2)
		conn->sslv2 = conn->session->reader[side].sslv2 = true;
	if (early.n > 0)
		err = record_bytes(conn, side, early);
	if (!err)
		err = record_bytes(conn, side, bytes);
	if (err || begun(conn, other) || conn->probe[other].early_n == 0 || !joins(conn, other))
		return err;

	struct wire waiting = wire_of(conn->probe[other].early, conn->probe[other].early_n);
	conn->session->reader[other].started = true;
	return record_bytes(conn, other, waiting);
}

/* Bytes at a place where TLS may begin, after those that were too few to tell. */
static int probe_bytes(struct tls_conn *conn, enum side side, struct wire bytes)
{
	struct tls_probe *probe = &conn->probe[side];
	uint8_t head[2 * TLS_PROBE_BYTES];
	size_t n = bytes.n < TLS_PROBE_BYTES ? bytes.n : TLS_PROBE_BYTES;

	memcpy(head, probe->early, probe->early_n);
	struct wire early = wire_of(head, probe->early_n);
	memcpy(head + early.n, bytes.p, n);
	enum tls_opening opening = tls_opening_of(wire_of(head, early.n + n));

	if (opening == OPENS_MAYBE) {
		assert(early.n + bytes.n < TLS_PROBE_BYTES);
		memcpy(probe->early + early.n, bytes.p, bytes.n);
		probe->early_n += (uint8_t)bytes.n;
		return 0;
	}
	probe->early_n = 0;
	if (opening != OPENS_NOTHING)
		return begin(conn, side, opening, early, bytes);
	if (early.n > 0) { /* they were not, but bytes may begin anew */
		int err = give_prelude(conn, side, early);

		return err || ended(conn) ? err : tls_bytes(conn, side, bytes);
	}
	if (conn->session && tls_looks_like_record(bytes))
		return begin(conn, side, opening, early, bytes);
	return give_prelude(conn, side, bytes);
}

/* Bytes that nothing wraps any more. */
static int feed(struct tls_conn *conn, enum side side, struct wire bytes)
{
	if (conn->session && !begun(conn, side) && joins(conn, side))
		conn->session->reader[side].started = true;
	if (begun(conn, side))
		return record_bytes(conn, side, bytes);
	return probe_bytes(conn, side, bytes);
}

static int tls_bytes(struct tls_conn *conn, enum side side, struct wire bytes)
{
	struct wire run;
	int err = 0;

	if (!conn->probe[side].expected || !prelude_wraps(&conn->prelude))
		return feed(conn, side, bytes);
	while (!err && !ended(conn) && prelude_unwrap(&conn->prelude, side, &bytes, &run)) {
		if (run.n > 0)
			err = feed(conn, side, run);
	}
	return err;
}

int tls_conn_bytes(struct tls_conn *conn, enum side side, struct wire bytes)
{
	if (bytes.n == 0 || ended(conn))
		return 0;
	return settled(conn, tls_bytes(conn, side, bytes));
}

void tls_conn_hole(struct tls_conn *conn, enum side side, uint64_t n)
{
	struct tls_probe *probe = &conn->probe[side];

	if (n == 0 || ended(conn))
		return;
	probe->early_n = 0;
	probe->lost = n < UINT32_MAX - probe->lost ? probe->lost + (uint32_t)n : UINT32_MAX;
	if (!conn->session)
		return;
	conn->session->facts[side].lost += n;
	if (begun(conn, side))
		record_hole(conn, side, n);
	else
		handshake_lose(conn, side);
}

int tls_conn_handshake_bytes(struct tls_conn *conn, enum side side, struct wire bytes)
{
	if (bytes.n == 0 || ended(conn))
		return 0;
	if (!conn->session) {
		bool client = bytes.p[0] == MSG_CLIENT_HELLO;

		if (!client && bytes.p[0] != MSG_SERVER_HELLO) {
			conn->state = TLS_NOT;
			return 0;
		}
		int err =
			session_begin(conn, side, client ? OPENS_CLIENT_HELLO : OPENS_SERVER_HELLO);
		if (err)
			return err;
	}
	conn->session->facts[side].seen = true;
	return settled(conn, handshake_bytes(conn, side, bytes));
}

void tls_conn_close(struct tls_conn *conn, enum side side)
{
	conn->probe[side].closed = true;
	if (ended(conn))
		return;
	if (!conn->session) {
		if (conn->probe[side_other(side)].closed)
			conn->state = TLS_NOT;
		return;
	}
	conn->session->facts[side].closed = true;
	if (conn->session->dtls)
		dtls_close(conn, side);
	handshake_close(conn, side);
	session_look_over(conn);
	(void)settled(conn, 0);
}

enum tls_state tls_conn_state(const struct tls_conn *conn)
{
	return (enum tls_state)conn->state;
}

enum side tls_conn_client(const struct tls_conn *conn)
{
	return conn->session ? conn->session->client : CLIENT;
}

const struct tls_side_facts *tls_conn_side(const struct tls_conn *conn, enum side side)
{
	static const struct tls_side_facts nothing;

	if (!conn->session)
		return &nothing;
	return &conn->session->facts[side == CLIENT ? conn->session->client
						    : side_other(conn->session->client)];
}

const struct tls_message *tls_conn_message(const struct tls_conn *conn, enum tls_kept which)
{
	static const struct tls_message none;

	return conn->session ? &conn->session->messages[which] : &none;
}

bool tls_conn_malformed(const struct tls_conn *conn)
{
	return conn->malformed;
}

bool tls_conn_hello_retry(const struct tls_conn *conn)
{
	return conn->hello_retry;
}

bool tls_conn_sslv2(const struct tls_conn *conn)
{
	return conn->sslv2;
}

const char *tls_conn_from_proto(const struct tls_conn *conn)
{
	return prelude_proto(&conn->prelude);
}

size_t tls_conn_memory(const struct tls_conn *conn)
{
	const struct tls_session *s = conn->session;
	size_t n = sizeof *conn;

	if (!s)
		return n;
	n += sizeof *s + s->gather[CLIENT].capacity + s->gather[SERVER].capacity;
	for (size_t i = 0; i < KEPT_MESSAGES; i++)
		n += s->messages[i].n;
	return n + dtls_memory(s->dtls);
}
