/* Takes an IPv4 or IPv6 packet, with options, extension headers and fragments, and gives what it
 * carries. */
#include "decode/internal.h"

enum {
	PROTO_HOP_BY_HOP = 0,
	PROTO_ROUTING = 43,
	PROTO_FRAGMENT = 44,
	PROTO_AH = 51,
	PROTO_OPTIONS = 60
};
enum { PROTO_MOBILITY = 135, PROTO_HIP = 139, PROTO_SHIM6 = 140 };

/* One row for each protocol we go on with; ICMP, ESP, SCTP and all others are what they are. */
static layer_fn *const protocols[256] = {
	[4] = layer_ipv4, /* RFC 2003 */
	[FRAME_TCP] = transport_tcp,
	[FRAME_UDP] = transport_udp,
	[41] = layer_ipv6,      /* RFC 4213 */
	[47] = layer_gre,       /* RFC 2784 */
	[97] = layer_etherip,   /* RFC 3378 */
	[115] = layer_l2tp_ip,  /* RFC 3931 */
	[137] = layer_mpls,     /* RFC 4023 */
	[143] = layer_ethernet, /* RFC 8986 */
};

/* Transport headers are no layer of encapsulation and are read at once. */
static inline void walk_protocol(struct walk *walk, uint8_t proto)
{
	if (proto == FRAME_TCP)
		return transport_tcp(walk);
	if (proto == FRAME_UDP)
		return transport_udp(walk);
	if (!protocols[proto])
		return walk_end(walk, DECODE_OTHER);
	walk_on(walk, protocols[proto]);
}

/* RFC 4302 2: the authentication header, whose length counts words of four bytes, less two. It
 * hides nothing. */
static uint8_t skip_ah(struct walk *walk)
{
	uint8_t next = wire_u8(&walk->bytes);
	uint8_t words = wire_u8(&walk->bytes);

	wire_skip(&walk->bytes, (words + 2u) * 4 - 2);
	return next;
}

/* Puts the datagram in place of the fragment and returns true, or ends the walk. */
static bool reassemble(struct walk *walk, const struct fragment *fragment, uint8_t *proto)
{
	struct decoder *decoder = walk->decoder;

	switch (fragments_add(&decoder->fragments, decoder->stats, &walk->bytes, &walk->missing,
		proto, walk->frame, fragment)) {
	case FRAGMENT_HELD:
		walk_end(walk, DECODE_HELD);
		return false;
	case FRAGMENT_BAD:
		walk_end(walk, DECODE_INVALID);
		return false;
	case FRAGMENT_WHOLE:
		break;
	}
	walk->frame->fragmented = true;
	return true;
}

/* What is rare in IPv4: fragments and the authentication header. The bytes start behind the IP
 * header. */
static void ipv4_rare(struct walk *walk, uint8_t proto, uint16_t flags)
{
	if (flags & (IPV4_MORE | IPV4_OFFSET)) {
		struct fragment fragment = {
			.id = walk->frame->ip_id,
			.offset = (flags & IPV4_OFFSET) * 8u,
			.length = (uint32_t)walk_left(walk),
			.bytes = walk->bytes,
			.proto = proto,
			.more = flags & IPV4_MORE,
		};
		if (!reassemble(walk, &fragment, &proto))
			return;
	}
	for (unsigned i = 0; proto == PROTO_AH && i < IPV6_EXTENSIONS_MAX; i++)
		proto = skip_ah(walk);
	if (!walk->bytes.bad)
		walk_protocol(walk, proto);
}

/*
 * RFC 791 3.1. The total length rules: bytes behind it are padding of the link, bytes short of it
 * were cut off by the snaplen. 0 stands in packets that were captured before the network card cut
 * them up: then it is all there is.
 */
void layer_ipv4(struct walk *walk)
{
	struct decoder *decoder = walk->decoder;
	struct ipv4_header ip;

	if (!ipv4_read(&ip, walk->frame, walk->bytes))
		return walk_end(walk, DECODE_INVALID);
	decoder->stats->ipv4 += !walk->ip_seen;
	walk->ip_seen = true;
	walk->routed = false;

	if (ip.total == 0)
		ip.total = walk_left(walk);
	if (ip.total < ip.header)
		return walk_end(walk, DECODE_INVALID);
	walk_limit(walk, ip.total);
	struct wire header = wire_cut(&walk->bytes, ip.header);
	if (header.bad)
		return;
	if (decoder->demand_checksums && !checksum_good(checksum_add(0, header)))
		return walk_end(walk, DECODE_CHECKSUM);
	if (ip.flags & (IPV4_MORE | IPV4_OFFSET) || ip.proto == PROTO_AH)
		return ipv4_rare(walk, ip.proto, ip.flags);
	walk_protocol(walk, ip.proto);
}

/* RFC 8200 4.5, and RFC 6946: a fragment that is all of its datagram meets no others. False: the
 * walk has ended. */
static bool ipv6_fragment(struct walk *walk, uint8_t *next)
{
	uint8_t proto = wire_u8(&walk->bytes);
	wire_skip(&walk->bytes, 1);
	uint16_t offset = wire_u16(&walk->bytes);
	uint32_t id = wire_u32(&walk->bytes);
	struct fragment fragment = {
		.id = id,
		.offset = offset & 0xfff8,
		.length = (uint32_t)walk_left(walk),
		.bytes = walk->bytes,
		.proto = proto,
		.more = offset & 1,
	};

	if (walk->bytes.bad)
		return false;
	*next = proto;
	if (!fragment.more && fragment.offset == 0)
		return true;
	return reassemble(walk, &fragment, next);
}

/* RFC 8200 4.4. As long as segments are left, the checksum is over the last of them, not over the
 * destination. */
static uint8_t ipv6_routing(struct walk *walk)
{
	uint8_t next = wire_u8(&walk->bytes);
	uint8_t units = wire_u8(&walk->bytes);
	wire_skip(&walk->bytes, 1);
	uint8_t segments_left = wire_u8(&walk->bytes);

	if (segments_left > 0)
		walk->routed = true;
	wire_skip(&walk->bytes, 4 + units * 8u);
	return next;
}

/* RFC 8200 4.2, and RFC 6275 6.1, 7401 5.1, 5533 5.1: length in units of eight bytes, less one. */
static uint8_t ipv6_extension(struct walk *walk)
{
	uint8_t next = wire_u8(&walk->bytes);
	uint8_t units = wire_u8(&walk->bytes);

	wire_skip(&walk->bytes, 6 + units * 8u);
	return next;
}

static void ipv6_headers(struct walk *walk, uint8_t next)
{
	for (unsigned i = 0; i <= IPV6_EXTENSIONS_MAX && !walk->bytes.bad; i++) {
		switch (next) {
		case PROTO_HOP_BY_HOP:
		case PROTO_OPTIONS:
		case PROTO_MOBILITY:
		case PROTO_HIP:
		case PROTO_SHIM6:
			next = ipv6_extension(walk);
			break;
		case PROTO_ROUTING:
			next = ipv6_routing(walk);
			break;
		case PROTO_AH:
			next = skip_ah(walk);
			break;
		case PROTO_FRAGMENT:
			if (!ipv6_fragment(walk, &next))
				return;
			break;
		default:
			return walk_protocol(walk, next);
		}
	}
	walk->decoder->stats->layers_exceeded += !walk->bytes.bad;
	walk_end(walk, DECODE_UNKNOWN);
}

/* RFC 8200 3. Payload length 0 is a jumbogram or a packet that the network card has yet to cut up.
 */
void layer_ipv6(struct walk *walk)
{
	struct frame *frame = walk->frame;
	struct wire head = wire_cut(&walk->bytes, 40);

	if (head.bad)
		return;
	uint8_t version = wire_u8(&head) >> 4;
	wire_skip(&head, 3);
	uint16_t length = wire_u16(&head);
	uint8_t next = wire_u8(&head);
	frame->ttl = wire_u8(&head);
	memcpy(frame->src, wire_cut(&head, 16).p, 16);
	memcpy(frame->dst, wire_cut(&head, 16).p, 16);
	frame->family = 6;
	frame->ip_id = 0;
	frame->dont_fragment = false;
	walk->decoder->stats->ipv6 += !walk->ip_seen;
	walk->ip_seen = true;
	walk->routed = false;

	if (version != 6)
		return walk_end(walk, DECODE_INVALID);
	if (length > 0)
		walk_limit(walk, length);
	ipv6_headers(walk, next);
}

void layer_ip(struct walk *walk)
{
	struct wire peek = walk->bytes;

	switch (wire_u8(&peek) >> 4) {
	case 4:
		return layer_ipv4(walk);
	case 6:
		return layer_ipv6(walk);
	default:
		return walk_end(walk, peek.bad ? DECODE_INVALID : DECODE_UNKNOWN);
	}
}
