/* snoop files (RFC 1761). */
#include "test_capture.h"

#include "capture/linktype.h"

/* Written out by hand after RFC 1761: Ethernet, two packets, the second cut at 3 of 60 bytes and
 * padded. */
static const char two[] = "736e6f6f70000000 00000002 00000004"
			  "00000004 00000004 0000001c 00000000 65000000 000003e8 01020304"
			  "0000003c 00000003 0000001c 00000007 65000001 00000001 0a0b0c 00";

static void reads_packets(void **state)
{
	struct bytes b = { .n = 0 };

	(void)state;
	put_hex(&b, two);
	struct reading r = read_in_all_ways(b.p, b.n);
	CHECK_TEXT(r.why, "");
	CHECK_INT(r.n, 2);
	CHECK_INT(r.packets[0].time_ns, 1694498816001000000);
	CHECK_INT(r.packets[0].linktype, 1);
	CHECK_INT(r.packets[0].caplen, 4);
	CHECK_BYTES(r.packets[0].data, "\1\2\3\4", 4);
	CHECK_INT(r.packets[1].time_ns, 1694498817000001000);
	CHECK_INT(r.packets[1].caplen, 3);
	CHECK_INT(r.packets[1].len, 60);
	CHECK_BYTES(r.packets[1].data, "\xa\xb\xc", 3);
}

static void survives_every_cut(void **state)
{
	struct bytes b = { .n = 0 };

	(void)state;
	put_hex(&b, two);
	for (size_t n = 0; n < b.n; n++) {
		struct reading r = read_in_all_ways(b.p, n);

		CHECK_INT(r.n, (n > 16 + 24) + (n > 16 + 28 + 24));
		CHECK_INT(r.why[0] == '\0', n == 16 || n == 16 + 28);
	}
}

static struct reading spoil(size_t at, uint32_t value)
{
	struct bytes b = { .big = true };

	put_hex(&b, two);
	size_t n = b.n;
	b.n = at;
	put(&b, value, 4);
	return read_in_all_ways(b.p, n);
}

static void finds_what_is_broken(void **state)
{
	struct reading r = spoil(8, 3);

	(void)state;
	CHECK_TEXT(r.why, "byte 8: version 3 of snoop is not known");
	r = spoil(12, 9);
	CHECK_TEXT(r.why, "byte 12: data link type 9 of snoop is not known");
	r = spoil(16 + 8, 23);
	CHECK_TEXT(r.why, "byte 16: the lengths of packet 1 contradict each other");
	r = spoil(16 + 4, 5);
	CHECK_TEXT(r.why, "byte 16: the lengths of packet 1 contradict each other");
	r = spoil(16 + 28 + 4, 262145);
	CHECK_INT(r.n, 1);
	CHECK_TEXT(r.why, "byte 44: the lengths of packet 2 contradict each other");
	r = spoil(16 + 28 + 8, 0xffffffff);
	CHECK_INT(r.n, 1);
	CHECK(strstr(r.why, "packet 2") != NULL);
}

static void maps_link_types(void **state)
{
	uint32_t linktype = 0;

	(void)state;
	CHECK(linktype_of_snoop(&linktype, 2) && linktype == 6);
	CHECK(linktype_of_snoop(&linktype, 8) && linktype == 10);
	CHECK(!linktype_of_snoop(&linktype, 3));
}

RUN(test(reads_packets), test(survives_every_cut), test(finds_what_is_broken),
	test(maps_link_types))
