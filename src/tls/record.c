/* The record layer: bytes of one side of TCP in order in, handshake bytes, alerts and lengths of
 * encrypted records out. */
#include "tls/session.h"

static struct tls_reader *reader_of(const struct tls_conn *conn, enum side side)
{
	return &conn->session->reader[side];
}

/* Records that bring nothing are paid with patience. */
static void useless(struct tls_conn *conn, struct tls_reader *r)
{
	if (++r->useless <= TLS_USELESS_RECORDS_MAX)
		return;
	conn->stats->tls_useless_records++;
	conn->state = TLS_OVER;
}

static void lose_sync(struct tls_conn *conn, enum side side)
{
	struct tls_reader *r = reader_of(conn, side);

	r->lost = true;
	r->sslv2 = false;
	r->head_n = 0;
	r->left = 0;
	r->alert_n = 0;
	handshake_lose(conn, side);
}

/*
 * Whether a record of a handshake or alert type is encrypted, by what came before it. After a
 * ChangeCipherSpec of TLS 1.3 (RFC 8446 D.4) a second hello may still come in the clear: then its
 * first byte tells.
 */
static bool hidden(const struct tls_session *s, enum side side)
{
	return s->facts[side].change_cipher_spec && s->version != 0 &&
	       !tls_version_hides(s->version);
}

static bool may_hide(const struct tls_session *s, enum side side)
{
	return s->facts[side].change_cipher_spec || s->facts[side].encrypted;
}

static void encrypted(struct tls_conn *conn, enum side side)
{
	struct tls_reader *r = reader_of(conn, side);

	r->opaque = true;
	session_encrypted(conn, side, r->left);
}

static void on_change_cipher_spec(struct tls_conn *conn, enum side side)
{
	struct tls_side_facts *facts = &conn->session->facts[side];

	if (facts->change_cipher_spec)
		useless(conn, reader_of(conn, side));
	facts->change_cipher_spec = true;
	session_look_over(conn);
}

/* A record header is whole. */
static void begin_record(struct tls_conn *conn, enum side side)
{
	struct tls_reader *r = reader_of(conn, side);
	struct tls_session *s = conn->session;

	r->first = true;
	r->opaque = r->sslv2 = false;
	s->gather[side].skip_record = false;
	if (r->left == 0 || r->type == REC_HEARTBEAT)
		useless(conn, r);
	if (r->left == 0)
		return;
	if (r->type == REC_CCS)
		on_change_cipher_spec(conn, side);
	else if (r->type == REC_DATA || (r->type == REC_ALERT && r->left >= 16) ||
		 (r->type == REC_HANDSHAKE && hidden(s, side)))
		encrypted(conn, side);
}

/* RFC 6101 E: the server speaks SSLv2 too; there is nothing to follow. */
static bool is_sslv2_answer(const struct tls_conn *conn, const struct tls_reader *r)
{
	return conn->sslv2 && r->head[0] >= 0x80 && r->head[2] == 4;
}

/* The header of the next record. */
static void read_header(struct tls_conn *conn, enum side side)
{
	struct tls_reader *r = reader_of(conn, side);
	struct tls_side_facts *facts = &conn->session->facts[side];
	struct wire w = wire_of(r->head, sizeof r->head);
	uint8_t type = wire_u8(&w);
	uint16_t version = wire_u16(&w);
	uint16_t n = wire_u16(&w);

	r->head_n = 0;
	if (type < REC_CCS || type > REC_HEARTBEAT || version >> 8 != 3 || n > TLS_RECORD_MAX) {
		if (is_sslv2_answer(conn, r))
			conn->state = TLS_OVER;
		conn->malformed = conn->malformed || facts->seen;
		lose_sync(conn, side);
		return;
	}
	if (!facts->seen)
		facts->record_version = version;
	facts->seen = true;
	r->type = type;
	r->left = n;
	begin_record(conn, side);
}

/* The header of an SSLv2 record, two bytes, which was found good when TLS was found. */
static void read_sslv2_header(struct tls_conn *conn, enum side side, struct wire *bytes)
{
	struct tls_reader *r = reader_of(conn, side);
	struct tls_gather *g = &conn->session->gather[side];

	r->head[r->head_n++] = wire_u8(bytes);
	if (r->head_n < 2)
		return;
	r->head_n = 0;
	r->left = (uint16_t)((r->head[0] & 0x7f) << 8 | r->head[1]);
	r->first = r->opaque = false;
	r->type = REC_HANDSHAKE;
	conn->session->facts[side].seen = true;
	g->head[0] = MSG_CLIENT_HELLO; /* all of the record is the body */
	g->head_n = sizeof g->head;
	g->need = r->left;
	g->keep = true;
	r->sslv2 = false;
}

void record_alert(struct tls_conn *conn, enum side side, struct wire bytes)
{
	struct tls_reader *r = reader_of(conn, side);

	while (bytes.n > 0) {
		r->alert[r->alert_n++] = wire_u8(&bytes);
		if (r->alert_n < 2)
			continue;
		r->alert_n = 0;
		conn->session->facts[side].alert = (struct tls_alert) {
			.seen = true,
			.level = r->alert[0],
			.description = r->alert[1],
		};
		if (r->alert[0] != 2)
			useless(conn, r);
		session_look_over(conn);
	}
}

/*
 * Whether a record that may be encrypted begins a hello in the clear: by its type, and a length
 * that fills the record and is no larger than a message may be, since one encrypted record in 128
 * begins with that type by chance.
 */
static bool begins_hello(const struct tls_reader *r, struct wire bytes)
{
	uint8_t type = wire_u8(&bytes);
	uint32_t length = wire_u24(&bytes);

	if (type != MSG_CLIENT_HELLO && type != MSG_SERVER_HELLO)
		return false;
	return bytes.bad || (length + 4 >= r->left && length <= TLS_MESSAGE_MAX);
}

/* Handshake bytes of a record, in the clear as far as we know. */
static int handshake_content(struct tls_conn *conn, enum side side, struct wire bytes)
{
	struct tls_reader *r = reader_of(conn, side);
	struct tls_session *s = conn->session;
	struct tls_gather *g = &s->gather[side];

	if (r->first && g->lost)
		g->head_n = 0; /* a head that was begun in the record before */
	if (r->first && may_hide(s, side) && g->head_n == 0 && !begins_hello(r, bytes)) {
		encrypted(conn, side);
		return 0;
	}
	return handshake_bytes(conn, side, bytes);
}

static int content(struct tls_conn *conn, enum side side, struct wire bytes)
{
	struct tls_reader *r = reader_of(conn, side);
	int err = 0;

	if (!r->opaque && r->type == REC_HANDSHAKE)
		err = handshake_content(conn, side, bytes);
	else if (!r->opaque && r->type == REC_ALERT)
		record_alert(conn, side, bytes);
	r->first = false;
	r->left -= (uint16_t)bytes.n;
	return err;
}

/* A chunk at whose beginning a record may begin, after the thread was lost. */
static bool find_again(struct tls_conn *conn, enum side side, struct wire bytes)
{
	struct tls_reader *r = reader_of(conn, side);

	if (tls_looks_like_record(bytes)) {
		r->lost = false;
		return true;
	}
	r->unfruitful += bytes.n < UINT16_MAX ? (uint32_t)bytes.n : UINT16_MAX;
	if (r->unfruitful > 16 * PRELUDE_BYTES_MAX)
		conn->state = TLS_OVER;
	return false;
}

int record_bytes(struct tls_conn *conn, enum side side, struct wire bytes)
{
	struct tls_reader *r = reader_of(conn, side);
	int err = 0;

	if (r->lost && !find_again(conn, side, bytes))
		return 0;
	while (bytes.n > 0 && !err && conn->state == TLS_HANDSHAKE && !r->lost) {
		if (r->left > 0) {
			size_t n = bytes.n < r->left ? bytes.n : r->left;

			err = content(conn, side, wire_cut(&bytes, n));
			continue;
		}
		if (r->sslv2) {
			read_sslv2_header(conn, side, &bytes);
			continue;
		}
		while (bytes.n > 0 && r->head_n < sizeof r->head)
			r->head[r->head_n++] = wire_u8(&bytes);
		if (r->head_n == sizeof r->head)
			read_header(conn, side);
	}
	return err;
}

void record_hole(struct tls_conn *conn, enum side side, uint64_t n)
{
	struct tls_reader *r = reader_of(conn, side);

	if (r->left == 0 || n > r->left) {
		lose_sync(conn, side);
		return;
	}
	r->left -= (uint16_t)n;
	r->alert_n = 0;
	if (!r->opaque && r->type == REC_HANDSHAKE)
		handshake_hole(conn, side, n);
	r->first = false;
}
