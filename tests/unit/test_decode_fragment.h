/* Fragments for the tests of reassembly: parts of one UDP datagram, and what they are given to. */
#ifndef UNIT_TEST_DECODE_FRAGMENT_H
#define UNIT_TEST_DECODE_FRAGMENT_H

#include "test_decode.h"

#define SECOND UINT64_C(1000000000)

struct bench {
	struct decoder *decoder;
	struct onpath_stats stats;
	struct frame frame;
	uint64_t now;
	uint8_t *copy; /* the last packet */
};

__attribute__((unused)) static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof *b);

	CHECK(b != NULL);
	CHECK_INT(decoder_new(&b->decoder, &b->stats, false), 0);
	b->now = 1000 * SECOND;
	*state = b;
	return 0;
}

__attribute__((unused)) static int teardown(void **state)
{
	struct bench *b = *state;

	decoder_free(b->decoder);
	free(b->copy);
	free(b);
	return 0;
}

/* Gives n bytes, len on the wire, to the decoder. */
__attribute__((unused)) static enum decode_result give(
	struct bench *b, uint32_t linktype, const uint8_t *data, size_t n, size_t len)
{
	static const struct onpath_source source = { .name = "test" };

	free(b->copy);
	b->copy = malloc(n + 1);
	CHECK(b->copy != NULL);
	memcpy(b->copy, data, n);
	const struct onpath_packet packet = {
		.time_ns = b->now,
		.data = b->copy,
		.caplen = (uint32_t)n,
		.len = (uint32_t)len,
		.linktype = linktype,
		.number = 1,
		.source = &source,
	};
	return decode_packet(b->decoder, &b->frame, &packet);
}

/* One fragment: n bytes of data at offset. proto 17 and family 4 if not said. */
struct part {
	uint8_t family;
	uint8_t proto;
	uint16_t vlan; /* 0: none */
	uint32_t id;
	uint32_t offset;
	bool more;
	const uint8_t *data;
	size_t n;
	size_t cut; /* bytes that the snaplen cut off */
};

__attribute__((unused)) static size_t put(uint8_t *out, const char *hex)
{
	return unhex(out, 128, hex);
}

__attribute__((unused)) static void put16(uint8_t *out, size_t v)
{
	out[0] = (uint8_t)(v >> 8);
	out[1] = (uint8_t)v;
}

__attribute__((unused)) static enum decode_result give_part(
	struct bench *b, const struct part *part)
{
	uint8_t bytes[70000];
	uint8_t proto = part->proto ? part->proto : FRAME_UDP;
	size_t at = put(bytes, MACS);

	if (part->vlan) {
		at += put(bytes + at, "81000000");
		put16(bytes + at - 2, part->vlan);
	}
	if (part->family == 6) {
		at += put(bytes + at, "86dd 60000000 00002c40 20010db8 00000000 00000000 00000001"
				      "20010db8 00000000 00000000 00000002 00000000 00000000");
		put16(bytes + at - 44, part->n + 8);
		bytes[at - 8] = proto;
		put16(bytes + at - 6, part->offset | part->more);
		put16(bytes + at - 4, part->id >> 16);
		put16(bytes + at - 2, part->id & 0xffff);
	} else {
		at += put(bytes + at, "0800 45000000 00000000 40000000 c0000201 c6336402");
		put16(bytes + at - 18, part->n + 20);
		put16(bytes + at - 16, part->id);
		put16(bytes + at - 14, part->offset / 8 | (part->more ? 0x2000 : 0));
		bytes[at - 11] = proto;
	}
	memcpy(bytes + at, part->data, part->n);
	at += part->n;
	return give(b, 1, bytes, at - part->cut, at);
}

/* A UDP datagram of 40 bytes: ports 40000 and 443, and the payload 0, 1, 2 … 31. */
#define DATAGRAM 40
__attribute__((unused)) static const uint8_t *datagram(void)
{
	static uint8_t bytes[DATAGRAM] = { 0x9c, 0x40, 0x01, 0xbb, 0, DATAGRAM };

	for (size_t i = 8; i < DATAGRAM; i++)
		bytes[i] = (uint8_t)(i - 8);
	return bytes;
}

/* Its bytes from offset to end. */
__attribute__((unused)) static enum decode_result give_range(
	struct bench *b, uint8_t family, uint32_t id, uint32_t offset, uint32_t end)
{
	const struct part part = {
		.family = family,
		.id = id,
		.offset = offset,
		.more = end < DATAGRAM,
		.data = datagram() + offset,
		.n = end - offset,
	};

	return give_part(b, &part);
}

__attribute__((unused)) static void check_whole(const struct bench *b)
{
	CHECK(b->frame.fragmented);
	CHECK_INT(b->frame.proto, FRAME_UDP);
	CHECK_INT(b->frame.sport, 40000);
	CHECK_INT(b->frame.dport, 443);
	CHECK_INT(b->frame.payload_len, DATAGRAM - 8);
	CHECK(wire_equals(b->frame.payload, datagram() + 8, DATAGRAM - 8));
}

#endif
