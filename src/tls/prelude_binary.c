/* Protocols of binary messages that can go over to TLS, and XMPP: each message in, whether TLS
 * follows it out. */
#include "tls/prelude_rows.h"

static const struct prelude_end unclear = { .how = END_UNCLEAR };
static const struct prelude_end bad = { .how = END_BAD };

static struct prelude_end length(uint64_t n)
{
	return n > UINT32_MAX ? bad : (struct prelude_end) { .how = END_LENGTH, .n = (uint32_t)n };
}

/* RFC 4511: LDAP. A message is read in two: SEQUENCE with messageID, then protocolOp; controls may
 * follow as a third. */
enum {
	LDAP_MESSAGE = 0x30,
	LDAP_CONTROLS = 0xa0,
	LDAP_EXTENDED_REQUEST = 0x77,
	LDAP_EXTENDED_RESPONSE = 0x78,
	LDAP_REQUEST_NAME = 0x80,
};

/* A definite length in at most four bytes, as X.690 8.1.3 has it. */
static uint32_t ber_length(struct wire *w)
{
	uint8_t first = wire_u8(w);

	if (first < 0x80)
		return first;
	if (first > 0x84)
		*w = (struct wire) { .bad = true };
	return (uint32_t)wire_uint(w, first & 7);
}

struct prelude_end prelude_ldap_end(const struct prelude *p, enum side side, struct wire head)
{
	struct wire w = head;
	uint8_t tag = wire_u8(&w);
	uint32_t n = ber_length(&w);

	if (p->step[side] & PRELUDE_INSIDE || tag == LDAP_CONTROLS)
		return w.bad ? unclear : length((uint64_t)(head.n - w.n) + n);
	if (tag != LDAP_MESSAGE)
		return bad;
	if (wire_u8(&w) != 0x02 && !w.bad)
		return bad;
	uint8_t id = wire_u8(&w);
	if (w.bad)
		return unclear;
	return id >= 1 && id <= 4 ? length((uint64_t)(head.n - w.n) + id) : bad;
}

/* RFC 4511 4.14: the object identifier of StartTLS, in text. It is cut to what the head always
 * holds. */
static bool is_start_tls(struct wire body)
{
	static const char oid[] = "1.3.6.1.4.1.1466.20037";
	uint8_t tag = wire_u8(&body);
	uint32_t n = ber_length(&body);
	size_t shown = body.n < sizeof oid - 1 ? body.n : sizeof oid - 1;

	return tag == LDAP_REQUEST_NAME && n == sizeof oid - 1 && memcmp(body.p, oid, shown) == 0;
}

/* 4.14: the request, and an answer with result code 0. */
enum prelude_answer prelude_ldap_unit(
	struct prelude *p, enum side side, struct wire head, uint32_t total)
{
	uint8_t tag = wire_u8(&head);
	(void)ber_length(&head);
	bool inside = p->step[side] & PRELUDE_INSIDE;

	(void)total;
	p->step[side] = !inside && tag == LDAP_MESSAGE ? PRELUDE_INSIDE : 0;
	if (!inside)
		return PRELUDE_MORE;
	if (side == CLIENT && tag == LDAP_EXTENDED_REQUEST && is_start_tls(head))
		prelude_ask(p);
	if (side == CLIENT || tag != LDAP_EXTENDED_RESPONSE || !(p->flags & PRELUDE_ASKED))
		return PRELUDE_MORE;
	uint32_t enumerated = wire_u16(&head);
	uint8_t result = wire_u8(&head);
	if (!head.bad && enumerated == 0x0a01 && result == 0)
		return PRELUDE_TLS;
	prelude_refuse(p);
	return PRELUDE_MORE;
}

/* PostgreSQL, "SSL Session Encryption": SSLRequest, answered by one byte. GSSENCRequest may come
 * before it. */
enum { PG_SSL_REQUEST = 80877103, PG_GSSENC_REQUEST = 80877104 };

struct prelude_end prelude_postgresql_end(const struct prelude *p, enum side side, struct wire head)
{
	(void)p;
	if (side == SERVER)
		return length(1);
	uint32_t n = wire_u32(&head);
	if (head.bad)
		return unclear;
	return n >= 8 ? length(n) : bad;
}

enum prelude_answer prelude_postgresql_unit(
	struct prelude *p, enum side side, struct wire head, uint32_t total)
{
	(void)total;
	if (side == CLIENT) {
		wire_skip(&head, 4);
		uint32_t code = wire_u32(&head);
		if (code == PG_SSL_REQUEST)
			prelude_ask(p);
		return code == PG_SSL_REQUEST || code == PG_GSSENC_REQUEST ? PRELUDE_MORE
									   : PRELUDE_NOT;
	}
	switch (wire_u8(&head)) {
	case 'S':
		return p->flags & PRELUDE_ASKED ? PRELUDE_TLS : PRELUDE_MORE;
	case 'N':
		prelude_refuse(p);
		return PRELUDE_MORE;
	default:
		return PRELUDE_NOT; /* an error, or GSSAPI encryption */
	}
}

/* MySQL, Protocol::SSLRequest: the beginning of a login packet with the flag; the server does not
 * answer. */
enum { MYSQL_HEADER = 4, MYSQL_CLIENT_SSL = 0x800, MYSQL_ERROR = 0xff };
enum { MYSQL_SSL_REQUEST = 32, MYSQL_SSL_REQUEST_320 = 5 };

struct prelude_end prelude_mysql_end(const struct prelude *p, enum side side, struct wire head)
{
	uint64_t n = wire_uint_le(&head, 3);

	(void)p, (void)side;
	return head.bad ? unclear : length(MYSQL_HEADER + n);
}

enum prelude_answer prelude_mysql_unit(
	struct prelude *p, enum side side, struct wire head, uint32_t total)
{
	uint32_t n = total - MYSQL_HEADER;

	wire_skip(&head, 3);
	uint8_t sequence = wire_u8(&head);
	if (side == SERVER) {
		bool greeting = p->step[SERVER] == 0 && sequence == 0;
		p->step[SERVER] = 1;
		return greeting && wire_u8(&head) != MYSQL_ERROR ? PRELUDE_MORE : PRELUDE_NOT;
	}
	uint64_t flags = wire_uint_le(&head, 2);
	bool request = n == MYSQL_SSL_REQUEST || n == MYSQL_SSL_REQUEST_320;
	return request && sequence == 1 && flags & MYSQL_CLIENT_SSL ? PRELUDE_TLS : PRELUDE_NOT;
}

/* MS-RDPBCGR 2.2.1.1 and 2.2.1.2: X.224 Connection Request and Confirm in TPKT (RFC 1006 6). */
enum { X224_REQUEST = 0xe0, X224_CONFIRM = 0xd0, RDP_NEG_RSP = 2 };

struct prelude_end prelude_rdp_end(const struct prelude *p, enum side side, struct wire head)
{
	(void)p, (void)side;
	uint16_t version = wire_u16(&head);
	uint16_t n = wire_u16(&head);
	if (head.bad)
		return unclear;
	return version == 0x0300 && n >= 11 ? length(n) : bad;
}

enum prelude_answer prelude_rdp_unit(
	struct prelude *p, enum side side, struct wire head, uint32_t total)
{
	bool first = p->step[side] == 0;

	(void)total;
	p->step[side] = 1;
	wire_skip(&head, 5);
	uint8_t code = wire_u8(&head) & 0xf0;
	if (side == CLIENT)
		return first && code == X224_REQUEST ? PRELUDE_MORE : PRELUDE_NOT;
	/* 2.2.1.2.1: any protocol but PROTOCOL_RDP (0) begins with TLS. */
	wire_skip(&head, 5);
	uint8_t type = wire_u8(&head);
	wire_skip(&head, 3);
	uint64_t protocol = wire_uint_le(&head, 4);
	return code == X224_CONFIRM && type == RDP_NEG_RSP && protocol != 0 ? PRELUDE_TLS
									    : PRELUDE_NOT;
}

/* MS-TDS 2.2.6.5: a PRELOGIN and its answer; TLS then comes in PRELOGIN packets, see begins_tls. */
enum { TDS_RESPONSE = 0x04 };

struct prelude_end prelude_tds_end(const struct prelude *p, enum side side, struct wire head)
{
	(void)p, (void)side;
	wire_skip(&head, 2);
	uint16_t n = wire_u16(&head);
	if (head.bad)
		return unclear;
	return n > TDS_HEADER ? length(n) : bad;
}

enum prelude_answer prelude_tds_unit(
	struct prelude *p, enum side side, struct wire head, uint32_t total)
{
	uint8_t type = wire_u8(&head);
	bool expected = type == TDS_PRELOGIN || (side == SERVER && type == TDS_RESPONSE);

	(void)total;
	if (!expected || p->step[side] != 0)
		return PRELUDE_NOT;
	p->step[side] = 1;
	return PRELUDE_MORE;
}

/* RFC 6120 5.4: <starttls/>, <proceed/>. A unit is all up to the end of a tag. */
struct prelude_end prelude_xmpp_end(const struct prelude *p, enum side side, struct wire head)
{
	(void)p, (void)side, (void)head;
	return (struct prelude_end) { .how = END_BYTE, .byte = '>' };
}

static bool is_tag(struct wire tag, const char *name)
{
	size_t n = strlen(name);

	return tag.n > n && memcmp(tag.p, name, n) == 0 && memchr(" />\t\r\n", tag.p[n], 6) != NULL;
}

enum prelude_answer prelude_xmpp_tag(
	struct prelude *p, enum side side, struct wire tag, uint32_t total)
{
	const uint8_t *begin = tag.n > 0 ? memchr(tag.p, '<', tag.n) : NULL;

	(void)total;
	wire_skip(&tag, begin ? (size_t)(begin - tag.p) : tag.n);
	if (p->step[side] == 0 && !wire_starts(tag, "<?xml", 5)) {
		if (!wire_starts(tag, "<stream:stream", 14))
			return PRELUDE_NOT;
		p->step[side] = 1;
	}
	if (side == CLIENT) {
		if (is_tag(tag, "<starttls"))
			prelude_ask(p);
		return PRELUDE_MORE;
	}
	if (is_tag(tag, "<proceed") && (p->flags & PRELUDE_ASKED || !p->spoke[CLIENT]))
		return PRELUDE_TLS;
	if (is_tag(tag, "<failure"))
		prelude_refuse(p);
	return PRELUDE_MORE;
}
