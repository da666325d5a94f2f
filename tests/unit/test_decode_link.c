/* Every link type gives the packet it carries. */
#include "test_decode.h"

static const struct good packets[] = {
	{ "ethernet", 1, MACS "0800" TCP4, 4, 0, { 0 } },
	{ "ethernet, IPv6", 1, MACS "86dd" TCP6, 6, 0, { 0 } },
	{ "ethernet, padded", 1, MACS "0800" TCP4 "00000000 00", 4, 0, { 0 } },
	{ "null, little-endian", 0, "02000000" TCP4, 4, 0, { 0 } },
	{ "null, big-endian", 0, "00000002" TCP4, 4, 0, { 0 } },
	{ "null, IPv6 as 10", 0, "0a000000" TCP6, 6, 0, { 0 } },
	{ "null, IPv6 as 23", 0, "17000000" TCP6, 6, 0, { 0 } },
	{ "null, IPv6 as 24", 0, "18000000" TCP6, 6, 0, { 0 } },
	{ "null, IPv6 as 28", 0, "1c000000" TCP6, 6, 0, { 0 } },
	{ "null, IPv6 as 30", 0, "1e000000" TCP6, 6, 0, { 0 } },
	{ "loop", 108, "00000002" TCP4, 4, 0, { 0 } },
	{ "raw 12", 12, TCP4, 4, 0, { 0 } },
	{ "raw 14", 14, TCP4, 4, 0, { 0 } },
	{ "raw 101", 101, TCP4, 4, 0, { 0 } },
	{ "raw, IPv6", 101, TCP6, 6, 0, { 0 } },
	{ "IPv4", 228, TCP4, 4, 0, { 0 } },
	{ "IPv6", 229, TCP6, 6, 0, { 0 } },
	{ "cooked", 113, "00000001 00060200 00000001 00000800" TCP4, 4, 0, { 0 } },
	{ "cooked, IPv6", 113, "00000001 00060200 00000001 000086dd" TCP6, 6, 0, { 0 } },
	{ "cooked, of a wireless card", 113, "00000321 00060200 00000001 00000800" TCP4, 4, 0,
		{ 0 } },
	{ "cooked, radiotap", 113,
		"00000323 00060200 00000001 00000004 00000800 00000000 08010000 02000000"
		"00aa0200 00000001 02000000 00021000 aaaa0300 00000800" TCP4,
		4, 0, { 0 } },
	{ "cooked 2", 276, "08000000 00000002 00010006 02000000 00010000" TCP4, 4, 0, { 0 } },
	{ "ppp", 9, "ff030021" TCP4, 4, 0, { 0 } },
	{ "ppp, IPv6", 9, "ff030057" TCP6, 6, 0, { 0 } },
	{ "ppp, no framing", 9, "0021" TCP4, 4, 0, { 0 } },
	{ "ppp, short protocol", 9, "21" TCP4, 4, 0, { 0 } },
	{ "ppp hdlc", 50, "ff030021" TCP4, 4, 0, { 0 } },
	{ "ppp hdlc, Cisco", 50, "0f000800" TCP4, 4, 0, { 0 } },
	{ "ppp ether", 51, "11000007 002f0021" TCP4, 4, 1, { E(PPPOE, 7) } },
	{ "cisco hdlc", 104, "0f000800" TCP4, 4, 0, { 0 } },
	{ "cisco hdlc, IPv6", 104, "0f0086dd" TCP6, 6, 0, { 0 } },
	{ "frame relay", 107, "184103cc" TCP4, 4, 0, { 0 } },
	{ "frame relay, IPv6", 107, "1841038e" TCP6, 6, 0, { 0 } },
	{ "frame relay, SNAP", 107, "18410300 80000000 0800" TCP4, 4, 0, { 0 } },
	{ "frame relay, Cisco", 107, "18410800" TCP4, 4, 0, { 0 } },
	{ "frame relay, long address", 107, "18400001 03cc" TCP4, 4, 0, { 0 } },
	{ "multilink frame relay", 182, "c0011841 03cc" TCP4, 4, 0, { 0 } },
	{ "802.11", 105,
		"08010000 02000000 00aa0200 00000001 02000000 00021000 aaaa0300 00000800" TCP4, 4,
		0, { 0 } },
	{ "802.11, quality of service", 105,
		"88020000 02000000 00aa0200 00000001 02000000 00021000 0000aaaa 03000000"
		"0800" TCP4,
		4, 0, { 0 } },
	{ "802.11, four addresses", 105,
		"08030000 02000000 00aa0200 00000001 02000000 00021000 02000000 00bbaaaa"
		"03000000 0800" TCP4,
		4, 0, { 0 } },
	{ "802.11, high throughput control", 105,
		"88820000 02000000 00aa0200 00000001 02000000 00021000 00000000 0000aaaa"
		"03000000 0800" TCP4,
		4, 0, { 0 } },
	{ "802.11, aggregate", 105,
		"88020000 02000000 00aa0200 00000001 02000000 00021000 8000" MACS
		"0035aaaa 03000000 0800" TCP4,
		4, 0, { 0 } },
	{ "802.11, mesh", 105,
		"88030000 02000000 00aa0200 00000001 02000000 00021000 02000000 00bb0001"
		"001f0000 0001aaaa 03000000 0800" TCP4,
		4, 0, { 0 } },
	{ "radiotap", 127,
		"00000800 00000000 08010000 02000000 00aa0200 00000001 02000000 00021000"
		"aaaa0300 00000800" TCP4,
		4, 0, { 0 } },
	{ "radiotap, padded", 127,
		"00001100 03000000 00000000 00000000 20880100 00020000 0000aa02 00000000"
		"01020000 00000210 00000000 00aaaa03 00000008 00" TCP4,
		4, 0, { 0 } },
	{ "radiotap, two words of fields", 127,
		"00001900 03000080 00000000 00000000 00000000 00000000 00080100 00020000"
		"0000aa02 00000000 01020000 00000210 00aaaa03 00000008 00" TCP4,
		4, 0, { 0 } },
	{ "prism", 119,
		"44000000 90000000 776c616e 30000000 00000000 00000000 00000000 00000000"
		"00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000"
		"00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000"
		"00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000"
		"00000000 00000000 00000000 00000000 08010000 02000000 00aa0200 00000001"
		"02000000 00021000 aaaa0300 00000800" TCP4,
		4, 0, { 0 } },
	{ "prism, AVS inside", 119,
		"80211001 00000040 00000000 00000000 00000000 00000000 00000000 00000000"
		"00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000"
		"08010000 02000000 00aa0200 00000001 02000000 00021000 aaaa0300 00000800" TCP4,
		4, 0, { 0 } },
	{ "avs", 163,
		"80211001 00000040 00000000 00000000 00000000 00000000 00000000 00000000"
		"00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000"
		"08010000 02000000 00aa0200 00000001 02000000 00021000 aaaa0300 00000800" TCP4,
		4, 0, { 0 } },
	{ "ppi", 192,
		"00000800 69000000 08010000 02000000 00aa0200 00000001 02000000 00021000"
		"aaaa0300 00000800" TCP4,
		4, 0, { 0 } },
	{ "ppi, ethernet", 192, "00000800 01000000" MACS "0800" TCP4, 4, 0, { 0 } },
	{ "fddi", 10, "50" MACS "aaaa0300 00000800" TCP4, 4, 0, { 0 } },
	{ "token ring", 6, "1040" MACS "aaaa0300 00000800" TCP4, 4, 0, { 0 } },
	{ "token ring, source route", 6,
		"10400200 00000002 82000000 00010270 aaaa0300 00000800" TCP4, 4, 0, { 0 } },
	{ "atm", 100, "aaaa0300 00000800" TCP4, 4, 0, { 0 } },
	{ "sun atm", 123, "02000021 aaaa0300 00000800" TCP4, 4, 0, { 0 } },
	{ "fibre channel", 122, "10000200 00000002 10000200 00000001 aaaa0300 00000800" TCP4, 4, 0,
		{ 0 } },
	{ "ieee 1394", 138, "02000000 00000002 02000000 00000001 0800" TCP4, 4, 0, { 0 } },
	{ "enc", 109, "02000000 00001234 00000000" TCP4, 4, 0, { 0 } },
	{ "pflog", 117,
		"3d020000 00000000 00000000 00000000 00000000 00000000 00000000 00000000"
		"00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000" TCP4,
		4, 0, { 0 } },
	{ "docsis", 143, "0000003b 0000" MACS "0800" TCP4, 4, 0, { 0 } },
	{ "ppp with direction", 204, "01ff0300 21" TCP4, 4, 0, { 0 } },
	{ "hdlc with direction", 205, "010f0008 00" TCP4, 4, 0, { 0 } },
	{ "frame relay with direction", 206, "01184103 cc" TCP4, 4, 0, { 0 } },
	{ "ipnet", 226, "01020001 0000002d 00000000 00000000 00000000 00000000" TCP4, 4, 0, { 0 } },
	{ "nflog", 239, "02000000 08000100 08000300 05000a00 02000000 31000900" TCP4, 4, 0, { 0 } },
	{ "pktap", 258,
		"6c000000 01000000 01000000 00000000 00000000 00000000 00000000 00000000"
		"00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000"
		"00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000"
		"00000000 00000000 00000000" MACS "0800" TCP4,
		4, 0, { 0 } },
	{ "pktap, raw", 258,
		"6c000000 01000000 0c000000 00000000 00000000 00000000 00000000 00000000"
		"00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000"
		"00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000"
		"00000000 00000000 00000000" TCP4,
		4, 0, { 0 } },
	{ "dsa, broadcom", 281, MACS "20000001 0800" TCP4, 4, 0, { 0 } },
	{ "dsa, broadcom before", 282, "20000001" MACS "0800" TCP4, 4, 0, { 0 } },
	{ "dsa, marvell", 284, MACS "c0080001 0800" TCP4, 4, 0, { 0 } },
	{ "dsa, marvell long", 285, MACS "dada0000 c0080001 0800" TCP4, 4, 0, { 0 } },
	{ "juniper ethernet", 178, "4d474300" MACS "0800" TCP4, 4, 0, { 0 } },
	{ "juniper ethernet, extensions", 178, "4d474380 00060101 04020104" MACS "0800" TCP4, 4, 0,
		{ 0 } },
	{ "juniper, no link layer", 178, "4d474302 02000000" TCP4, 4, 0, { 0 } },
	{ "juniper ppp", 179, "4d474300 ff030021" TCP4, 4, 0, { 0 } },
	{ "juniper frame relay", 180, "4d474300 184103cc" TCP4, 4, 0, { 0 } },
	{ "juniper hdlc", 181, "4d474300 0f000800" TCP4, 4, 0, { 0 } },
};

static void every_link_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++)
		check_good(&packets[i]);
}

static void names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
		CHECK(decode_knows_link(packets[i].linktype));
		CHECK(decode_link_name(packets[i].linktype) != NULL);
	}
	CHECK_TEXT(decode_link_name(1), "ETHERNET");
	CHECK_TEXT(decode_link_name(276), "LINUX_SLL2");
	CHECK(!decode_knows_link(195)); /* IEEE 802.15.4 */
	CHECK(decode_link_name(195) == NULL);
}

/* The type changes between packets, as in files with several interfaces. */
static void mixed(void **state)
{
	struct onpath_stats stats = { 0 };
	CLEANUP(decoder_free) struct decoder *decoder = NULL;
	(void)state;

	CHECK_INT(decoder_new(&decoder, &stats, false), 0);
	for (unsigned i = 0; i < 9; i++) {
		static const struct {
			uint32_t linktype;
			const char *hex;
			enum decode_result result;
		} packet[] = {
			{ 0, "02000000" TCP4, DECODE_FRAME },
			{ 195, "02000000" TCP4, DECODE_UNKNOWN },
			{ 101, TCP6, DECODE_FRAME },
		};
		struct frame frame;
		CLEANUP(free) uint8_t *copy = NULL;
		CHECK_INT(decode_hex(decoder, &frame, &copy, packet[i % 3].linktype,
				  packet[i % 3].hex),
			packet[i % 3].result);
	}
	CHECK_INT(stats.packets_tcp, 6);
	CHECK_INT(stats.packets_unknown_link, 3);
	CHECK_INT(stats.ipv4, 3);
	CHECK_INT(stats.ipv6, 3);
}

static const struct {
	const char *name;
	uint32_t linktype;
	const char *hex;
	enum decode_result result;
} judged[] = {
	{ "cooked, netlink", 113, "0004 0338 0000 0000000000000000 0000" TCP4, DECODE_OTHER },
	{ "cooked, Novell", 113, "0000 0001 0006 0200000000010000 0001" TCP4, DECODE_OTHER },
	{ "802.11, management", 105, "8000 0000 ffffffffffff 020000000001 020000000001 1000 0000",
		DECODE_OTHER },
	{ "802.11, encrypted", 105,
		"0841 0000 0200000000aa 020000000001 020000000002 1000 aaaa03000000 0800" TCP4,
		DECODE_OTHER },
	{ "802.11, no data", 105,
		"4801 0000 0200000000aa 020000000001 020000000002 1000 aaaa03000000 0800" TCP4,
		DECODE_OTHER },
	{ "ppp, link control", 9, "ff03c021 01010004", DECODE_OTHER },
	{ "ppp, compressed headers", 9, "ff03002d" TCP4, DECODE_UNKNOWN },
	{ "pppoe, version", 51, "2100 0007 002f 0021" TCP4, DECODE_INVALID },
	{ "pppoe, terminate", 51, "11a7 0007 0000", DECODE_OTHER },
	{ "frame relay, address without end", 107, "18404040cc" TCP4, DECODE_INVALID },
	{ "multilink frame relay, a piece", 182, "8001 184103cc" TCP4, DECODE_OTHER },
	{ "cisco hdlc, keepalive", 104, "8f008035 00000002", DECODE_OTHER },
	{ "null, unknown family", 0, "63000000" TCP4, DECODE_UNKNOWN },
	{ "null, more than a family", 0, "0f000800" TCP4, DECODE_UNKNOWN },
	{ "null, EtherType", 0, "00000800" TCP4, DECODE_FRAME },
	{ "raw, neither version", 101, "55" TCP4, DECODE_UNKNOWN },
	{ "juniper, no magic", 178, "00000000" MACS "0800" TCP4, DECODE_UNKNOWN },
	{ "ppi, length", 192, "00000700 01000000" MACS "0800" TCP4, DECODE_INVALID },
	{ "radiotap, length", 127, "00000400 00000000", DECODE_INVALID },
	{ "nflog, length", 239, "02000000 03000900" TCP4, DECODE_INVALID },
	{ "nflog, no packet", 239, "02000000 08000300 00000000", DECODE_OTHER },
	{ "nothing", 1, "", DECODE_INVALID },
};

static void results(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof judged / sizeof judged[0]; i++) {
		struct onpath_stats stats = { 0 };
		struct frame frame;
		CLEANUP(decoder_free) struct decoder *decoder = NULL;
		CLEANUP(free) uint8_t *copy = NULL;
		CHECK_INT(decoder_new(&decoder, &stats, false), 0);
		enum decode_result result =
			decode_hex(decoder, &frame, &copy, judged[i].linktype, judged[i].hex);
		if (result != judged[i].result)
			fail_msg("%s: result %d", judged[i].name, (int)result);
		CHECK_INT(stats.packets_other, result == DECODE_OTHER);
		CHECK_INT(stats.packets_unknown_link, result == DECODE_UNKNOWN);
		CHECK_INT(stats.packets_invalid, result == DECODE_INVALID);
	}
}

RUN(test(every_link_type), test(names), test(mixed), test(results))
