/* Tunnels in front of TLS or of another protocol before TLS: HTTP CONNECT, SOCKS, the PROXY
 * protocol. */
#include "tls/prelude_rows.h"

static const struct prelude_end unclear = { .how = END_UNCLEAR };
static const struct prelude_end bad = { .how = END_BAD };

static struct prelude_end length(uint32_t n)
{
	return (struct prelude_end) { .how = END_LENGTH, .n = n };
}

/* RFC 9110 9.3.6: steps of the client and of the server. */
enum { NO_REQUEST, IN_REQUEST, REQUESTED };
enum { NO_STATUS, IN_SUCCESS, IN_REFUSAL };

static enum prelude_answer connect_request_line(struct prelude *p, struct wire line)
{
	if (p->step[CLIENT] == IN_REQUEST) {
		if (line.n == 0) {
			p->step[CLIENT] = REQUESTED;
			prelude_ask(p);
		}
		return PRELUDE_MORE;
	}
	if (!prelude_word(line, "CONNECT"))
		return line.n == 0 ? PRELUDE_MORE : PRELUDE_NOT;
	/* Once more with a password: the body of the refusal has ended, with or without a line end.
	 */
	p->step[CLIENT] = IN_REQUEST;
	p->step[SERVER] = NO_STATUS;
	p->head_n[SERVER] = 0;
	return PRELUDE_MORE;
}

enum prelude_answer prelude_connect_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total)
{
	(void)total;
	if (side == CLIENT)
		return connect_request_line(p, line);

	if (prelude_letters(line, "HTTP/1.", 7) && line.n >= 12) {
		p->step[SERVER] = line.p[9] == '2' ? IN_SUCCESS : IN_REFUSAL;
		if (line.p[9] > '2')
			prelude_refuse(p);
	} else if (p->step[SERVER] == NO_STATUS) {
		return PRELUDE_NOT;
	} else if (p->step[SERVER] == IN_SUCCESS && line.n == 0) {
		prelude_enter_tunnel(p);
	}
	return PRELUDE_MORE;
}

/* SOCKS 4 and 4A: a request with one or two strings behind it, a reply of 8 bytes. */
enum {
	SOCKS4_REQUEST,
	SOCKS4_DONE,
	SOCKS4_USER = PRELUDE_INSIDE,
	SOCKS4_USER_THEN_HOST,
	SOCKS4_HOST
};
enum { SOCKS_CONNECT = 1, SOCKS4_GRANTED = 90 };

struct prelude_end prelude_socks4_end(const struct prelude *p, enum side side, struct wire head)
{
	(void)head;
	if (side == SERVER || p->step[CLIENT] == SOCKS4_REQUEST)
		return length(8);
	if (p->step[CLIENT] == SOCKS4_DONE)
		return bad;
	return (struct prelude_end) { .how = END_BYTE, .byte = 0 };
}

enum prelude_answer prelude_socks4_unit(
	struct prelude *p, enum side side, struct wire head, uint32_t total)
{
	(void)total;
	uint8_t version = wire_u8(&head);
	uint8_t code = wire_u8(&head);

	if (side == SERVER) {
		if (version != 0 || code != SOCKS4_GRANTED)
			return PRELUDE_NOT;
		prelude_enter_tunnel(p);
		return PRELUDE_MORE;
	}
	switch (p->step[CLIENT]) {
	case SOCKS4_REQUEST:
		wire_skip(&head, 2);
		uint32_t address = wire_u32(&head);
		/* SOCKS 4A: 0.0.0.x means that a host name follows. */
		p->step[CLIENT] = address >> 8 == 0 ? SOCKS4_USER_THEN_HOST : SOCKS4_USER;
		return code == SOCKS_CONNECT ? PRELUDE_MORE : PRELUDE_NOT;
	case SOCKS4_USER_THEN_HOST:
		p->step[CLIENT] = SOCKS4_HOST;
		return PRELUDE_MORE;
	default:
		p->step[CLIENT] = SOCKS4_DONE;
		return PRELUDE_MORE;
	}
}

/* RFC 1928; RFC 1929: user and password, read as two units. Steps of both sides. */
enum { SOCKS5_METHODS, SOCKS5_NEXT, SOCKS5_DONE, SOCKS5_PASSWORD = PRELUDE_INSIDE };
enum { SOCKS5_VERSION = 5, SOCKS5_LOGIN_VERSION = 1 };
enum { SOCKS5_NO_LOGIN = 0, SOCKS5_LOGIN = 2 };

/* RFC 1928 4 and 6: a request or a reply, by the type of its address. */
static struct prelude_end socks5_address_end(struct wire head)
{
	wire_skip(&head, 3);
	uint8_t type = wire_u8(&head);
	uint8_t n = wire_u8(&head);

	if (head.bad)
		return unclear;
	switch (type) {
	case 1:
		return length(4 + 4 + 2);
	case 3:
		return length(4 + 1 + n + 2u);
	case 4:
		return length(4 + 16 + 2);
	default:
		return bad;
	}
}

struct prelude_end prelude_socks5_end(const struct prelude *p, enum side side, struct wire head)
{
	struct wire w = head;
	uint8_t version = wire_u8(&w);
	uint8_t n = wire_u8(&w);

	switch (p->step[side]) {
	case SOCKS5_METHODS:
		if (version != SOCKS5_VERSION)
			return bad;
		if (side == SERVER)
			return length(2);
		if (w.bad)
			return unclear;
		return n > 0 ? length(2u + n) : bad;
	case SOCKS5_NEXT:
		if (version == SOCKS5_VERSION)
			return socks5_address_end(head);
		if (version != SOCKS5_LOGIN_VERSION)
			return bad;
		if (side == SERVER)
			return length(2);
		return w.bad ? unclear : length(2u + n);
	case SOCKS5_PASSWORD:
		return length(1u + version);
	default:
		return bad;
	}
}

static enum prelude_answer socks5_client_unit(struct prelude *p, uint8_t first, uint8_t second)
{
	if (p->step[CLIENT] == SOCKS5_METHODS || p->step[CLIENT] == SOCKS5_PASSWORD) {
		p->step[CLIENT] = SOCKS5_NEXT;
		return PRELUDE_MORE;
	}
	p->step[CLIENT] = first == SOCKS5_LOGIN_VERSION ? SOCKS5_PASSWORD : SOCKS5_DONE;
	return first == SOCKS5_LOGIN_VERSION || second == SOCKS_CONNECT ? PRELUDE_MORE
									: PRELUDE_NOT;
}

enum prelude_answer prelude_socks5_unit(
	struct prelude *p, enum side side, struct wire head, uint32_t total)
{
	(void)total;
	uint8_t first = wire_u8(&head);
	uint8_t second = wire_u8(&head); /* count of methods, method, command, status or reply */

	if (side == CLIENT)
		return socks5_client_unit(p, first, second);
	if (p->step[SERVER] == SOCKS5_METHODS) {
		p->step[SERVER] = SOCKS5_NEXT;
		return second == SOCKS5_NO_LOGIN || second == SOCKS5_LOGIN ? PRELUDE_MORE
									   : PRELUDE_NOT;
	}
	if (second != 0)
		return PRELUDE_NOT;
	if (first == SOCKS5_VERSION)
		prelude_enter_tunnel(p);
	return PRELUDE_MORE;
}

/* HAProxy's PROXY protocol, 2.1 and 2.2: a line, or a binary header with its length at 14. Only the
 * client sends it. */
struct prelude_end prelude_proxy_end(const struct prelude *p, enum side side, struct wire head)
{
	(void)p;
	if (side == SERVER)
		return bad;
	if (head.p[0] == 'P')
		return (struct prelude_end) { .how = END_BYTE, .byte = '\n' };
	wire_skip(&head, 14);
	uint16_t n = wire_u16(&head);
	return head.bad ? unclear : length(16u + n);
}

enum prelude_answer prelude_proxy_unit(
	struct prelude *p, enum side side, struct wire head, uint32_t total)
{
	(void)side, (void)head, (void)total;
	prelude_enter_tunnel(p);
	return PRELUDE_MORE;
}
