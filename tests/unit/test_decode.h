/* Packets for the tests of decoding: each carries one TCP segment, 40000 to 443, "hello". */
#ifndef UNIT_TEST_DECODE_H
#define UNIT_TEST_DECODE_H

#include "check.h"

#include "decode/decode.h"

/* 192.0.2.1 to 198.51.100.2, time to live 64, identification 0x1234, do not fragment. */
#define TCP4_TCP "9c4001bb 01020304 05060708 50181000 c1ae0000 68656c6c 6f"
#define TCP4     "4500002d 12344000 40063c60 c0000201 c6336402" TCP4_TCP
/* 2001:db8::1 to 2001:db8::2, hop limit 61. */
#define TCP6_TCP "9c4001bb 01020304 05060708 50181000 52710000 68656c6c 6f"
#define TCP6                                                    \
	"60000000 0019063d 20010db8 00000000 00000000 00000001" \
	"20010db8 00000000 00000000 00000002" TCP6_TCP
/* To 02:00:00:00:00:02 from 02:00:00:00:00:01. */
#define MACS "02000000 00020200 00000001"

#define E(kind, number) ((uint64_t)ENCAP_##kind << 56 | (number))

struct good {
	const char *name;
	uint32_t linktype;
	const char *hex;
	uint8_t family;
	uint8_t encap_count;
	uint64_t encap[4];
};

/* Decodes a copy that ends where the packet ends, so that sanitizers see a read behind it. Free
 * with free. */
__attribute__((unused)) static enum decode_result decode_copy(struct decoder *decoder,
	struct frame *frame, uint8_t **copy, uint32_t linktype, const uint8_t *data, size_t n,
	size_t len)
{
	static const struct onpath_source source = { .name = "test" };

	*copy = malloc(n > 0 ? n : 1);
	if (n > 0)
		memcpy(*copy, data, n);
	const struct onpath_packet packet = {
		.time_ns = 1000000000,
		.data = *copy,
		.caplen = (uint32_t)n,
		.len = (uint32_t)len,
		.linktype = linktype,
		.number = 1,
		.source = &source,
	};
	return decode_packet(decoder, frame, &packet);
}

/* The frame of hex is in *frame; its spans stay valid until free(*copy). */
__attribute__((unused)) static enum decode_result decode_hex(struct decoder *decoder,
	struct frame *frame, uint8_t **copy, uint32_t linktype, const char *hex)
{
	uint8_t bytes[2048];
	size_t n = unhex(bytes, sizeof bytes, hex);

	return decode_copy(decoder, frame, copy, linktype, bytes, n, n);
}

static void check_hello(const struct good *good, const struct frame *frame)
{
	static const uint8_t src4[16] = { 192, 0, 2, 1 };
	static const uint8_t dst4[16] = { 198, 51, 100, 2 };
	static const uint8_t src6[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	static const uint8_t dst6[16] = { 0x20, 1, 0xd, 0xb8, [15] = 2 };

	CHECK_INT(frame->family, good->family);
	CHECK_BYTES(frame->src, good->family == 4 ? src4 : src6, 16);
	CHECK_BYTES(frame->dst, good->family == 4 ? dst4 : dst6, 16);
	CHECK_INT(frame->ttl, good->family == 4 ? 64 : 61);
	CHECK_INT(frame->ip_id, good->family == 4 ? 0x1234 : 0);
	CHECK_INT(frame->dont_fragment, good->family == 4);
	CHECK(!frame->fragmented);
	CHECK_INT(frame->proto, FRAME_TCP);
	CHECK_INT(frame->sport, 40000);
	CHECK_INT(frame->dport, 443);
	CHECK_INT(frame->seq, 0x01020304);
	CHECK_INT(frame->ack, 0x05060708);
	CHECK_INT(frame->flags, TCP_PSH | TCP_ACK);
	CHECK_INT(frame->window, 0x1000);
	CHECK_INT(frame->options.n, 0);
	CHECK_INT(frame->payload_len, 5);
	CHECK(wire_equals(frame->payload, "hello", 5));
	for (size_t i = 0; i < good->encap_count; i++)
		CHECK_INT(frame->encap[i], good->encap[i]);
}

/* Whatever was cut off: no read behind the end, and no payload but from the packet. */
static void check_cuts(const struct good *good, const uint8_t *bytes, size_t n)
{
	struct onpath_stats stats = { 0 };
	CLEANUP(decoder_free) struct decoder *decoder = NULL;

	CHECK_INT(decoder_new(&decoder, &stats, false), 0);
	for (size_t cut = 0; cut < n; cut++) {
		struct frame frame;
		CLEANUP(free) uint8_t *copy = NULL;
		if (decode_copy(decoder, &frame, &copy, good->linktype, bytes, cut, n) !=
			DECODE_FRAME)
			continue;
		CHECK(frame.payload.n <= frame.payload_len);
		if (frame.payload.n > 0) {
			CHECK(frame.payload.p >= copy);
			CHECK(frame.payload.p + frame.payload.n <= copy + cut);
		}
		if (frame.proto == FRAME_TCP)
			CHECK_INT(frame.payload_len, 5);
	}
}

/* The packet as a whole, with and without a look at its checksums, and each proper prefix of it. */
__attribute__((unused)) static void check_good(const struct good *good)
{
	uint8_t bytes[2048];
	size_t n = unhex(bytes, sizeof bytes, good->hex);

	for (int demand = 0; demand < 2; demand++) {
		struct onpath_stats stats = { 0 };
		struct frame frame;
		CLEANUP(decoder_free) struct decoder *decoder = NULL;
		CLEANUP(free) uint8_t *copy = NULL;
		CHECK_INT(decoder_new(&decoder, &stats, demand), 0);
		enum decode_result result =
			decode_copy(decoder, &frame, &copy, good->linktype, bytes, n, n);
		if (result != DECODE_FRAME || frame.encap_count != good->encap_count)
			fail_msg("%s: result %d", good->name, (int)result);
		check_hello(good, &frame);
		CHECK_INT(stats.packets_tcp, 1);
		CHECK_INT(stats.ipv4 + stats.ipv6, 1);
	}
	check_cuts(good, bytes, n);
}

#endif
