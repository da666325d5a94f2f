/* quic: Initials that begin anew, contradict each other, pass a limit or are none. */
#include "test_quic_bench.h"

/* RFC 9001 A.3. */
static const char server_v1[] =
	"cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69"
	"797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73"
	"cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456"
	"cbc42158407dd074ee";
/* Some clients make another hello after a Retry; it takes the place of the first. Only once, and
 * only after a Retry. */
static void retry_with_new_hello(void **state)
{
	(void)state;
	static const char other[] = "Another hello of the same client, which has a new random";
	static const struct from again = { .side = CLIENT, .keys = SCID, .token = "token" };

	for (int seen = 0; seen < 2; seen++) {
		uint8_t packet[100];
		struct bench b;
		bench_init(&b);
		send_text(&b, &client, 0, hello, 0, 40);
		quic_conn_take(b.conn, CLIENT, 10);
		size_t n = unhex(packet, sizeof packet,
			"ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba");
		if (seen)
			give(&b, SERVER, packet, n);
		send_text(&b, &again, 1, other, 0, 30);
		send_text(&b, &again, 2, other, 30, 20);
		CHECK_INT(quic_conn_conflicts(b.conn) > 0, !seen);
		if (seen) {
			has(&b, CLIENT, other, 50);
			send_text(&b, &again, 3, hello, 0, 40);
			CHECK(quic_conn_conflicts(b.conn) > 0);
		}
		bench_deinit(&b);
	}
}

/* RFC 9000 6: a Version Negotiation packet, and the client begins anew. One with a wrong ID changes
 * nothing. */
static void version_negotiation(void **state)
{
	(void)state;
	static const char offer[] = "\x80\0\0\0\0"
				    "\x00"
				    "\x08" DCID "\x6b\x33\x43\xcf";
	static const char wrong[] = "\x80\0\0\0\0"
				    "\x00"
				    "\x08" SCID "\x6b\x33\x43\xcf";
	static const struct from anew = {
		.side = CLIENT, .version = SEAL_V2, .keys = "another-id"
	};

	for (int right = 0; right < 2; right++) {
		struct bench b;
		bench_init(&b);
		send_text(&b, &client, 0, hello, 0, 40);
		give(&b, SERVER, (const uint8_t *)(right ? offer : wrong), sizeof offer - 1);
		send_text(&b, &anew, 0, "Another Hello of another handshake", 0, 34);
		if (right)
			has(&b, CLIENT, "Another Hello of another handshake", 34);
		else
			has(&b, CLIENT, hello, 40);
		CHECK_INT(quic_conn_conflicts(b.conn) > 0, !right);
		/* Once is enough, and only for the first ID. */
		static const char more[] = "\x80\0\0\0\0"
					   "\x00"
					   "\x0a"
					   "another-id"
					   "\0\0\0\1";
		give(&b, SERVER, (const uint8_t *)more, sizeof more - 1);
		CHECK(quic_conn_peek(b.conn, CLIENT).n > 0);
		bench_deinit(&b);
	}
}

/* A lie is not forgotten because somebody lets the client begin anew. */
static void conflicts_stay(void **state)
{
	(void)state;
	static const char offer[] = "\x80\0\0\0\0\0\x08" DCID "\x6b\x33\x43\xcf";
	struct bench b;
	bench_init(&b);

	send_text(&b, &client, 0, hello, 0, 40);
	send_text(&b, &client, 1, "a ClientHello of someone else, the same length.", 0, 40);
	CHECK_INT(quic_conn_conflicts(b.conn), 1);
	give(&b, SERVER, (const uint8_t *)offer, sizeof offer - 1);
	has(&b, CLIENT, NULL, 0);
	CHECK_INT(quic_conn_conflicts(b.conn), 1);
	bench_deinit(&b);
}

/* Initial packets can be made by anyone who saw the first one: the first bytes stay, the lie is
 * counted. */
static void forged_hello(void **state)
{
	(void)state;
	static const struct from forger = { .side = CLIENT, .keys = "forgery!" };
	static const struct from *const from[] = { &client, &forger };

	for (size_t i = 0; i < 2; i++) {
		struct bench b;
		bench_init(&b);
		send_text(&b, &client, 0, hello, 0, 40);
		send_text(&b, from[i], 1, "a ClientHello of someone else, the same length.", 0, 40);
		send_text(&b, &server, 0, hello, 0, 10);
		has(&b, CLIENT, hello, 40);
		has(&b, SERVER, hello, 10);
		CHECK_INT(quic_conn_conflicts(b.conn), 1);
		bench_deinit(&b);
	}
}

static void limits(void **state)
{
	(void)state;
	struct bench b;
	bench_init(&b);

	/* Bytes behind the limit are not kept; those before it are. */
	uint8_t frames[1000];
	static const uint8_t beyond[] = { 0x06, 0x80, 0x00, 0xff, 0xff, 0x02, 'x', 'y' };
	static const uint8_t far_off[] = { 0x06, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0x01, 'x', 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	CHECK_INT(QUIC_CRYPTO_MAX, 65536);
	send_frames(&b, &client, 0, beyond, sizeof beyond);
	CHECK_INT(b.stats.quic_frames_refused, 1);
	send_frames(&b, &client, 1, far_off, sizeof far_off);
	CHECK_INT(b.stats.quic_frames_refused, 2);
	CHECK_INT(b.budget.used, 0);

	/* Too many frames: what came before counts. PADDING is none. */
	memset(frames, 0x01, QUIC_FRAMES_MAX);
	size_t n = QUIC_FRAMES_MAX - 1 + crypto_frame(frames + QUIC_FRAMES_MAX - 1, hello, 0, 5);
	send_frames(&b, &client, 2, frames, n);
	has(&b, CLIENT, hello, 5);
	n = QUIC_FRAMES_MAX + crypto_frame(frames + QUIC_FRAMES_MAX, hello, 5, 5);
	frames[QUIC_FRAMES_MAX - 1] = 0x01;
	send_frames(&b, &client, 3, frames, n);
	has(&b, CLIENT, hello, 5);
	CHECK_INT(b.stats.quic_frames_refused, 3);

	for (unsigned i = 4; i < QUIC_INITIALS_MAX; i++)
		send_text(&b, &client, i, hello, 0, 5);
	send_text(&b, &client, QUIC_INITIALS_MAX, hello, 5, 5);
	has(&b, CLIENT, hello, 5);
	bench_deinit(&b);
}

/* Frames that an Initial must not carry, or that are cut short, end the packet. */
static void bad_frames(void **state)
{
	(void)state;
	static const uint8_t types[] = { 0x04, 0x05, 0x07, 0x08, 0x0f, 0x18, 0x1d, 0x1e, 0x3f };

	for (size_t i = 0; i < sizeof types; i++) {
		uint8_t frames[100];
		struct bench b;
		bench_init(&b);
		size_t n = crypto_frame(frames, hello, 0, 10);
		frames[n++] = types[i];
		n += crypto_frame(frames + n, hello, 10, 10);
		send_frames(&b, &client, 0, frames, n);
		has(&b, CLIENT, hello, 10);
		/* Cut short: nothing of the frame is taken. */
		n = crypto_frame(frames, hello, 10, 10);
		send_frames(&b, &client, 1, frames, n - 1);
		has(&b, CLIENT, hello, 10);
		bench_deinit(&b);
	}
}

/* Keys of an ID of the server's choice are for the client to use, not for the server. */
static void forged_by_server(void **state)
{
	(void)state;
	static const struct from forger = { .side = SERVER, .keys = "forgery!" };
	struct bench b;
	bench_init(&b);

	send_text(&b, &client, 0, hello, 0, 40);
	send_text(&b, &forger, 0, hello, 0, 40);
	has(&b, SERVER, NULL, 0);
	CHECK_INT(b.stats.quic_decrypt_failed, 1);
	bench_deinit(&b);
}

/* Without the client's first Initial there are no keys. */
static void server_only(void **state)
{
	(void)state;
	uint8_t datagram[200];
	size_t n = unhex(datagram, sizeof datagram, server_v1);
	struct bench b;
	bench_init(&b);

	CHECK(!quic_looks_like_initial(wire_of(datagram, n)));
	for (unsigned i = 0; i < QUIC_INITIALS_MAX + 2; i++)
		give(&b, SERVER, datagram, n);
	has(&b, SERVER, NULL, 0);
	CHECK_INT(b.stats.quic_decrypt_failed, QUIC_INITIALS_MAX);
	bench_deinit(&b);
}

#define LONG_ID "c00000000115 010203040506070809101112131415161718192021 "

static void looks(void **state)
{
	(void)state;
	static const char *const no[] = {
		"",
		"c0",
		"c000000001",
		"80808080",
		"c000000001",
		/* Handshake, 0-RTT and Retry of version 1; Initial of version 1 as a type of
		   version 2 */
		"e000000001088394c8f03e5157080014 0102030405060708090a0b0c0d0e0f1011121314",
		"d000000001088394c8f03e5157080014 0102030405060708090a0b0c0d0e0f1011121314",
		"f000000001088394c8f03e5157080014 0102030405060708090a0b0c0d0e0f1011121314",
		"c06b3343cf088394c8f03e515708000014 0102030405060708090a0b0c0d0e0f1011121314",
		/* unknown version, Version Negotiation, an ID of 7 bytes, of 21, payload cut, too
		   short */
		"c01a2a3a4a088394c8f03e515708000014 0102030405060708090a0b0c0d0e0f1011121314",
		"c000000000088394c8f03e515708000014 0102030405060708090a0b0c0d0e0f1011121314",
		"c000000001078394c8f03e5157000014 0102030405060708090a0b0c0d0e0f1011121314",
		LONG_ID "000014 0102030405060708090a0b0c0d0e0f1011121314",
		"c000000001088394c8f03e515708000014 0102030405060708090a0b0c0d0e0f10111213",
		"c000000001088394c8f03e515708000013 0102030405060708090a0b0c0d0e0f10111213",
		/* RTP, DNS, DTLS, short header */
		"80600001000000010000000100112233445566778899aabbccddeeff",
		"8a3a01000001000000000000076578616d706c6503636f6d0000010001",
		"16feff0000000000000000003601000002000000000000002afeff",
		"40088394c8f03e515708000014 0102030405060708090a0b0c0d0e0f1011121314",
	};
	static const char *const yes[] = {
		"c000000001088394c8f03e515708000014 0102030405060708090a0b0c0d0e0f1011121314",
		"d06b3343cf088394c8f03e515708000014 0102030405060708090a0b0c0d0e0f1011121314",
		"c0ff00001d088394c8f03e515708000014 0102030405060708090a0b0c0d0e0f1011121314",
		/* with a token; followed by another packet; the fixed bit greased (RFC 9287) */
		"c000000001088394c8f03e5157080002aabb14 0102030405060708090a0b0c0d0e0f1011121314",
		"c000000001088394c8f03e515708000014 0102030405060708090a0b0c0d0e0f1011121314 e0",
		"8000000001088394c8f03e515708000014 0102030405060708090a0b0c0d0e0f1011121314",
	};
	uint8_t datagram[200];

	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		CHECK(!quic_looks_like_initial(
			wire_of(datagram, unhex(datagram, sizeof datagram, no[i]))));
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		size_t n = unhex(datagram, sizeof datagram, yes[i]);
		CHECK(quic_looks_like_initial(wire_of(datagram, n)));
		for (size_t cut = 0; cut < n - 1; cut++)
			CHECK(!quic_looks_like_initial(wire_of(datagram, cut)));
	}
}

RUN(test(retry_with_new_hello), test(version_negotiation), test(conflicts_stay), test(forged_hello),
	test(limits), test(bad_frames), test(forged_by_server), test(server_only), test(looks))
