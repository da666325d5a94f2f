/* Protocols of lines with a STARTTLS command: each line in, whether TLS follows it out. */
#include "tls/prelude_rows.h"

/* Steps of the server of SMTP, whose greeting and answer to STARTTLS have the same code. */
enum { NO_REPLY, GREETED };

struct prelude_end prelude_line_end(const struct prelude *p, enum side side, struct wire head)
{
	(void)p, (void)side, (void)head;
	return (struct prelude_end) { .how = END_BYTE, .byte = '\n' };
}

/* Where only the server's direction was captured, its yes alone must do. */
static bool was_asked(const struct prelude *p)
{
	return p->flags & PRELUDE_ASKED || !p->spoke[CLIENT];
}

/* A line of the client, which is the command that asks for TLS or not. */
static enum prelude_answer on_command(struct prelude *p, bool asks)
{
	if (asks)
		prelude_ask(p);
	return PRELUDE_MORE;
}

static enum prelude_answer on_yes_or_no(struct prelude *p, bool yes, bool no)
{
	if (yes && was_asked(p))
		return PRELUDE_TLS;
	if (no)
		prelude_refuse(p);
	return PRELUDE_MORE;
}

/* The code of the last line of a reply (RFC 5321 4.2.1, RFC 959 4.2); 0: not such a line. */
static unsigned reply_code(struct wire line)
{
	unsigned code = 0;

	if (line.n < 3 || (line.n > 3 && line.p[3] != ' '))
		return 0;
	for (size_t i = 0; i < 3; i++) {
		if (line.p[i] < '0' || line.p[i] > '9')
			return 0;
		code = code * 10 + (line.p[i] - '0');
	}
	return code;
}

/* Where only the server was captured, its yes tells: a second 220 or 234. */
static enum prelude_answer greeted_220_reply(struct prelude *p, struct wire line)
{
	unsigned code = reply_code(line);

	if (code == 234 && !p->spoke[CLIENT])
		p->protocol = PRELUDE_FTP;
	if (code == 220 && p->step[SERVER] != NO_REPLY && !p->spoke[CLIENT])
		p->protocol = PRELUDE_SMTP;
	if (code != 0)
		p->step[SERVER] = GREETED;
	return p->protocol == PRELUDE_GREETED_220 ? PRELUDE_MORE : PRELUDE_TLS;
}

/* The client's first command tells SMTP from FTP. */
enum prelude_answer prelude_greeted_220_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total)
{
	static const char *const smtp[] = { "EHLO", "HELO", "LHLO", "STARTTLS", "XCLIENT", "MAIL" };
	static const char *const ftp[] = { "AUTH", "USER", "FEAT", "HOST", "CLNT", "SYST" };

	if (side == SERVER)
		return greeted_220_reply(p, line);
	for (size_t i = 0; i < sizeof smtp / sizeof *smtp; i++) {
		if (prelude_word(line, smtp[i])) {
			p->protocol = PRELUDE_SMTP;
			return prelude_smtp_line(p, side, line, total);
		}
	}
	for (size_t i = 0; i < sizeof ftp / sizeof *ftp; i++) {
		if (prelude_word(line, ftp[i])) {
			p->protocol = PRELUDE_FTP;
			return prelude_ftp_line(p, side, line, total);
		}
	}
	return PRELUDE_MORE;
}

/* RFC 3207 4: STARTTLS, 220. */
enum prelude_answer prelude_smtp_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total)
{
	(void)total;
	if (side == CLIENT)
		return on_command(p, prelude_word(line, "STARTTLS"));
	unsigned code = reply_code(line);
	return on_yes_or_no(p, code == 220, code >= 400);
}

/* RFC 4217 4: AUTH TLS, 234. Old servers know AUTH SSL, or answer 334. */
enum prelude_answer prelude_ftp_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total)
{
	static const char *const auth[] = { "AUTH TLS", "AUTH SSL", "AUTH TLS-C", "AUTH TLS-P" };

	(void)total;
	if (side == SERVER) {
		unsigned code = reply_code(line);
		return on_yes_or_no(p, code == 234 || code == 334, code >= 400);
	}
	for (size_t i = 0; i < sizeof auth / sizeof *auth; i++)
		if (prelude_word(line, auth[i]))
			prelude_ask(p);
	return PRELUDE_MORE;
}

/* Length of the first word and the space behind it; 0: no space in the line. */
static size_t first_word(struct wire line)
{
	const uint8_t *space = line.n > 0 ? memchr(line.p, ' ', line.n) : NULL;

	return space ? (size_t)(space - line.p) + 1 : 0;
}

/* FNV-1a, folded: two tags of one connection must differ, no more. */
static uint16_t hash(struct wire w)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < w.n; i++)
		h = (h ^ w.p[i]) * 16777619u;
	return (uint16_t)(h ^ h >> 16);
}

/* RFC 3501 6.2.1: tag STARTTLS, tag OK. Tags too long for the head are left to the record that
 * follows. */
enum prelude_answer prelude_imap_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total)
{
	(void)total;
	size_t n = first_word(line);
	if (n == 0)
		return PRELUDE_MORE;
	uint16_t tag = hash(wire_cut(&line, n));

	if (side == CLIENT) {
		if (prelude_word(line, "STARTTLS")) {
			p->tag = tag;
			prelude_ask(p);
		}
		return PRELUDE_MORE;
	}
	if (!(p->flags & PRELUDE_ASKED) || tag != p->tag)
		return PRELUDE_MORE;
	return on_yes_or_no(p, prelude_word(line, "OK"), true);
}

/* RFC 2595 4: STLS, +OK. */
enum prelude_answer prelude_pop3_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total)
{
	(void)total;
	if (side == CLIENT)
		return on_command(p, prelude_word(line, "STLS"));
	if (!(p->flags & PRELUDE_ASKED))
		return PRELUDE_MORE;
	return on_yes_or_no(p, prelude_word(line, "+OK"), prelude_word(line, "-ERR"));
}

/* RFC 4642 2.2: STARTTLS, 382. */
enum prelude_answer prelude_nntp_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total)
{
	(void)total;
	if (side == CLIENT)
		return on_command(p, prelude_word(line, "STARTTLS"));
	unsigned code = reply_code(line);
	return on_yes_or_no(p, code == 382, code >= 400);
}

/* RFC 5804 2.2: STARTTLS, OK. The answer may go on in brackets or quotes without a space. */
enum prelude_answer prelude_sieve_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total)
{
	(void)total;
	if (side == CLIENT)
		return on_command(p, prelude_word(line, "STARTTLS"));
	if (!(p->flags & PRELUDE_ASKED))
		return PRELUDE_MORE;
	return on_yes_or_no(p, prelude_word(line, "OK"), prelude_word(line, "NO"));
}

/* STARTTLS of IRC: 670 RPL_STARTTLS, 691 ERR_STARTTLS behind the server's name, if that is short
 * enough for the head. */
enum prelude_answer prelude_irc_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total)
{
	(void)total;
	if (side == CLIENT)
		return on_command(p, prelude_word(line, "STARTTLS"));
	if (line.n > 0 && line.p[0] == ':')
		wire_skip(&line, first_word(line));
	return on_yes_or_no(p, prelude_word(line, "670"), prelude_word(line, "691"));
}
