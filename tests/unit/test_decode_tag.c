/* Tags, labels, LLC, IP options and extension headers are passed. */
#include "test_decode.h"

static const struct good packets[] = {
	{ "vlan", 1, MACS "81002064 0800" TCP4, 4, 1, { E(VLAN, 100) } },
	{ "vlan, IPv6", 1, MACS "81000064 86dd" TCP6, 6, 1, { E(VLAN, 100) } },
	{ "priority tag", 1, MACS "8100e000 0800" TCP4, 4, 0, { 0 } },
	{ "priority tag in vlan", 1, MACS "81000064 81000000 0800" TCP4, 4, 1, { E(VLAN, 100) } },
	{ "802.1ad", 1, MACS "88a800c8 81000064 0800" TCP4, 4, 2, { E(VLAN, 200), E(VLAN, 100) } },
	{ "9100", 1, MACS "910000c8 81000064 0800" TCP4, 4, 2, { E(VLAN, 200), E(VLAN, 100) } },
	{ "three tags", 1, MACS "81000001 81000002 81000003 0800" TCP4, 4, 3,
		{ E(VLAN, 1), E(VLAN, 2), E(VLAN, 3) } },
	{ "four tags", 1, MACS "81000001 81000002 81000003 81000004 0800" TCP4, 4, 4,
		{ E(VLAN, 1), E(VLAN, 2), E(VLAN, 3), E(VLAN, 4) } },
	{ "LLC", 1, MACS "0035aaaa 03000000 0800" TCP4, 4, 0, { 0 } },
	{ "LLC, padded", 1, MACS "0035aaaa 03000000 0800" TCP4 "0000", 4, 0, { 0 } },
	{ "LLC, IP", 1, MACS "00300606 03" TCP4, 4, 0, { 0 } },
	{ "LLC in vlan", 1, MACS "81000064 0035aaaa 03000000 0800" TCP4, 4, 1, { E(VLAN, 100) } },
	{ "802.1H", 1, MACS "0035aaaa 030000f8 0800" TCP4, 4, 0, { 0 } },
	{ "one label", 1, MACS "88470001 0140" TCP4, 4, 0, { 0 } },
	{ "three labels", 1, MACS "88470001 00400002 00400003 0140" TCP4, 4, 0, { 0 } },
	{ "label, IPv6", 1, MACS "88470001 0140" TCP6, 6, 0, { 0 } },
	{ "label, control word", 1, MACS "88470001 01400000 0000" MACS "0800" TCP4, 4, 0, { 0 } },
	{ "label, no control word", 1, MACS "88470001 0140" MACS "0800" TCP4, 4, 0, { 0 } },
	{ "pppoe", 1, MACS "88641100 0007002f 0021" TCP4, 4, 1, { E(PPPOE, 7) } },
	{ "pppoe, IPv6", 1, MACS "88641100 00070043 0057" TCP6, 6, 1, { E(PPPOE, 7) } },
	{ "security group", 1, MACS "89090101 00010064 0800" TCP4, 4, 0, { 0 } },
	{ "provider bridge", 1, MACS "88e70012 3456" MACS "0800" TCP4, 4, 1,
		{ E(VLAN, 0x100123456) } },
	{ "FabricPath", 1, MACS "89030020" MACS "0800" TCP4, 4, 0, { 0 } },
	{ "VN-Tag", 1, MACS "89260001 00010800" TCP4, 4, 0, { 0 } },
	{ "redundancy tag", 1, MACS "892f0038 00010800" TCP4, 4, 0, { 0 } },
	{ "nsh", 1, MACS "894f0fc6 01010000 0aff0000 00000000 00000000 00000000 0000" TCP4, 4, 0,
		{ 0 } },
	{ "nsh, ethernet", 1, MACS "894f0fc2 02030000 0aff" MACS "0800" TCP4, 4, 0, { 0 } },
};

static void every_tag(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++)
		check_good(&packets[i]);
}

static const struct good headers[] = {
	{ "IPv4, options", 1,
		MACS "08004600 00311234 40004006 a757c000 0201c633 64029404 0000" TCP4_TCP, 4, 0,
		{ 0 } },
	{ "hop by hop", 1,
		MACS "86dd6000 00000021 003d2001 0db80000 00000000 00000000 00012001 0db80000"
		     "00000000 00000000 00020600 05020000 0100" TCP6_TCP,
		6, 0, { 0 } },
	{ "routing", 1,
		MACS "86dd6000 00000031 2b3d2001 0db80000 00000000 00000000 00012001 0db80000"
		     "00000000 00000000 00020602 04000000 00000000 00000000 00000000 00000000"
		     "0000" TCP6_TCP,
		6, 0, { 0 } },
	{ "destination", 1,
		MACS "86dd6000 00000021 3c3d2001 0db80000 00000000 00000000 00012001 0db80000"
		     "00000000 00000000 00020600 01040000 0000" TCP6_TCP,
		6, 0, { 0 } },
	{ "AH, IPv6", 1,
		MACS "86dd6000 00000031 333d2001 0db80000 00000000 00000000 00012001 0db80000"
		     "00000000 00000000 00020604 00000000 12340000 00010000 00000000 00000000"
		     "0000" TCP6_TCP,
		6, 0, { 0 } },
	{ "atomic fragment", 1,
		MACS "86dd6000 00000021 2c3d2001 0db80000 00000000 00000000 00012001 0db80000"
		     "00000000 00000000 00020600 00000000 0007" TCP6_TCP,
		6, 0, { 0 } },
	{ "all", 1,
		MACS "86dd6000 00000069 003d2001 0db80000 00000000 00000000 00012001 0db80000"
		     "00000000 00000000 00023c00 05020000 01002b00 01040000 00002c02 04000000"
		     "00000000 00000000 00000000 00000000 00003300 00000000 00073c04 00000000"
		     "12340000 00010000 00000000 00000000 00000600 01040000 0000" TCP6_TCP,
		6, 0, { 0 } },
	{ "mobility", 1,
		MACS "86dd6000 00000021 873d2001 0db80000 00000000 00000000 00012001 0db80000"
		     "00000000 00000000 00020600 05000000 0000" TCP6_TCP,
		6, 0, { 0 } },
	{ "host identity", 1,
		MACS "86dd6000 00000041 8b3d2001 0db80000 00000000 00000000 00012001 0db80000"
		     "00000000 00000000 00020604 01210000 00000000 00000000 00000000 00000000"
		     "00000000 00000000 00000000 00000000 0000" TCP6_TCP,
		6, 0, { 0 } },
	{ "shim6", 1,
		MACS "86dd6000 00000021 8c3d2001 0db80000 00000000 00000000 00012001 0db80000"
		     "00000000 00000000 00020600 00000000 0000" TCP6_TCP,
		6, 0, { 0 } },
	{ "eight headers", 1,
		MACS "86dd6000 00000059 3c3d2001 0db80000 00000000 00000000 00012001 0db80000"
		     "00000000 00000000 00023c00 01040000 00003c00 01040000 00003c00 01040000"
		     "00003c00 01040000 00003c00 01040000 00003c00 01040000 00003c00 01040000"
		     "00000600 01040000 0000" TCP6_TCP,
		6, 0, { 0 } },
	{ "AH, IPv4", 1,
		MACS "08004500 00451234 40004033 3c1bc000 0201c633 64020604 00000000 12340000"
		     "00010000 00000000 00000000 0000" TCP4_TCP,
		4, 0, { 0 } },
};

static void every_ip_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
		check_good(&headers[i]);
}

static enum decode_result decode_one(
	struct onpath_stats *stats, struct frame *frame, const char *hex)
{
	CLEANUP(decoder_free) struct decoder *decoder = NULL;
	CLEANUP(free) uint8_t *copy = NULL;

	CHECK_INT(decoder_new(&decoder, stats, false), 0);
	return decode_hex(decoder, frame, &copy, 1, hex);
}

#define TAG "8100 0064"

static void vlans_are_kept(void **state)
{
	struct onpath_stats stats = { 0 };
	struct frame frame;
	(void)state;

	CHECK_INT(decode_one(&stats, &frame, MACS "88a8e0c8 81002064 81000003 81000004 0800" TCP4),
		DECODE_FRAME);
	CHECK_INT(frame.vlan_count, 3); /* the fourth separates flows, but is not shown */
	CHECK_INT(frame.vlan[0], 200);
	CHECK_INT(frame.vlan[1], 100);
	CHECK_INT(frame.vlan[2], 3);
	CHECK_INT(decode_one(&stats, &frame, MACS "8100e000 0800" TCP4), DECODE_FRAME);
	CHECK_INT(frame.vlan_count, 0);
}

/* LAYERS_MAX: Ethernet, six tags and IP are eight. */
static void layers_are_limited(void **state)
{
	struct onpath_stats stats = { 0 };
	struct frame frame;
	(void)state;

	CHECK_INT(
		decode_one(&stats, &frame, MACS TAG TAG TAG TAG TAG TAG "0800" TCP4), DECODE_FRAME);
	CHECK_INT(frame.encap_count, 6);
	CHECK_INT(stats.layers_exceeded, 0);
	CHECK_INT(decode_one(&stats, &frame, MACS TAG TAG TAG TAG TAG TAG TAG "0800" TCP4),
		DECODE_UNKNOWN);
	CHECK_INT(stats.layers_exceeded, 1);
	CHECK_INT(stats.packets_unknown_link, 1);
}

#define IP6_60                                                            \
	MACS "86dd 60000000 00613c3d 20010db8 00000000 00000000 00000001" \
	     "20010db8 00000000 00000000 00000002"
#define OPTIONS "3c000104 00000000"

/* IPV6_EXTENSIONS_MAX: nine are one too many. */
static void extension_headers_are_limited(void **state)
{
	struct onpath_stats stats = { 0 };
	struct frame frame;
	(void)state;

	CHECK_INT(decode_one(&stats, &frame,
			  IP6_60 OPTIONS OPTIONS OPTIONS OPTIONS OPTIONS OPTIONS OPTIONS OPTIONS
			  "06000104 00000000" TCP6_TCP),
		DECODE_UNKNOWN);
	CHECK_INT(stats.layers_exceeded, 1);
}

static const struct {
	const char *name;
	const char *hex;
	enum decode_result result;
} others[] = {
	{ "ARP", MACS "0806 00010800 06040001", DECODE_OTHER },
	{ "LLDP", MACS "88cc 0207", DECODE_OTHER },
	{ "unknown type", MACS "fffe" TCP4, DECODE_UNKNOWN },
	{ "neither length nor type", MACS "05dd" TCP4, DECODE_UNKNOWN },
	{ "spanning tree", MACS "0026 424203 0000", DECODE_OTHER },
	{ "LLC, information", MACS "0035 aaaa00 00000008 00" TCP4, DECODE_OTHER },
	{ "SNAP of Cisco", MACS "0035 aaaa03 00000c 2000" TCP4, DECODE_OTHER },
	{ "SNAP, a length for a type", MACS "0035 aaaa03 000000 0100" TCP4, DECODE_UNKNOWN },
	{ "label, nothing known", MACS "8847 00010140 5c000000 00000000 00000000 0000 fffe",
		DECODE_UNKNOWN },
	{ "label, associated channel", MACS "8847 00010140 10000007 00000000 00000000 0000 fffe",
		DECODE_OTHER },
	{ "nsh, header length", MACS "894f 0fc1 0101 00000aff" TCP4, DECODE_INVALID },
	{ "nsh, unknown contents", MACS "894f 0fc2 0206 00000aff" TCP4, DECODE_UNKNOWN },
	{ "ICMP", MACS "0800 4500001c 00010000 40010000 c0000201 c6336402 0800f7fe 00000001",
		DECODE_OTHER },
	{ "ESP", MACS "0800 4500001c 00010000 40320000 c0000201 c6336402 00001234 00000001",
		DECODE_OTHER },
	{ "IPv6, no next header",
		MACS "86dd 60000000 00003b3d 20010db8 00000000 00000000 00000001"
		     "20010db8 00000000 00000000 00000002",
		DECODE_OTHER },
	{ "IPv4, version", MACS "0800 65000014 00010000 40060000 c0000201 c6336402" TCP4_TCP,
		DECODE_INVALID },
	{ "IPv4, header length", MACS "0800 4400002d 00010000 40060000 c0000201 c6336402" TCP4_TCP,
		DECODE_INVALID },
	{ "IPv4, total length", MACS "0800 45000013 00010000 40060000 c0000201 c6336402" TCP4_TCP,
		DECODE_INVALID },
	{ "IPv4, options behind the end",
		MACS "0800 4f00002d 00010000 40060000 c0000201 c6336402" TCP4_TCP, DECODE_INVALID },
	{ "IPv6, version",
		MACS "86dd 40000000 0019063d 20010db8 00000000 00000000 00000001"
		     "20010db8 00000000 00000000 00000002" TCP6_TCP,
		DECODE_INVALID },
	{ "IPv6, extension behind the end", IP6_60 "3cff0104 00000000" TCP6_TCP, DECODE_INVALID },
};

static void not_frames(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		struct onpath_stats stats = { 0 };
		struct frame frame;
		enum decode_result result = decode_one(&stats, &frame, others[i].hex);
		if (result != others[i].result)
			fail_msg("%s: result %d", others[i].name, (int)result);
	}
}

RUN(test(every_tag), test(every_ip_header), test(vlans_are_kept), test(layers_are_limited),
	test(extension_headers_are_limited), test(not_frames))
