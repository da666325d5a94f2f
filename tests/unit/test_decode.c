/* Lengths, checksums and counters of decoding, on packets without anything between Ethernet and TCP
 * or UDP. */
#include "test_decode.h"

static struct onpath_stats stats;

static int setup(void **state)
{
	struct decoder *decoder = NULL;

	stats = (struct onpath_stats) { 0 };
	CHECK_INT(decoder_new(&decoder, &stats, false), 0);
	*state = decoder;
	return 0;
}

static int setup_demanding(void **state)
{
	struct decoder *decoder = NULL;

	stats = (struct onpath_stats) { 0 };
	CHECK_INT(decoder_new(&decoder, &stats, true), 0);
	*state = decoder;
	return 0;
}

static int teardown(void **state)
{
	decoder_free(*state);
	return 0;
}

#define ETHER MACS "0800"
/* With a maximum segment size of 1460, window scale 7 and padding: 8 bytes of options, 44 bytes of
 * header. */
#define SYN                                            \
	"45000030 00010000 40060000 c0000201 c6336402" \
	"9c4001bb 01020304 00000000 7002faf0 00000000 020405b4 01030307"
#define UDP4(length, checksum)                         \
	"45000021 12340000 40117c61 c0000201 c6336402" \
	"9c4001bb " length checksum "68656c6c 6f"

static void the_ethernet_addresses_are_kept(void **state)
{
	static const uint8_t dst[] = { 2, 0, 0, 0, 0, 2 };
	static const uint8_t src[] = { 2, 0, 0, 0, 0, 1 };
	static const char *const packets[] = {
		ETHER TCP4, MACS "86dd" TCP6, MACS "8100 0064 0800" TCP4,
		MACS "8847 00010140 0000000a 00000b00 0000000c 0800" TCP4, /* not those inside */
	};

	for (size_t i = 0; i < 4; i++) {
		struct frame frame;
		CLEANUP(free) uint8_t *copy = NULL;
		CHECK_INT(decode_hex(*state, &frame, &copy, 1, packets[i]), DECODE_FRAME);
		CHECK_BYTES(frame.ether_dst, dst, 6);
		CHECK_BYTES(frame.ether_src, src, 6);
	}
	struct frame frame;
	CLEANUP(free) uint8_t *copy = NULL;
	CHECK_INT(decode_hex(*state, &frame, &copy, 101, TCP4), DECODE_FRAME);
	CHECK(frame.ether_dst == NULL);
	CHECK(frame.ether_src == NULL);
}

static void tcp_options(void **state)
{
	static const uint8_t options[] = { 2, 4, 5, 0xb4, 1, 3, 3, 7 };
	struct frame frame;
	CLEANUP(free) uint8_t *copy = NULL;

	CHECK_INT(decode_hex(*state, &frame, &copy, 1, ETHER SYN "0000"), DECODE_FRAME);
	CHECK(wire_equals(frame.options, options, sizeof options));
	CHECK_INT(frame.payload.n, 0); /* the padding of Ethernet is no payload */
	CHECK_INT(frame.payload_len, 0);
	CHECK_INT(frame.flags, TCP_SYN);
	CHECK_INT(frame.window, 0xfaf0);
	CHECK(!frame.dont_fragment);
	CHECK_INT(frame.ip_id, 1);
}

/* Cut anywhere by the snaplen, the lengths stay those of the wire. */
static void snaplen(void **state)
{
	uint8_t bytes[128];
	size_t n = unhex(bytes, sizeof bytes, ETHER TCP4);

	CHECK_INT(n, 59);
	for (size_t cut = 54; cut <= n; cut++) {
		struct frame frame;
		CLEANUP(free) uint8_t *copy = NULL;
		CHECK_INT(decode_copy(*state, &frame, &copy, 1, bytes, cut, n), DECODE_FRAME);
		CHECK_INT(frame.payload_len, 5);
		CHECK(wire_equals(frame.payload, "hello", cut - 54));
	}
	n = unhex(bytes, sizeof bytes, ETHER SYN);
	for (size_t cut = 54; cut <= n; cut++) {
		struct frame frame;
		CLEANUP(free) uint8_t *copy = NULL;
		CHECK_INT(decode_copy(*state, &frame, &copy, 1, bytes, cut, n), DECODE_FRAME);
		CHECK_INT(frame.options.n, cut - 54);
		CHECK_INT(frame.payload.n, 0);
		CHECK_INT(frame.payload_len, 0);
	}
	CHECK_INT(stats.packets_tcp, 6 + 9);
	struct frame frame;
	CLEANUP(free) uint8_t *copy = NULL;
	CHECK_INT(decode_copy(*state, &frame, &copy, 1, bytes, 53, n), DECODE_INVALID);
	CHECK_INT(stats.packets_invalid, 1);
}

/* Some captures hold headers alone and say that this was the packet: the IP header knows better. */
static void the_ip_header_tells_the_length(void **state)
{
	uint8_t bytes[128];
	struct frame frame;
	CLEANUP(free) uint8_t *copy = NULL;

	(void)unhex(bytes, sizeof bytes, ETHER TCP4);
	CHECK_INT(decode_copy(*state, &frame, &copy, 1, bytes, 54, 54), DECODE_FRAME);
	CHECK_INT(frame.payload_len, 5);
	CHECK_INT(frame.payload.n, 0);
}

/* Captured before the network card cut them up: the IP header has no length. */
static void offloaded(void **state)
{
	static const char *const packets[] = {
		ETHER "45000000 12344000 40060000 c0000201 c6336402" TCP4_TCP,
		MACS "86dd 60000000 0000063d 20010db8 00000000 00000000 00000001"
		     "20010db8 00000000 00000000 00000002" TCP6_TCP,
	};

	for (size_t i = 0; i < 2; i++) {
		uint8_t bytes[128];
		size_t n = unhex(bytes, sizeof bytes, packets[i]);
		struct frame frame;
		CLEANUP(free) uint8_t *whole = NULL;
		CLEANUP(free) uint8_t *cut = NULL;
		CLEANUP(free) uint8_t *lie = NULL;
		CHECK_INT(decode_copy(*state, &frame, &whole, 1, bytes, n, n), DECODE_FRAME);
		CHECK(wire_equals(frame.payload, "hello", 5));
		CHECK_INT(frame.payload_len, 5);
		CHECK_INT(decode_copy(*state, &frame, &cut, 1, bytes, n - 2, n), DECODE_FRAME);
		CHECK(wire_equals(frame.payload, "hel", 3));
		CHECK_INT(frame.payload_len, 5);
		CHECK_INT(decode_copy(*state, &frame, &lie, 1, bytes, n, UINT32_MAX), DECODE_FRAME);
		CHECK_INT(frame.payload_len, PACKET_MAX - (n - 5));
	}
}

static void udp(void **state)
{
	struct frame frame;
	CLEANUP(free) uint8_t *copy = NULL;
	CLEANUP(free) uint8_t *behind = NULL;
	CLEANUP(free) uint8_t *jumbo = NULL;

	CHECK_INT(decode_hex(*state, &frame, &copy, 1, ETHER UDP4("000d", "0000")), DECODE_FRAME);
	CHECK_INT(frame.proto, FRAME_UDP);
	CHECK_INT(frame.sport, 40000);
	CHECK_INT(frame.dport, 443);
	CHECK_INT(frame.payload_len, 5);
	CHECK(wire_equals(frame.payload, "hello", 5));
	CHECK_INT(frame.flags | frame.seq | frame.ack | frame.window, 0);
	CHECK_INT(frame.options.n, 0);
	/* what is behind the datagram is not its payload */
	CHECK_INT(decode_hex(*state, &frame, &behind, 1, ETHER UDP4("000b", "0000")), DECODE_FRAME);
	CHECK(wire_equals(frame.payload, "hel", 3));
	CHECK_INT(frame.payload_len, 3);
	CHECK_INT(decode_hex(*state, &frame, &jumbo, 1, ETHER UDP4("0000", "0000")), DECODE_FRAME);
	CHECK(wire_equals(frame.payload, "hello", 5));
	CHECK_INT(stats.packets_udp, 3);
}

static void malformed_transport(void **state)
{
	static const char *const packets[] = {
		ETHER UDP4("0007", "0000"),
		ETHER UDP4("000e", "0000"), /* longer than the packet */
		/* a TCP header of 16 bytes, and one of 60 in a packet of 40 */
		ETHER
		"45000028 00010000 40060000 c0000201 c6336402 9c4001bb0102030400000000 4002faf000000000",
		ETHER
		"45000028 00010000 40060000 c0000201 c6336402 9c4001bb0102030400000000 f002faf000000000",
		ETHER
		"45000027 00010000 40060000 c0000201 c6336402 9c4001bb0102030400000000 5002faf0000000",
		ETHER "4500001b 00010000 40110000 c0000201 c6336402 9c4001bb 000800",
	};

	for (size_t i = 0; i < 6; i++) {
		struct frame frame;
		CLEANUP(free) uint8_t *copy = NULL;
		CHECK_INT(decode_hex(*state, &frame, &copy, 1, packets[i]), DECODE_INVALID);
	}
	CHECK_INT(stats.packets_invalid, 6);
	CHECK_INT(stats.ipv4, 6);
}

/* One segment is left: the checksum is over an address that is not the destination. */
#define ROUTED                                                  \
	"60000000 00312b3d 20010db8 00000000 00000000 00000001" \
	"20010db8 00000000 00000000 00000003"                   \
	"06020401 00000000 20010db8 00000000 00000000 00000002" TCP6_TCP

/* The checksums of these are right; *bad has one bit changed. */
static const struct {
	const char *good;
	const char *bad;
} sums[] = {
	{ TCP4, "4500002d 12344000 40063c61 c0000201 c6336402" TCP4_TCP },
	{ TCP4, "4500002d 12344000 40063c60 c0000201 c6336402"
		"9c4001bb 01020304 05060708 50181000 c1ae0000 68656c6c 6e" },
	{ TCP6, "60000000 0019063d 20010db8 00000000 00000000 00000001"
		"20010db8 00000000 00000000 00000002"
		"9c4001bb 01020304 05060708 50181000 52700000 68656c6c 6f" },
	{ UDP4("000d", "31cf"), UDP4("000d", "31ce") },
};

static void checksums_are_demanded(void **state)
{
	for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
		struct frame frame;
		CLEANUP(free) uint8_t *good = NULL;
		CLEANUP(free) uint8_t *bad = NULL;
		CHECK_INT(decode_hex(*state, &frame, &good, 101, sums[i].good), DECODE_FRAME);
		CHECK_INT(decode_hex(*state, &frame, &bad, 101, sums[i].bad), DECODE_CHECKSUM);
		CHECK_INT(stats.packets_bad_checksum, i + 1);
	}
}

static void checksums_are_not_demanded(void **state)
{
	for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
		struct frame frame;
		CLEANUP(free) uint8_t *bad = NULL;
		CHECK_INT(decode_hex(*state, &frame, &bad, 101, sums[i].bad), DECODE_FRAME);
	}
	CHECK_INT(stats.packets_bad_checksum, 0);
}

static void checksums_that_cannot_be_demanded(void **state)
{
	uint8_t bytes[128];
	size_t n = unhex(bytes, sizeof bytes, sums[1].bad);
	struct frame frame;
	CLEANUP(free) uint8_t *cut = NULL;
	CLEANUP(free) uint8_t *none = NULL;
	CLEANUP(free) uint8_t *none6 = NULL;
	CLEANUP(free) uint8_t *routed = NULL;

	CHECK_INT(decode_copy(*state, &frame, &cut, 101, bytes, n - 1, n), DECODE_FRAME);
	CHECK_INT(decode_hex(*state, &frame, &none, 101, UDP4("000d", "0000")), DECODE_FRAME);
	/* RFC 8200 8.1: over IPv6 a datagram must have one */
	CHECK_INT(decode_hex(*state, &frame, &none6, 101,
			  "60000000 000d113d 20010db8 00000000 00000000 00000001"
			  "20010db8 00000000 00000000 00000002 9c4001bb 000d0000 68656c6c 6f"),
		DECODE_CHECKSUM);
	CHECK_INT(decode_hex(*state, &frame, &routed, 101, ROUTED), DECODE_FRAME);
}

/* A connection request, checksum and all, as its sender made it. */
#define SUMMED_SYN                                     \
	"45000030 00010000 40068e90 c0000201 c6336402" \
	"9c4001bb 01020304 00000000 7002faf0 faee0000 020405b4 01030307"

/* A segment that was not captured whole is never called wrong, wherever it was cut. */
static void wrong_checksums_are_told(void **state)
{
	static const char *const good[] = { TCP4, TCP6, SUMMED_SYN };
	const char *const bad[] = { sums[1].bad, sums[2].bad };

	for (size_t i = 0; i < 3; i++) {
		uint8_t bytes[128];
		size_t n = unhex(bytes, sizeof bytes, good[i]);
		for (size_t cut = 0; cut <= n; cut++) {
			struct frame frame;
			CLEANUP(free) uint8_t *copy = NULL;
			if (decode_copy(*state, &frame, &copy, 101, bytes, cut, n) == DECODE_FRAME)
				CHECK(!decode_tcp_checksum_wrong(&frame));
		}
	}
	for (size_t i = 0; i < 2; i++) {
		struct frame frame;
		CLEANUP(free) uint8_t *copy = NULL;
		CHECK_INT(decode_hex(*state, &frame, &copy, 101, bad[i]), DECODE_FRAME);
		CHECK(decode_tcp_checksum_wrong(&frame));
	}
	struct frame frame;
	CLEANUP(free) uint8_t *routed = NULL;
	CHECK_INT(decode_hex(*state, &frame, &routed, 101, ROUTED), DECODE_FRAME);
	CHECK(!decode_tcp_checksum_wrong(&frame));
}

/* However far the plain way is left, the frame is the same. */
static void plain_and_walked_agree(void **state)
{
	static const char *const packets[] = { TCP4, SYN, UDP4("000d", "0000"),
		UDP4("000b", "0000") };

	for (size_t i = 0; i < 4; i++) {
		char hex[512];
		struct frame plain;
		struct frame walked;
		CLEANUP(free) uint8_t *copy = NULL;
		CLEANUP(free) uint8_t *other = NULL;
		memset(&plain, 0x55, sizeof plain);
		memset(&walked, 0xaa, sizeof walked);
		(void)snprintf(hex, sizeof hex, "%s%s", ETHER, packets[i]);
		CHECK_INT(decode_hex(*state, &plain, &copy, 1, hex), DECODE_FRAME);
		CHECK_INT(decode_hex(*state, &walked, &other, 101, packets[i]), DECODE_FRAME);
		CHECK_INT(plain.time_ns, walked.time_ns);
		CHECK_INT(plain.time_ns, 1000000000);
		CHECK_INT(plain.family, walked.family);
		CHECK_INT(plain.proto, walked.proto);
		CHECK_INT(plain.ttl, walked.ttl);
		CHECK_INT(plain.flags, walked.flags);
		CHECK_INT(plain.fragmented, walked.fragmented);
		CHECK_INT(plain.dont_fragment, walked.dont_fragment);
		CHECK_INT(plain.ip_id, walked.ip_id);
		CHECK_INT(plain.sport, walked.sport);
		CHECK_INT(plain.dport, walked.dport);
		CHECK_INT(plain.window, walked.window);
		CHECK_INT(plain.seq, walked.seq);
		CHECK_INT(plain.ack, walked.ack);
		CHECK_BYTES(plain.src, walked.src, 16);
		CHECK_BYTES(plain.dst, walked.dst, 16);
		CHECK(wire_equals(plain.options, walked.options.p, walked.options.n));
		CHECK(wire_equals(plain.payload, walked.payload.p, walked.payload.n));
		CHECK_INT(plain.payload_len, walked.payload_len);
		CHECK_INT(plain.vlan_count | walked.vlan_count, 0);
		CHECK_INT(plain.encap_count | walked.encap_count, 0);
	}
	CHECK_INT(stats.packets_tcp, 4);
	CHECK_INT(stats.packets_udp, 4);
	CHECK_INT(stats.ipv4, 8);
}

static void free_takes_null(void **state)
{
	(void)state;
	decoder_free(NULL);
}

#define plain(fn)     cmocka_unit_test_setup_teardown(fn, setup, teardown)
#define demanding(fn) cmocka_unit_test_setup_teardown(fn, setup_demanding, teardown)

RUN(plain(the_ethernet_addresses_are_kept), plain(tcp_options), plain(snaplen),
	plain(the_ip_header_tells_the_length), plain(offloaded), plain(udp),
	plain(malformed_transport), demanding(checksums_are_demanded),
	plain(checksums_are_not_demanded), demanding(checksums_that_cannot_be_demanded),
	plain(wrong_checksums_are_told), plain(plain_and_walked_agree), test(free_takes_null))
