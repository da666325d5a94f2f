/* Capture files made in memory, byte by byte, and all that is read of them. */
#ifndef UNIT_TEST_CAPTURE_H
#define UNIT_TEST_CAPTURE_H

#include "check.h"

#include <stdbool.h>

#include "capture/file.h"

struct bytes {
	uint8_t p[8192];
	size_t n;
	bool big;
};

__attribute__((unused)) static void put(struct bytes *b, uint64_t value, unsigned width)
{
	for (unsigned i = 0; i < width; i++) {
		unsigned shift = 8 * (b->big ? width - 1 - i : i);

		assert_true(b->n < sizeof b->p);
		b->p[b->n++] = (uint8_t)(value >> shift);
	}
}

/* n bytes of data: first, first + 1, ... */
__attribute__((unused)) static void put_data(struct bytes *b, uint8_t first, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put(b, (uint8_t)(first + i), 1);
}

__attribute__((unused)) static void put_hex(struct bytes *b, const char *hex)
{
	b->n += unhex(b->p + b->n, sizeof b->p - b->n, hex);
}

/* A pcap file of two packets: 5 bytes from 0x10, 3 of 9 bytes from 0x20, a second and 500 units
 * later. */
__attribute__((unused)) static void put_pcap(
	struct bytes *b, uint32_t magic, uint32_t linktype, size_t extra)
{
	put(b, magic, 4);
	put(b, 2, 2);
	put(b, 4, 2);
	put(b, 0, 8);
	put(b, 65535, 4);
	put(b, linktype, 4);
	put(b, 1700000000, 4);
	put(b, 7, 4);
	put(b, 5, 4);
	put(b, 5, 4);
	put(b, 0, (unsigned)extra);
	put_data(b, 0x10, 5);
	put(b, 1700000001, 4);
	put(b, 507, 4);
	put(b, 3, 4);
	put(b, 9, 4);
	put(b, 0, (unsigned)extra);
	put_data(b, 0x20, 3);
}

struct seen {
	uint64_t time_ns;
	uint32_t caplen;
	uint32_t len;
	uint32_t linktype;
	uint8_t data[64]; /* the first of them */
};

struct reading {
	struct seen packets[16];
	size_t n;
	char why[256];
};

static const struct onpath_source memory_source = { .name = "memory" };

/* Reads all packets of a file in memory, block bytes at a time. */
__attribute__((unused)) static struct reading read_all(const uint8_t *p, size_t n, size_t block)
{
	struct reading r = { .n = 0 };
	struct file f;
	struct onpath_packet packet;

	CHECK_INT(file_init_memory(&f, &memory_source, wire_of(p, n), block), 0);
	while (file_next(&f, &packet) == NEXT_READY && r.n < 16) {
		struct seen *s = &r.packets[r.n++];

		CHECK_INT(packet.number, r.n);
		CHECK(packet.source == &memory_source);
		s->time_ns = packet.time_ns;
		s->caplen = packet.caplen;
		s->len = packet.len;
		s->linktype = packet.linktype;
		memcpy(s->data, packet.data,
			packet.caplen < sizeof s->data ? packet.caplen : sizeof s->data);
	}
	CHECK(f.over);
	CHECK_INT(file_next(&f, &packet), NEXT_BAD);
	memcpy(r.why, f.why, sizeof r.why);
	file_deinit(&f);
	return r;
}

/* However it is cut into blocks, a file gives the same. */
__attribute__((unused)) static struct reading read_in_all_ways(const uint8_t *p, size_t n)
{
	struct reading whole = read_all(p, n, READER_BLOCK);

	for (size_t block = 1; block < 40; block++) {
		struct reading cut = read_all(p, n, block);

		CHECK_INT(cut.n, whole.n);
		CHECK_TEXT(cut.why, whole.why);
		CHECK_BYTES(cut.packets, whole.packets, sizeof whole.packets);
	}
	return whole;
}

#endif
