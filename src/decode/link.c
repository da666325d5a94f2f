/* Takes a packet as its link type announces it and gives the layer inside. */
#include "decode/internal.h"

static layer_fn layer_null;
static layer_fn layer_cooked;
static layer_fn layer_cooked2;
static layer_fn layer_token_ring;
static layer_fn layer_fddi;
static layer_fn layer_docsis;
static layer_fn layer_sunatm;
static layer_fn layer_ip_over_fc;
static layer_fn layer_ieee1394;
static layer_fn layer_enc;
static layer_fn layer_pflog;
static layer_fn layer_ppi;
static layer_fn layer_pktap;
static layer_fn layer_ipnet;
static layer_fn layer_nflog;
static layer_fn layer_with_direction_ppp;
static layer_fn layer_with_direction_hdlc;
static layer_fn layer_with_direction_frame_relay;
static layer_fn layer_dsa;
static layer_fn layer_dsa_long;
static layer_fn layer_dsa_prepended;
static layer_fn layer_juniper_ethernet;
static layer_fn layer_juniper_ppp;
static layer_fn layer_juniper_frame_relay;
static layer_fn layer_juniper_hdlc;

/* One row for each link type: its number and name in the registry of the pcap file format. */
static const struct link_layer links[] = {
	{ 0, "NULL", layer_null },
	{ LINK_ETHERNET, "ETHERNET", layer_ethernet },
	{ 6, "IEEE802_5", layer_token_ring },
	{ 9, "PPP", layer_ppp_hdlc },
	{ 10, "FDDI", layer_fddi },
	{ 12, "RAW", layer_ip }, /* what systems call it, in files that did not translate */
	{ 14, "RAW", layer_ip },
	{ 50, "PPP_HDLC", layer_ppp_hdlc },
	{ 51, "PPP_ETHER", layer_pppoe },
	{ 100, "ATM_RFC1483", layer_llc },
	{ 101, "RAW", layer_ip },
	{ 104, "C_HDLC", layer_cisco_hdlc },
	{ 105, "IEEE802_11", layer_wlan },
	{ 107, "FRELAY", layer_frame_relay },
	{ 108, "LOOP", layer_null },
	{ 109, "ENC", layer_enc },
	{ 113, "LINUX_SLL", layer_cooked },
	{ 117, "PFLOG", layer_pflog },
	{ 119, "IEEE802_11_PRISM", layer_prism },
	{ 122, "IP_OVER_FC", layer_ip_over_fc },
	{ 123, "SUNATM", layer_sunatm },
	{ 127, "IEEE802_11_RADIOTAP", layer_radiotap },
	{ 138, "APPLE_IP_OVER_IEEE1394", layer_ieee1394 },
	{ 143, "DOCSIS", layer_docsis },
	{ 149, "USER2", layer_pktap }, /* as PKTAP, in files of older Darwin */
	{ 163, "IEEE802_11_AVS", layer_avs },
	{ 178, "JUNIPER_ETHER", layer_juniper_ethernet },
	{ 179, "JUNIPER_PPP", layer_juniper_ppp },
	{ 180, "JUNIPER_FRELAY", layer_juniper_frame_relay },
	{ 181, "JUNIPER_CHDLC", layer_juniper_hdlc },
	{ 182, "MFR", layer_multilink_frame_relay },
	{ 192, "PPI", layer_ppi },
	{ 204, "PPP_WITH_DIR", layer_with_direction_ppp },
	{ 205, "C_HDLC_WITH_DIR", layer_with_direction_hdlc },
	{ 206, "FRELAY_WITH_DIR", layer_with_direction_frame_relay },
	{ 226, "IPNET", layer_ipnet },
	{ 228, "IPV4", layer_ipv4 },
	{ 229, "IPV6", layer_ipv6 },
	{ 239, "NFLOG", layer_nflog },
	{ 258, "PKTAP", layer_pktap },
	{ 276, "LINUX_SLL2", layer_cooked2 },
	{ 281, "DSA_TAG_BRCM", layer_dsa },
	{ 282, "DSA_TAG_BRCM_PREPEND", layer_dsa_prepended },
	{ 284, "DSA_TAG_DSA", layer_dsa },
	{ 285, "DSA_TAG_EDSA", layer_dsa_long },
};

const struct link_layer *link_find(uint32_t linktype)
{
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
		if (links[i].linktype == linktype)
			return &links[i];
	return NULL;
}

bool decode_knows_link(uint32_t linktype)
{
	return link_find(linktype) != NULL;
}

const char *decode_link_name(uint32_t linktype)
{
	const struct link_layer *link = link_find(linktype);

	return link ? link->name : NULL;
}

void walk_linktype(struct walk *walk, uint32_t linktype)
{
	const struct link_layer *link = link_find(linktype);

	if (!link)
		return walk_end(walk, DECODE_UNKNOWN);
	walk_on(walk, link->layer);
}

/* Two addresses, then a type or a length. */
void layer_ethernet(struct walk *walk)
{
	struct frame *frame = walk->frame;
	const uint8_t *dst = wire_cut(&walk->bytes, 6).p;
	const uint8_t *src = wire_cut(&walk->bytes, 6).p;
	uint16_t type = wire_u16(&walk->bytes);

	if (walk->bytes.bad)
		return;
	if (!frame->ether_src) {
		frame->ether_dst = dst;
		frame->ether_src = src;
	}
	walk_ethertype(walk, type);
}

/* The address family of BSD systems, in the byte order of the sensor; IPv6 has another number on
 * each of them. */
static void address_family(struct walk *walk, uint32_t family)
{
	if (family > 0xffff)
		family = __builtin_bswap32(family);
	switch (family) {
	case 2:
		return walk_on(walk, layer_ipv4);
	case 24:
	case 28:
	case 30:
		return walk_on(walk, layer_ipv6);
	case 10: /* Linux and Windows; elsewhere other protocols */
	case 23:
		return walk_on(walk, layer_ip);
	case 7: /* OSI */
		return walk_end(walk, DECODE_OTHER);
	default: /* or an EtherType, as some drivers write */
		if (family > 1500 && family <= 0xffff)
			return walk_ethertype(walk, (uint16_t)family);
		return walk_end(walk, DECODE_UNKNOWN);
	}
}

static void layer_null(struct walk *walk)
{
	address_family(walk, wire_u32(&walk->bytes));
}

/* LINKTYPE_LINUX_SLL: packets of netlink and of cards with another header have their own meaning of
 * the protocol. */
static void cooked_protocol(struct walk *walk, uint16_t device, uint16_t proto)
{
	enum { NETLINK = 824, RADIOTAP = 803, WLAN = 801, FRAD = 770 };

	if (device == NETLINK)
		return walk_end(walk, DECODE_OTHER);
	if (device == FRAD)
		return walk_on(walk, layer_frame_relay);
	if (proto > 1500)
		return walk_ethertype(walk, proto);
	if (device == RADIOTAP)
		return walk_on(walk, layer_radiotap);
	if (device == WLAN)
		return walk_on(walk, layer_wlan);
	if (proto == 4) /* 802.2 */
		return layer_llc(walk);
	walk_end(walk, proto == 1 ? DECODE_OTHER : DECODE_UNKNOWN); /* 1: Novell's own 802.3 */
}

static void layer_cooked(struct walk *walk)
{
	wire_skip(&walk->bytes, 2);
	uint16_t device = wire_u16(&walk->bytes);
	wire_skip(&walk->bytes, 10);
	uint16_t proto = wire_u16(&walk->bytes);

	cooked_protocol(walk, device, proto);
}

static void layer_cooked2(struct walk *walk)
{
	uint16_t proto = wire_u16(&walk->bytes);
	wire_skip(&walk->bytes, 6);
	uint16_t device = wire_u16(&walk->bytes);
	wire_skip(&walk->bytes, 10);

	cooked_protocol(walk, device, proto);
}

/* IEEE 802.5: access control, frame control (01: LLC), addresses; a bit of the source's says that a
 * route follows. */
static void layer_token_ring(struct walk *walk)
{
	wire_skip(&walk->bytes, 1);
	uint8_t control = wire_u8(&walk->bytes);
	wire_skip(&walk->bytes, 6);
	uint8_t source = wire_u8(&walk->bytes);
	wire_skip(&walk->bytes, 5);

	if (source & 0x80) {
		uint8_t route = wire_u8(&walk->bytes) & 0x1f;
		if (route < 2)
			return walk_end(walk, DECODE_INVALID);
		wire_skip(&walk->bytes, route - 1u);
	}
	if (control >> 6 != 1)
		return walk_end(walk, DECODE_OTHER);
	layer_llc(walk);
}

/* ISO 9314-2: frame control (0101….: LLC), addresses. */
static void layer_fddi(struct walk *walk)
{
	uint8_t control = wire_u8(&walk->bytes);
	wire_skip(&walk->bytes, 12);

	if ((control & 0xf0) != 0x50)
		return walk_end(walk, DECODE_OTHER);
	layer_llc(walk);
}

/* DOCSIS MAC: control, extension length, length, extension, check; the first two bits of control
 * are 0 for packets. */
static void layer_docsis(struct walk *walk)
{
	uint8_t control = wire_u8(&walk->bytes);
	uint8_t extension = wire_u8(&walk->bytes);

	wire_skip(&walk->bytes, control & 1 ? 4u + extension : 4);
	if (control >> 6 != 0)
		return walk_end(walk, DECODE_OTHER);
	walk_on(walk, layer_ethernet);
}

/* LINKTYPE_SUNATM: direction and kind (2: LLC), path, channel. */
static void layer_sunatm(struct walk *walk)
{
	uint8_t kind = wire_u8(&walk->bytes) & 0x0f;
	wire_skip(&walk->bytes, 3);

	if (kind != 2)
		return walk_end(walk, DECODE_UNKNOWN);
	layer_llc(walk);
}

/* RFC 2625 3: two addresses of eight bytes. */
static void layer_ip_over_fc(struct walk *walk)
{
	wire_skip(&walk->bytes, 16);
	layer_llc(walk);
}

/* LINKTYPE_APPLE_IP_OVER_IEEE1394: two addresses of eight bytes, a type. */
static void layer_ieee1394(struct walk *walk)
{
	wire_skip(&walk->bytes, 16);
	walk_ethertype(walk, wire_u16(&walk->bytes));
}

/* LINKTYPE_ENC: address family, security parameter index, flags. */
static void layer_enc(struct walk *walk)
{
	uint32_t family = wire_u32(&walk->bytes);
	wire_skip(&walk->bytes, 8);

	address_family(walk, family);
}

/* LINKTYPE_PFLOG: a length, the address family, and more; the length is rounded up to four bytes.
 */
static void layer_pflog(struct walk *walk)
{
	uint32_t length = wire_u8(&walk->bytes);
	uint8_t family = wire_u8(&walk->bytes);

	length = (length + 3) & ~3u;
	if (length < 4)
		return walk_end(walk, DECODE_INVALID);
	wire_skip(&walk->bytes, length - 2);
	address_family(walk, family);
}

/* LINKTYPE_PPI: version, flags, length of the header, link type of the packet. */
static void layer_ppi(struct walk *walk)
{
	wire_skip(&walk->bytes, 2);
	uint16_t length = (uint16_t)wire_uint_le(&walk->bytes, 2);
	uint32_t linktype = (uint32_t)wire_uint_le(&walk->bytes, 4);

	if (length < 8)
		return walk_end(walk, DECODE_INVALID);
	wire_skip(&walk->bytes, length - 8u);
	walk_linktype(walk, linktype);
}

/* LINKTYPE_PKTAP: length of the header, kind of record (1: packet), link type of the packet. */
static void layer_pktap(struct walk *walk)
{
	uint32_t length = (uint32_t)wire_uint_le(&walk->bytes, 4);
	uint32_t kind = (uint32_t)wire_uint_le(&walk->bytes, 4);
	uint32_t linktype = (uint32_t)wire_uint_le(&walk->bytes, 4);

	if (kind != 1 || length < 12)
		return walk_end(walk, DECODE_UNKNOWN);
	wire_skip(&walk->bytes, length - 12);
	walk_linktype(walk, linktype == 12 ? 101 : linktype);
}

/* LINKTYPE_IPNET: version, family, and 22 bytes about interfaces and zones. */
static void layer_ipnet(struct walk *walk)
{
	wire_skip(&walk->bytes, 24);
	walk_on(walk, layer_ip);
}

/* LINKTYPE_NFLOG: family, version, resource; then length, kind, value, padded to four bytes. Kind 9
 * is the packet. */
static void layer_nflog(struct walk *walk)
{
	wire_skip(&walk->bytes, 4);
	while (walk->bytes.n > 0) {
		uint32_t length = (uint32_t)wire_uint_le(&walk->bytes, 2);
		uint32_t kind = (uint32_t)wire_uint_le(&walk->bytes, 2);
		if (length < 4)
			return walk_end(walk, DECODE_INVALID);
		if ((kind & 0x7fff) == 9)
			return walk_on(walk, layer_ip);
		wire_skip(&walk->bytes, ((length + 3) & ~3u) - 4);
	}
	walk_end(walk, DECODE_OTHER);
}

static void layer_with_direction_ppp(struct walk *walk)
{
	wire_skip(&walk->bytes, 1);
	layer_ppp_hdlc(walk);
}

static void layer_with_direction_hdlc(struct walk *walk)
{
	wire_skip(&walk->bytes, 1);
	layer_cisco_hdlc(walk);
}

static void layer_with_direction_frame_relay(struct walk *walk)
{
	wire_skip(&walk->bytes, 1);
	layer_frame_relay(walk);
}

/* Ethernet from the ports of a switch chip: a tag between the addresses and the type. */
static void dsa(struct walk *walk, unsigned tag)
{
	wire_skip(&walk->bytes, 12 + tag);
	walk_ethertype(walk, wire_u16(&walk->bytes));
}

static void layer_dsa(struct walk *walk)
{
	dsa(walk, 4);
}

static void layer_dsa_long(struct walk *walk)
{
	dsa(walk, 8);
}

static void layer_dsa_prepended(struct walk *walk)
{
	wire_skip(&walk->bytes, 4);
	layer_ethernet(walk);
}

/* Juniper's header: magic, flags (0x80: extensions behind a length, 0x02: no link layer but an
 * address family). */
static void juniper(struct walk *walk, layer_fn *inner)
{
	uint32_t magic = wire_u24(&walk->bytes);
	uint8_t flags = wire_u8(&walk->bytes);

	if (magic != 0x4d4743)
		return walk_end(walk, DECODE_UNKNOWN);
	if (flags & 0x80)
		(void)wire_vec(&walk->bytes, 2);
	if (flags & 0x02) {
		wire_skip(&walk->bytes, 4);
		inner = layer_ip;
	}
	walk_on(walk, inner);
}

static void layer_juniper_ethernet(struct walk *walk)
{
	juniper(walk, layer_ethernet);
}

static void layer_juniper_ppp(struct walk *walk)
{
	juniper(walk, layer_ppp_hdlc);
}

static void layer_juniper_frame_relay(struct walk *walk)
{
	juniper(walk, layer_frame_relay);
}

static void layer_juniper_hdlc(struct walk *walk)
{
	juniper(walk, layer_cisco_hdlc);
}
