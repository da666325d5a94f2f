/* Takes the payload of a UDP datagram to or from a tunnel port and gives the packet inside, if its
 * contents check out. */
#include "decode/internal.h"

enum { PORT_HIGHEST = 8472, GTP_G_PDU = 255, GTP_EXTENSIONS_MAX = 8 };

/*
 * A row's function reads a copy and changes the walk only when it goes on: what does not look like
 * the tunnel stays UDP, since clients may have got a tunnel's port by chance.
 */
typedef bool enter_fn(struct walk *walk, struct wire bytes);

static enter_fn enter_vxlan;
static enter_fn enter_vxlan_gpe;
static enter_fn enter_geneve;
static enter_fn enter_gtp;
static enter_fn enter_l2tp;
static enter_fn enter_teredo;
static enter_fn enter_ayiya;
static enter_fn enter_capwap;
static enter_fn enter_mpls;

/* One row for each port. Replies of some tunnels go to any port of the client. */
#define TUNNELS(X)                      \
	X(1701, true, enter_l2tp)       \
	X(2152, true, enter_gtp)        \
	X(3544, true, enter_teredo)     \
	X(4789, false, enter_vxlan)     \
	X(4790, false, enter_vxlan_gpe) \
	X(5072, true, enter_ayiya)      \
	X(5247, true, enter_capwap)     \
	X(6081, false, enter_geneve)    \
	X(6635, false, enter_mpls)      \
	X(8472, false, enter_vxlan)

static const struct {
	uint16_t port;
	bool replies;
	enter_fn *enter;
} tunnels[] = {
#define X(number, either, fn) { number, either, fn },
	TUNNELS(X)
#undef X
};

#define X(number, either, fn) _Static_assert(number <= PORT_HIGHEST, "of all rows");
TUNNELS(X)
#undef X

/* One bit for each row; clients' ports, which are as a rule higher, do not get to it. */
static bool port_likely(uint16_t port)
{
#define X(number, either, fn) | UINT64_C(1) << number % 64
	const uint64_t ports = 0 TUNNELS(X);
#undef X

	return port <= PORT_HIGHEST && ports >> port % 64 & 1;
}

bool udp_tunnel_likely(uint16_t sport, uint16_t dport)
{
	return port_likely(sport) || port_likely(dport);
}

bool udp_tunnel_enter(struct walk *walk)
{
	const struct frame *frame = walk->frame;

	walk->bytes = frame->payload;
	walk->missing = frame->payload_len - frame->payload.n;
	for (size_t i = 0; i < sizeof tunnels / sizeof tunnels[0]; i++) {
		bool ours = frame->dport == tunnels[i].port ||
			    (tunnels[i].replies && frame->sport == tunnels[i].port);
		if (ours && tunnels[i].enter(walk, walk->bytes))
			return true;
	}
	return false;
}

/* Bytes from here to the end of the datagram on the wire; bytes is a part of the walk's. */
static uint64_t left_behind(const struct walk *walk, struct wire bytes)
{
	return bytes.n + walk->missing;
}

static bool go_on(struct walk *walk, struct wire bytes, layer_fn *next)
{
	walk->bytes = bytes;
	walk_on(walk, next);
	return true;
}

static bool go_on_if_ethernet(
	struct walk *walk, struct wire bytes, enum encap_kind kind, uint32_t number)
{
	if (!looks_ethernet(bytes, left_behind(walk, bytes)))
		return false;
	walk_encap(walk, kind, number);
	return go_on(walk, bytes, layer_ethernet);
}

/* RFC 7348 5: flag I and the network; the draft of group policies adds flag G (0x80) and 16 bits.
 */
static bool enter_vxlan(struct walk *walk, struct wire bytes)
{
	uint8_t flags = wire_u8(&bytes);
	wire_skip(&bytes, 3);
	uint32_t network = wire_u24(&bytes);
	uint8_t reserved = wire_u8(&bytes);

	if (bytes.bad || (flags & 0x7f) != 0x08 || reserved != 0)
		return false;
	return go_on_if_ethernet(walk, bytes, ENCAP_VXLAN, network);
}

/* draft-ietf-nvo3-vxlan-gpe 3: flags I and P, and the kind of packet that follows. */
static bool enter_vxlan_gpe(struct walk *walk, struct wire bytes)
{
	static layer_fn *const inner[] = {
		[1] = layer_ipv4, [2] = layer_ipv6, [3] = layer_ethernet, [4] = layer_nsh
	};
	uint8_t flags = wire_u8(&bytes);
	uint16_t reserved = wire_u16(&bytes);
	uint8_t next = wire_u8(&bytes);
	uint32_t network = wire_u24(&bytes);

	wire_skip(&bytes, 1);
	if (bytes.bad || (flags & 0xfc) != 0x0c || reserved != 0)
		return false;
	if (next >= sizeof inner / sizeof inner[0] || !inner[next])
		return false;
	walk_encap(walk, ENCAP_VXLAN, network);
	return go_on(walk, bytes, inner[next]);
}

/*
 * RFC 8926 3.4: version 0, options in words of four bytes, an EtherType, the network. Clouds mirror
 * the two directions of a connection into different networks, or only one of them: it is no part of
 * the key.
 */
static bool enter_geneve(struct walk *walk, struct wire bytes)
{
	uint8_t words = wire_u8(&bytes);
	uint8_t flags = wire_u8(&bytes);
	uint16_t type = wire_u16(&bytes);
	wire_skip(&bytes, 3); /* the network */
	uint8_t reserved = wire_u8(&bytes);

	wire_skip(&bytes, (words & 0x3f) * 4u);
	if (bytes.bad || words >> 6 != 0 || (flags & 0x3f) != 0 || reserved != 0)
		return false;
	if (!looks_ethertype(bytes, left_behind(walk, bytes), type))
		return false;
	walk->bytes = bytes;
	walk_ethertype(walk, type);
	return true;
}

/* 3GPP TS 29.281 5.2.1: a length in words of four bytes, contents, the type of the next. */
static bool gtp_extensions(struct wire *bytes, uint8_t next)
{
	for (unsigned i = 0; next != 0 && i < GTP_EXTENSIONS_MAX; i++) {
		uint8_t words = wire_u8(bytes);
		if (words == 0)
			return false;
		wire_skip(bytes, words * 4u - 2);
		next = wire_u8(bytes);
	}
	return next == 0 && !bytes->bad;
}

/* 3GPP TS 29.281 5.1: version 1, a user packet. Each end chose the number that it is sent, so it
 * names no flow. */
static bool enter_gtp(struct walk *walk, struct wire bytes)
{
	uint8_t flags = wire_u8(&bytes);
	uint8_t type = wire_u8(&bytes);
	uint16_t length = wire_u16(&bytes);

	wire_skip(&bytes, 4);
	if (bytes.bad || (flags & 0xf8) != 0x30 || type != GTP_G_PDU ||
		length > left_behind(walk, bytes))
		return false;
	if (flags & 7) { /* any of the three brings all */
		wire_skip(&bytes, 3);
		uint8_t next = wire_u8(&bytes);
		if (!gtp_extensions(&bytes, flags & 4 ? next : 0))
			return false;
	}
	if (!looks_ip(bytes, left_behind(walk, bytes)))
		return false;
	walk_encap(walk, ENCAP_GTP, 0);
	return go_on(walk, bytes, layer_ip);
}

/* Whether PPP with a protocol that we know may start here. */
static bool looks_ppp(struct wire bytes)
{
	static const uint8_t framing[] = { 0xff, 0x03 };

	if (wire_starts(bytes, framing, sizeof framing))
		wire_skip(&bytes, sizeof framing);
	uint16_t proto = wire_u8(&bytes);
	if (proto == 0 || proto >= 0x80)
		proto = (uint16_t)(proto << 8 | wire_u8(&bytes));
	return !bytes.bad && (proto == 0x21 || proto == 0x57 || proto >> 8 == 0x80 ||
				     proto >> 8 == 0xc0 || proto == 0xc223);
}

/* RFC 3931 4.1: a cookie of 0, 4 or 8 bytes and a sublayer of 0 or 4, as the ends agreed; each
 * place is tried. */
bool l2tp3_contents(struct walk *walk)
{
	struct wire bytes = walk->bytes;

	for (unsigned i = 0; i < 4 && !bytes.bad; i++) {
		bool ethernet = looks_ethernet(bytes, left_behind(walk, bytes));
		if (ethernet || looks_ppp(bytes)) {
			walk_encap(walk, ENCAP_L2TP, 0);
			return go_on(walk, bytes, ethernet ? layer_ethernet : layer_ppp);
		}
		wire_skip(&bytes, 4);
	}
	return false;
}

/* RFC 3931 4.1.2.1: version 3, a reserved field, the session. */
static bool enter_l2tp3(struct walk *walk, struct wire bytes)
{
	wire_skip(&bytes, 2);
	uint32_t session = wire_u32(&bytes);

	if (bytes.bad || session == 0)
		return false;
	walk->bytes = bytes;
	return l2tp3_contents(walk);
}

/* RFC 2661 3.1: a data message. Tunnel and session are numbers of the receiver, so they name no
 * flow. */
static bool enter_l2tp(struct walk *walk, struct wire bytes)
{
	enum {
		CONTROL = 0x8000,
		LENGTH = 0x4000,
		SEQUENCE = 0x0800,
		OFFSET = 0x0200,
		RESERVED = 0x34f0
	};
	uint16_t flags = wire_u16(&bytes);

	if (bytes.bad || flags & (CONTROL | RESERVED))
		return false;
	if ((flags & 15) == 3)
		return enter_l2tp3(walk, bytes);
	if ((flags & 15) != 2)
		return false;
	if (flags & LENGTH)
		wire_skip(&bytes, 2); /* the IP packet inside has its own */
	wire_skip(&bytes, 4);
	if (flags & SEQUENCE)
		wire_skip(&bytes, 4);
	if (flags & OFFSET)
		wire_skip(&bytes, wire_u16(&bytes));
	if (!looks_ppp(bytes))
		return false;
	walk_encap(walk, ENCAP_L2TP, 0);
	return go_on(walk, bytes, layer_ppp);
}

/* RFC 4380 5.1.1: before the IPv6 packet may stand an authentication and an origin. */
static bool enter_teredo(struct walk *walk, struct wire bytes)
{
	struct wire peek = bytes;

	if (wire_u16(&peek) == 1) {
		uint8_t id = wire_u8(&peek);
		uint8_t value = wire_u8(&peek);
		wire_skip(&peek, id + value + 9u);
		bytes = peek;
	}
	peek = bytes;
	if (wire_u16(&peek) == 0) {
		wire_skip(&peek, 6);
		bytes = peek;
	}
	if (!looks_ipv6(bytes, left_behind(walk, bytes)))
		return false;
	return go_on(walk, bytes, layer_ipv6);
}

/* draft-massar-v6ops-ayiya 3: lengths of identity and signature, operation 1 (forward), next
 * header. */
static bool enter_ayiya(struct walk *walk, struct wire bytes)
{
	uint8_t identity = wire_u8(&bytes) >> 4;
	uint8_t signature = wire_u8(&bytes) >> 4;
	uint8_t operation = wire_u8(&bytes) & 15;
	uint8_t next = wire_u8(&bytes);

	wire_skip(&bytes, 4 + (UINT64_C(1) << identity) + signature * 4u);
	if (bytes.bad || operation != 1 || next != 41 ||
		!looks_ipv6(bytes, left_behind(walk, bytes)))
		return false;
	return go_on(walk, bytes, layer_ipv6);
}

/*
 * RFC 5415 4.3: version 0, type 0 (in the clear), header length in words of four bytes, kind of
 * radio, flags: T a frame of the radio and not 802.3, F fragment, K keepalive. Of a fragmented one,
 * only the first piece has the headers.
 */
static bool enter_capwap(struct walk *walk, struct wire bytes)
{
	enum { NATIVE = 0x100, FRAGMENT = 0x080, KEEPALIVE = 0x008 };
	uint8_t preamble = wire_u8(&bytes);
	uint32_t header = wire_u24(&bytes);
	wire_skip(&bytes, 2);
	uint16_t offset = wire_u16(&bytes) >> 3;
	uint32_t words = header >> 19;

	if (bytes.bad || preamble != 0 || words < 2 || header & KEEPALIVE ||
		(header & FRAGMENT && offset > 0))
		return false;
	wire_skip(&bytes, words * 4 - 8);
	if (bytes.bad)
		return false;
	if (!(header & NATIVE))
		return looks_ethernet(bytes, left_behind(walk, bytes)) &&
		       go_on(walk, bytes, layer_ethernet);
	if ((header >> 9 & 31) != 1)
		return false;
	return go_on(walk, bytes, layer_wlan);
}

/* RFC 7510 3. */
static bool enter_mpls(struct walk *walk, struct wire bytes)
{
	struct wire peek = bytes;
	uint32_t label = wire_u32(&peek);

	if (peek.bad || !(label & 0x100) || !looks_ip(peek, left_behind(walk, peek)))
		return false;
	return go_on(walk, bytes, layer_mpls);
}
