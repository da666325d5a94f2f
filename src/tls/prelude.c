/* Bytes before TLS in, cut into lines and messages for the protocol they belong to; where TLS
 * begins out. */
#include "tls/prelude_rows.h"

static_assert(sizeof(struct prelude) == 64, "one cache line");

/* RFC 8446 5.1, the same in all versions: content types of records. */
enum { RECORD_CHANGE_CIPHER_SPEC = 20, RECORD_ALERT = 21, RECORD_HANDSHAKE = 22, RECORD_LAST = 24 };
/* First byte of a two-byte SSLv2 header, under which old clients send their hello. */
enum { SSLV2_HEADER = 0x80 };
/* Longer messages have no place before TLS; the longest may be what an LDAP server says of itself.
 */
enum { MESSAGE_MAX = 1 << 16 };

static bool has_tunnel(const struct prelude *p)
{
	return p->flags >= PRELUDE_TUNNEL;
}

void prelude_enter_tunnel(struct prelude *p)
{
	unsigned tunnel = p->protocol - PRELUDE_HTTP_CONNECT + 1u;
	unsigned began = p->flags & (PRELUDE_BEGAN << CLIENT | PRELUDE_BEGAN << SERVER);

	p->flags = (uint8_t)(began | PRELUDE_TUNNEL * tunnel);
	p->protocol = PRELUDE_UNKNOWN;
	for (enum side side = CLIENT; side <= SERVER; side++) {
		p->step[side] = 0;
		p->head_n[side] = 0;
		p->skip[side] = 0;
	}
}

void prelude_ask(struct prelude *p)
{
	p->flags = (uint8_t)((p->flags | PRELUDE_ASKED) & ~PRELUDE_REFUSED);
}

void prelude_refuse(struct prelude *p)
{
	if (p->flags & PRELUDE_ASKED)
		p->flags = (uint8_t)((p->flags & ~PRELUDE_ASKED) | PRELUDE_REFUSED);
}

/* Whether TLS begins with this byte, the first of a line or message. */
static bool begins_tls(const struct prelude *p, enum side side, uint8_t first)
{
	bool other_began = p->flags & PRELUDE_BEGAN << side_other(side);

	if (p->head_n[side] > 0 || p->skip[side] > 0 || p->step[side] & PRELUDE_INSIDE)
		return false;
	if (first == RECORD_HANDSHAKE)
		return true;
	if (first == RECORD_ALERT)
		return other_began;
	if (first == SSLV2_HEADER)
		return has_tunnel(p) || p->flags & PRELUDE_ASKED;
	/* The second PRELOGIN packet of a side can only carry TLS. */
	return p->protocol == PRELUDE_TDS && first == TDS_PRELOGIN && p->step[side] > 0;
}

/* After both sides agreed nothing but TLS can follow: a reply with more text behind it answered
 * something else. */
static bool only_tls_follows(struct wire rest)
{
	return rest.n == 0 || rest.p[0] == SSLV2_HEADER ||
	       (rest.p[0] >= RECORD_CHANGE_CIPHER_SPEC && rest.p[0] <= RECORD_LAST);
}

static void fill_head(struct prelude *p, enum side side, struct wire bytes)
{
	size_t room = (size_t)PRELUDE_HEAD - p->head_n[side];
	size_t n = bytes.n < room ? bytes.n : room;

	if (n > 0)
		memcpy(p->head[side] + p->head_n[side], bytes.p, n);
	p->head_n[side] = (uint8_t)(p->head_n[side] + n);
}

/* Sets p->protocol, or keeps the few bytes for the next call. Takes no bytes if the protocol
 * becomes known. */
static enum prelude_answer recognise(struct prelude *p, enum side side, struct wire *rest)
{
	enum prelude_protocol protocol = PRELUDE_UNKNOWN;
	struct wire head = *rest;
	uint8_t joined[PRELUDE_HEAD];
	size_t held = p->head_n[side];

	if (held > 0) {
		size_t more = rest->n < sizeof joined - held ? rest->n : sizeof joined - held;
		memcpy(joined, p->head[side], held);
		memcpy(joined + held, rest->p, more);
		head = wire_of(joined, held + more);
	}

	switch (prelude_recognise(side, head, &protocol)) {
	case NEXT_READY:
		p->protocol = (uint8_t)protocol;
		return PRELUDE_MORE;
	case NEXT_MORE:
		fill_head(p, side, *rest);
		wire_skip(rest, rest->n);
		return PRELUDE_MORE;
	default:
		return PRELUDE_NOT;
	}
}

/* Whether the last byte of the unit has come; what is of it in rest is taken. */
static bool take_until(struct prelude *p, enum side side, struct wire *rest, uint8_t last)
{
	size_t held = p->head_n[side];

	if (held > 0 && p->head[side][held - 1] == last)
		return true;
	if (rest->n == 0)
		return false;
	const uint8_t *found = memchr(rest->p, last, rest->n);
	fill_head(p, side, wire_cut(rest, found ? (size_t)(found - rest->p) + 1 : rest->n));
	return found != NULL;
}

static bool take_length(struct prelude *p, enum side side, struct wire *rest, uint32_t total)
{
	uint32_t left = p->skip[side] > 0 ? p->skip[side] : total - p->head_n[side];
	struct wire taken = wire_cut(rest, left < rest->n ? left : rest->n);

	fill_head(p, side, taken);
	p->skip[side] = left - (uint32_t)taken.n;
	return p->skip[side] == 0;
}

/* The head of a text unit, without its line end. */
static struct wire without_line_end(struct wire head)
{
	if (head.n > 0 && head.p[head.n - 1] == '\n')
		head.n--;
	if (head.n > 0 && head.p[head.n - 1] == '\r')
		head.n--;
	return head;
}

/* One line or message, or as much of it as there is. */
static enum prelude_answer take_unit(struct prelude *p, enum side side, struct wire *rest)
{
	const struct prelude_row *row = prelude_row(p->protocol);
	struct prelude_end end = { .how = END_UNCLEAR };

	for (;;) {
		struct wire head = wire_of(p->head[side], p->head_n[side]);
		if (head.n > 0)
			end = row->end(p, side, head);
		if (end.how != END_UNCLEAR)
			break;
		if (head.n == PRELUDE_HEAD)
			return PRELUDE_NOT;
		if (rest->n == 0)
			return PRELUDE_MORE;
		fill_head(p, side, wire_cut(rest, 1));
	}

	if (end.how == END_BAD || (end.how == END_LENGTH && end.n > MESSAGE_MAX) ||
		(end.how == END_LENGTH && end.n < p->head_n[side] && p->skip[side] == 0))
		return PRELUDE_NOT;
	bool whole = end.how == END_BYTE ? take_until(p, side, rest, end.byte)
					 : take_length(p, side, rest, end.n);
	if (!whole)
		return PRELUDE_MORE;

	struct wire head = wire_of(p->head[side], p->head_n[side]);
	p->head_n[side] = 0;
	if (end.how == END_BYTE)
		head = without_line_end(head);
	enum prelude_answer answer = row->unit(p, side, head, end.n);
	if (answer == PRELUDE_TLS && !only_tls_follows(*rest))
		return PRELUDE_MORE;
	if (answer == PRELUDE_TLS)
		p->flags = (uint8_t)((p->flags | PRELUDE_AGREED) & ~PRELUDE_ASKED);
	return answer;
}

static enum prelude_answer take_next(struct prelude *p, enum side side, struct wire *rest)
{
	if (p->flags & PRELUDE_AGREED || begins_tls(p, side, rest->p[0]))
		return PRELUDE_TLS;
	if (p->protocol == PRELUDE_UNKNOWN) {
		enum prelude_answer answer = recognise(p, side, rest);
		if (p->protocol == PRELUDE_UNKNOWN)
			return answer;
	}
	return take_unit(p, side, rest);
}

enum prelude_answer prelude_bytes(
	struct prelude *p, enum side side, struct wire bytes, size_t *tls_at)
{
	struct wire rest = bytes;
	enum prelude_answer answer = PRELUDE_MORE;

	while (answer == PRELUDE_MORE && rest.n > 0)
		answer = take_next(p, side, &rest);

	p->spoke[side] = true;
	if (answer == PRELUDE_TLS) {
		p->flags |= (uint8_t)(PRELUDE_BEGAN << side);
		*tls_at = bytes.n - rest.n;
	}
	return answer;
}

bool prelude_agreed(const struct prelude *p)
{
	return p->flags & PRELUDE_AGREED;
}

bool prelude_refused(const struct prelude *p)
{
	return p->flags & PRELUDE_REFUSED;
}

const char *prelude_proto(const struct prelude *p)
{
	const char *name = prelude_row(p->protocol)->name;

	if (!name && has_tunnel(p))
		name = prelude_row(PRELUDE_HTTP_CONNECT - 1 + p->flags / PRELUDE_TUNNEL)->name;
	return name;
}

bool prelude_may_upgrade(const struct prelude *p)
{
	return p->protocol != PRELUDE_UNKNOWN || has_tunnel(p);
}

bool prelude_wraps(const struct prelude *p)
{
	return p->protocol == PRELUDE_TDS;
}

/* MS-TDS 2.2.3.1: type 1, status 1, length 2 with the header, SPID 2, packet id 1, window 1. */
static void read_tds_header(struct prelude *p, enum side side, struct wire *bytes)
{
	fill_head(p, side, wire_cut(bytes, 1));
	if (p->head_n[side] < TDS_HEADER)
		return;
	uint32_t total = (uint32_t)p->head[side][2] << 8 | p->head[side][3];
	p->head_n[side] = 0;
	p->skip[side] = total > TDS_HEADER ? total - TDS_HEADER : 0;
}

bool prelude_unwrap(struct prelude *p, enum side side, struct wire *bytes, struct wire *out)
{
	while (p->protocol == PRELUDE_TDS && p->step[side] != TDS_UNWRAPPED && bytes->n > 0) {
		if (p->skip[side] > 0) {
			*out = wire_cut(bytes, p->skip[side] < bytes->n ? p->skip[side] : bytes->n);
			p->skip[side] -= (uint32_t)out->n;
			return true;
		}
		/* Once the handshake is over the records stand alone, and TDS inside them. */
		if (p->head_n[side] == 0 && bytes->p[0] != TDS_PRELOGIN)
			p->step[side] = TDS_UNWRAPPED;
		else
			read_tds_header(p, side, bytes);
	}
	*out = wire_cut(bytes, bytes->n);
	return out->n > 0;
}
