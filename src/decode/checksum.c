/* Takes bytes and gives the Internet checksum over them (RFC 1071). */
#include "decode/internal.h"

#define BLOCK_WORDS 4

/* 2^32 is 1 modulo 2^16 - 1, so that the halves of longer words may be added as they are. */
static inline uint64_t add_block(uint64_t sum, struct wire block)
{
	uint64_t word[BLOCK_WORDS];

	memcpy(word, block.p, sizeof word);
	for (unsigned i = 0; i < BLOCK_WORDS; i++) {
		word[i] = be64toh(word[i]);
		sum += (word[i] >> 32) + (word[i] & UINT32_MAX);
	}
	return sum;
}

uint64_t checksum_add(uint64_t sum, struct wire bytes)
{
	while (bytes.n >= BLOCK_WORDS * sizeof(uint64_t))
		sum = add_block(sum, wire_cut(&bytes, BLOCK_WORDS * sizeof(uint64_t)));
	while (bytes.n >= 2)
		sum += wire_u16(&bytes);
	if (bytes.n == 1) /* as if a zero followed */
		sum += (uint64_t)wire_u8(&bytes) << 8;
	return sum;
}

bool checksum_good(uint64_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

uint64_t checksum_pseudo(const struct frame *frame, uint8_t proto, uint64_t n)
{
	struct wire src = wire_of(frame->src, sizeof frame->src);
	struct wire dst = wire_of(frame->dst, sizeof frame->dst);

	if (frame->family == 4)
		return (uint64_t)wire_u32(&src) + wire_u32(&dst) + proto + n;
	return checksum_add(checksum_add(proto + n, src), dst);
}

bool decode_tcp_checksum_wrong(const struct frame *frame)
{
	struct wire segment = frame->segment;
	struct wire head = segment;

	wire_skip(&head, 12);
	uint32_t header = (wire_u8(&head) >> 4) * 4u;
	/* The snaplen may have cut within the options, where no payload is amiss. */
	if (head.bad || segment.n < (uint64_t)header + frame->payload_len)
		return false;
	return !checksum_good(checksum_add(checksum_pseudo(frame, FRAME_TCP, segment.n), segment));
}
