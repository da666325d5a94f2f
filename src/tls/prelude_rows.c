/* The protocols that can come before TLS: what their first bytes look like, and the functions that
 * read them. */
#include "tls/prelude_rows.h"

const struct prelude_row *prelude_row(enum prelude_protocol protocol)
{
	static const struct prelude_row rows[PRELUDE_PROTOCOLS] = {
		[PRELUDE_GREETED_220] = { NULL, prelude_line_end, prelude_greeted_220_line },
		[PRELUDE_SMTP] = { "smtp", prelude_line_end, prelude_smtp_line },
		[PRELUDE_FTP] = { "ftp", prelude_line_end, prelude_ftp_line },
		[PRELUDE_IMAP] = { "imap", prelude_line_end, prelude_imap_line },
		[PRELUDE_POP3] = { "pop3", prelude_line_end, prelude_pop3_line },
		[PRELUDE_NNTP] = { "nntp", prelude_line_end, prelude_nntp_line },
		[PRELUDE_SIEVE] = { "sieve", prelude_line_end, prelude_sieve_line },
		[PRELUDE_IRC] = { "irc", prelude_line_end, prelude_irc_line },
		[PRELUDE_XMPP] = { "xmpp", prelude_xmpp_end, prelude_xmpp_tag },
		[PRELUDE_LDAP] = { "ldap", prelude_ldap_end, prelude_ldap_unit },
		[PRELUDE_POSTGRESQL] = { "postgresql", prelude_postgresql_end,
			prelude_postgresql_unit },
		[PRELUDE_MYSQL] = { "mysql", prelude_mysql_end, prelude_mysql_unit },
		[PRELUDE_RDP] = { "rdp", prelude_rdp_end, prelude_rdp_unit },
		[PRELUDE_TDS] = { "tds", prelude_tds_end, prelude_tds_unit },
		[PRELUDE_HTTP_CONNECT] = { "http-connect", prelude_line_end, prelude_connect_line },
		[PRELUDE_SOCKS4] = { "socks4", prelude_socks4_end, prelude_socks4_unit },
		[PRELUDE_SOCKS5] = { "socks5", prelude_socks5_end, prelude_socks5_unit },
		[PRELUDE_PROXY] = { "proxy", prelude_proxy_end, prelude_proxy_unit },
	};

	return &rows[protocol];
}

/* First bytes that tell a protocol. Shorter than its first line or message, or as long. Letters
 * match in both cases. */
static const struct {
	enum side from;
	uint8_t protocol;
	uint8_t n;
	const char *bytes;
} firsts[] = {
#define FIRST(from, protocol, text)                             \
	{                                                       \
		from, PRELUDE_##protocol, sizeof text - 1, text \
	}
	FIRST(SERVER, GREETED_220, "220 "),
	FIRST(SERVER, GREETED_220, "220-"),
	FIRST(SERVER, IMAP, "* OK"),
	FIRST(SERVER, IMAP, "* PREAUTH"),
	FIRST(SERVER, POP3, "+OK"),
	FIRST(SERVER, NNTP, "200 "),
	FIRST(SERVER, NNTP, "201 "),
	FIRST(SERVER, SIEVE, "\"IMPLEMENTATION\""),
	FIRST(SERVER, SIEVE, "\"SIEVE\""),
	FIRST(SERVER, SIEVE, "\"SASL\""),
	FIRST(SERVER, SIEVE, "\"STARTTLS\""),
	FIRST(SERVER, SIEVE, "\"VERSION\""),
	FIRST(SERVER, IRC, ":"),
	FIRST(SERVER, IRC, "NOTICE "),
	FIRST(SERVER, XMPP, "<?XML "),
	FIRST(SERVER, XMPP, "<STREAM:STREAM"),
	FIRST(SERVER, HTTP_CONNECT, "HTTP/1.0 200 "), /* the first byte of a body ends it */
	FIRST(SERVER, HTTP_CONNECT, "HTTP/1.1 200 "),
	FIRST(SERVER, SOCKS4, "\0\x5a"),
	FIRST(SERVER, SOCKS5, "\5\0"),
	FIRST(SERVER, SOCKS5, "\5\2"),
	FIRST(SERVER, RDP, "\3\0\0\x13\x0e\xd0"), /* a Connect Confirm with an answer on security */
	FIRST(CLIENT, SMTP, "EHLO "),
	FIRST(CLIENT, SMTP, "HELO "),
	FIRST(CLIENT, SMTP, "LHLO "),
	FIRST(CLIENT, SMTP, "STARTTLS\r"),
	FIRST(CLIENT, FTP, "AUTH TLS"),
	FIRST(CLIENT, FTP, "AUTH SSL"),
	FIRST(CLIENT, FTP, "FEAT\r"),
	FIRST(CLIENT, POP3, "CAPA\r"),
	FIRST(CLIENT, POP3, "AUTH\r"),
	FIRST(CLIENT, POP3, "STLS\r"),
	FIRST(CLIENT, NNTP, "CAPABILITIES"),
	FIRST(CLIENT, NNTP, "MODE READER"),
	FIRST(CLIENT, IRC, "CAP "),
	FIRST(CLIENT, IRC, "NICK "),
	FIRST(CLIENT, IRC, "PASS "),
	FIRST(CLIENT, XMPP, "<?XML "),
	FIRST(CLIENT, XMPP, "<STREAM:STREAM"),
	FIRST(CLIENT, POSTGRESQL, "\0\0\0\x08\x04\xd2\x16\x2f"), /* SSLRequest */
	FIRST(CLIENT, POSTGRESQL, "\0\0\0\x08\x04\xd2\x16\x30"), /* GSSENCRequest */
	FIRST(SERVER, POSTGRESQL, "S\x16"), /* its yes and a record: only the server was captured */
	FIRST(CLIENT, MYSQL, "\x20\0\0\1"), /* SSLRequest: where the greeting was not seen */
	FIRST(CLIENT, RDP, "\3\0"),
	FIRST(CLIENT, TDS, "\x12\1"),
	FIRST(CLIENT, HTTP_CONNECT, "CONNECT "),
	FIRST(CLIENT, SOCKS4, "\4\1"),
	FIRST(CLIENT, SOCKS5, "\5"),
	FIRST(CLIENT, PROXY, "PROXY "),
	FIRST(CLIENT, PROXY, "\r\n\r\n\0\r\nQUIT\n"),
#undef FIRST
};

static uint8_t capital(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? (uint8_t)(c - ('a' - 'A')) : c;
}

bool prelude_letters(struct wire w, const char *text, size_t n)
{
	size_t both = n < w.n ? n : w.n;

	for (size_t i = 0; i < both; i++) {
		if (capital(w.p[i]) != (uint8_t)text[i])
			return false;
	}
	return true;
}

bool prelude_word(struct wire line, const char *word)
{
	size_t n = strlen(word);

	return line.n >= n && prelude_letters(line, word, n) && (line.n == n || line.p[n] == ' ');
}

/* Protocol::HandshakeV10 of MySQL and MariaDB: length 3 (the first byte is enough), sequence 0,
 * protocol 10, version. */
static enum next is_mysql_greeting(struct wire head)
{
	static const uint8_t pattern[] = { 0, 0, 0, 10 };
	struct wire length = wire_cut(&head, 1);
	struct wire fixed = wire_cut(&head, head.n < sizeof pattern ? head.n : sizeof pattern);

	if (length.n == 0 || length.p[0] < 32 || memcmp(fixed.p, pattern, fixed.n) != 0)
		return NEXT_BAD;
	if (head.n == 0)
		return NEXT_MORE;
	return head.p[0] >= '1' && head.p[0] <= '9' ? NEXT_READY : NEXT_BAD;
}

/* RFC 4511 4.1.1: SEQUENCE { messageID INTEGER, … }, as far as the first bytes show. */
static enum next is_ldap(struct wire head)
{
	if (wire_u8(&head) != 0x30)
		return NEXT_BAD;
	if (head.n == 0)
		return NEXT_MORE;
	uint8_t length = wire_u8(&head);
	size_t more = length > 0x80 ? length & 0x7f : 0u;
	if (length == 0x80 || more > 4)
		return NEXT_BAD;
	if (head.n <= more)
		return NEXT_MORE;
	return head.p[more] == 0x02 ? NEXT_READY : NEXT_BAD;
}

static bool is_tag_character(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '.';
}

/* RFC 3501 2.2.1: a tag and one of the commands that come before a login. Where the greeting was
 * not seen. */
static enum next is_imap_command(struct wire head)
{
	static const char *const commands[] = { "CAPABILITY", "STARTTLS", "ID (", "NOOP" };
	size_t tag = 0;

	while (tag < head.n && tag < 12 && is_tag_character(head.p[tag]))
		tag++;
	if (tag == head.n)
		return NEXT_MORE;
	if (tag == 0 || head.p[tag] != ' ')
		return NEXT_BAD;
	wire_skip(&head, tag + 1);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		size_t n = strlen(commands[i]);
		if (prelude_letters(head, commands[i], n))
			return head.n < n ? NEXT_MORE : NEXT_READY;
	}
	return NEXT_BAD;
}

enum next prelude_recognise(enum side side, struct wire head, enum prelude_protocol *out)
{
	static const struct {
		enum side from;
		enum prelude_protocol protocol;
		enum next (*is)(struct wire head);
	} shapes[] = {
		{ SERVER, PRELUDE_MYSQL, is_mysql_greeting },
		{ CLIENT, PRELUDE_LDAP, is_ldap },
		{ SERVER, PRELUDE_LDAP, is_ldap },
		{ CLIENT, PRELUDE_IMAP, is_imap_command },
	};
	enum next answer = NEXT_BAD;

	if (head.n == 0)
		return NEXT_MORE;
	if (head.n > PRELUDE_HEAD)
		head.n = PRELUDE_HEAD;
	uint8_t first = capital(head.p[0]);
	for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
		if (firsts[i].from != side || (uint8_t)firsts[i].bytes[0] != first ||
			!prelude_letters(head, firsts[i].bytes, firsts[i].n))
			continue;
		*out = (enum prelude_protocol)firsts[i].protocol;
		if (head.n >= firsts[i].n)
			return NEXT_READY;
		answer = NEXT_MORE;
	}
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		enum next is = shapes[i].from == side ? shapes[i].is(head) : NEXT_BAD;
		*out = shapes[i].protocol;
		if (is == NEXT_READY)
			return NEXT_READY;
		if (is == NEXT_MORE)
			answer = NEXT_MORE;
	}
	return head.n < PRELUDE_HEAD ? answer : NEXT_BAD;
}
