/* Packets of any link type in a row, so that fragments meet; input: demand, then link type, cut,
 * length and bytes of each. */
#include <assert.h>

#include "decode/decode.h"

/* Every byte that the frame shows is there to be read. */
static unsigned touch(struct wire span)
{
	unsigned sum = 0;

	assert(!span.bad);
	while (span.n > 0)
		sum += wire_u8(&span);
	return sum;
}

static void check_frame(const struct frame *frame)
{
	assert(frame->family == 4 || frame->family == 6);
	assert(frame->proto == FRAME_TCP || frame->proto == FRAME_UDP);
	assert(frame->payload.n <= frame->payload_len);
	assert(frame->options.n <= 40);
	assert(frame->vlan_count <= 3);
	assert(frame->encap_count <= LAYERS_MAX);
	assert((frame->ether_src == NULL) == (frame->ether_dst == NULL));
	unsigned sum = touch(frame->payload) + touch(frame->options);
	if (frame->ether_src)
		sum += touch(wire_of(frame->ether_src, 6)) + touch(wire_of(frame->ether_dst, 6));
	if (frame->proto == FRAME_TCP)
		sum += decode_tcp_checksum_wrong(frame);
	volatile unsigned sink = sum;
	(void)sink;
}

/* The packet, in memory of its own size. */
static enum decode_result decode_one(struct decoder *decoder, uint32_t linktype, uint64_t time_ns,
	struct wire bytes, uint8_t cut)
{
	static const struct onpath_source source = { .name = "fuzz" };
	CLEANUP(free) uint8_t *copy = malloc(bytes.n + 1);
	struct frame frame;

	if (!copy)
		return DECODE_OTHER;
	if (bytes.n > 0)
		memcpy(copy, bytes.p, bytes.n);
	const struct onpath_packet packet = {
		.time_ns = time_ns,
		.data = copy,
		.caplen = (uint32_t)bytes.n,
		.len = (uint32_t)bytes.n + cut,
		.linktype = linktype,
		.number = 1,
		.source = &source,
	};
	enum decode_result result = decode_packet(decoder, &frame, &packet);
	if (result == DECODE_FRAME)
		check_frame(&frame);
	return result;
}

static uint64_t results(const struct onpath_stats *stats)
{
	return stats->packets_tcp + stats->packets_udp + stats->packets_other +
	       stats->packets_fragment + stats->packets_invalid + stats->packets_unknown_link +
	       stats->packets_bad_checksum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire input = wire_of(data, size);
	struct onpath_stats stats = { 0 };
	CLEANUP(decoder_free) struct decoder *decoder = NULL;
	uint64_t packets = 0;

	if (decoder_new(&decoder, &stats, wire_u8(&input) & 1) != 0)
		return 0;
	for (; input.n > 0 && packets < 100; packets++) {
		uint32_t linktype = wire_u16(&input);
		uint8_t cut = wire_u8(&input);
		struct wire bytes = wire_vec(&input, 2);
		if (bytes.bad)
			break;
		uint64_t time_ns = packets * UINT64_C(1000000000);
		bool known = decode_knows_link(linktype);
		enum decode_result result = decode_one(decoder, linktype, time_ns, bytes, cut);
		assert(known || result == DECODE_UNKNOWN);
	}
	assert(results(&stats) == packets); /* each packet is counted once */
	assert(stats.ipv4 + stats.ipv6 <= packets);
	return 0;
}
