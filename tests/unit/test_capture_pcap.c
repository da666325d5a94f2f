/* pcap files: every variant of the header, every cut, every lie. */
#include "test_capture.h"

#include "capture/linktype.h"

static void check_two(const struct reading *r, uint64_t unit, uint32_t linktype)
{
	CHECK_TEXT(r->why, "");
	CHECK_INT(r->n, 2);
	CHECK_INT(r->packets[0].time_ns, 1700000000000000000 + 7 * unit);
	CHECK_INT(r->packets[0].caplen, 5);
	CHECK_INT(r->packets[0].len, 5);
	CHECK_INT(r->packets[0].linktype, linktype);
	CHECK_BYTES(r->packets[0].data, "\x10\x11\x12\x13\x14", 5);
	CHECK_INT(r->packets[1].time_ns, 1700000001000000000 + 507 * unit);
	CHECK_INT(r->packets[1].caplen, 3);
	CHECK_INT(r->packets[1].len, 9);
	CHECK_BYTES(r->packets[1].data, "\x20\x21\x22", 3);
}

static void reads_every_variant(void **state)
{
	static const struct {
		uint32_t magic;
		uint64_t unit;
		size_t extra;
	} variants[] = { { 0xa1b2c3d4, 1000, 0 }, { 0xa1b23c4d, 1, 0 }, { 0xa1b2cd34, 1000, 8 } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		for (int big = 0; big < 2; big++) {
			struct bytes b = { .big = big };

			put_pcap(&b, variants[i].magic, 113, variants[i].extra);
			struct reading r = read_in_all_ways(b.p, b.n);
			check_two(&r, variants[i].unit, 113);
		}
	}
}

/* A file written out by hand, after draft-ietf-opsawg-pcap figures 1 and 2. */
static void reads_a_file_made_by_hand(void **state)
{
	struct bytes b = { .n = 0 };

	(void)state;
	put_hex(&b, "a1b2c3d4 0002 0004 00000000 00000000 0000ffff 14000001"
		    "65000000 000f4240 00000002 0000003c beef");
	struct reading r = read_in_all_ways(b.p, b.n);
	CHECK_INT(r.n, 1);
	CHECK_TEXT(r.why, "");
	CHECK_INT(r.packets[0].linktype, 1); /* FCS length 1, flag, type 1 */
	CHECK_INT(r.packets[0].len, 60);
	/* 0x65000000 s, and a million microseconds that carry over */
	CHECK_INT(r.packets[0].time_ns, 1694498817000000000);
}

static void names_links_as_files_do(void **state)
{
	(void)state;
	CHECK_INT(linktype_of_file(1), 1);
	CHECK_INT(linktype_of_file(0xf0000001), 1);
	CHECK_INT(linktype_of_file(12), 101); /* DLT_RAW of Linux */
	CHECK_INT(linktype_of_file(14), 101); /* DLT_RAW of OpenBSD */
	CHECK_INT(linktype_of_file(101), 101);
	CHECK_INT(linktype_of_file(228), 228);
	CHECK_INT(linktype_to_dlt(101), 12);
	CHECK_INT(linktype_of_dlt(12), 101);
	CHECK_INT(linktype_of_dlt(276), 276);
}

/* What is whole comes out, what is cut comes out as far as it goes, and only a cut is called one.
 */
static void survives_every_cut(void **state)
{
	struct bytes b = { .n = 0 };
	const size_t first = 24 + 16; /* data of the first packet, and of the second */
	const size_t second = first + 5 + 16;

	(void)state;
	put_pcap(&b, 0xa1b2c3d4, 1, 0);
	for (size_t n = 0; n < b.n; n++) {
		struct reading r = read_in_all_ways(b.p, n);
		size_t want = (n > first) + (n > second);

		CHECK_INT(r.n, want);
		CHECK_INT(r.why[0] == '\0', n == 24 || n == first + 5);
		if (n > first && n < first + 5) {
			CHECK_INT(r.packets[0].caplen, n - first);
			CHECK_INT(r.packets[0].len, 5);
			CHECK(strstr(r.why, "the middle of packet 1") != NULL);
		}
		if (n > first + 5)
			CHECK(strstr(r.why, "the middle of packet 2") != NULL);
	}
}

static void says_what_it_found_instead(void **state)
{
	struct reading r = read_all((const uint8_t *)"", 0, READER_BLOCK);

	(void)state;
	CHECK_TEXT(r.why, "byte 0: the file is empty");
	r = read_in_all_ways((const uint8_t *)"GET / HTTP/1.1", 14);
	CHECK_TEXT(r.why, "byte 0: not a capture file: it begins with 47 45 54 20 2f 20 48 54");
	r = read_in_all_ways((const uint8_t *)"BZh91AY&SY", 10);
	CHECK_TEXT(r.why, "byte 0: compressed with bzip2, which is not supported");
	CHECK_INT(r.n, 0);
}

static struct reading read_lengths(unsigned minor, uint32_t first, uint32_t second, size_t data)
{
	struct bytes b = { .n = 0 };

	put_pcap(&b, 0xa1b2c3d4, 1, 0);
	b.n = 6;
	put(&b, minor, 2);
	b.n = 24 + 8;
	put(&b, first, 4);
	put(&b, second, 4);
	put_data(&b, 1, data);
	return read_in_all_ways(b.p, b.n);
}

static void judges_lengths(void **state)
{
	struct reading r = read_lengths(4, 5, 3, 5);

	(void)state;
	CHECK_INT(r.n, 1); /* more captured than there was: tolerated */
	CHECK_INT(r.packets[0].caplen, 5);
	CHECK_INT(r.packets[0].len, 5);

	r = read_lengths(4, 262145, 262145, 40);
	CHECK_INT(r.n, 0);
	CHECK_TEXT(r.why,
		"byte 24: packet 1 claims 262145 captured bytes; no packet has more than 262144");

	r = read_lengths(4, 0xffffffff, 0xffffffff, 40);
	CHECK_INT(r.n, 0);

	r = read_lengths(4, 262144, 262144, 40); /* possible, though it is cut */
	CHECK_INT(r.n, 1);
	CHECK_INT(r.packets[0].caplen, 40);
	CHECK_INT(r.packets[0].len, 262144);

	r = read_lengths(4, 0, 60, 0); /* nothing captured */
	CHECK_INT(r.n, 1);
	CHECK_INT(r.packets[0].caplen, 0);
	CHECK_TEXT(r.why, "");
}

/* libpcap's savefile.c tells: before 2.3 the original length came first, and in 2.3 sometimes. */
static void turns_old_lengths(void **state)
{
	struct reading r = read_lengths(2, 60, 5, 5);

	(void)state;
	CHECK_INT(r.packets[0].caplen, 5);
	CHECK_INT(r.packets[0].len, 60);
	r = read_lengths(3, 60, 5, 5);
	CHECK_INT(r.packets[0].caplen, 5);
	CHECK_INT(r.packets[0].len, 60);
	r = read_lengths(3, 5, 60, 5);
	CHECK_INT(r.packets[0].caplen, 5);
	CHECK_INT(r.packets[0].len, 60);
}

static void refuses_unknown_versions(void **state)
{
	struct bytes b = { .n = 0 };

	(void)state;
	put_hex(&b, "d4c3b2a1 0300 0400 00000000 00000000 ffff0000 01000000");
	struct reading r = read_in_all_ways(b.p, b.n);
	CHECK_INT(r.n, 0);
	CHECK_TEXT(r.why, "byte 4: version 3.4 of pcap is not known");
}

static void parses_only_whole_headers(void **state)
{
	struct bytes b = { .n = 0 };
	struct pcapfile pcap;

	(void)state;
	put_pcap(&b, 0xa1b2c3d4, 1, 0);
	for (size_t n = 0; n < PCAP_HEADER; n++)
		CHECK(!pcap_header_parse(&pcap, wire_of(b.p, n)));
	CHECK(pcap_header_parse(&pcap, wire_of(b.p, PCAP_HEADER)));
	CHECK(!pcap_header_parse(&pcap, wire_of(b.p, PCAP_HEADER + 1)));
}

/* A packet that is as large as possible, across the blocks of the reader. */
static void reads_packets_larger_than_a_block(void **state)
{
	const uint32_t size = 262144;
	const size_t n = 24 + 8 * (16 + (size_t)size);
	uint8_t *p = calloc(1, n);
	struct bytes b = { .n = 0 };

	(void)state;
	assert_non_null(p);
	put_pcap(&b, 0xa1b2c3d4, 1, 0);
	memcpy(p, b.p, 24);
	b.n = 0;
	put(&b, 1, 4);
	put(&b, 0, 4);
	put(&b, size, 4);
	put(&b, size, 4);
	for (size_t i = 0; i < 8; i++) {
		memcpy(p + 24 + i * (16 + size), b.p, 16);
		memset(p + 24 + i * (16 + size) + 16, (int)i, size);
	}
	static const size_t blocks[] = { 1000, 4096, 300000, READER_BLOCK };
	for (size_t k = 0; k < 4; k++) {
		struct reading r = read_all(p, n, blocks[k]);

		CHECK_TEXT(r.why, "");
		CHECK_INT(r.n, 8);
		for (size_t i = 0; i < 8; i++)
			CHECK_INT(r.packets[i].data[63], i);
	}
	free(p);
}

RUN(test(reads_every_variant), test(reads_a_file_made_by_hand), test(names_links_as_files_do),
	test(survives_every_cut), test(says_what_it_found_instead), test(judges_lengths),
	test(turns_old_lengths), test(refuses_unknown_versions), test(parses_only_whole_headers),
	test(reads_packets_larger_than_a_block))
