/* Takes serial links (PPP, PPPoE, Cisco HDLC, frame relay) and gives the network layer they carry.
 */
#include "decode/internal.h"

static layer_fn layer_bridged;

/* RFC 1661 2: one row for each protocol that carries packets. */
static const struct {
	uint16_t proto;
	layer_fn *layer;
} protocols[] = {
	{ 0x0021, layer_ipv4 },
	{ 0x0057, layer_ipv6 },
	{ 0x0031, layer_bridged }, /* RFC 3518 */
	{ 0x0281, layer_mpls },
	{ 0x0283, layer_mpls },
};

/* RFC 3518 4.2: flags, kind of frame (1: Ethernet), and the frame. */
static void layer_bridged(struct walk *walk)
{
	wire_skip(&walk->bytes, 1);
	if (wire_u8(&walk->bytes) != 1)
		return walk_end(walk, DECODE_UNKNOWN);
	walk_on(walk, layer_ethernet);
}

/* The protocol field may be one byte; then its lowest bit is set. Control protocols start at
 * 0x4000. */
static void ppp_protocol(struct walk *walk)
{
	uint16_t proto = wire_u8(&walk->bytes);

	if ((proto & 1) == 0)
		proto = (uint16_t)(proto << 8 | wire_u8(&walk->bytes));
	for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
		if (protocols[i].proto == proto)
			return walk_on(walk, protocols[i].layer);
	walk_end(walk, proto >= 0x4000 ? DECODE_OTHER : DECODE_UNKNOWN);
}

/* RFC 1662 3.1: address and control, which both sides may have agreed to leave out. */
void layer_ppp(struct walk *walk)
{
	static const uint8_t framing[] = { 0xff, 0x03 };

	if (wire_starts(walk->bytes, framing, sizeof framing))
		wire_skip(&walk->bytes, sizeof framing);
	ppp_protocol(walk);
}

/* LINKTYPE_PPP_HDLC: the address tells PPP from Cisco HDLC. */
void layer_ppp_hdlc(struct walk *walk)
{
	struct wire peek = walk->bytes;
	uint8_t address = wire_u8(&peek);

	if (address == 0x0f || address == 0x8f)
		return layer_cisco_hdlc(walk);
	layer_ppp(walk);
}

/* RFC 2516 4: version and type 1, code 0 for a session. Both directions have one number. */
void layer_pppoe(struct walk *walk)
{
	uint8_t version = wire_u8(&walk->bytes);
	uint8_t code = wire_u8(&walk->bytes);
	uint16_t session = wire_u16(&walk->bytes);
	uint16_t length = wire_u16(&walk->bytes);

	if (walk->bytes.bad || version != 0x11)
		return walk_end(walk, DECODE_INVALID);
	if (code != 0)
		return walk_end(walk, DECODE_OTHER);
	walk_limit(walk, length);
	walk_encap(walk, ENCAP_PPPOE, session);
	ppp_protocol(walk);
}

/* Address, control, EtherType. */
void layer_cisco_hdlc(struct walk *walk)
{
	wire_skip(&walk->bytes, 2);
	uint16_t type = wire_u16(&walk->bytes);

	if (type == 0x00fe) /* OSI */
		return walk_end(walk, DECODE_OTHER);
	walk_ethertype(walk, type > 1500 ? type : ETHERTYPE_NONE);
}

/* RFC 2427 3 and ISO/IEC TR 9577: what a network layer identifier announces. */
static void network_layer(struct walk *walk)
{
	uint8_t identifier = wire_u8(&walk->bytes);

	if (identifier == 0) /* a pad */
		identifier = wire_u8(&walk->bytes);
	switch (identifier) {
	case 0x80: { /* SNAP without LLC before it */
		uint32_t organisation = wire_u24(&walk->bytes);
		uint16_t type = wire_u16(&walk->bytes);
		if (organisation == 0x0080c2 && (type == 1 || type == 7))
			return walk_on(walk, layer_ethernet);
		return walk_ethertype(
			walk, organisation == 0 && type > 1500 ? type : ETHERTYPE_NONE);
	}
	case 0xcc:
		return walk_on(walk, layer_ipv4);
	case 0x8e:
		return walk_on(walk, layer_ipv6);
	case 0xcf:
		return walk_on(walk, layer_ppp);
	default:
		return walk_end(walk, DECODE_OTHER);
	}
}

/* Q.922 A.3.3: two to four bytes of address, the last marked; then RFC 2427, or Cisco's EtherType
 * without control. */
void layer_frame_relay(struct walk *walk)
{
	uint8_t address = 0;

	for (unsigned i = 0; i < 4 && !(address & 1); i++)
		address = wire_u8(&walk->bytes);
	uint8_t control = wire_u8(&walk->bytes);
	if (walk->bytes.bad || !(address & 1))
		return walk_end(walk, DECODE_INVALID);
	if (control == 3)
		return network_layer(walk);
	uint16_t type = (uint16_t)(control << 8 | wire_u8(&walk->bytes));
	if (type <= 1500)
		return walk_end(walk, DECODE_OTHER);
	walk_ethertype(walk, type);
}

/* FRF.16.1: begin, end and control bits and a sequence number; only frames in one piece are read.
 */
void layer_multilink_frame_relay(struct walk *walk)
{
	uint16_t header = wire_u16(&walk->bytes);

	if ((header & 0xe000) != 0xc000)
		return walk_end(walk, DECODE_OTHER);
	layer_frame_relay(walk);
}
