/* The headers that nearly every packet has: bytes -> the frame's fields. Inline, as the way of most
 * packets goes through. */
#ifndef DECODE_HEADER_H
#define DECODE_HEADER_H

#include "decode/frame.h"

enum { ETHERNET_HEADER = 14, IPV4_HEADER = 20, TCP_HEADER = 20, UDP_HEADER = 8 };
enum { IPV4_DONT_FRAGMENT = 0x4000, IPV4_MORE = 0x2000, IPV4_OFFSET = 0x1fff };

struct ipv4_header {
	uint64_t total; /* with the header; 0: not told */
	uint16_t flags;
	uint8_t header;
	uint8_t proto;
};

/* As many of the next n bytes as were captured. */
static inline struct wire captured(struct wire *bytes, uint64_t n)
{
	return wire_cut(bytes, n < bytes->n ? n : bytes->n);
}

/* RFC 791 3.1, the part that is always there. Sets what frame keeps of it. */
static inline bool ipv4_read(struct ipv4_header *out, struct frame *frame, struct wire bytes)
{
	struct wire head = wire_cut(&bytes, IPV4_HEADER);

	if (head.bad)
		return false;
	uint8_t first = wire_u8(&head);
	wire_skip(&head, 1);
	out->total = wire_u16(&head);
	frame->ip_id = wire_u16(&head);
	out->flags = wire_u16(&head);
	frame->ttl = wire_u8(&head);
	out->proto = wire_u8(&head);
	wire_skip(&head, 2);
	memset(frame->src, 0, sizeof frame->src);
	memset(frame->dst, 0, sizeof frame->dst);
	memcpy(frame->src, wire_cut(&head, 4).p, 4);
	memcpy(frame->dst, wire_cut(&head, 4).p, 4);
	frame->family = 4;
	frame->dont_fragment = out->flags & IPV4_DONT_FRAGMENT;
	out->header = (first & 15) * 4u;
	return first >> 4 == 4 && out->header >= IPV4_HEADER;
}

/*
 * RFC 9293 3.1. left: bytes of the segment as on the wire. Captures of headers alone often end
 * within the options: the connection is seen all the same.
 */
static inline bool tcp_read(struct frame *frame, struct wire segment, uint64_t left)
{
	frame->segment = segment;
	struct wire head = wire_cut(&segment, TCP_HEADER);

	if (head.bad)
		return false;
	frame->sport = wire_u16(&head);
	frame->dport = wire_u16(&head);
	frame->seq = wire_u32(&head);
	frame->ack = wire_u32(&head);
	uint32_t header = (wire_u8(&head) >> 4) * 4u;
	frame->flags = wire_u8(&head);
	frame->window = wire_u16(&head);
	if (header < TCP_HEADER || header > left)
		return false;
	frame->proto = FRAME_TCP;
	frame->options = captured(&segment, header - TCP_HEADER);
	frame->payload = segment;
	frame->payload_len = (uint32_t)(left - header);
	return true;
}

/*
 * RFC 768. left: bytes of the IP packet as on the wire; a datagram longer than that is refused, as
 * receivers do. Length 0 is that of a jumbogram (RFC 2675 4).
 */
static inline bool udp_read(struct frame *frame, struct wire datagram, uint64_t left)
{
	struct wire head = wire_cut(&datagram, UDP_HEADER);

	if (head.bad)
		return false;
	frame->sport = wire_u16(&head);
	frame->dport = wire_u16(&head);
	uint64_t length = wire_u16(&head);
	if (length == 0)
		length = left;
	if (length < UDP_HEADER || length > left)
		return false;
	frame->proto = FRAME_UDP;
	frame->flags = 0;
	frame->seq = 0;
	frame->ack = 0;
	frame->window = 0;
	frame->options = wire_cut(&datagram, 0);
	frame->payload = captured(&datagram, length - UDP_HEADER);
	frame->payload_len = (uint32_t)(length - UDP_HEADER);
	return true;
}

#endif
