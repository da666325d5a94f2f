/* What the files of this stage share: the walk over one packet, and the layers it can meet. */
#ifndef DECODE_INTERNAL_H
#define DECODE_INTERNAL_H

#include "decode/decode.h"
#include "decode/fragment.h"
#include "decode/header.h"

enum { ETHERTYPE_IPV4 = 0x0800, ETHERTYPE_IPV6 = 0x86dd, ETHERTYPE_ETHERNET = 0x6558 };
/* Reserved, and so unknown: for numbers that are lengths where only a type makes sense. */
enum { ETHERTYPE_NONE = 0xffff };
enum { LINK_ETHERNET = 1 };

struct walk;

/*
 * A layer reads its header from walk->bytes and says what comes next: walk_on, or walk_end. It need
 * not look at failed reads: a walk whose bytes went bad ends as DECODE_INVALID. A layer adds at
 * most one entry to frame->encap, so that LAYERS_MAX bounds them too.
 */
typedef void layer_fn(struct walk *walk);

struct link_layer {
	uint32_t linktype;
	const char *name;
	layer_fn *layer;
};

struct decoder {
	struct onpath_stats *stats;
	/* Of the last packet that was walked: they come in rows. */
	const struct link_layer *link;
	bool demand_checksums;
	struct fragments fragments;
};

/* Where we are in one packet. */
struct walk {
	struct decoder *decoder;
	struct frame *frame;
	struct wire bytes; /* from the next header to the end of what was captured */
	uint64_t missing;  /* bytes that followed them on the wire, which the snaplen cut off */
	layer_fn *next;    /* reads the next header; NULL: the walk is over */
	enum decode_result result; /* how it ended */
	bool ip_seen;              /* an IP header was met and counted */
	bool routed;               /* the checksum is over another destination than the header's */
};

static inline void walk_on(struct walk *walk, layer_fn *next)
{
	walk->next = next;
}

static inline void walk_end(struct walk *walk, enum decode_result result)
{
	walk->next = NULL;
	walk->result = result;
}

/* Bytes from here to the end of this layer, as on the wire. */
static inline uint64_t walk_left(const struct walk *walk)
{
	return walk->bytes.n + walk->missing;
}

/* A header says that its contents are n bytes: what is behind them is padding, what we lack of them
 * was cut off. */
static inline void walk_limit(struct walk *walk, uint64_t n)
{
	if (n <= walk->bytes.n) {
		walk->bytes = wire_cut(&walk->bytes, n);
		walk->missing = 0;
		return;
	}
	walk->missing = n - walk->bytes.n;
}

/* Notes a tag or tunnel that separates flows. number must be the same in both directions of a
 * connection. */
static inline void walk_encap(struct walk *walk, enum encap_kind kind, uint64_t number)
{
	struct frame *frame = walk->frame;

	if (frame->encap_count < LAYERS_MAX)
		frame->encap[frame->encap_count++] = (uint64_t)kind << 56 | number;
}

/* Goes on by an EtherType; one up to 1500 is the length of an LLC frame. */
void walk_ethertype(struct walk *walk, uint16_t type);
/* Goes on by a LINKTYPE_ value that stands in a header. */
void walk_linktype(struct walk *walk, uint32_t linktype);
/* NULL if it is not known. */
const struct link_layer *link_find(uint32_t linktype);

layer_fn layer_other; /* not TCP or UDP, and nothing inside it is */
layer_fn layer_ethernet;
layer_fn layer_llc;
layer_fn layer_mpls;
layer_fn layer_nsh;
layer_fn layer_ip; /* version 4 or 6, by the first bits */
layer_fn layer_ipv4;
layer_fn layer_ipv6;
layer_fn layer_ppp;
layer_fn layer_ppp_hdlc;
layer_fn layer_pppoe;
layer_fn layer_cisco_hdlc;
layer_fn layer_frame_relay;
layer_fn layer_multilink_frame_relay;
layer_fn layer_wlan;
layer_fn layer_radiotap;
layer_fn layer_prism;
layer_fn layer_avs;
layer_fn layer_gre;
layer_fn layer_etherip;
layer_fn layer_l2tp_ip;

/* walk->bytes starts behind the session of L2TPv3. Goes on inside if a packet is found; else
 * returns false, *walk unchanged. */
bool l2tp3_contents(struct walk *walk);

/* The end of every walk that goes well: sets the frame's ports, header fields and payload, and the
 * result. */
layer_fn transport_tcp;
layer_fn transport_udp; /* or goes on into the tunnel that UDP carries */

/* Whether packets of these ports may be a tunnel; rarely wrong, and cheap. */
bool udp_tunnel_likely(uint16_t sport, uint16_t dport);
/* Goes on inside the payload of the frame if its ports are those of a tunnel and it looks like one;
 * else false, frame kept. */
bool udp_tunnel_enter(struct walk *walk);

/* Whether IP may start here, with left bytes to the end of the layer. */
bool looks_ipv4(struct wire bytes, uint64_t left);
bool looks_ipv6(struct wire bytes, uint64_t left);
bool looks_ip(struct wire bytes, uint64_t left);
/* Whether an Ethernet header may start here: its type is one we know. */
bool looks_ethernet(struct wire bytes, uint64_t left);
/* Whether what this EtherType announces may start here. */
bool looks_ethertype(struct wire bytes, uint64_t left, uint16_t type);
bool ethertype_known(uint16_t type);

/* RFC 1071: adds bytes to a sum; and whether a sum over data and its checksum is right. */
uint64_t checksum_add(uint64_t sum, struct wire bytes);
bool checksum_good(uint64_t sum);
/* RFC 9293 3.1, RFC 8200 8.1: the sum of the pseudo-header of what the frame says, for n bytes of
 * proto. */
uint64_t checksum_pseudo(const struct frame *frame, uint8_t proto, uint64_t n);

#endif
