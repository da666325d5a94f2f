/* What the protocols before TLS share with the loop that cuts their bytes into lines and messages.
 * Private to tls/prelude*. */
#ifndef TLS_PRELUDE_ROWS_H
#define TLS_PRELUDE_ROWS_H

#include "tls/prelude.h"

enum prelude_protocol {
	PRELUDE_UNKNOWN,
	PRELUDE_GREETED_220, /* SMTP or FTP: the server's greeting is the same, the client's first
				command tells */
	PRELUDE_SMTP,
	PRELUDE_FTP,
	PRELUDE_IMAP,
	PRELUDE_POP3,
	PRELUDE_NNTP,
	PRELUDE_SIEVE,
	PRELUDE_IRC,
	PRELUDE_XMPP,
	PRELUDE_LDAP,
	PRELUDE_POSTGRESQL,
	PRELUDE_MYSQL,
	PRELUDE_RDP,
	PRELUDE_TDS,
	PRELUDE_HTTP_CONNECT,
	PRELUDE_SOCKS4,
	PRELUDE_SOCKS5,
	PRELUDE_PROXY,
	PRELUDE_PROTOCOLS
};

enum prelude_flag {
	PRELUDE_ASKED = 1,   /* the client asked for TLS; no answer yet */
	PRELUDE_REFUSED = 2, /* the server said no */
	PRELUDE_AGREED = 4,  /* both said yes */
	PRELUDE_BEGAN = 8,   /* the client's TLS began; << side: the server's */
	PRELUDE_TUNNEL =
		32, /* times the number of the tunnel from PRELUDE_HTTP_CONNECT on, 1 to 4 */
};

/* In step: what comes next goes on with the same message, so that any byte can begin it. */
enum { PRELUDE_INSIDE = 128 };

/* MS-TDS 2.2.3.1: packet type PRELOGIN, and the header; the step of a side whose TLS has left its
 * packets. */
enum { TDS_PRELOGIN = 0x12, TDS_HEADER = 8, TDS_UNWRAPPED = 127 };

/* How the unit that begins with these bytes ends. */
struct prelude_end {
	enum { END_UNCLEAR, END_BAD, END_LENGTH, END_BYTE } how;
	uint32_t n;   /* END_LENGTH: of the whole unit, at least 1 */
	uint8_t byte; /* END_BYTE: the last byte of the unit */
};

struct prelude_row {
	const char *name;
	/* What comes next on this side; head has 1 to PRELUDE_HEAD bytes. Once it is clear it must
	 * stay so until the unit ends. */
	struct prelude_end (*end)(const struct prelude *p, enum side side, struct wire head);
	/*
	 * A whole unit; head: its first bytes, without the line end. TLS: agreed on, from the end
	 * of the unit. total: its length; 0 for units that end with a byte.
	 */
	enum prelude_answer (*unit)(
		struct prelude *p, enum side side, struct wire head, uint32_t total);
};

/* The row of a protocol; its functions are NULL for PRELUDE_UNKNOWN. */
const struct prelude_row *prelude_row(enum prelude_protocol protocol);

/* Tells the protocol from the first bytes of one side. NEXT_MORE: these are too few to tell;
 * NEXT_BAD: none. */
enum next prelude_recognise(enum side side, struct wire head, enum prelude_protocol *out);

/* The tunnel stands: what comes now is a new conversation inside it. */
void prelude_enter_tunnel(struct prelude *p);

/* Lines: end and unit functions. */
struct prelude_end prelude_line_end(const struct prelude *p, enum side side, struct wire head);
enum prelude_answer prelude_greeted_220_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total);
enum prelude_answer prelude_smtp_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total);
enum prelude_answer prelude_ftp_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total);
enum prelude_answer prelude_imap_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total);
enum prelude_answer prelude_pop3_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total);
enum prelude_answer prelude_nntp_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total);
enum prelude_answer prelude_sieve_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total);
enum prelude_answer prelude_irc_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total);
struct prelude_end prelude_xmpp_end(const struct prelude *p, enum side side, struct wire head);
enum prelude_answer prelude_xmpp_tag(
	struct prelude *p, enum side side, struct wire tag, uint32_t total);

/* Binary messages. */
struct prelude_end prelude_ldap_end(const struct prelude *p, enum side side, struct wire head);
enum prelude_answer prelude_ldap_unit(
	struct prelude *p, enum side side, struct wire head, uint32_t total);
struct prelude_end prelude_postgresql_end(
	const struct prelude *p, enum side side, struct wire head);
enum prelude_answer prelude_postgresql_unit(
	struct prelude *p, enum side side, struct wire head, uint32_t total);
struct prelude_end prelude_mysql_end(const struct prelude *p, enum side side, struct wire head);
enum prelude_answer prelude_mysql_unit(
	struct prelude *p, enum side side, struct wire head, uint32_t total);
struct prelude_end prelude_rdp_end(const struct prelude *p, enum side side, struct wire head);
enum prelude_answer prelude_rdp_unit(
	struct prelude *p, enum side side, struct wire head, uint32_t total);
struct prelude_end prelude_tds_end(const struct prelude *p, enum side side, struct wire head);
enum prelude_answer prelude_tds_unit(
	struct prelude *p, enum side side, struct wire head, uint32_t total);

/* Tunnels. */
enum prelude_answer prelude_connect_line(
	struct prelude *p, enum side side, struct wire line, uint32_t total);
struct prelude_end prelude_socks4_end(const struct prelude *p, enum side side, struct wire head);
enum prelude_answer prelude_socks4_unit(
	struct prelude *p, enum side side, struct wire head, uint32_t total);
struct prelude_end prelude_socks5_end(const struct prelude *p, enum side side, struct wire head);
enum prelude_answer prelude_socks5_unit(
	struct prelude *p, enum side side, struct wire head, uint32_t total);
struct prelude_end prelude_proxy_end(const struct prelude *p, enum side side, struct wire head);
enum prelude_answer prelude_proxy_unit(
	struct prelude *p, enum side side, struct wire head, uint32_t total);

/* The line is this word, or begins with it and a space. Case does not matter; word is in capitals.
 */
bool prelude_word(struct wire line, const char *word);

/* text and w have the same letters at their beginning, as far as both go; text is in capitals. */
bool prelude_letters(struct wire w, const char *text, size_t n);

/* Client asked for TLS; server's answer: yes or no. */
void prelude_ask(struct prelude *p);
void prelude_refuse(struct prelude *p);

#endif
