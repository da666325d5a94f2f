/* tls/prelude: conversations that are refused TLS go on, those that cannot come to it are let go,
 * and early. */
#include "test_prelude_talk.h"

/* A refusal ends nothing by itself: the conversation goes on in the clear, or asks once more. */
static void refusals(void **state)
{
	(void)state;
	static const struct say smtp_no[] = {
		S("220 a\r\n"),
		C("EHLO b\r\n"),
		S("250 STARTTLS\r\n"),
		C("STARTTLS\r\n"),
		S("454 TLS not available\r\n"),
		C("MAIL FROM:<a@b>\r\n"),
		S("250 OK\r\n"),
	};
	static const struct say smtp_again[] = {
		S("220 a\r\n"),
		C("EHLO b\r\n"),
		S("250 STARTTLS\r\n"),
		C("STARTTLS\r\n"),
		S("454 not now\r\n"),
		C("STARTTLS\r\n"),
		S("220 go\r\n"),
		TLS,
	};
	static const struct say imap_no[] = {
		S("* OK x\r\n"),
		C("1 STARTTLS\r\n"),
		S("1 NO no\r\n"),
		C("2 LOGIN a b\r\n"),
		S("2 OK in\r\n"),
	};
	static const struct say pop3_no[] = { S("+OK\r\n"), C("STLS\r\n"), S("-ERR no\r\n") };
	static const struct say ftp_no[] = { S("220 x\r\n"), C("AUTH TLS\r\n"), S("534 no\r\n"),
		C("USER a\r\n"), S("331 b\r\n") };
	static const struct say nntp_no[] = { S("200 x\r\n"), C("STARTTLS\r\n"), S("580 no\r\n") };
	static const struct say irc_no[] = { C("NICK a\r\n"), C("STARTTLS\r\n"),
		S(":x 691 a :no\r\n") };
	static const struct say pg_no[] = { C("\x00\x00\x00\x08\x04\xd2\x16\x2f"), S("N") };
	static const struct say ldap_no[] = {
		C("\x30\x1d\x02\x01\x02\x77\x18\x80\x16" STARTTLS_OID),
		S("\x30\x0c\x02\x01\x02\x78\x07\x0a\x01\x35\x04\x00\x04\x00"),
	};

	GOES_ON(smtp_no, true);
	TO_TLS("smtp", smtp_again);
	GOES_ON(imap_no, true);
	GOES_ON(pop3_no, true);
	GOES_ON(ftp_no, true);
	GOES_ON(nntp_no, true);
	GOES_ON(irc_no, true);
	GOES_ON(pg_no, true);
	GOES_ON(ldap_no, true);
}

/* Answers to something else are no agreement. */
static void other_answers(void **state)
{
	(void)state;
	static const struct say other_tag[] = { S("* OK x\r\n"), C("1 NOOP\r\n2 STARTTLS\r\n"),
		S("1 OK done\r\n") };
	static const struct say text_behind[] = { S("+OK x\r\n"), C("CAPA\r\nSTLS\r\n"),
		S("+OK\r\nUIDL\r\n.\r\n+OK begin\r\n"), TLS };
	static const struct say no_command[] = { S("220 a\r\n"), C("EHLO STARTTLS\r\n"),
		S("250 STARTTLS\r\n"), C("NOOP STARTTLS\r\nXSTARTTLS\r\n"), S("250 x\r\n") };
	static const struct say who_am_i[] = {
		C("\x30\x1e\x02\x01\x02\x77\x19\x80\x17"
		  "1.3.6.1.4.1.4203.1.11.3"),
		S("\x30\x0c\x02\x01\x02\x78\x07\x0a\x01\x00\x04\x00\x04\x00"),
	};
	static const struct say refresh[] = {
		C("\x30\x29\x02\x01\x02\x77\x84\x00\x00\x00\x20\x80\x84\x00\x00\x00\x1a"
		  "1.3.6.1.4.1.1466.101.119.1"),
		S("\x30\x0c\x02\x01\x02\x78\x07\x0a\x01\x00\x04\x00\x04\x00"),
	};

	GOES_ON(refresh, false);
	GOES_ON(other_tag, false);
	GOES_ON(no_command, false);
	GOES_ON(who_am_i, false);
	struct result r = talk(text_behind, COUNT(text_behind), SIZE_MAX / 2, BOTH);
	check_tls_at(&r, text_behind, COUNT(text_behind), CLIENT);
	check_tls_at(&r, text_behind, COUNT(text_behind), SERVER);
}

/* What can never come to TLS is let go at its first bytes. */
static void let_go_at_once(void **state)
{
	(void)state;
	static const struct say nothing[] = {
		C("GET / HTTP/1.1\r\n"),
		C("POST /x HTTP/1.1\r\n"),
		C("HEAD /"),
		C("SSH-2.0-OpenSSH_9.2p1\r\n"),
		S("SSH-2.0-OpenSSH_9.2p1\r\n"),
		S("HTTP/1.1 404 Not Found\r\n"),
		C("\x00\x00\x00\x85\xff"
		  "SMB"),
		C("\x13"
		  "BitTorrent protocol"),
		C("PRI * HTTP/2.0\r\n"),
		C("\x05\x00\x0b\x03\x10"),
		C("\x00\x00\x00\x08\x04\xd2\x16\x2e"),
		C("*1\r\n$4\r\nPING\r\n"),
		S("\x00\x00"),
		C("\xff\xff\xff\xff"),
		S("\xde\xad\xbe\xef"),
		C("\x10\x1e\x00\x04MQTT"),
	};

	for (size_t i = 0; i < COUNT(nothing); i++) {
		struct result r = talk(&nothing[i], 1, SIZE_MAX / 2, BOTH);
		CHECK(r.not_at_once);
		is_not(&nothing[i], 1);
	}
}

/* Conversations that turn away from TLS. */
static void let_go_later(void **state)
{
	(void)state;
	static const struct say pg_login[] = { C("\x00\x00\x00\x08\x04\xd2\x16\x2f"), S("N"),
		C("\x00\x00\x00\x09\x00\x03\x00\x00\x00") };
	static const struct say pg_gss[] = { C("\x00\x00\x00\x08\x04\xd2\x16\x30"), S("G") };
	static const struct say mysql_login[] = { S(MYSQL_GREETING),
		C("\x21\x00\x00\x01\x85\xa6\xff\x19\x00\x00\x00\x01\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		  "\0\0\0\0\0\0\0\0\0\0") };
	static const struct say rdp_old[] = {
		C("\x03\x00\x00\x0b\x06\xe0\x00\x00\x00\x00\x00"),
		S("\x03\x00\x00\x0b\x06\xd0\x00\x00\x12\x34\x00"),
	};
	static const struct say rdp_plain[] = {
		C("\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x00\x00\x00\x00"),
		S("\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x00\x08\x00\x00\x00\x00\x00"),
	};
	static const struct say socks_no[] = { C("\x05\x01\x00"), S("\x05\xff") };
	static const struct say socks_refused[] = { C("\x05\x01\x00"), S("\x05\x00"),
		C("\x05\x01\x00\x01\x5d\xb8\xd8\x22\x01\xbb"), S("\x05\x05\x00\x01\0\0\0\0\0\0") };
	static const struct say socks4_no[] = { C("\x04\x01\x01\xbb\x5d\xb8\xd8\x22\x00"),
		S("\x00\x5b\0\0\0\0\0\0") };
	static const struct say connect_http[] = { C("CONNECT a:80 HTTP/1.1\r\n\r\n"),
		S("HTTP/1.1 200 OK\r\n\r\n"), C("GET / HTTP/1.1\r\n") };
	static const struct say tds_plain[] = { C("\x12\x01\x00\x0a\0\0\1\0\xff\0"),
		S("\x04\x01\x00\x0a\0\0\1\0\xff\0"), C("\x10\x01\x00\x0a\0\0\1\0\xff\0") };
	static const struct say mysql_no_flag[] = {
		S(MYSQL_GREETING),
		C("\x20\x00\x00\x01\x85\xa6\xff\x19\x00\x00\x00\x01\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")
	};
	static const struct say mysql_late[] = {
		S(MYSQL_GREETING),
		C("\x20\x00\x00\x02\x85\xae\xff\x19\x00\x00\x00\x01\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")
	};
	static const struct say tds_twice[] = { C("\x12\x01\x00\x0a\0\0\1\0\xff\0"),
		S("\x04\x01\x00\x0a\0\0\1\0\xff\0"), S("\x04\x01\x00\x0a\0\0\1\0\xff\0") };
	static const struct say socks_bind[] = { C("\x05\x01\x00"), S("\x05\x00"),
		C("\x05\x02\x00\x01\x5d\xb8\xd8\x22\x01\xbb") };
	static const struct say socks4_more[] = { C("\x04\x01\x01\xbb\x5d\xb8\xd8\x22\x00"),
		C("\x04") };
	static const struct say not_xmpp[] = { C("<?xml version='1.0'?><methodCall>") };
	static const struct say ldap_huge[] = { C("\x30\x84\x7f\xff\xff\xff\x02\x01\x01"
						  "\x63\x84\x7f\xff\xff\xf0") };

	IS_NOT(pg_login);
	IS_NOT(pg_gss);
	IS_NOT(mysql_login);
	IS_NOT(rdp_old);
	IS_NOT(rdp_plain);
	IS_NOT(socks_no);
	IS_NOT(socks_refused);
	IS_NOT(socks4_no);
	IS_NOT(connect_http);
	IS_NOT(tds_plain);
	IS_NOT(mysql_no_flag);
	IS_NOT(mysql_late);
	IS_NOT(tds_twice);
	IS_NOT(socks_bind);
	IS_NOT(socks4_more);
	IS_NOT(not_xmpp);
	IS_NOT(ldap_huge);
}

RUN(test(refusals), test(other_answers), test(let_go_at_once), test(let_go_later))
