/* Every tunnel gives the packet inside; what only has the port of one stays UDP. */
#include "test_decode.h"

static const struct good packets[] = {
	{ "IP in IP", 1, MACS "08004500 00410001 00004004 02b4cb00 7101cb00 7102" TCP4, 4, 0,
		{ 0 } },
	{ "6in4", 1, MACS "08004500 00550001 00004029 027bcb00 7101cb00 7102" TCP6, 6, 0, { 0 } },
	{ "4in6", 1,
		MACS "86dd6000 0000002d 04402001 0db8ffff 00000000 00000000 00012001 0db8ffff"
		     "00000000 00000000 0002" TCP4,
		4, 0, { 0 } },
	{ "6in6", 1,
		MACS "86dd6000 00000041 29402001 0db8ffff 00000000 00000000 00012001 0db8ffff"
		     "00000000 00000000 0002" TCP6,
		6, 0, { 0 } },
	{ "gre", 1, MACS "08004500 00450001 0000402f 0285cb00 7101cb00 71020000 0800" TCP4, 4, 1,
		{ E(GRE, 0) } },
	{ "gre, IPv6", 1, MACS "08004500 00590001 0000402f 0271cb00 7101cb00 71020000 86dd" TCP6, 6,
		1, { E(GRE, 0) } },
	{ "gre, all fields", 1,
		MACS "08004500 00510001 0000402f 0279cb00 7101cb00 7102b000 08000000 00000000"
		     "002a0000 0001" TCP4,
		4, 1, { E(GRE, 42) } },
	{ "gre, ethernet", 1,
		MACS "08004500 00530001 0000402f 0277cb00 7101cb00 71020000 6558" MACS "0800" TCP4,
		4, 1, { E(GRE, 0) } },
	{ "gre, ethernet and key", 1,
		MACS "08004500 00570001 0000402f 0273cb00 7101cb00 71022000 65580000 002a" MACS
		     "0800" TCP4,
		4, 1, { E(GRE, 42) } },
	{ "nvgre", 1,
		MACS "08004500 00570001 0000402f 0273cb00 7101cb00 71022000 65581234 56ab" MACS
		     "0800" TCP4,
		4, 1, { E(GRE, 0x12345600) } },
	{ "pptp", 1,
		MACS "08004500 00510001 0000402f 0279cb00 7101cb00 71023001 880b0031 00420000"
		     "0001ff03 0021" TCP4,
		4, 1, { E(GRE, 0) } },
	{ "pptp, acknowledging", 1,
		MACS "08004500 00530001 0000402f 0277cb00 7101cb00 71023081 880b002f 00420000"
		     "00010000 00020021" TCP4,
		4, 1, { E(GRE, 0) } },
	{ "gre, mpls", 1,
		MACS "08004500 00490001 0000402f 0281cb00 7101cb00 71020000 88470001 0140" TCP4, 4,
		1, { E(GRE, 0) } },
	{ "gre, vlan in ethernet", 1,
		MACS "08004500 00570001 0000402f 0273cb00 7101cb00 71020000 6558" MACS
		     "81000064 0800" TCP4,
		4, 2, { E(GRE, 0), E(VLAN, 100) } },
	{ "erspan 1", 1,
		MACS "08004500 00530001 0000402f 0277cb00 7101cb00 71020000 88be" MACS "0800" TCP4,
		4, 1, { E(ERSPAN, 0) } },
	{ "erspan 2", 1,
		MACS "08004500 005f0001 0000402f 026bcb00 7101cb00 71021000 88be0000 00011064"
		     "00070000 0000" MACS "0800" TCP4,
		4, 1, { E(ERSPAN, 0) } },
	{ "erspan 3", 1,
		MACS "08004500 00630001 0000402f 0267cb00 7101cb00 71021000 22eb0000 00012064"
		     "00070000 00000000 0000" MACS "0800" TCP4,
		4, 1, { E(ERSPAN, 0) } },
	{ "erspan 3, subheader", 1,
		MACS "08004500 006b0001 0000402f 025fcb00 7101cb00 71021000 22eb0000 00012064"
		     "00070000 00000000 00010400 00000000 0000" MACS "0800" TCP4,
		4, 1, { E(ERSPAN, 0) } },
	{ "wccp", 1,
		MACS "08004500 00490001 0000402f 0281cb00 7101cb00 71020000 883e0000 0000" TCP4, 4,
		0, { 0 } },
	{ "wccp 1", 1, MACS "08004500 00450001 0000402f 0285cb00 7101cb00 71020000 883e" TCP4, 4, 0,
		{ 0 } },
	{ "aruba", 1,
		MACS "08004500 00650001 0000402f 0265cb00 7101cb00 71020000 82000801 00000200"
		     "000000aa 02000000 00010200 00000002 1000aaaa 03000000 0800" TCP4,
		4, 1, { E(GRE, 0) } },
	{ "etherip", 1,
		MACS "08004500 00510001 00004061 0247cb00 7101cb00 71023000" MACS "0800" TCP4, 4, 0,
		{ 0 } },
	{ "mpls in IP", 1, MACS "08004500 00450001 00004089 022bcb00 7101cb00 71020001 0140" TCP4,
		4, 0, { 0 } },
	{ "ethernet in IPv6", 1,
		MACS "86dd6000 0000003b 8f402001 0db8ffff 00000000 00000000 00012001 0db8ffff"
		     "00000000 00000000 0002" MACS "0800" TCP4,
		4, 0, { 0 } },
	{ "l2tp 3 over IP", 1,
		MACS "08004500 00530001 00004073 0233cb00 7101cb00 71020000 0007" MACS "0800" TCP4,
		4, 1, { E(L2TP, 0) } },
	{ "l2tp 3 over IP, cookie and sublayer", 1,
		MACS "08004500 005b0001 00004073 022bcb00 7101cb00 71020000 00071122 33440000"
		     "0000" MACS "0800" TCP4,
		4, 1, { E(L2TP, 0) } },
	{ "vxlan", 1,
		MACS "08004500 005f0001 00004011 0289cb00 7101cb00 7102c350 12b5004b 00000800"
		     "00000000 2a00" MACS "0800" TCP4,
		4, 1, { E(VXLAN, 42) } },
	{ "vxlan, policy", 1,
		MACS "08004500 005f0001 00004011 0289cb00 7101cb00 7102c350 12b5004b 00008800"
		     "00100000 2a00" MACS "0800" TCP4,
		4, 1, { E(VXLAN, 42) } },
	{ "vxlan on 8472", 1,
		MACS "08004500 005f0001 00004011 0289cb00 7101cb00 7102c350 2118004b 00000800"
		     "00000000 2a00" MACS "0800" TCP4,
		4, 1, { E(VXLAN, 42) } },
	{ "vxlan gpe", 1,
		MACS "08004500 00510001 00004011 0297cb00 7101cb00 7102c350 12b6003d 00000c00"
		     "00010000 2a00" TCP4,
		4, 1, { E(VXLAN, 42) } },
	{ "geneve", 1,
		MACS "08004500 005f0001 00004011 0289cb00 7101cb00 7102c350 17c1004b 00000000"
		     "65580000 2a00" MACS "0800" TCP4,
		4, 0, { 0 } },
	{ "geneve, options", 1,
		MACS "08004500 00590001 00004011 028fcb00 7101cb00 7102c350 17c10045 00000200"
		     "08000000 2a000102 03040102 0304" TCP4,
		4, 0, { 0 } },
	{ "gtp", 1,
		MACS "08004500 00510001 00004011 0297cb00 7101cb00 71020868 0868003d 000030ff"
		     "002d0000 0001" TCP4,
		4, 1, { E(GTP, 0) } },
	{ "gtp, IPv6", 1,
		MACS "08004500 00650001 00004011 0283cb00 7101cb00 71020868 08680051 000030ff"
		     "00410000 0001" TCP6,
		6, 1, { E(GTP, 0) } },
	{ "gtp, extension", 1,
		MACS "08004500 00590001 00004011 028fcb00 7101cb00 71020868 08680045 000034ff"
		     "00350000 00010000 00850110 0100" TCP4,
		4, 1, { E(GTP, 0) } },
	{ "gtp, sequence", 1,
		MACS "08004500 00550001 00004011 0293cb00 7101cb00 71020868 08680041 000032ff"
		     "00310000 00010001 0000" TCP4,
		4, 1, { E(GTP, 0) } },
	{ "l2tp 2", 1,
		MACS "08004500 00530001 00004011 0295cb00 7101cb00 710206a5 06a5003f 00000002"
		     "00010002 ff030021" TCP4,
		4, 1, { E(L2TP, 0) } },
	{ "l2tp 2, all fields", 1,
		MACS "08004500 005d0001 00004011 028bcb00 7101cb00 710206a5 75300049 00004a02"
		     "00410001 00020001 00000002 0000ff03 0021" TCP4,
		4, 1, { E(L2TP, 0) } },
	{ "l2tp 3", 1,
		MACS "08004500 005f0001 00004011 0289cb00 7101cb00 710206a5 06a5004b 00000003"
		     "00000000 0007" MACS "0800" TCP4,
		4, 1, { E(L2TP, 0) } },
	{ "teredo", 1,
		MACS "08004500 005d0001 00004011 028bcb00 7101cb00 71029c41 0dd80049 0000" TCP6, 6,
		0, { 0 } },
	{ "teredo, authentication and origin", 1,
		MACS "08004500 00720001 00004011 0276cb00 7101cb00 71020dd8 9c41005e 00000001"
		     "00000000 00000000 00010000 008f9534 ff8efd" TCP6,
		6, 0, { 0 } },
	{ "ayiya", 1,
		MACS "08004500 00890001 00004011 025fcb00 7101cb00 710213d0 13d00075 00004252"
		     "11295f5e 10000000 00000000 00000000 00000000 00000000 00000000 00000000"
		     "00000000 00000000 0000" TCP6,
		6, 0, { 0 } },
	{ "capwap", 1,
		MACS "08004500 00710001 00004011 0277cb00 7101cb00 71029c41 147f005d 00000010"
		     "03000000 00000801 00000200 000000aa 02000000 00010200 00000002 1000aaaa"
		     "03000000 0800" TCP4,
		4, 0, { 0 } },
	{ "capwap, frame control swapped", 1,
		MACS "08004500 00710001 00004011 0277cb00 7101cb00 71029c41 147f005d 00000010"
		     "03000000 00000108 00000200 000000aa 02000000 00010200 00000002 1000aaaa"
		     "03000000 0800" TCP4,
		4, 0, { 0 } },
	{ "capwap, 802.3", 1,
		MACS "08004500 005f0001 00004011 0289cb00 7101cb00 7102147f 9c41004b 00000010"
		     "02000000 0000" MACS "0800" TCP4,
		4, 0, { 0 } },
	{ "mpls in UDP", 1,
		MACS "08004500 004d0001 00004011 029bcb00 7101cb00 7102c350 19eb0039 00000001"
		     "0140" TCP4,
		4, 0, { 0 } },
};

static void every_tunnel(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++)
		check_good(&packets[i]);
}

/* A raw IPv4 packet with UDP from and to these ports; returns its length. */
static size_t datagram(
	uint8_t *out, size_t max, uint16_t sport, uint16_t dport, const char *payload)
{
	size_t n = unhex(out, max, "45000000 00010000 40110000 cb007101 cb007102 0000000000000000");

	CHECK_INT(n, 28);
	n += unhex(out + n, max - n, payload);
	out[2] = (uint8_t)(n >> 8);
	out[3] = (uint8_t)n;
	out[20] = (uint8_t)(sport >> 8);
	out[21] = (uint8_t)sport;
	out[22] = (uint8_t)(dport >> 8);
	out[23] = (uint8_t)dport;
	out[24] = (uint8_t)((n - 20) >> 8);
	out[25] = (uint8_t)(n - 20);
	return n;
}

static const struct {
	const char *name;
	uint16_t sport;
	uint16_t dport;
	const char *payload;
} plain[] = {
	{ "vxlan, flag I is missing", 50000, 4789, "00000000 00002a00" MACS "0800" TCP4 },
	{ "vxlan, reserved byte", 50000, 4789, "08000000 00002a01" MACS "0800" TCP4 },
	{ "vxlan, no Ethernet inside", 50000, 4789, "08000000 00002a00" TCP4 },
	{ "vxlan, to the client", 4789, 50000, "08000000 00002a00" MACS "0800" TCP4 },
	{ "vxlan gpe, flag P is missing", 50000, 4790, "08000001 00002a00" TCP4 },
	{ "vxlan gpe, unknown contents", 50000, 4790, "0c000009 00002a00" TCP4 },
	{ "geneve, version", 50000, 6081, "40006558 00002a00" MACS "0800" TCP4 },
	{ "geneve, reserved bits", 50000, 6081, "00016558 00002a00" MACS "0800" TCP4 },
	{ "geneve, reserved byte", 50000, 6081, "00006558 00002a01" MACS "0800" TCP4 },
	{ "geneve, unknown type", 50000, 6081, "0000fffe 00002a00" MACS "0800" TCP4 },
	{ "geneve, options are too long", 50000, 6081, "3f000800 00002a00" TCP4 },
	{ "gtp, echo", 2152, 2152, "32010004 00000000 00010000" },
	{ "gtp, version", 2152, 2152, "50ff002d 00000001" TCP4 },
	{ "gtp, length", 2152, 2152, "30ff0030 00000001" TCP4 },
	{ "gtp, extension of no length", 2152, 2152, "34ff0035 00000001 00000085 00100100" TCP4 },
	{ "gtp, IP that is longer than its tunnel", 2152, 2152,
		"30ff0014 00000001 4500002d 12344000 40063c60 c0000201 c6336402" },
	{ "gtp, no IP inside", 2152, 2152, "30ff0004 00000001 01020304" },
	{ "l2tp, control", 1701, 1701, "c8020014 00010000 00000000 80080000 00000001" },
	{ "l2tp, version", 1701, 1701, "00010001 0002ff03 0021" TCP4 },
	{ "l2tp, reserved bits", 1701, 1701, "00120001 0002ff03 0021" TCP4 },
	{ "l2tp, no PPP inside", 1701, 1701, "00020001 00021234 5678" },
	{ "l2tp 3, session 0", 1701, 1701, "00030000 00000000" MACS "0800" TCP4 },
	{ "l2tp 3, nothing known inside", 1701, 1701, "00030000 00000007 12345678" },
	{ "teredo, version", 40001, 3544, "50000000 0019063d 20010db8 00000000 00000000 00000001" },
	{ "teredo, length", 40001, 3544,
		"60000000 0119063d 20010db8 00000000 00000000 00000001"
		"20010db8 00000000 00000000 00000002" TCP6_TCP },
	{ "ayiya, no operation", 5072, 5072,
		"42521029 5f5e1000 00000000 00000000 00000000 00000000 00000000"
		"00000000 00000000 00000000 00000000" TCP6 },
	{ "capwap, encrypted", 40001, 5247, "01000000 16feff00 00000000 00000000 00000000" },
	{ "capwap, keepalive", 40001, 5247, "00100208 00000000 0016 0023 0010 00000000" },
	{ "capwap, later fragment", 40001, 5247, "00100280 00010100" MACS "0800" TCP4 },
	{ "capwap, header length", 40001, 5247, "00080200 00000000" MACS "0800" TCP4 },
	{ "mpls, no end of the stack", 50000, 6635, "00010040" TCP4 },
	{ "dtls on a tunnel's port", 4789, 2152, "16fefd00 00000000 00000000 30010000 24000000" },
	{ "quic on a tunnel's port", 443, 6081, "c3000000 01088394 c8f03e51 57080000 449e7b9a" },
	{ "nothing inside", 4789, 4789, "" },
};

static void stays_udp(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
		uint8_t bytes[256];
		size_t n = datagram(
			bytes, sizeof bytes, plain[i].sport, plain[i].dport, plain[i].payload);
		struct onpath_stats stats = { 0 };
		struct frame frame;
		CLEANUP(decoder_free) struct decoder *decoder = NULL;
		CLEANUP(free) uint8_t *copy = NULL;
		CHECK_INT(decoder_new(&decoder, &stats, false), 0);
		enum decode_result result = decode_copy(decoder, &frame, &copy, 101, bytes, n, n);
		if (result != DECODE_FRAME || frame.proto != FRAME_UDP)
			fail_msg("%s: result %d", plain[i].name, (int)result);
		CHECK_INT(frame.sport, plain[i].sport);
		CHECK_INT(frame.dport, plain[i].dport);
		CHECK_INT(frame.payload_len, n - 28);
		CHECK(wire_equals(frame.payload, bytes + 28, n - 28));
		CHECK_INT(frame.encap_count, 0);
		CHECK_INT(stats.packets_udp, 1);
	}
}

/* What is in a tunnel is judged by itself: a ping is not a datagram to a tunnel's port. */
static void others_inside(void **state)
{
	uint8_t bytes[256];
	struct onpath_stats stats = { 0 };
	struct frame frame;
	CLEANUP(decoder_free) struct decoder *decoder = NULL;
	CLEANUP(free) uint8_t *arp = NULL;
	CLEANUP(free) uint8_t *ping = NULL;
	CLEANUP(free) uint8_t *keepalive = NULL;
	(void)state;

	CHECK_INT(decoder_new(&decoder, &stats, false), 0);
	size_t n = datagram(bytes, sizeof bytes, 50000, 4789,
		"08000000 00002a00" MACS "0806 00010800 06040001 02000000 0001c000 02010000");
	CHECK_INT(decode_copy(decoder, &frame, &arp, 101, bytes, n, n), DECODE_OTHER);
	n = datagram(bytes, sizeof bytes, 2152, 2152,
		"30ff001c 00000001 4500001c 00010000 40010000 c0000201 c6336402 0800f7fe 00000001");
	CHECK_INT(decode_copy(decoder, &frame, &ping, 101, bytes, n, n), DECODE_OTHER);
	/* GRE with nothing inside */
	CHECK_INT(decode_hex(decoder, &frame, &keepalive, 101,
			  "45000018 00010000 402f0000 cb007101 cb007102 00000000"),
		DECODE_OTHER);
	CHECK_INT(stats.packets_other, 3);
	CHECK_INT(stats.ipv4, 3);
}

static const struct {
	const char *name;
	const char *hex;
	enum decode_result result;
} refused[] = {
	{ "gre, version", "45000045 00010000 402f0000 cb007101 cb007102 00020800" TCP4,
		DECODE_UNKNOWN },
	{ "gre, source route",
		"45000049 00010000 402f0000 cb007101 cb007102 40000800 00000000" TCP4,
		DECODE_UNKNOWN },
	{ "gre, a length for a type", "45000045 00010000 402f0000 cb007101 cb007102 00000010" TCP4,
		DECODE_UNKNOWN },
	{ "pptp, only an acknowledgement",
		"45000020 00010000 402f0000 cb007101 cb007102 2081880b 00000042 00000001",
		DECODE_OTHER },
	{ "etherip, version", "4500002f 00010000 40610000 cb007101 cb007102 2000" TCP4,
		DECODE_UNKNOWN },
	{ "l2tp over IP, control", "4500001c 00010000 40730000 cb007101 cb007102 00000000 c8030000",
		DECODE_OTHER },
	{ "l2tp over IP, nothing known inside",
		"4500001c 00010000 40730000 cb007101 cb007102 00000007 12345678", DECODE_UNKNOWN },
};

static void not_a_tunnel(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct onpath_stats stats = { 0 };
		struct frame frame;
		CLEANUP(decoder_free) struct decoder *decoder = NULL;
		CLEANUP(free) uint8_t *copy = NULL;
		CHECK_INT(decoder_new(&decoder, &stats, false), 0);
		enum decode_result result = decode_hex(decoder, &frame, &copy, 101, refused[i].hex);
		if (result != refused[i].result)
			fail_msg("%s: result %d", refused[i].name, (int)result);
	}
}

RUN(test(every_tunnel), test(stays_udp), test(others_inside), test(not_a_tunnel))
