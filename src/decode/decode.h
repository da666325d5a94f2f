/* Packet -> frame: link layer, tags, tunnels, IP with fragments and extension headers, TCP and UDP.
 */
#ifndef DECODE_DECODE_H
#define DECODE_DECODE_H

#include <onpath/packet.h>
#include <onpath/stats.h>

#include "decode/frame.h"
#include "util/own.h"

enum decode_result {
	DECODE_FRAME,    /* *out is filled: TCP or UDP */
	DECODE_OTHER,    /* another protocol: ICMP, ARP, ESP … */
	DECODE_HELD,     /* a fragment; the datagram is not whole yet */
	DECODE_INVALID,  /* malformed, or cut below the transport header */
	DECODE_UNKNOWN,  /* link type or encapsulation we do not know */
	DECODE_CHECKSUM, /* refused: wrong checksum */
};

struct decoder; /* holds fragments, nothing else */

/* stats is borrowed and must outlive the decoder. 0 or -ENOMEM; free with decoder_free. */
CHECKED int decoder_new(struct decoder **out, struct onpath_stats *stats, bool demand_checksums);
void decoder_free(struct decoder *decoder);
OWN_CLEANUP(struct decoder *, decoder_free)

/*
 * Decodes one packet. Counts what it met in stats (but not packets and bytes, which the engine
 * does). *out is valid until the next call. Memory that runs out drops a fragment and is counted.
 */
enum decode_result decode_packet(
	struct decoder *decoder, struct frame *out, const struct onpath_packet *packet);

/* The frame is a TCP segment that was captured whole, and its checksum is wrong: a decoy, or not
 * yet made at the sender. */
bool decode_tcp_checksum_wrong(const struct frame *frame);

/* Whether packets of this LINKTYPE_ can be decoded, and its name or NULL. */
bool decode_knows_link(uint32_t linktype);
const char *decode_link_name(uint32_t linktype);

#endif
