/* Takes what an EtherType announces: tags, label stacks and LLC; gives the network layer behind
 * them. */
#include "decode/internal.h"

static layer_fn layer_vlan;
static layer_fn layer_provider_bridge;
static layer_fn layer_cisco_metadata;
static layer_fn layer_fabric_path;
static layer_fn layer_port_extender;

/* One row for each EtherType; what is not here is unknown, as it may hide traffic. */
static const struct {
	uint16_t type;
	layer_fn *layer;
} ethertypes[] = {
	{ ETHERTYPE_IPV4, layer_ipv4 },         /* first, as most are */
	{ ETHERTYPE_IPV6, layer_ipv6 },         /* and these */
	{ 0x8100, layer_vlan },                 /* IEEE 802.1Q */
	{ 0x88a8, layer_vlan },                 /* IEEE 802.1ad */
	{ 0x9100, layer_vlan },                 /* QinQ before 802.1ad */
	{ 0x9200, layer_vlan },                 /* the same */
	{ 0x9300, layer_vlan },                 /* the same */
	{ 0x0806, layer_other },                /* ARP */
	{ 0x8847, layer_mpls },                 /* RFC 5332 */
	{ 0x8848, layer_mpls },                 /* upstream-assigned labels */
	{ 0x8864, layer_pppoe },                /* RFC 2516 */
	{ ETHERTYPE_ETHERNET, layer_ethernet }, /* transparent Ethernet bridging, in tunnels */
	{ 0x880b, layer_ppp },                  /* in GRE */
	{ 0x894f, layer_nsh },                  /* RFC 8300 */
	{ 0x88e7, layer_provider_bridge },      /* IEEE 802.1ah */
	{ 0x8909, layer_cisco_metadata },       /* security group tags */
	{ 0x8903, layer_fabric_path },          /* Cisco FabricPath */
	{ 0x8926, layer_port_extender },        /* VN-Tag */
	{ 0x892f, layer_port_extender },        /* IEC 62439-3 redundancy: as long as that */
	{ 0x8870, layer_llc },                  /* jumbo frames that are LLC */
	{ 0x0200, layer_other },                /* PUP */
	{ 0x0842, layer_other },                /* wake on LAN */
	{ 0x2000, layer_other },                /* Cisco discovery */
	{ 0x2001, layer_other },                /* NHRP, in GRE */
	{ 0x22f0, layer_other },                /* audio and video transport */
	{ 0x22f3, layer_other },                /* TRILL control */
	{ 0x6002, layer_other },                /* DEC */
	{ 0x6003, layer_other },                /* DECnet */
	{ 0x8035, layer_other },                /* RARP */
	{ 0x809b, layer_other },                /* AppleTalk */
	{ 0x80f3, layer_other },                /* AppleTalk address resolution */
	{ 0x8137, layer_other },                /* IPX */
	{ 0x8808, layer_other },                /* pause */
	{ 0x8809, layer_other },                /* slow protocols */
	{ 0x8863, layer_other },                /* PPPoE discovery */
	{ 0x887b, layer_other },                /* HomePlug */
	{ 0x888e, layer_other },                /* EAP over LAN */
	{ 0x8892, layer_other },                /* PROFINET */
	{ 0x8899, layer_other },                /* Realtek loop detection */
	{ 0x88a4, layer_other },                /* EtherCAT */
	{ 0x88b8, layer_other },                /* GOOSE */
	{ 0x88ba, layer_other },                /* sampled values */
	{ 0x88c7, layer_other },                /* 802.11 pre-authentication */
	{ 0x88cc, layer_other },                /* LLDP */
	{ 0x88e1, layer_other },                /* HomePlug AV */
	{ 0x88e5, layer_other },                /* MACsec, as a rule encrypted */
	{ 0x88f5, layer_other },                /* MVRP */
	{ 0x88f7, layer_other },                /* PTP */
	{ 0x8902, layer_other },                /* connectivity fault management */
	{ 0x8906, layer_other },                /* Fibre Channel */
	{ 0x8914, layer_other },                /* its initialisation */
	{ 0x893a, layer_other },                /* IEEE 1905 */
	{ 0x9000, layer_other },                /* loopback test */
};

static layer_fn *ethertype_layer(uint16_t type)
{
	for (size_t i = 0; i < sizeof ethertypes / sizeof ethertypes[0]; i++)
		if (ethertypes[i].type == type)
			return ethertypes[i].layer;
	return NULL;
}

bool ethertype_known(uint16_t type)
{
	return ethertype_layer(type) != NULL;
}

void walk_ethertype(struct walk *walk, uint16_t type)
{
	if (type <= 1500) {
		if (type <= walk->bytes.n && type > 0)
			walk_limit(walk, type);
		return layer_llc(walk); /* part of the header that led here, not a layer */
	}
	layer_fn *layer = ethertype_layer(type);
	if (!layer)
		return walk_end(walk, DECODE_UNKNOWN);
	walk_on(walk, layer);
}

void layer_other(struct walk *walk)
{
	walk_end(walk, DECODE_OTHER);
}

/* IEEE 802.1Q 9.6. Identifier 0 is a priority without a VLAN, often in one direction only, so it
 * separates nothing. */
static void layer_vlan(struct walk *walk)
{
	struct frame *frame = walk->frame;
	uint16_t id = wire_u16(&walk->bytes) & 0xfff;
	uint16_t type = wire_u16(&walk->bytes);

	if (id > 0) {
		if (frame->vlan_count < 3)
			frame->vlan[frame->vlan_count++] = id;
		walk_encap(walk, ENCAP_VLAN, id);
	}
	walk_ethertype(walk, type);
}

/* IEEE 802.1Q 9.7: a service instance of 24 bits, put above the 12 bits of VLANs, and the
 * customer's frame. */
static void layer_provider_bridge(struct walk *walk)
{
	uint32_t service = wire_u32(&walk->bytes) & 0xffffff;

	walk_encap(walk, ENCAP_VLAN, UINT64_C(1) << 32 | service);
	walk_on(walk, layer_ethernet);
}

/* Cisco MetaData: version, number of options, and 4 bytes for each: its kind and, as a rule, a
 * security group. */
static void layer_cisco_metadata(struct walk *walk)
{
	wire_skip(&walk->bytes, 1);
	uint8_t options = wire_u8(&walk->bytes);
	wire_skip(&walk->bytes, options * 4u);
	walk_ethertype(walk, wire_u16(&walk->bytes));
}

/* A tag of two bytes before another Ethernet header. */
static void layer_fabric_path(struct walk *walk)
{
	wire_skip(&walk->bytes, 2);
	walk_on(walk, layer_ethernet);
}

/* Four bytes before the EtherType. They name ports, which change places by direction. */
static void layer_port_extender(struct walk *walk)
{
	wire_skip(&walk->bytes, 4);
	walk_ethertype(walk, wire_u16(&walk->bytes));
}

/* RFC 1042, RFC 2427 5, IEEE 802.1H: what organisation says what the type means. */
static void layer_snap(struct walk *walk)
{
	uint32_t organisation = wire_u24(&walk->bytes);
	uint16_t type = wire_u16(&walk->bytes);

	if (walk->bytes.bad)
		return;
	switch (organisation) {
	case 0x000000:
	case 0x0000f8:
		return walk_ethertype(walk, type > 1500 ? type : ETHERTYPE_NONE);
	case 0x0080c2:
		if ((type == 0x0001 || type == 0x0007) &&
			looks_ethernet(walk->bytes, walk_left(walk)))
			return walk_on(walk, layer_ethernet);
		return walk_end(walk, DECODE_OTHER);
	default:
		return walk_end(walk, DECODE_OTHER);
	}
}

/* IEEE 802.2: unnumbered information to SNAP or IP; all else is bridges' and other networks' talk.
 */
void layer_llc(struct walk *walk)
{
	uint8_t dsap = wire_u8(&walk->bytes);
	wire_skip(&walk->bytes, 1);
	uint8_t control = wire_u8(&walk->bytes);

	if (dsap == 0xaa && control == 3)
		return layer_snap(walk);
	if (dsap == 0x06 && control == 3)
		return walk_on(walk, layer_ip);
	walk_end(walk, DECODE_OTHER);
}

/* RFC 4385 3: a control word starts with four zero bits, and so do most Ethernet addresses: the
 * type decides. */
static void pseudowire(struct walk *walk)
{
	struct wire behind = walk->bytes;
	uint64_t left = walk_left(walk);
	uint8_t kind = wire_u8(&behind) >> 4;

	wire_skip(&behind, 3);
	if (behind.bad)
		return walk_end(walk, DECODE_INVALID);
	if (kind == 0 && looks_ethernet(behind, left - 4)) {
		walk->bytes = behind;
		return walk_on(walk, layer_ethernet);
	}
	if (looks_ethernet(walk->bytes, left))
		return walk_on(walk, layer_ethernet);
	walk_end(walk, kind == 1 ? DECODE_OTHER : DECODE_UNKNOWN); /* 1: an associated channel */
}

/*
 * RFC 3032 2.1: labels, the last of them marked; nothing says what follows. Labels are another
 * number in each direction, and the last router but one takes them off, so they are no part of a
 * flow.
 */
void layer_mpls(struct walk *walk)
{
	uint32_t label;

	do
		label = wire_u32(&walk->bytes);
	while (!(label & 0x100) && !walk->bytes.bad);

	if (looks_ip(walk->bytes, walk_left(walk)))
		return walk_on(walk, layer_ip);
	pseudowire(walk);
}

/* RFC 8300 2.2, 2.3: length in words of four bytes, metadata, and the kind of packet that follows.
 */
void layer_nsh(struct walk *walk)
{
	static layer_fn *const inner[] = {
		[1] = layer_ipv4,
		[2] = layer_ipv6,
		[3] = layer_ethernet,
		[4] = layer_nsh,
		[5] = layer_mpls,
	};
	uint16_t words = wire_u16(&walk->bytes) & 0x3f;
	wire_skip(&walk->bytes, 1);
	uint8_t next = wire_u8(&walk->bytes);

	if (words < 2)
		return walk_end(walk, DECODE_INVALID);
	wire_skip(&walk->bytes, words * 4u - 4);
	if (next >= sizeof inner / sizeof inner[0] || !inner[next])
		return walk_end(walk, DECODE_UNKNOWN);
	walk_on(walk, inner[next]);
}
