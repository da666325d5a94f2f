/* DTLS: datagrams in, whole handshake messages in order out. RFC 6347; of RFC 9147 what is in the
 * clear. */
#include "flow/stream.h"
#include "tls/session.h"

#include <errno.h>

/* Messages of one flight that may be open at once; the longest flight has six. */
#define DTLS_MESSAGES_HELD 8
/* Patience with datagrams that are not DTLS; STUN, which may come before it, costs less. */
#define STRANGE_MAX        64
#define STRANGE_STUN       1
#define STRANGE_OTHER      8

#define DTLS_BAD_VERSION 0x0100 /* OpenSSL before 0.9.8f, and Cisco AnyConnect */

/* RFC 6347 4.2.2: a message in fragments. */
struct dtls_message {
	struct stream body;
	uint32_t n;
	uint16_t seq;
	uint8_t type;
	bool used;
	bool wanted;
};

struct dtls_flight {
	struct dtls_message held[DTLS_MESSAGES_HELD];
	uint16_t next; /* message_seq that is due */
};

struct dtls {
	struct stream_budget budget;
	struct dtls_flight flight[2];
};

struct dtls_record {
	uint8_t type;
	uint16_t version;
	uint16_t epoch;
	struct wire content;
};

struct dtls_fragment {
	uint8_t type;
	uint16_t seq;
	uint32_t n; /* of the whole message */
	uint32_t offset;
	struct wire bytes;
};

/* RFC 6347 4.1 */
static bool read_record(struct dtls_record *out, struct wire *w)
{
	struct dtls_record r;

	r.type = wire_u8(w);
	r.version = wire_u16(w);
	r.epoch = wire_u16(w);
	wire_skip(w, 6); /* sequence_number */
	r.content = wire_vec(w, 2);
	if (w->bad || r.type < REC_CCS || r.type > REC_HEARTBEAT)
		return false;
	if (r.version != DTLS_1_0 && r.version != DTLS_1_2 && r.version != DTLS_BAD_VERSION)
		return false;
	*out = r;
	return true;
}

/* RFC 6347 4.2.2 */
static bool read_fragment(struct dtls_fragment *out, struct wire *w)
{
	struct dtls_fragment f;

	f.type = wire_u8(w);
	f.n = wire_u24(w);
	f.seq = wire_u16(w);
	f.offset = wire_u24(w);
	f.bytes = wire_vec(w, 3);
	if (w->bad || f.offset > f.n || f.bytes.n > f.n - f.offset)
		return false;
	*out = f;
	return true;
}

static void drop(struct dtls *dtls, struct dtls_message *m)
{
	stream_deinit(&m->body, &dtls->budget);
	*m = (struct dtls_message) { .used = false };
}

void dtls_free(struct dtls *dtls)
{
	if (!dtls)
		return;
	for (size_t i = 0; i < DTLS_MESSAGES_HELD; i++) {
		drop(dtls, &dtls->flight[CLIENT].held[i]);
		drop(dtls, &dtls->flight[SERVER].held[i]);
	}
	free(dtls);
}

size_t dtls_memory(const struct dtls *dtls)
{
	return dtls ? sizeof *dtls + dtls->budget.used : 0;
}

static struct dtls_message *find(struct dtls_flight *flight, uint16_t seq)
{
	for (size_t i = 0; i < DTLS_MESSAGES_HELD; i++) {
		if (flight->held[i].used && flight->held[i].seq == seq)
			return &flight->held[i];
	}
	return NULL;
}

/* A place for a new message; NULL: too many are open. */
static struct dtls_message *open_message(
	struct tls_conn *conn, enum side side, const struct dtls_fragment *f)
{
	struct dtls_flight *flight = &conn->session->dtls->flight[side];

	for (size_t i = 0; i < DTLS_MESSAGES_HELD; i++) {
		struct dtls_message *m = &flight->held[i];

		if (m->used)
			continue;
		m->used = true;
		m->seq = f->seq;
		m->type = f->type;
		m->n = f->n;
		m->wanted = handshake_begins(conn, side, f->type, f->n);
		return m;
	}
	return NULL;
}

static bool whole(const struct dtls_message *m)
{
	return !m->wanted || stream_peek(&m->body).n == m->n;
}

/* Gives a whole message on. */
static int finish(struct tls_conn *conn, enum side side, struct dtls_message *m)
{
	int err = 0;

	if (m->wanted)
		err = handshake_message(conn, side, m->type, NULL, stream_peek(&m->body));
	conn->session->dtls->flight[side].next = (uint16_t)(m->seq + 1);
	drop(conn->session->dtls, m);
	return err;
}

/* Hellos begin a flight anew: before them messages may be missing, or the peer has lost what it
 * knew. */
static bool is_hello(const struct tls_conn *conn, uint8_t type)
{
	return (type == MSG_CLIENT_HELLO || type == MSG_SERVER_HELLO) &&
	       !conn->session->server_hello;
}

static int on_fragment(struct tls_conn *conn, enum side side, const struct dtls_fragment *f)
{
	struct dtls *dtls = conn->session->dtls;
	struct dtls_flight *flight = &dtls->flight[side];
	struct dtls_message *m = find(flight, f->seq);
	int err = 0;

	if (is_hello(conn, f->type) && !m)
		flight->next = f->seq;
	if (f->seq < flight->next)
		return 0; /* again */
	if (!m)
		m = open_message(conn, side, f);
	if (!m)
		return 0;
	if (m->n != f->n || m->type != f->type) {
		conn->malformed = true;
		return 0;
	}
	if (m->wanted && f->bytes.n > 0 &&
		stream_add(&m->body, &dtls->budget, f->offset, f->bytes, false) == STREAM_REFUSED)
		return 0; /* over a limit: it will be missing */
	while (!err && (m = find(flight, flight->next)) && whole(m))
		err = finish(conn, side, m);
	return err;
}

static int on_handshake(struct tls_conn *conn, enum side side, struct wire content)
{
	struct dtls_fragment f;
	int err = 0;

	while (content.n > 0 && !err && conn->state == TLS_HANDSHAKE) {
		if (!read_fragment(&f, &content)) {
			conn->malformed = true;
			return 0;
		}
		err = on_fragment(conn, side, &f);
	}
	return err;
}

static int on_record(struct tls_conn *conn, enum side side, const struct dtls_record *r)
{
	struct tls_side_facts *facts = &conn->session->facts[side];

	if (!facts->seen)
		facts->record_version = r->version;
	facts->seen = true;
	if (r->epoch > 0 || r->type == REC_DATA) {
		session_encrypted(conn, side, r->content.n);
	} else if (r->type == REC_CCS) {
		facts->change_cipher_spec = true;
		session_look_over(conn);
	} else if (r->type == REC_ALERT && r->content.n == 2) {
		record_alert(conn, side, r->content);
	} else if (r->type == REC_HANDSHAKE) {
		return on_handshake(conn, side, r->content);
	}
	return 0;
}

/* RFC 9147 4: the unified header, or RFC 9146 3: a record with a connection id. */
static bool is_sealed(uint8_t first)
{
	return first >> 5 == 1 || first == 25;
}

/* RFC 8489 5 */
static bool is_stun(struct wire w)
{
	uint8_t first = wire_u8(&w);

	wire_skip(&w, 3);
	return wire_u32(&w) == 0x2112a442 && first < 4;
}

/* Whether DTLS begins with this datagram, and of which side it is. */
static enum tls_opening opening_of(struct wire datagram)
{
	struct dtls_record r;
	struct dtls_fragment f;

	if (!read_record(&r, &datagram) || r.type != REC_HANDSHAKE || r.epoch != 0)
		return OPENS_NOTHING;
	if (!read_fragment(&f, &r.content) || f.n > TLS_CERTIFICATE_MESSAGE_MAX)
		return OPENS_NOTHING;
	switch (f.type) {
	case MSG_CLIENT_HELLO:
		return OPENS_CLIENT_HELLO;
	case MSG_SERVER_HELLO:
	case MSG_HELLO_VERIFY_REQUEST:
		return OPENS_SERVER_HELLO;
	case MSG_CERTIFICATE:
		return OPENS_CERTIFICATE;
	default:
		return OPENS_NOTHING;
	}
}

static int begin(struct tls_conn *conn, enum side side, struct wire datagram)
{
	enum tls_opening opening = opening_of(datagram);

	if (opening == OPENS_NOTHING) {
		unsigned cost = is_stun(datagram) ? STRANGE_STUN : STRANGE_OTHER;

		conn->strange = (uint8_t)(conn->strange + cost);
		if (conn->strange >= STRANGE_MAX)
			conn->state = TLS_NOT;
		return 0;
	}
	struct dtls *dtls = calloc(1, sizeof *dtls);
	if (!dtls)
		return -ENOMEM;
	int err = session_begin(conn, side, opening);
	if (err) {
		free(dtls);
		return err;
	}
	dtls->budget.max = STREAM_BYTES_MAX;
	conn->session->dtls = dtls;
	return 0;
}

int tls_conn_datagram(struct tls_conn *conn, enum side side, struct wire datagram)
{
	struct dtls_record r;
	int err = 0;

	if (datagram.n == 0 || conn->state == TLS_NOT || conn->state == TLS_OVER)
		return 0;
	if (!conn->session)
		err = begin(conn, side, datagram);
	if (err || !conn->session)
		return err;
	while (datagram.n > 0 && !err && conn->state == TLS_HANDSHAKE) {
		if (is_sealed(datagram.p[0])) {
			session_encrypted(conn, side, datagram.n);
			break;
		}
		if (!read_record(&r, &datagram))
			break; /* RFC 7983: something else on the same ports */
		err = on_record(conn, side, &r);
	}
	if (conn->state == TLS_OVER)
		session_end(conn);
	return err;
}

/* The beginning of a Certificate whose end never came. */
static void keep_prefix(struct tls_conn *conn, enum side side, struct dtls_message *m)
{
	struct tls_session *s = conn->session;
	struct wire prefix = stream_peek(&m->body);
	bool had =
		s->messages[side == s->client ? KEPT_CLIENT_CERTIFICATE : KEPT_CERTIFICATE].bytes;

	if (m->type != MSG_CERTIFICATE || had)
		return;
	/* Without memory for it there is no prefix. */
	bool kept = prefix.n > 0 && handshake_message(conn, side, m->type, NULL, prefix) == 0;
	s->facts[side].lost_certificate = true;
	(void)kept;
}

void dtls_close(struct tls_conn *conn, enum side side)
{
	struct dtls *dtls = conn->session->dtls;
	struct dtls_flight *flight = &dtls->flight[side];

	for (unsigned i = 0; i < DTLS_MESSAGES_HELD; i++) {
		struct dtls_message *first = NULL;

		for (unsigned k = 0; k < DTLS_MESSAGES_HELD; k++) {
			struct dtls_message *m = &flight->held[k];

			if (m->used && (!first || m->seq < first->seq))
				first = m;
		}
		if (!first)
			return;
		if (!whole(first))
			keep_prefix(conn, side, first);
		else if (finish(conn, side, first) == 0)
			continue;
		drop(dtls, first);
	}
}
