/* Telling TLS from other bytes at a place where it may begin. */
#include "tls/session.h"

/* Shortest ClientHello and ServerHello bodies of SSLv3: no session id, one cipher suite, no
 * extensions. */
#define CLIENT_HELLO_MIN 39
#define SERVER_HELLO_MIN 36

/* What a byte pattern says; a read beyond the bytes makes it a maybe. */
static enum tls_opening unless_short(const struct wire *w, bool good, enum tls_opening then)
{
	if (w->bad)
		return OPENS_MAYBE;
	return good ? then : OPENS_NOTHING;
}

/* The head of a handshake message and the version in a hello, behind a record header of room bytes.
 */
static enum tls_opening opening_message(struct wire w, uint16_t room)
{
	uint8_t type = wire_u8(&w);

	if (w.bad)
		return OPENS_MAYBE;
	if (type != MSG_CLIENT_HELLO && type != MSG_SERVER_HELLO && type != MSG_CERTIFICATE)
		return OPENS_NOTHING;
	if (type != MSG_CERTIFICATE && room < 6) /* cut into tiny records: no more to see */
		return type == MSG_CLIENT_HELLO ? OPENS_CLIENT_HELLO : OPENS_SERVER_HELLO;
	if (room < 6)
		return OPENS_NOTHING;

	uint32_t n = wire_u24(&w);
	if (w.bad)
		return OPENS_MAYBE;
	if (type == MSG_CERTIFICATE) {
		/* behind the length of the list, which is the whole message */
		bool sane = n >= 3 && n <= TLS_CERTIFICATE_MESSAGE_MAX;
		uint8_t high = wire_u8(&w);
		uint8_t mid = wire_u8(&w);
		uint32_t list = (uint32_t)high << 16 | (uint32_t)mid << 8;
		return unless_short(&w, sane && list == ((n - 3) & 0xffff00), OPENS_CERTIFICATE);
	}
	uint16_t version = wire_u16(&w);
	bool client = type == MSG_CLIENT_HELLO;
	bool sane = n >= (client ? CLIENT_HELLO_MIN : SERVER_HELLO_MIN) && n <= TLS_MESSAGE_MAX;
	bool known = version >> 8 == 3 || (!client && tls_version_hides(version));
	return unless_short(&w, sane && known, client ? OPENS_CLIENT_HELLO : OPENS_SERVER_HELLO);
}

static enum tls_opening opening_record(struct wire w)
{
	uint8_t type = wire_u8(&w);
	uint8_t major = wire_u8(&w);

	if (type != REC_HANDSHAKE)
		return OPENS_NOTHING;
	if (w.bad)
		return OPENS_MAYBE;
	if (major != 3)
		return OPENS_NOTHING;
	uint8_t minor = wire_u8(&w);
	if (w.bad)
		return OPENS_MAYBE;
	if (minor > 4)
		return OPENS_NOTHING;
	uint16_t room = wire_u16(&w);
	if (w.bad)
		return OPENS_MAYBE;
	if (room == 0 || room > TLS_RECORD_MAX)
		return OPENS_NOTHING;
	return opening_message(w, room);
}

/* RFC 5246 E.2, RFC 6101 E: two-byte header, then the CLIENT-HELLO; all its lengths must fit. */
static enum tls_opening opening_sslv2(struct wire w)
{
	uint8_t high = wire_u8(&w);

	if (high < 0x80)
		return OPENS_NOTHING;
	uint16_t n = (uint16_t)((high & 0x7f) << 8 | wire_u8(&w));
	uint8_t type = wire_u8(&w);
	if (w.bad)
		return OPENS_MAYBE;
	if (type != MSG_CLIENT_HELLO || n < 9)
		return OPENS_NOTHING;
	uint16_t version = wire_u16(&w);
	if (w.bad)
		return OPENS_MAYBE;
	if (version != TLS_SSL2 && (version < TLS_SSL3 || version > TLS_1_3))
		return OPENS_NOTHING;
	uint16_t ciphers = wire_u16(&w);
	uint16_t session_id = wire_u16(&w);
	uint16_t challenge = wire_u16(&w);
	bool fit = 9u + ciphers + session_id + challenge == n;
	bool sane = ciphers > 0 && ciphers % 3 == 0 && session_id <= 32 && challenge <= 32;
	return unless_short(&w, fit && sane, OPENS_SSLV2);
}

enum tls_opening tls_opening_of(struct wire bytes)
{
	if (bytes.n == 0)
		return OPENS_MAYBE;
	return bytes.p[0] == REC_HANDSHAKE ? opening_record(bytes) : opening_sslv2(bytes);
}

bool tls_looks_like_handshake(struct wire segment)
{
	enum tls_opening opening = tls_opening_of(segment);

	return opening == OPENS_CLIENT_HELLO || opening == OPENS_SERVER_HELLO ||
	       opening == OPENS_CERTIFICATE;
}

static bool content_fits(uint8_t type, uint16_t n, struct wire content)
{
	uint8_t first = wire_u8(&content);

	switch (type) {
	case REC_CCS:
		return n == 1 && first == 1;
	case REC_ALERT:
		return n >= 16 || (n == 2 && (first == 1 || first == 2));
	case REC_HANDSHAKE:
		if (n < 4)
			return false;
		uint32_t length = wire_u24(&content);
		return !content.bad && handshake_known(first) &&
		       length <= TLS_CERTIFICATE_MESSAGE_MAX;
	case REC_DATA:
		return n >= 16;
	default:
		return false;
	}
}

/* The header only: of the record behind one that looked good. */
static bool header_fits(struct wire w)
{
	uint8_t type = wire_u8(&w);
	uint16_t version = wire_u16(&w);
	uint16_t n = wire_u16(&w);

	return w.bad || (type >= REC_CCS && type <= REC_HEARTBEAT && version >> 8 == 3 &&
				n <= TLS_RECORD_MAX);
}

bool tls_looks_like_record(struct wire bytes)
{
	struct wire w = bytes;
	uint8_t type = wire_u8(&w);
	uint16_t version = wire_u16(&w);
	uint16_t n = wire_u16(&w);

	if (w.bad || version < TLS_SSL3 || version > TLS_1_3 || n > TLS_RECORD_MAX)
		return false;
	if (!content_fits(type, n, w))
		return false;
	wire_skip(&w, n);
	return header_fits(w); /* nothing there: nothing to say against it */
}
