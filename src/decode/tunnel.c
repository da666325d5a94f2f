/* Takes tunnels right over IP (GRE and what it carries, EtherIP, L2TPv3) and gives the packet
 * inside. */
#include "decode/internal.h"

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACK = 0x0080
};
enum {
	GRE_PROTO_ERSPAN2 = 0x88be,
	GRE_PROTO_ERSPAN3 = 0x22eb,
	GRE_PROTO_WCCP = 0x883e,
	GRE_PROTO_PPP = 0x880b
};

/* RFC 2637 4.1, PPTP: the key holds length and call, a number for each direction. Without a
 * sequence number: only an ack. */
static void gre_pptp(struct walk *walk, uint16_t flags)
{
	uint16_t length = wire_u16(&walk->bytes);

	wire_skip(&walk->bytes, 2);
	if (!(flags & GRE_SEQUENCE))
		return walk_end(walk, DECODE_OTHER);
	wire_skip(&walk->bytes, flags & GRE_ACK ? 8 : 4);
	walk_limit(walk, length);
	walk_encap(walk, ENCAP_GRE, 0);
	walk_on(walk, layer_ppp);
}

/* draft-foschiano-erspan 4.1, 4.2: type I has no header, and no sequence number in GRE; type II has
 * eight bytes. */
static void layer_erspan2(struct walk *walk)
{
	struct wire peek = walk->bytes;

	if (wire_u8(&peek) >> 4 == 1)
		wire_skip(&walk->bytes, 8);
	walk_on(walk, layer_ethernet);
}

/* The same, 4.3: twelve bytes, and eight more where the last bit says so; frame type 2 is IP
 * without Ethernet. */
static void layer_erspan3(struct walk *walk)
{
	wire_skip(&walk->bytes, 10);
	uint16_t last = wire_u16(&walk->bytes);

	if (last & 1)
		wire_skip(&walk->bytes, 8);
	walk_on(walk, (last >> 10 & 31) == 2 ? layer_ip : layer_ethernet);
}

/* WCCPv2 puts four bytes before the packet it redirects, version 1 none. */
static void layer_wccp(struct walk *walk)
{
	if (!looks_ip(walk->bytes, walk_left(walk)))
		wire_skip(&walk->bytes, 4);
	walk_on(walk, layer_ip);
}

/*
 * RFC 2890 3: both directions of a tunnel have one key. In NVGRE (RFC 7637 3.2) the lowest byte
 * tells flows apart for load sharing and may differ by direction; its networks start at 0x1000,
 * which ordinary keys hardly reach.
 */
static uint32_t gre_flow_key(uint32_t key, uint16_t flags, uint16_t proto)
{
	bool nvgre = proto == 0x6558 && !(flags & (GRE_CHECKSUM | GRE_SEQUENCE)) && key >= 0x100000;

	return nvgre ? key & 0xffffff00 : key;
}

/* RFC 2784 2, RFC 2890. */
void layer_gre(struct walk *walk)
{
	uint16_t flags = wire_u16(&walk->bytes);
	uint16_t proto = wire_u16(&walk->bytes);

	if ((flags & 7) == 1)
		return gre_pptp(walk, flags);
	if ((flags & 7) != 0 || flags & GRE_ROUTING)
		return walk_end(walk, DECODE_UNKNOWN);
	if (flags & GRE_CHECKSUM)
		wire_skip(&walk->bytes, 4);
	uint32_t key = flags & GRE_KEY ? wire_u32(&walk->bytes) : 0;
	if (flags & GRE_SEQUENCE)
		wire_skip(&walk->bytes, 4);
	switch (proto) {
	case GRE_PROTO_ERSPAN2: /* session numbers may differ by direction of the mirrored traffic
				 */
		walk_encap(walk, ENCAP_ERSPAN, 0);
		return flags & GRE_SEQUENCE ? layer_erspan2(walk) : walk_on(walk, layer_ethernet);
	case GRE_PROTO_ERSPAN3:
		walk_encap(walk, ENCAP_ERSPAN, 0);
		return layer_erspan3(walk);
	case GRE_PROTO_WCCP:
		return layer_wccp(walk); /* one direction only, as a rule */
	case 0:                          /* a keepalive */
		return walk_end(walk, DECODE_OTHER);
	default:
		walk_encap(walk, ENCAP_GRE, gre_flow_key(key, flags, proto));
		if ((proto & 0xff00) == 0x8200 || proto == 0x9000) /* access points of Aruba */
			return walk_on(walk, layer_wlan);
		return walk_ethertype(walk, proto > 1500 ? proto : ETHERTYPE_NONE);
	}
}

/* RFC 3378 2: version 3 and twelve zero bits. */
void layer_etherip(struct walk *walk)
{
	if (wire_u16(&walk->bytes) != 0x3000)
		return walk_end(walk, DECODE_UNKNOWN);
	walk_on(walk, layer_ethernet);
}

/* RFC 3931 4.1.1: session 0 is control. What follows was agreed between the ends, so it is looked
 * for. */
void layer_l2tp_ip(struct walk *walk)
{
	if (wire_u32(&walk->bytes) == 0)
		return walk_end(walk, DECODE_OTHER);
	if (!l2tp3_contents(walk))
		walk_end(walk, DECODE_UNKNOWN);
}
