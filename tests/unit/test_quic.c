/* quic: the packets of RFC 9001 and 9369, appendix A, and Initials in any order and cut. */
#include "test_quic_bench.h"

#include "quic/quic_crypto.h"

/* RFC 9001 A.2: the CRYPTO frame of the client's Initial, and A.3: the frames of the server's. */
static const char client_frames[] =
	"060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c"
	"00000413011302010000c000000010000e00000b6578616d706c652e636f6dff01000100000a00080006"
	"001d0017001800100007000504616c706e000500050100000000003300260024001d00209370b2c9caa4"
	"7fbabaf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e040305"
	"0306030203080408050806002d00020101001c00024001003900320408ffffffffffffffff05048000ff"
	"ff07048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff";
static const char server_frames[] =
	"02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc543"
	"0b9a045a1200130100002e00330024001d00209d3c940d89690b84d08a60993c144eca684d1081287c83"
	"4d5311bcf32bb9da1a002b00020304";
/* RFC 9001 A.3 and RFC 9369 A.3. */
static const char server_v1[] =
	"cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69"
	"797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73"
	"cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456"
	"cbc42158407dd074ee";
static const char server_v2[] =
	"dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89"
	"237bbf87263017915358230035f7fd3945d88965cf17f9af6e16886c61bfc703106fbaf3cb4cfa52382d"
	"d16a393e42757507698075b2c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce"
	"7ca84bed8521e2e140";

/* RFC 9001 A.1, RFC 9369 A.1. */
static void keys_of_the_standard(void **state)
{
	(void)state;
	static const struct {
		uint32_t version;
		enum side side;
		const char *hex; /* key, iv, hp */
	} known[] = {
		{ SEAL_V1, CLIENT,
			"1f369613dd76d5467730efcbe3b1a22d fa044b2f42a3fd3b46fb255c "
			"9f50449e04a0e810283a1e9933adedd2" },
		{ SEAL_V1, SERVER,
			"cf3a5331653c364c88f0f379b6067e37 0ac1493ca1905853b0bba03e "
			"c206b8d9b9f0f37644430b490eeaa314" },
		{ SEAL_V2, CLIENT,
			"8b1a0bc121284290a29e0971b5cd045d 91f73e2351d8fa91660e909f "
			"45b95e15235d6f45a6b19cbcb0294ba9" },
		{ SEAL_V2, SERVER,
			"82db637861d55e1d011f19ea71d5d2a7 dd13c276499c0249d3310652 "
			"edf6d05c83121201b436e16877593c3a" },
	};
	struct bench b;
	bench_init(&b);

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		uint8_t expected[44];
		struct quic_keys keys[2];
		const struct quic_version *version = quic_version_find(known[i].version);

		assert_non_null(version);
		CHECK_INT(unhex(expected, sizeof expected, known[i].hex), sizeof expected);
		CHECK_INT(quic_keys_derive(b.crypto, keys, version, wire_of(DCID, 8)), 0);
		CHECK_BYTES(keys[known[i].side].key, expected, 16);
		CHECK_BYTES(keys[known[i].side].iv, expected + 16, 12);
		CHECK_BYTES(keys[known[i].side].hp, expected + 28, 16);
	}
	bench_deinit(&b);
}

/* A.2: the client's Initial. The packet is sealed here; its beginning and its tag are those of the
 * standard. */
static size_t client_initial(uint8_t out[1200], uint32_t version)
{
	static const char head_v1[] = "c000000001088394c8f03e5157080000449e7b9aec34"
				      "d1b1c98dd7689fb8ec11d242b123dc9b";
	static const char head_v2[] = "d76b3343cf088394c8f03e5157080000449ea0c95e82"
				      "ffe67b6abcdb4298b485dd04de806071";
	bool v2 = version == SEAL_V2;
	uint8_t frames[1162] = { 0 }, head[38], tag[16];
	struct seal_keys keys = seal_keys_of(version, false, DCID, 8);
	struct seal_packet packet = {
		.version = version, .dcid = DCID, .number = 2, .number_n = 4
	};

	CHECK_INT(unhex(frames, sizeof frames, client_frames), 245);
	CHECK_INT(seal(out, &keys, &packet, frames, sizeof frames), 1200);
	CHECK_INT(unhex(head, sizeof head, v2 ? head_v2 : head_v1), 38);
	CHECK_BYTES(out, head, 38);
	CHECK_INT(unhex(tag, sizeof tag,
			  v2 ? "a18b2faa745b6fe189cf772a9f84cbfc"
			     : "e221af44860018ab0856972e194cd934"),
		16);
	CHECK_BYTES(out + 1184, tag, 16);
	return 1200;
}

static void packets_of(uint32_t version, const char *server_hex)
{
	uint8_t datagram[1200], frames[300];
	struct bench b;
	bench_init(&b);

	size_t n = client_initial(datagram, version);
	CHECK(quic_looks_like_initial(wire_of(datagram, n)));
	give(&b, CLIENT, datagram, n);
	CHECK_INT(unhex(frames, sizeof frames, client_frames), 245);
	has(&b, CLIENT, frames + 4, 241);
	CHECK_INT(quic_conn_version(b.conn), version);

	n = unhex(datagram, sizeof datagram, server_hex);
	CHECK_INT(n, 135);
	give(&b, SERVER, datagram, n);
	CHECK_INT(unhex(frames, sizeof frames, server_frames), 99);
	has(&b, SERVER, frames + 9, 90);
	CHECK_INT(b.stats.quic_decrypt_failed, 0);
	CHECK_INT(quic_conn_conflicts(b.conn), 0);
	CHECK(!quic_conn_encrypted(b.conn, CLIENT) && !quic_conn_over(b.conn));
	bench_deinit(&b);
}

static void packets_of_the_standard(void **state)
{
	(void)state;
	packets_of(SEAL_V1, server_v1);
	packets_of(SEAL_V2, server_v2);
}

static void cut_or_changed(void **state)
{
	(void)state;
	uint8_t datagram[1200];
	size_t n = client_initial(datagram, SEAL_V1);

	for (size_t cut = 0; cut < n; cut++) {
		struct bench b;
		if (cut > 70 && cut % 97 != 0 && cut < n - 20)
			continue;
		bench_init(&b);
		CHECK(!quic_looks_like_initial(wire_of(datagram, cut)));
		give(&b, CLIENT, datagram, cut);
		has(&b, CLIENT, NULL, 0);
		bench_deinit(&b);
	}
	for (size_t at = 0; at < n; at++) {
		struct bench b;
		if (at > 70 && at % 97 != 0 && at < n - 20)
			continue;
		bench_init(&b);
		datagram[at] ^= 0x40;
		give(&b, CLIENT, datagram, n);
		has(&b, CLIENT, NULL, 0);
		datagram[at] ^= 0x40;
		bench_deinit(&b);
	}
}

/* One packet with 10 bytes of the hello, its number cut to so many bytes. */
static void send_number(struct bench *b, uint64_t number, unsigned number_n, size_t offset)
{
	uint8_t datagram[200], frame[100];
	struct seal_keys keys = seal_keys_of(SEAL_V1, false, DCID, 8);
	struct seal_packet packet = { SEAL_V1, DCID, NULL, NULL, number, number_n };

	size_t n = crypto_frame(frame, hello, offset, 10);
	give(b, CLIENT, datagram, seal(datagram, &keys, &packet, frame, n));
}

/* RFC 9000 A.3: after 0xa82f30ea the number 0xa82f9b32 is sent in two bytes. */
static void packet_numbers(void **state)
{
	(void)state;
	struct bench b;
	bench_init(&b);

	send_number(&b, 0xfe, 1, 0);
	send_number(&b, 0x101, 1, 10); /* over the end of a byte, and back */
	send_number(&b, 0xff, 1, 20);
	send_number(&b, 0xa82f30ea, 4, 30);
	send_number(&b, 0xa82f9b32, 2, 40);
	send_number(&b, 0xa82f9b30, 1, 50);
	has(&b, CLIENT, hello, 60);
	bench_deinit(&b);
}

/* Frames of all kinds, out of order, twice, overlapping, over several packets in any order. */
static void frames_in_any_order(void **state)
{
	(void)state;
	static const unsigned orders[][4] = { { 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 2, 0, 3, 1 },
		{ 1, 3, 0, 2 } };
	size_t n = sizeof hello - 1;

	for (size_t i = 0; i < 4; i++) {
		struct bench b;
		bench_init(&b);
		for (size_t k = 0; k < 4; k++) {
			static const uint8_t ack[] = { 0x02, 0x00, 0x00, 0x01, 0x00, 0x02, 0x03 };
			static const uint8_t ecn[] = { 0x03, 0x40, 0x05, 0x00, 0x00, 0x00, 1, 2,
				3 };
			uint8_t frames[400] = { 0x00, 0x01 };
			size_t at = 2, part = orders[i][k];

			memcpy(frames + at, ack, sizeof ack);
			at += sizeof ack;
			at += crypto_frame(
				frames + at, hello, part * 15 + 10, part == 3 ? n - 55 : 12);
			memcpy(frames + at, ecn, sizeof ecn);
			at += sizeof ecn;
			at += crypto_frame(frames + at, hello, part * 15, 12);
			send_frames(&b, &client, k, frames, at + 20); /* PADDING */
		}
		has(&b, CLIENT, hello, n);
		CHECK_INT(quic_conn_conflicts(b.conn), 0);
		bench_deinit(&b);
	}
}

/* The client goes over to the server's ID; keys stay. Handshake and 1-RTT packets are noticed. */
static void on_to_the_handshake(void **state)
{
	(void)state;
	static const uint8_t handshake[] = { 0xe0, 0, 0, 0, 1, 0, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9,
		10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 };
	static const struct from changed = { .side = CLIENT, .dcid = SCID };
	struct bench b;
	bench_init(&b);

	send_text(&b, &client, 0, hello, 0, 30);
	send_text(&b, &server, 0, hello, 0, 20);
	send_text(&b, &changed, 1, hello, 30, 30);
	has(&b, CLIENT, hello, 60);
	has(&b, SERVER, hello, 20);
	CHECK(!quic_conn_encrypted(b.conn, SERVER));

	/* Coalesced: Initial, then Handshake. */
	uint8_t datagram[400], frame[60];
	struct seal_keys keys = seal_keys_of(SEAL_V1, true, DCID, 8);
	struct seal_packet packet = { SEAL_V1, "", SCID, NULL, 1, 1 };
	size_t n = seal(datagram, &keys, &packet, frame, crypto_frame(frame, hello, 20, 10));
	memcpy(datagram + n, handshake, sizeof handshake);
	give(&b, SERVER, datagram, n + sizeof handshake);
	has(&b, SERVER, hello, 30);
	CHECK(quic_conn_encrypted(b.conn, SERVER) && !quic_conn_encrypted(b.conn, CLIENT));
	CHECK(!quic_conn_over(b.conn));

	static const uint8_t one_rtt[40] = { 0x43 };
	give(&b, CLIENT, one_rtt, sizeof one_rtt);
	CHECK(quic_conn_encrypted(b.conn, CLIENT) && quic_conn_over(b.conn));

	quic_conn_take(b.conn, CLIENT, 30);
	has(&b, CLIENT, hello + 30, 30);
	bench_deinit(&b);
}

/* RFC 9001 A.4; then the client's keys are made of the server's ID. The Retry itself may be
 * missing. */
static void retry(void **state)
{
	(void)state;
	static const struct from again = { .side = CLIENT, .keys = SCID, .token = "token" };
	static const struct from answer = { .side = SERVER, .keys = SCID, .dcid = "x" };

	for (int seen = 0; seen < 2; seen++) {
		uint8_t packet[100];
		struct bench b;
		bench_init(&b);
		send_text(&b, &client, 0, hello, 0, 40);
		size_t n = unhex(packet, sizeof packet,
			"ff000000010008f067a5502a4262b5746f6b656e"
			"04a265ba2eff4d829058fb3f0f2496ba");
		if (seen)
			give(&b, SERVER, packet, n);
		send_text(&b, &again, 1, hello, 0, 40);
		send_text(&b, &again, 2, hello, 40, 20);
		send_text(&b, &answer, 0, hello, 0, 50);
		has(&b, CLIENT, hello, 60);
		has(&b, SERVER, hello, 50);
		CHECK_INT(quic_conn_conflicts(b.conn), 0);
		CHECK_INT(b.stats.quic_decrypt_failed, 0);
		bench_deinit(&b);
	}
}

/* RFC 9368, RFC 9369 4: the server goes over to version 2 with keys of the same ID. */
static void compatible_version(void **state)
{
	(void)state;
	static const struct from server2 = { .side = SERVER, .version = SEAL_V2, .dcid = "x" };
	static const struct from client2 = { .side = CLIENT, .version = SEAL_V2, .dcid = SCID };
	struct bench b;
	bench_init(&b);

	send_text(&b, &client, 0, hello, 0, 40);
	send_text(&b, &server2, 0, hello, 0, 50);
	send_text(&b, &client2, 1, hello, 40, 10);
	has(&b, CLIENT, hello, 50);
	has(&b, SERVER, hello, 50);
	CHECK_INT(quic_conn_version(b.conn), SEAL_V2);
	bench_deinit(&b);
}

RUN(test(keys_of_the_standard), test(packets_of_the_standard), test(cut_or_changed),
	test(packet_numbers), test(frames_in_any_order), test(on_to_the_handshake), test(retry),
	test(compatible_version))
