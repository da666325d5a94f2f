/* The handshake layer: bytes of one side in order in, whole messages kept, and who is who. */
#include "tls/session.h"

#include <errno.h>

/* Who sends which message, and where it is kept. */
static const struct {
	bool client; /* only the client sends it */
	bool server;
	bool wanted;
} kinds[] = {
	[0] = { .server = true }, /* HelloRequest */
	[MSG_CLIENT_HELLO] = { .client = true, .wanted = true },
	[MSG_SERVER_HELLO] = { .server = true, .wanted = true },
	[MSG_HELLO_VERIFY_REQUEST] = { .server = true },
	[4] = { .server = true }, /* NewSessionTicket */
	[MSG_HELLO_RETRY_REQUEST] = { .server = true },
	[MSG_CERTIFICATE] = { .wanted = true },
	[MSG_SERVER_KEY_EXCHANGE] = { .server = true, .wanted = true },
	[13] = { .server = true },  /* CertificateRequest */
	[14] = { .server = true },  /* ServerHelloDone */
	[15] = { .client = true },  /* CertificateVerify: in the clear only of the client */
	[16] = { .client = true },  /* ClientKeyExchange */
	[20] = { .wanted = false }, /* Finished, encrypted but for NULL ciphers */
	[21] = { .client = true },  /* CertificateURL */
	[MSG_CERTIFICATE_STATUS] = { .server = true, .wanted = true },
	[23] = { .wanted = false }, /* SupplementalData */
};

bool handshake_known(uint8_t type)
{
	return type < sizeof kinds / sizeof kinds[0] && (type <= 6 || type >= 11) && type != 5;
}

/* The server is the other one than guessed: what was taken for its Certificate is the client's. */
static void swap_sides(struct tls_session *s)
{
	struct tls_message certificate = s->messages[KEPT_CERTIFICATE];

	s->client = side_other(s->client);
	s->messages[KEPT_CERTIFICATE] = s->messages[KEPT_CLIENT_CERTIFICATE];
	s->messages[KEPT_CLIENT_CERTIFICATE] = certificate;
}

/* False: that side cannot send this. */
static bool fits_side(struct tls_session *s, enum side side, uint8_t type)
{
	if (!kinds[type].client && !kinds[type].server)
		return true;
	bool agrees = kinds[type].client == (side == s->client);

	if (!agrees && s->client_certain)
		return false;
	if (!agrees)
		swap_sides(s);
	s->client_certain = true;
	return true;
}

bool handshake_begins(struct tls_conn *conn, enum side side, uint8_t type, uint32_t n)
{
	struct tls_session *s = conn->session;

	if (!handshake_known(type) || !fits_side(s, side, type)) {
		conn->malformed = true;
		return false;
	}
	uint32_t max = type == MSG_CERTIFICATE ? TLS_CERTIFICATE_MESSAGE_MAX : TLS_MESSAGE_MAX;

	if (n > max) {
		conn->stats->tls_message_too_large++;
		if (type == MSG_CERTIFICATE)
			s->facts[side].lost_certificate = true;
		return false;
	}
	return kinds[type].wanted;
}

static enum tls_kept place_of(const struct tls_session *s, enum side side, uint8_t type)
{
	switch (type) {
	case MSG_CLIENT_HELLO:
		return KEPT_CLIENT_HELLO;
	case MSG_SERVER_HELLO:
		return KEPT_SERVER_HELLO;
	case MSG_SERVER_KEY_EXCHANGE:
		return KEPT_SERVER_KEY_EXCHANGE;
	case MSG_CERTIFICATE_STATUS:
		return KEPT_CERTIFICATE_STATUS;
	default:
		return side == s->client ? KEPT_CLIENT_CERTIFICATE : KEPT_CERTIFICATE;
	}
}

/* Reads what steers the rest. */
static void on_server_hello(struct tls_conn *conn, struct wire body)
{
	struct tls_session *s = conn->session;
	struct tls_server_hello hello;

	if (!tls_server_hello_parse(&hello, body)) {
		conn->malformed = true;
		return;
	}
	s->version = hello.version;
	if (hello.hello_retry) {
		conn->hello_retry = true;
		return;
	}
	s->server_hello = true;
	s->client_records = s->facts[s->client].shape_count;
	if (tls_version_hides(hello.version)) /* a hole was not where one can be seen */
		s->facts[side_other(s->client)].lost_certificate = false;
}

/* Whether a message of that kind, if one is kept already, gives way to this one. */
static bool replaces(const struct tls_conn *conn, enum tls_kept place)
{
	const struct tls_session *s = conn->session;

	if (!s->messages[place].bytes)
		return true;
	return (place == KEPT_CLIENT_HELLO || place == KEPT_SERVER_HELLO) && !s->server_hello;
}

int handshake_message(
	struct tls_conn *conn, enum side side, uint8_t type, uint8_t **body, struct wire bytes)
{
	struct tls_session *s = conn->session;
	enum tls_kept place = place_of(s, side, type);

	if (!replaces(conn, place)) {
		conn->malformed = true;
		return 0;
	}
	uint8_t *own = body ? TAKE(*body) : malloc(bytes.n > 0 ? bytes.n : 1);
	if (!own)
		return -ENOMEM;
	if (!body && bytes.n > 0)
		memcpy(own, bytes.p, bytes.n);
	struct tls_message old = s->messages[place];
	if (place == KEPT_CLIENT_HELLO && !s->messages[KEPT_FIRST_CLIENT_HELLO].bytes)
		s->messages[KEPT_FIRST_CLIENT_HELLO] = old;
	else
		free(old.bytes);
	s->messages[place] = (struct tls_message) { .bytes = own, .n = (uint32_t)bytes.n };

	if (type == MSG_SERVER_HELLO)
		on_server_hello(conn, wire_of(own, bytes.n));
	if (type == MSG_CERTIFICATE)
		s->facts[side].lost_certificate = false;
	session_look_over(conn);
	return 0;
}

static void gather_reset(struct tls_gather *g)
{
	free(g->body);
	g->body = NULL;
	g->n = g->capacity = g->need = 0;
	g->head_n = 0;
	g->keep = false;
}

/* Room for n more bytes, doubling, never beyond the message. */
static int gather_append(struct tls_gather *g, struct wire bytes)
{
	uint32_t n = (uint32_t)bytes.n;

	if (n > g->capacity - g->n) {
		uint32_t capacity = g->capacity * 2 > g->n + n ? g->capacity * 2 : g->n + n;
		uint32_t whole = g->n + g->need; /* need still counts these bytes */
		uint8_t *grown;

		if (capacity < 256)
			capacity = 256;
		if (capacity > whole)
			capacity = whole;
		grown = realloc(g->body, capacity);
		if (!grown)
			return -ENOMEM;
		g->body = grown;
		g->capacity = capacity;
	}
	memcpy(g->body + g->n, bytes.p, n);
	g->n += n;
	return 0;
}

static uint32_t gather_claim(const struct tls_gather *g)
{
	return (uint32_t)g->head[1] << 16 | (uint32_t)g->head[2] << 8 | g->head[3];
}

/* The head of a message is there. */
static void gather_begin(struct tls_conn *conn, enum side side)
{
	struct tls_gather *g = &conn->session->gather[side];
	uint32_t n = gather_claim(g);

	if (g->lost) {
		bool plausible = handshake_known(g->head[0]) && n <= TLS_CERTIFICATE_MESSAGE_MAX;

		g->skip_record = g->lost = !plausible;
		if (!plausible) {
			g->head_n = 0;
			return;
		}
	}
	g->need = n;
	g->keep = handshake_begins(conn, side, g->head[0], n);
}

/* The last byte of a message that was gathered in pieces, or passed over. */
static int gather_end(struct tls_conn *conn, enum side side)
{
	struct tls_gather *g = &conn->session->gather[side];
	uint8_t type = g->head[0];
	int err = 0;

	if (g->keep) {
		struct wire whole = wire_of(g->body, g->n);

		err = handshake_message(conn, side, type, g->body ? &g->body : NULL, whole);
	} else if (type == MSG_HELLO_RETRY_REQUEST) {
		conn->hello_retry = true;
	}
	gather_reset(g);
	return err;
}

/* Bytes of the body: all of it in one piece if possible. */
static int gather_body(struct tls_conn *conn, enum side side, struct wire *bytes)
{
	struct tls_gather *g = &conn->session->gather[side];
	struct wire piece = wire_cut(bytes, bytes->n < g->need ? bytes->n : g->need);

	if (g->keep && g->n == 0 && piece.n == g->need) {
		int err = handshake_message(conn, side, g->head[0], NULL, piece);

		gather_reset(g);
		return err;
	}
	if (g->keep && piece.n > 0) {
		int err = gather_append(g, piece);

		if (err)
			return err;
	}
	g->need -= (uint32_t)piece.n;
	return g->need == 0 ? gather_end(conn, side) : 0;
}

int handshake_bytes(struct tls_conn *conn, enum side side, struct wire bytes)
{
	struct tls_gather *g = &conn->session->gather[side];
	int err = 0;

	while (bytes.n > 0 && !err && !g->skip_record && conn->state == TLS_HANDSHAKE) {
		if (g->head_n < sizeof g->head) {
			g->head[g->head_n++] = wire_u8(&bytes);
			if (g->head_n < sizeof g->head)
				continue;
			gather_begin(conn, side);
			if (g->head_n == 0 || g->need > 0)
				continue;
		}
		err = gather_body(conn, side, &bytes);
	}
	return err;
}

/* The certificate of that side is not where it must have been. */
static void certificate_missed(struct tls_session *s, enum side side)
{
	bool seen = s->messages[place_of(s, side, MSG_CERTIFICATE)].bytes != NULL;
	bool done = s->facts[side].change_cipher_spec || s->facts[side].encrypted;

	if (side != s->client && !seen && !done && !tls_version_hides(s->version))
		s->facts[side].lost_certificate = true;
}

void handshake_lose(struct tls_conn *conn, enum side side)
{
	struct tls_gather *g = &conn->session->gather[side];

	if (g->head_n == sizeof g->head && g->head[0] == MSG_CERTIFICATE)
		conn->session->facts[side].lost_certificate = true;
	certificate_missed(conn->session, side);
	gather_reset(g);
	g->lost = true;
}

void handshake_hole(struct tls_conn *conn, enum side side, uint64_t n)
{
	struct tls_gather *g = &conn->session->gather[side];

	if (g->lost || g->head_n < sizeof g->head || n > g->need) {
		handshake_lose(conn, side);
		g->skip_record = true;
		return;
	}
	if (g->head[0] == MSG_CERTIFICATE)
		conn->session->facts[side].lost_certificate = true;
	free(g->body);
	g->body = NULL;
	g->n = g->capacity = 0;
	g->keep = false;
	g->need -= (uint32_t)n;
	if (g->need == 0)
		gather_reset(g);
}

void handshake_close(struct tls_conn *conn, enum side side)
{
	struct tls_session *s = conn->session;
	struct tls_gather *g = &s->gather[side];

	if (g->head_n == sizeof g->head && g->head[0] == MSG_CERTIFICATE) {
		struct tls_message *place = &s->messages[place_of(s, side, MSG_CERTIFICATE)];

		if (!place->bytes) {
			uint8_t *prefix = TAKE(g->body);

			s->facts[side].lost_certificate = true;
			*place = (struct tls_message) { .bytes = prefix, .n = g->n };
		}
	}
	gather_reset(g);
}
