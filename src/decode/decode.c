/* Takes a packet, walks over its layers and gives the frame inside: the entry of the stage. */
#include "decode/internal.h"

#include <errno.h>

int decoder_new(struct decoder **out, struct onpath_stats *stats, bool demand_checksums)
{
	struct decoder *decoder = calloc(1, sizeof *decoder);

	if (!decoder)
		return -ENOMEM;
	decoder->stats = stats;
	decoder->demand_checksums = demand_checksums;
	*out = decoder;
	return 0;
}

void decoder_free(struct decoder *decoder)
{
	if (!decoder)
		return;
	fragments_deinit(&decoder->fragments);
	free(decoder);
}

static void count_result(struct onpath_stats *stats, enum decode_result result, uint8_t proto)
{
	switch (result) {
	case DECODE_FRAME:
		if (proto == FRAME_TCP)
			stats->packets_tcp++;
		else
			stats->packets_udp++;
		break;
	case DECODE_OTHER:
		stats->packets_other++;
		break;
	case DECODE_HELD:
		stats->packets_fragment++;
		break;
	case DECODE_INVALID:
		stats->packets_invalid++;
		break;
	case DECODE_UNKNOWN:
		stats->packets_unknown_link++;
		break;
	case DECODE_CHECKSUM:
		stats->packets_bad_checksum++;
		break;
	}
}

/* Layer by layer, until one says that it was the last. */
static enum decode_result walk_layers(struct walk *walk)
{
	for (unsigned taken = 0; walk->next && !walk->bytes.bad; taken++) {
		if (taken == LAYERS_MAX) {
			walk->decoder->stats->layers_exceeded++;
			return DECODE_UNKNOWN;
		}
		layer_fn *layer = walk->next;
		layer(walk);
	}
	return walk->bytes.bad ? DECODE_INVALID : walk->result;
}

static void start_link(struct walk *walk, uint32_t linktype)
{
	struct decoder *decoder = walk->decoder;

	if (!decoder->link || decoder->link->linktype != linktype)
		decoder->link = link_find(linktype);
	if (decoder->link)
		walk_on(walk, decoder->link->layer);
	else
		walk_end(walk, DECODE_UNKNOWN);
}

/*
 * Most packets are Ethernet, IPv4, and TCP or UDP with nothing between: read in one go, without a
 * walk. False for all others, and nothing is counted then.
 */
static inline bool plain(
	struct decoder *decoder, struct frame *frame, const struct onpath_packet *packet)
{
	struct wire bytes = wire_of(packet->data, packet->caplen);
	struct wire head = wire_cut(&bytes, ETHERNET_HEADER);
	struct ipv4_header ip;

	if (head.bad)
		return false;
	const uint8_t *dst = wire_cut(&head, 6).p;
	const uint8_t *src = wire_cut(&head, 6).p;
	if (wire_u16(&head) != ETHERTYPE_IPV4 || !ipv4_read(&ip, frame, bytes))
		return false;
	if (ip.header != IPV4_HEADER || ip.flags & (IPV4_MORE | IPV4_OFFSET) ||
		ip.total < IPV4_HEADER)
		return false;
	struct wire contents = captured(&bytes, ip.total);
	wire_skip(&contents, IPV4_HEADER);
	uint64_t left = ip.total - IPV4_HEADER;

	if (ip.proto == FRAME_TCP) {
		if (!tcp_read(frame, contents, left))
			return false;
		decoder->stats->packets_tcp++;
	} else {
		if (ip.proto != FRAME_UDP || !udp_read(frame, contents, left) ||
			udp_tunnel_likely(frame->sport, frame->dport))
			return false;
		decoder->stats->packets_udp++;
	}
	decoder->stats->ipv4++;
	frame->ether_dst = dst;
	frame->ether_src = src;
	return true;
}

static enum decode_result walk_packet(
	struct decoder *decoder, struct frame *frame, const struct onpath_packet *packet)
{
	/* A length beyond all links is a lie of the file. */
	uint32_t len = packet->len < PACKET_MAX ? packet->len : PACKET_MAX;
	struct walk walk = {
		.decoder = decoder,
		.frame = frame,
		.bytes = wire_of(packet->data, packet->caplen),
		.missing = len > packet->caplen ? len - packet->caplen : 0,
	};

	frame->ether_src = NULL;
	frame->ether_dst = NULL;
	start_link(&walk, packet->linktype);
	enum decode_result result = walk_layers(&walk);
	count_result(decoder->stats, result, frame->proto);
	return result;
}

enum decode_result decode_packet(
	struct decoder *decoder, struct frame *out, const struct onpath_packet *packet)
{
	if (decoder->fragments.whole)
		fragments_release(&decoder->fragments);
	out->time_ns = packet->time_ns;
	out->fragmented = false;
	out->vlan_count = 0;
	out->encap_count = 0;

	if (packet->linktype == LINK_ETHERNET && !decoder->demand_checksums &&
		plain(decoder, out, packet))
		return DECODE_FRAME;
	return walk_packet(decoder, out, packet);
}
