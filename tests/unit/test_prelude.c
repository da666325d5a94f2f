/* tls/prelude: conversations as the standards write them, in any cut, come to TLS at the right
 * byte. */
#include "test_prelude_talk.h"

/* RFC 3207 5. */
static const struct say smtp[] = {
	S("220 mail.imc.org SMTP service ready\r\n"),
	C("EHLO mail.example.com\r\n"),
	S("250-mail.imc.org offers a warm hug of welcome\r\n250-8BITMIME\r\n250-STARTTLS\r\n"
	  "250 DSN\r\n"),
	C("STARTTLS\r\n"),
	S("220 Go ahead\r\n"),
	TLS,
};
/* RFC 4217 12.1. */
static const struct say ftp[] = {
	S("220-Hello\r\n220 ftp.example.com\r\n"),
	C("AUTH TLS\r\n"),
	S("234 Proceed with negotiation.\r\n"),
	TLS,
};
/* RFC 3501 6.2.1. */
static const struct say imap[] = {
	S("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"),
	C("a001 CAPABILITY\r\n"),
	S("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na001 OK CAPABILITY completed\r\n"),
	C("a002 starttls\r\n"),
	S("a002 OK Begin TLS negotiation now\r\n"),
	TLS,
};
/* RFC 2595 4. */
static const struct say pop3[] = {
	S("+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n"),
	C("CAPA\r\n"),
	S("+OK\r\nSTLS\r\nUIDL\r\n.\r\n"),
	C("STLS\r\n"),
	S("+OK Begin TLS negotiation\r\n"),
	TLS,
};
/* RFC 4642 2.2.3. */
static const struct say nntp[] = {
	S("200 news.example.com ready\r\n"),
	C("CAPABILITIES\r\n"),
	S("101 Capability list:\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n"),
	C("STARTTLS\r\n"),
	S("382 Continue with TLS negotiation\r\n"),
	TLS,
};
/* RFC 5804 2.2. */
static const struct say sieve[] = {
	S("\"IMPLEMENTATION\" \"Example1 ManageSieved v001\"\r\n\"STARTTLS\"\r\n"
	  "OK \"ready\"\r\n"),
	C("StartTls\r\n"),
	S("OK \"Begin TLS negotiation now.\"\r\n"),
	TLS,
};
/* The tls extension of IRCv3. */
static const struct say irc[] = {
	C("CAP LS\r\n"),
	S(":irc.x.org CAP * LS :tls multi-prefix\r\n"),
	C("STARTTLS\r\n"),
	S(":irc.x.org 670 * :STARTTLS successful, go ahead\r\n"),
	TLS,
};
/* RFC 6120 9.1. */
static const struct say xmpp[] = {
	C("<?xml version='1.0'?>\n<stream:stream to='im.example.com' version='1.0' "
	  "xmlns:stream='http://etherx.jabber.org/streams'>"),
	S("<stream:stream from='im.example.com' id='t7AMCin9' version='1.0'>"
	  "<stream:features>\n  <starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'>"
	  "<required/></starttls></stream:features>"),
	C("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
	S("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
	TLS,
};
/* RFC 4511 4.14, in the form of OpenLDAP, and with the long lengths of Windows. A search comes
 * first. */
static const struct say ldap[] = {
	C("\x30\x25\x02\x01\x01\x63\x20\x04\x00\x0a\x01\x00\x0a\x01\x00\x02\x01\x00\x02\x01\x00"
	  "\x01\x01\x00\x87\x0b"
	  "objectclass\x30\x00"),
	S("\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\x00\x04\x00\x04\x00"),
	C("\x30\x1d\x02\x01\x02\x77\x18\x80\x16" STARTTLS_OID),
	S("\x30\x0c\x02\x01\x02\x78\x07\x0a\x01\x00\x04\x00\x04\x00"),
	TLS,
};
static const struct say ldap_long[] = {
	C("\x30\x84\x00\x00\x00\x1d\x02\x01\x01\x77\x84\x00\x00\x00\x18\x80\x16" STARTTLS_OID),
	S("\x30\x84\x00\x00\x00\x28\x02\x01\x01\x78\x84\x00\x00\x00\x1f\x0a\x01\x00\x04\x00\x04"
	  "\x00\x8a\x16" STARTTLS_OID),
	TLS,
};
/* PostgreSQL, 55.2.10 and 55.2.11. */
static const struct say postgresql[] = {
	C("\x00\x00\x00\x08\x04\xd2\x16\x30"),
	S("N"),
	C("\x00\x00\x00\x08\x04\xd2\x16\x2f"),
	S("S"),
	TLS,
};
static const struct say mysql[] = {
	S(MYSQL_GREETING),
	C("\x20\x00\x00\x01\x85\xae\xff\x19\x00\x00\x00\x01\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	  "\0\0\0\0\0"),
	TLS,
};
/* MS-RDPBCGR 4.1.1 and 4.1.2, with PROTOCOL_HYBRID. */
static const struct say rdp[] = {
	C("\x03\x00\x00\x2c\x27\xe0\x00\x00\x00\x00\x00"
	  "Cookie: mstshash=eltons\r\n"
	  "\x01\x00\x08\x00\x03\x00\x00\x00"),
	S("\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x00\x08\x00\x02\x00\x00\x00"),
	TLS,
};
static const struct say http_connect[] = {
	C("CONNECT server.example.com:443 HTTP/1.1\r\nHost: server.example.com:443\r\n\r\n"),
	S("HTTP/1.1 200 Connection established\r\nProxy-agent: x\r\n\r\n"),
	TLS,
};
/* A body without a line end at its end, then once more with a password. */
static const struct say http_login[] = {
	C("CONNECT a.example:443 HTTP/1.1\r\n\r\n"),
	S("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 11\r\n\r\n<p>\r\n\r\n</p>"),
	C("CONNECT a.example:443 HTTP/1.1\r\nProxy-Authorization: Basic dGVzdDoxMjM=\r\n\r\n"),
	S("HTTP/1.0 200 OK\r\n\r\n"),
	TLS,
};
static const struct say socks4[] = {
	C("\x04\x01\x01\xbb\x5d\xb8\xd8\x22"
	  "user\0"),
	S("\x00\x5a\x00\x00\x00\x00\x00\x00"),
	TLS,
};
static const struct say socks4a[] = {
	C("\x04\x01\x01\xbb\x00\x00\x00\x01"
	  "user\0a.much.longer.host.example.com\0"),
	S("\x00\x5a\x01\xbb\x5d\xb8\xd8\x22"),
	TLS,
};
/* RFC 1928, RFC 1929; the password has 22 bytes, the type of a handshake record. */
static const struct say socks5[] = {
	C("\x05\x02\x00\x02"),
	S("\x05\x02"),
	C("\x01\x05"
	  "alice\x16"
	  "abcdefghijklmnopqrstuv"),
	S("\x01\x00"),
	C("\x05\x01\x00\x03\x0b"
	  "example.com\x01\xbb"),
	S("\x05\x00\x00\x04"
	  "0123456789abcdef\x01\xbb"),
	TLS,
};
static const struct say socks5_plain[] = {
	C("\x05\x01\x00"),
	S("\x05\x00"),
	C("\x05\x01\x00\x01\x5d\xb8\xd8\x22\x01\xbb"),
	S("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"),
	TLS,
};
static const struct say proxy1[] = {
	C("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n"),
	TLS,
};
static const struct say proxy2[] = {
	C("\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\x7f\x00\x00\x01\x7f\x00\x00\x01\xdc\x04\x01\xbb"),
	TLS,
};
/* The PROXY protocol in front of SMTP; SMTP inside SOCKS. */
static const struct say proxy_smtp[] = {
	C("PROXY TCP4 192.168.0.1 192.168.0.11 56324 25\r\n"),
	S("220 x\r\n"),
	C("EHLO y\r\n"),
	S("250 STARTTLS\r\n"),
	C("STARTTLS\r\n"),
	S("220 z\r\n"),
	TLS,
};

static void all_protocols(void **state)
{
	(void)state;
	TO_TLS("smtp", smtp);
	TO_TLS("ftp", ftp);
	TO_TLS("imap", imap);
	TO_TLS("pop3", pop3);
	TO_TLS("nntp", nntp);
	TO_TLS("sieve", sieve);
	TO_TLS("irc", irc);
	TO_TLS("xmpp", xmpp);
	TO_TLS("ldap", ldap);
	TO_TLS("ldap", ldap_long);
	TO_TLS("postgresql", postgresql);
	TO_TLS("mysql", mysql);
	TO_TLS("rdp", rdp);
	TO_TLS("http-connect", http_connect);
	TO_TLS("http-connect", http_login);
	TO_TLS("socks4", socks4);
	TO_TLS("socks4", socks4a);
	TO_TLS("socks5", socks5);
	TO_TLS("socks5", socks5_plain);
	TO_TLS("proxy", proxy1);
	TO_TLS("proxy", proxy2);
	TO_TLS("smtp", proxy_smtp);
}

static void one_direction(void **state)
{
	(void)state;
#define ONE(proto, says, side) one_side_comes_to_tls(proto, says, COUNT(says), side)
	ONE("smtp", smtp, CLIENT);
	ONE("smtp", smtp, SERVER);
	ONE("ftp", ftp, CLIENT);
	ONE("ftp", ftp, SERVER);
	ONE("imap", imap, CLIENT);
	ONE("imap", imap, SERVER);
	ONE("pop3", pop3, CLIENT);
	ONE("pop3", pop3, SERVER);
	ONE("nntp", nntp, CLIENT);
	ONE("nntp", nntp, SERVER);
	ONE("sieve", sieve, SERVER);
	ONE("irc", irc, CLIENT);
	ONE("irc", irc, SERVER);
	ONE("xmpp", xmpp, CLIENT);
	ONE("xmpp", xmpp, SERVER);
	ONE("ldap", ldap, CLIENT);
	ONE("ldap", ldap, SERVER);
	ONE("postgresql", postgresql, CLIENT);
	ONE("mysql", mysql, CLIENT);
	ONE("mysql", mysql, SERVER);
	ONE("rdp", rdp, CLIENT);
	ONE("rdp", rdp, SERVER);
	ONE("http-connect", http_connect, CLIENT);
	ONE("http-connect", http_connect, SERVER);
	ONE("socks4", socks4a, CLIENT);
	ONE("socks4", socks4a, SERVER);
	ONE("socks5", socks5, CLIENT);
	ONE("socks5", socks5, SERVER);
}

/* Both agreed before the first record: the reply alone decides, so an SSLv2 hello is found too. */
static void agreement_is_enough(void **state)
{
	(void)state;
	static const struct {
		const struct say *says;
		size_t count;
	} agreed[] = {
		{ smtp, COUNT(smtp) - 2 },
		{ ftp, COUNT(ftp) - 2 },
		{ imap, COUNT(imap) - 2 },
		{ pop3, COUNT(pop3) - 2 },
		{ nntp, COUNT(nntp) - 2 },
		{ sieve, COUNT(sieve) - 2 },
		{ irc, COUNT(irc) - 2 },
		{ xmpp, COUNT(xmpp) - 2 },
		{ ldap, COUNT(ldap) - 2 },
		{ ldap_long, COUNT(ldap_long) - 2 },
		{ postgresql, COUNT(postgresql) - 2 },
		{ mysql, COUNT(mysql) - 2 },
		{ rdp, COUNT(rdp) - 2 },
	};

	for (size_t i = 0; i < COUNT(agreed); i++) {
		struct result r = talk(agreed[i].says, agreed[i].count, SIZE_MAX / 2, BOTH);
		CHECK(!r.not );
		CHECK(prelude_agreed(&r.p));
		size_t at = 77;
		CHECK_INT(
			prelude_bytes(&r.p, CLIENT, wire_of("\x80\x2e\x01", 3), &at), PRELUDE_TLS);
		CHECK_INT(at, 0);
		/* One unit less is no agreement. */
		r = talk(agreed[i].says, agreed[i].count - 1, SIZE_MAX / 2, BOTH);
		CHECK(!r.not &&!r.tls[CLIENT] && !r.tls[SERVER] && !prelude_agreed(&r.p));
	}
}

/* A client that does not wait for the answer, in one chunk: each side keeps its own beginning. */
static void hello_ahead_of_the_answer(void **state)
{
	(void)state;
	static const char ahead[] = "CONNECT a:443 HTTP/1.1\r\n\r\n" HELLO;
	static const char answer[] = "HTTP/1.1 200 OK\r\n\r\n" HELLO;
	struct prelude p = { 0 };
	size_t at = 0;

	CHECK_INT(prelude_bytes(&p, CLIENT, wire_of(ahead, sizeof ahead - 1), &at), PRELUDE_TLS);
	CHECK_INT(at, sizeof ahead - sizeof HELLO);
	CHECK(!prelude_agreed(&p));
	CHECK_INT(prelude_bytes(&p, SERVER, wire_of(answer, sizeof answer - 1), &at), PRELUDE_TLS);
	CHECK_INT(at, sizeof answer - sizeof HELLO);
}

/* A server that has nothing to say but an alert, after a hello it did not like. */
static void alert_instead_of_hello(void **state)
{
	(void)state;
	struct prelude p = { 0 };
	size_t at = 0;

	CHECK_INT(prelude_bytes(&p, CLIENT, wire_of("PROXY UNKNOWN\r\n", 15), &at), PRELUDE_MORE);
	CHECK_INT(prelude_bytes(&p, CLIENT, wire_of(HELLO, 5), &at), PRELUDE_TLS);
	CHECK_INT(prelude_bytes(&p, SERVER, wire_of("\x15\x03\x01", 3), &at), PRELUDE_TLS);
	CHECK_INT(at, 0);
}

/* Takes the wrapped bytes out of a stream, cut in pieces. */
static size_t unwrap_all(
	struct prelude *p, enum side side, uint8_t *out, struct wire bytes, size_t cut)
{
	size_t n = 0;

	while (bytes.n > 0) {
		struct wire piece = wire_cut(&bytes, bytes.n < cut ? bytes.n : cut), run;
		while (prelude_unwrap(p, side, &piece, &run)) {
			CHECK(run.n > 0);
			memcpy(out + n, run.p, run.n);
			n += run.n;
		}
		CHECK_INT(piece.n, 0);
	}
	return n;
}

/* MS-TDS 2.2.6.5: the handshake in packets of type 0x12, then records alone. */
static void tds(void **state)
{
	(void)state;
	static const struct say prelogin[] = {
		C("\x12\x01\x00\x13\x00\x00\x01\x00\x00\x00\x0b\x00\x01\xff\x00\x01\x02\x03\x04"),
		S("\x04\x01\x00\x13\x00\x00\x01\x00\x00\x00\x0b\x00\x01\xff\x00\x01\x02\x03\x04"),
	};
	static const char wrapped[] = "\x12\x00\x00\x0b\0\0\1\0"
				      "\x16\x03\x01"
				      "\x12\x01\x00\x0c\0\0\1\0"
				      "\x00\x02"
				      "ab"
				      "\x12\x01\x00\x08\0\0\1\0" /* empty */
				      "\x17\x03\x03\x00\x01\x12"
				      "\x12\x01\x00";
	static const char expected[] = "\x16\x03\x01\x00\x02"
				       "ab\x17\x03\x03\x00\x01\x12\x12\x01\x00";

	for (size_t cut = 1; cut <= sizeof wrapped; cut++) {
		struct result r = talk(prelogin, 2, cut, BOTH);
		CHECK(!r.not &&!r.tls[CLIENT] && !r.tls[SERVER]);
		CHECK_TEXT(prelude_proto(&r.p), "tds");
		CHECK(prelude_wraps(&r.p));
		for (enum side side = CLIENT; side <= SERVER; side++) {
			uint8_t out[sizeof wrapped];
			size_t at = 77;
			struct wire all = wire_of(wrapped, sizeof wrapped - 1);
			struct wire first = wire_of(wrapped, cut < all.n ? cut : all.n);

			CHECK_INT(prelude_bytes(&r.p, side, first, &at), PRELUDE_TLS);
			CHECK_INT(at, 0);
			CHECK_INT(unwrap_all(&r.p, side, out, all, cut), sizeof expected - 1);
			CHECK_BYTES(out, expected, sizeof expected - 1);
		}
	}
}

/* Where nothing wraps, all bytes go through as they are. */
static void nothing_to_unwrap(void **state)
{
	(void)state;
	struct prelude p = { 0 };
	struct wire bytes = wire_of("abc", 3), out;

	CHECK(!prelude_wraps(&p));
	CHECK(prelude_unwrap(&p, CLIENT, &bytes, &out));
	CHECK(wire_equals(out, "abc", 3));
	CHECK(!prelude_unwrap(&p, CLIENT, &bytes, &out));
}

RUN(test(all_protocols), test(one_direction), test(agreement_is_enough),
	test(hello_ahead_of_the_answer), test(alert_instead_of_hello), test(tds),
	test(nothing_to_unwrap))
