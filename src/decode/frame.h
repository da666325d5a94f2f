/* What decoding makes of a packet: addresses, ports, transport header, payload. */
#ifndef DECODE_FRAME_H
#define DECODE_FRAME_H

#include <stdint.h>

#include "util/limits.h"
#include "util/wire.h"

enum tcp_flags {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
};

#define FRAME_TCP 6
#define FRAME_UDP 17

/* One encapsulation that separates flows: what it is and its number. */
enum encap_kind {
	ENCAP_VLAN = 1,
	ENCAP_MPLS,
	ENCAP_PPPOE,
	ENCAP_GRE,
	ENCAP_VXLAN,
	ENCAP_GENEVE,
	ENCAP_GTP,
	ENCAP_ERSPAN,
	ENCAP_L2TP
};

/* Spans are borrowed from the packet, or from the decoder when the datagram came in fragments. */
struct frame {
	uint64_t time_ns;
	uint8_t family;  /* 4 or 6, of the innermost IP header */
	uint8_t proto;   /* FRAME_TCP or FRAME_UDP */
	uint8_t ttl;     /* or hop limit, of the innermost IP header */
	uint8_t flags;   /* TCP: enum tcp_flags */
	bool fragmented; /* reassembled from fragments */
	bool dont_fragment;
	uint16_t ip_id; /* IPv4 only */
	uint16_t sport; /* host order */
	uint16_t dport;
	uint16_t window;
	uint32_t seq;
	uint32_t ack;
	uint8_t src[16]; /* IPv4: the first four, the rest is zero */
	uint8_t dst[16];
	struct wire segment;  /* TCP: header and payload, as captured; empty where its checksum
				 cannot be known */
	struct wire options;  /* TCP options */
	struct wire payload;  /* captured bytes of the payload */
	uint32_t payload_len; /* as on the wire: above payload.n where the snaplen cut */
	uint16_t vlan[3];     /* outermost first */
	uint8_t vlan_count;
	uint8_t encap_count;        /* entries of encap: tags and tunnels, outermost first */
	uint64_t encap[LAYERS_MAX]; /* (uint64_t)enum encap_kind << 56 | number */
	const uint8_t *ether_src;   /* 6 bytes of the outermost Ethernet header, or NULL */
	const uint8_t *ether_dst;
};

#endif
