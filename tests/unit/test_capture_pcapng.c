/* pcapng files: every block that is read, sections and interfaces, every cut, every lie. */
#include "test_capture.h"

/* A block with its body put by the caller between begin and end. */
static size_t begin(struct bytes *b, uint32_t type)
{
	put(b, type, 4);
	put(b, 0, 4);
	return b->n;
}

static void end(struct bytes *b, size_t body)
{
	size_t padded = (b->n - body + 3) / 4 * 4;
	uint32_t length = (uint32_t)padded + 12;

	put(b, 0, (unsigned)(padded - (b->n - body)));
	size_t n = b->n;
	b->n = body - 4;
	put(b, length, 4);
	b->n = n;
	put(b, length, 4);
}

static void put_section(struct bytes *b, bool big)
{
	b->big = big;
	size_t body = begin(b, 0x0a0d0d0a);
	put(b, 0x1a2b3c4d, 4);
	put(b, 1, 2);
	put(b, 0, 2);
	put(b, UINT64_MAX, 8);
	end(b, body);
}

/* resolution: value of if_tsresol, or -1 for none. */
static void put_interface(
	struct bytes *b, uint16_t linktype, uint32_t snaplen, int resolution, int64_t offset)
{
	size_t body = begin(b, 1);

	put(b, linktype, 2);
	put(b, 0, 2);
	put(b, snaplen, 4);
	put(b, 2, 2); /* if_name, to be passed over with its padding */
	put(b, 3, 2);
	put(b, 0x00656e6f, 4);
	if (resolution >= 0) {
		put(b, 9, 2);
		put(b, 1, 2);
		put(b, (uint8_t)resolution, 1);
		put(b, 0, 3);
	}
	if (offset != 0) {
		put(b, 14, 2);
		put(b, 8, 2);
		put(b, (uint64_t)offset, 8);
	}
	put(b, 0, 4);
	end(b, body);
}

static void put_enhanced(
	struct bytes *b, uint32_t interface, uint64_t ticks, uint32_t caplen, uint32_t len)
{
	size_t body = begin(b, 6);

	put(b, interface, 4);
	put(b, ticks >> 32, 4);
	put(b, ticks & 0xffffffff, 4);
	put(b, caplen, 4);
	put(b, len, 4);
	put_data(b, 0x40, caplen);
	end(b, body);
}

/* A section with two interfaces and one packet of each kind. */
static void put_sample(struct bytes *b, bool big)
{
	put_section(b, big);
	put_interface(b, 1, 6, -1, 0);
	put_interface(b, 101, 0, 9, 0);
	put_enhanced(b, 1, 1700000000000000001, 5, 50);
	end(b, begin(b, 0x0bad)); /* a block nobody knows */
	put_enhanced(b, 0, 1700000000000002, 4, 4);
	size_t body = begin(b, 2); /* obsolete: interface and drops in 16 bits each */
	put(b, 0, 2);
	put(b, 9, 2);
	put(b, UINT64_C(1700000000000003) >> 32, 4);
	put(b, UINT64_C(1700000000000003) & 0xffffffff, 4);
	put(b, 3, 4);
	put(b, 33, 4);
	put_data(b, 0x50, 3);
	end(b, body);
	body = begin(b, 3); /* simple: cut at the snap length of the first interface, 6 */
	put(b, 20, 4);
	put_data(b, 0x60, 6);
	end(b, body);
}

static void check_sample(const struct seen *p)
{
	CHECK_INT(p[0].time_ns, 1700000000000000001);
	CHECK_INT(p[0].linktype, 101);
	CHECK_INT(p[0].caplen, 5);
	CHECK_INT(p[0].len, 50);
	CHECK_BYTES(p[0].data, "\x40\x41\x42\x43\x44", 5);
	CHECK_INT(p[1].time_ns, 1700000000000002000);
	CHECK_INT(p[1].linktype, 1);
	CHECK_INT(p[1].caplen, 4);
	CHECK_INT(p[2].time_ns, 1700000000000003000);
	CHECK_INT(p[2].caplen, 3);
	CHECK_INT(p[2].len, 33);
	CHECK_BYTES(p[2].data, "\x50\x51\x52", 3);
	CHECK_INT(p[3].time_ns, 1700000000000003000); /* it has none: that of the one before */
	CHECK_INT(p[3].caplen, 6);
	CHECK_INT(p[3].len, 20);
	CHECK_INT(p[3].linktype, 1);
	CHECK_BYTES(p[3].data, "\x60\x61\x62\x63\x64\x65", 6);
}

static void reads_every_kind_of_packet(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct bytes b = { .n = 0 };

		put_sample(&b, big);
		struct reading r = read_in_all_ways(b.p, b.n);
		CHECK_TEXT(r.why, "");
		CHECK_INT(r.n, 4);
		check_sample(r.packets);
	}
}

static void reads_sections_of_both_orders(void **state)
{
	struct bytes b = { .n = 0 };

	(void)state;
	put_sample(&b, true);
	put_sample(&b, false);
	put_section(&b, true);
	put_enhanced(&b, 1, 1, 4, 4); /* interfaces of the sections before do not count */
	struct reading r = read_in_all_ways(b.p, b.n);
	CHECK_INT(r.n, 8);
	check_sample(r.packets);
	check_sample(r.packets + 4);
	CHECK(strstr(r.why, "packet 9 is of interface 1, which is not described") != NULL);
}

/* A file written out by hand, after draft-ietf-opsawg-pcapng figures 9, 10 and 11. */
static void reads_a_file_made_by_hand(void **state)
{
	struct bytes b = { .n = 0 };

	(void)state;
	put_hex(&b, "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000"
		    "01000000 14000000 0100 0000 00000400 14000000"
		    "06000000 24000000 00000000 08060600 00000000 02000000 2a000000"
		    "cafe 0000 24000000");
	struct reading r = read_in_all_ways(b.p, b.n);
	CHECK_TEXT(r.why, "");
	CHECK_INT(r.n, 1);
	CHECK_INT(r.packets[0].time_ns, UINT64_C(0x0006060800000000) * 1000);
	CHECK_INT(r.packets[0].len, 42);
	CHECK_BYTES(r.packets[0].data, "\xca\xfe", 2);
}

static uint64_t time_of(int resolution, int64_t offset, uint64_t ticks)
{
	struct bytes b = { .n = 0 };

	put_section(&b, false);
	put_interface(&b, 1, 0, resolution, offset);
	put_enhanced(&b, 0, ticks, 4, 4);
	struct reading r = read_all(b.p, b.n, READER_BLOCK);
	CHECK_INT(r.n, 1);
	return r.packets[0].time_ns;
}

static void converts_times(void **state)
{
	(void)state;
	CHECK(time_of(-1, 0, 1) == 1000);
	CHECK(time_of(0, 0, 3) == 3000000000);
	CHECK(time_of(3, 0, 3) == 3000000);
	CHECK(time_of(9, 0, 3) == 3);
	CHECK(time_of(12, 0, 1999) == 1);
	CHECK(time_of(28, 0, UINT64_MAX) == 1); /* 1.8 ns */
	CHECK(time_of(127, 0, UINT64_MAX) == 0);
	CHECK(time_of(0x80, 0, 3) == 3000000000);
	CHECK(time_of(0x8a, 0, 1024 + 512) == 1500000000); /* 2^-10 */
	CHECK(time_of(0xff, 0, UINT64_MAX) == 0);
	CHECK(time_of(6, 1700000000, 5) == 1700000000000005000);
	CHECK(time_of(6, -1, 1500000) == 500000000);
	/* Beyond what 64 bits hold, or before 1970: the nearest that can be said. */
	CHECK(time_of(6, -5, 1500000) == 0);
	CHECK(time_of(0, 0, UINT64_MAX) == UINT64_MAX);
	CHECK(time_of(6, INT64_MAX, UINT64_MAX) == UINT64_MAX);
	CHECK(time_of(0x81, INT64_MIN, UINT64_MAX) == 0);
}

static void survives_every_cut(void **state)
{
	struct bytes b = { .n = 0 };

	(void)state;
	put_sample(&b, false);
	struct reading whole = read_all(b.p, b.n, READER_BLOCK);
	for (size_t n = 1; n < b.n; n++) {
		struct reading r = read_in_all_ways(b.p, n);

		CHECK(r.n <= 4);
		for (size_t i = 0; i + 1 < r.n; i++)
			CHECK_BYTES(&r.packets[i], &whole.packets[i], sizeof r.packets[i]);
		if (r.n > 0)
			CHECK(r.packets[r.n - 1].caplen <= whole.packets[r.n - 1].caplen);
		if (r.n == 4)
			CHECK(strstr(r.why, "in the middle of packet 4") != NULL);
	}
	/* The last packet, 6 bytes and 6 of padding and trailer, comes out as far as it goes. */
	for (size_t cut = 7; cut < 12; cut++) {
		struct reading r = read_in_all_ways(b.p, b.n - cut);
		CHECK_INT(r.n, 4);
		CHECK_INT(r.packets[3].caplen, 12 - cut);
		CHECK_INT(r.packets[3].len, 20);
	}
}

/* Changes four bytes of a sample and says what came of it. */
static struct reading spoil(size_t at, uint32_t value)
{
	struct bytes b = { .n = 0 };

	put_sample(&b, false);
	size_t n = b.n;
	b.n = at;
	put(&b, value, 4);
	return read_in_all_ways(b.p, n);
}

static void finds_what_is_broken(void **state)
{
	/* Section 28 bytes, interfaces 32 and 40, then the packets. */
	const size_t first = 28 + 32 + 40;
	struct reading r = spoil(first + 4, 44);

	(void)state;
	CHECK_INT(r.n, 0);
	CHECK_TEXT(r.why, "byte 140: the two lengths of a pcapng block differ: 44 and 2989");
	r = spoil(first + 36, 4711);
	CHECK_INT(r.n, 0);
	CHECK_TEXT(r.why, "byte 136: the two lengths of a pcapng block differ: 40 and 4711");
	r = spoil(first + 4, 8);
	CHECK_TEXT(r.why, "byte 100: a pcapng block of type 0x6 cannot have 8 bytes");
	r = spoil(first + 4, 0x7ffffffc);
	CHECK_TEXT(r.why, "byte 100: a pcapng block of type 0x6 cannot have 2147483644 bytes");
	r = spoil(first + 8, 2);
	CHECK_TEXT(r.why, "byte 100: packet 1 is of interface 2, which is not described");
	r = spoil(first + 20, 9);
	CHECK_TEXT(r.why, "byte 100: packet 1 claims 9 captured bytes in a block of 40");
	r = spoil(8, 0x12345678);
	CHECK_TEXT(r.why, "byte 8: the byte order of a pcapng section is in neither order");
	r = spoil(12, 2);
	CHECK_TEXT(r.why, "byte 0: version 2.0 of pcapng is not known");
	/* Garbage behind a good packet: it was handed out before. */
	r = spoil(first + 40, 0xffffffff);
	CHECK_INT(r.n, 4); /* an unknown block like any other */
	r = spoil(first + 44, 0);
	CHECK_INT(r.n, 1);
	CHECK_TEXT(r.why, "byte 140: a pcapng block of type 0xbad cannot have 0 bytes");
}

/* Some writers count a block without the padding before its second length. */
static void accepts_lengths_without_padding(void **state)
{
	struct bytes b = { .n = 0 };

	(void)state;
	put_hex(&b, "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000"
		    "01000000 14000000 0100 0000 00000400 14000000"
		    "06000000 22000000 00000000 08060600 00000000 02000000 2a000000"
		    "cafe 0000 22000000");
	struct reading r = read_in_all_ways(b.p, b.n);
	CHECK_TEXT(r.why, "");
	CHECK_INT(r.n, 1);
}

/* An unknown block that is larger than the reader's whole buffer, between two packets. */
static void passes_over_large_blocks(void **state)
{
	const uint32_t large = 40 << 20;
	struct bytes b = { .n = 0 };

	(void)state;
	put_section(&b, false);
	put_interface(&b, 1, 0, -1, 0);
	put_enhanced(&b, 0, 1, 4, 4);
	size_t head = b.n;
	put(&b, 10, 4); /* decryption secrets */
	put(&b, large, 4);
	size_t tail = b.n;
	put(&b, large, 4);
	put_enhanced(&b, 0, 2, 4, 4);
	uint8_t *p = calloc(1, head + large + b.n - tail);
	assert_non_null(p);
	memcpy(p, b.p, tail);
	memcpy(p + head + large - 4, b.p + tail, b.n - tail);
	struct reading r = read_all(p, head + large - 4 + b.n - tail, READER_BLOCK);
	CHECK_TEXT(r.why, "");
	CHECK_INT(r.n, 2);
	r = read_all(p, head + large - 2, READER_BLOCK);
	CHECK_INT(r.n, 1);
	CHECK(strstr(r.why, "the file ends in the middle of a block") != NULL);
	free(p);
}

static void parsers_refuse_every_cut(void **state)
{
	static const uint8_t zero[64];
	struct pcapng_interface interface;
	struct pcapng_packet packet;

	(void)state;
	for (size_t n = 0; n < 8; n++)
		CHECK(!pcapng_interface_parse(&interface, wire_of(zero, n), false));
	CHECK(pcapng_interface_parse(&interface, wire_of(zero, 8), false));
	for (size_t n = 0; n < 20; n++) {
		CHECK(!pcapng_enhanced_parse(&packet, wire_of(zero, n), false));
		CHECK(!pcapng_obsolete_parse(&packet, wire_of(zero, n), false));
	}
	CHECK(pcapng_enhanced_parse(&packet, wire_of(zero, 20), false));
	CHECK(pcapng_obsolete_parse(&packet, wire_of(zero, 20), false));
}

RUN(test(reads_every_kind_of_packet), test(reads_sections_of_both_orders),
	test(reads_a_file_made_by_hand), test(converts_times), test(survives_every_cut),
	test(finds_what_is_broken), test(accepts_lengths_without_padding),
	test(passes_over_large_blocks), test(parsers_refuse_every_cut))
