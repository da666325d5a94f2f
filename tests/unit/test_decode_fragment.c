/* Fragments in every order, with gaps, overlaps and lies: whole datagrams come out, or nothing, and
 * it is counted. */
#include "test_decode_fragment.h"

static const uint8_t families[] = { 4, 6 };

/* Five fragments of eight bytes in each of their 120 orders. */
static void every_order(void **state)
{
	struct bench *b = *state;
	uint32_t id = 0;

	for (size_t f = 0; f < 2; f++) {
		for (unsigned order = 0; order < 120; order++) {
			uint32_t left[] = { 0, 8, 16, 24, 32 };
			unsigned code = order;
			id++;
			for (unsigned n = 5; n > 0; n--) {
				unsigned pick = code % n;
				code /= n;
				enum decode_result result =
					give_range(b, families[f], id, left[pick], left[pick] + 8);
				CHECK_INT(result, n > 1 ? DECODE_HELD : DECODE_FRAME);
				left[pick] = left[n - 1];
			}
			check_whole(b);
			CHECK_INT(b->frame.family, families[f]);
		}
	}
	CHECK_INT(b->stats.packets_udp, 240);
	CHECK_INT(b->stats.packets_fragment, 960);
	CHECK_INT(b->stats.fragments_overlap, 0);
	CHECK_INT(b->stats.fragments_dropped, 0);
	CHECK_INT(b->stats.fragments_expired, 0);
}

static void repeated(void **state)
{
	struct bench *b = *state;

	for (size_t f = 0; f < 2; f++) {
		for (unsigned i = 0; i < 3; i++)
			CHECK_INT(give_range(b, families[f], 1, 16, DATAGRAM), DECODE_HELD);
		CHECK_INT(give_range(b, families[f], 1, 0, 16), DECODE_FRAME);
		check_whole(b);
	}
	CHECK_INT(b->stats.fragments_overlap, 0);
}

static enum decode_result give_other_bytes(
	struct bench *b, uint8_t family, uint32_t offset, uint32_t end)
{
	uint8_t other[DATAGRAM];

	memset(other, 0xee, sizeof other);
	const struct part part = {
		.family = family,
		.id = 1,
		.offset = offset,
		.more = end < DATAGRAM,
		.data = other,
		.n = end - offset,
	};
	return give_part(b, &part);
}

/* Whatever part of the datagram comes again with other bytes, the first ones stay; they fill holes
 * only. */
static void overlap_keeps_the_first_in_ipv4(void **state)
{
	struct bench *b = *state;
	uint64_t overlaps = 0;

	for (uint32_t offset = 8; offset < 32; offset += 8) {
		for (uint32_t end = offset + 8; end <= 32; end += 8) {
			CHECK_INT(give_range(b, 4, 1, 8, 16), DECODE_HELD);
			CHECK_INT(give_range(b, 4, 1, 24, 32), DECODE_HELD);
			CHECK_INT(give_other_bytes(b, 4, offset, end), DECODE_HELD);
			CHECK_INT(give_range(b, 4, 1, 0, 32), DECODE_HELD);
			CHECK_INT(give_range(b, 4, 1, 32, DATAGRAM), DECODE_FRAME);
			overlaps++; /* the datagram counts once */
			CHECK_INT(b->stats.fragments_overlap, overlaps);
			const uint8_t *p = b->frame.payload.p;
			CHECK_INT(b->frame.payload.n, 32);
			CHECK_INT(b->frame.sport, 40000);
			CHECK_BYTES(p, datagram() + 8, 8);        /* 8 to 16 */
			CHECK_BYTES(p + 16, datagram() + 24, 16); /* 24 to 40 */
			bool filled = offset <= 16 && end > 16;
			for (size_t at = 8; at < 16; at++) /* 16 to 24 */
				CHECK_INT(p[at], filled ? 0xee : at);
		}
	}
	CHECK_INT(overlaps, 6);
}

/* RFC 5722 4: the datagram is given up, and so are its fragments that come later. */
static void overlap_gives_up_ipv6(void **state)
{
	struct bench *b = *state;

	CHECK_INT(give_range(b, 6, 1, 8, 24), DECODE_HELD);
	CHECK_INT(give_other_bytes(b, 6, 16, 32), DECODE_HELD);
	CHECK_INT(b->stats.fragments_overlap, 1);
	CHECK_INT(give_range(b, 6, 1, 0, 8), DECODE_HELD);
	CHECK_INT(give_range(b, 6, 1, 24, DATAGRAM), DECODE_HELD);
	CHECK_INT(give_range(b, 6, 1, 0, DATAGRAM - 8), DECODE_HELD);
	CHECK_INT(b->stats.packets_udp, 0);
	CHECK_INT(b->stats.fragments_overlap, 1);
	/* another datagram between the same hosts is none of its business */
	CHECK_INT(give_range(b, 6, 2, 0, 16), DECODE_HELD);
	CHECK_INT(give_range(b, 6, 2, 16, DATAGRAM), DECODE_FRAME);
	check_whole(b);
	/* and the number is free again when its time is over */
	b->now += 31 * SECOND;
	CHECK_INT(give_range(b, 6, 1, 0, 16), DECODE_HELD);
	CHECK_INT(give_range(b, 6, 1, 16, DATAGRAM), DECODE_FRAME);
	check_whole(b);
	/* the same place with other bytes is an overlap too */
	CHECK_INT(give_range(b, 6, 3, 0, 16), DECODE_HELD);
	CHECK_INT(b->stats.fragments_overlap, 1);
}

static void the_end_is_told_once(void **state)
{
	struct bench *b = *state;
	const struct part shorter = { .id = 1, .offset = 16, .data = datagram() + 16, .n = 8 };
	const struct part behind = {
		.id = 1, .offset = 40, .more = true, .data = datagram(), .n = 8
	};

	CHECK_INT(give_range(b, 4, 1, 24, DATAGRAM), DECODE_HELD);
	CHECK_INT(give_part(b, &shorter), DECODE_HELD);
	CHECK_INT(give_part(b, &behind), DECODE_HELD);
	CHECK_INT(b->stats.fragments_overlap, 1); /* one datagram */
	CHECK_INT(give_range(b, 4, 1, 0, 24), DECODE_FRAME);
	check_whole(b);
	/* an end before what is there already */
	CHECK_INT(give_range(b, 4, 1, 24, 32), DECODE_HELD);
	CHECK_INT(give_part(b, &shorter), DECODE_HELD);
	CHECK_INT(b->stats.fragments_overlap, 2);
	CHECK_INT(give_range(b, 4, 1, 32, DATAGRAM), DECODE_HELD);
	CHECK_INT(give_range(b, 4, 1, 0, 24), DECODE_FRAME);
	check_whole(b);
}

/* An identification is of one family, protocol, VLAN and pair of hosts. */
static void nothing_is_mixed(void **state)
{
	struct bench *b = *state;
	const struct part tails[] = {
		{ .family = 6, .id = 1, .offset = 16, .data = datagram() + 16, .n = 24 },
		{ .family = 4, .id = 2, .offset = 16, .data = datagram() + 16, .n = 24 },
		{ .family = 4, .id = 1, .vlan = 7, .offset = 16, .data = datagram() + 16, .n = 24 },
		{ .family = 4,
			.id = 1,
			.proto = 6,
			.offset = 16,
			.data = datagram() + 16,
			.n = 24 },
	};

	CHECK_INT(give_range(b, 4, 1, 0, 16), DECODE_HELD);
	for (size_t i = 0; i < 4; i++)
		CHECK_INT(give_part(b, &tails[i]), DECODE_HELD);
	CHECK_INT(give_range(b, 4, 1, 16, DATAGRAM), DECODE_FRAME);
	check_whole(b);
	CHECK_INT(give_range(b, 6, 1, 0, 16), DECODE_FRAME);
	check_whole(b);
	CHECK_INT(b->frame.family, 6);
}

/* Addresses of one family are never read as those of the other, in whatever order they come. */
static void families_alternate(void **state)
{
	struct bench *b = *state;

	for (uint32_t id = 0; id < 500; id++)
		for (size_t f = 0; f < 2; f++)
			CHECK_INT(give_range(b, families[(f + id) % 2], id, 0, 16), DECODE_HELD);
	for (uint32_t id = 0; id < 500; id++) {
		for (size_t f = 0; f < 2; f++) {
			uint8_t family = families[(f + id / 2) % 2];
			CHECK_INT(give_range(b, family, id, 16, DATAGRAM), DECODE_FRAME);
			check_whole(b);
			CHECK_INT(b->frame.family, family);
		}
	}
}

/* RFC 8200 4.5: the protocol is that of the first fragment; in the others it may be anything. */
static void ipv6_takes_the_first_protocol(void **state)
{
	struct bench *b = *state;
	const struct part tail = {
		.family = 6, .proto = 99, .id = 1, .offset = 16, .data = datagram() + 16, .n = 24
	};

	CHECK_INT(give_part(b, &tail), DECODE_HELD);
	CHECK_INT(give_range(b, 6, 1, 0, 16), DECODE_FRAME);
	check_whole(b);
	CHECK_INT(give_range(b, 6, 1, 0, 16), DECODE_HELD);
	CHECK_INT(give_part(b, &tail), DECODE_FRAME);
	check_whole(b);
}

/* Two VLANs may use the same addresses and numbers. */
static void vlans_are_not_mixed(void **state)
{
	struct bench *b = *state;

	for (uint16_t vlan = 7; vlan <= 8; vlan++) {
		const struct part head = {
			.id = 1, .vlan = vlan, .more = true, .data = datagram(), .n = 16
		};
		CHECK_INT(give_part(b, &head), DECODE_HELD);
	}
	CHECK_INT(b->stats.fragments_overlap, 0);
	for (uint16_t vlan = 7; vlan <= 8; vlan++) {
		const struct part tail = {
			.id = 1, .vlan = vlan, .offset = 16, .data = datagram() + 16, .n = 24
		};
		CHECK_INT(give_part(b, &tail), DECODE_FRAME);
		check_whole(b);
		CHECK_INT(b->frame.encap[0], E(VLAN, vlan));
	}
}

/* RFC 6946: whole in one fragment, whatever else bears its number. */
static void atomic(void **state)
{
	struct bench *b = *state;

	CHECK_INT(give_range(b, 6, 1, 0, 16), DECODE_HELD);
	CHECK_INT(give_range(b, 6, 1, 0, DATAGRAM), DECODE_FRAME);
	CHECK(!b->frame.fragmented);
	CHECK_INT(b->frame.payload_len, DATAGRAM - 8);
	CHECK_INT(b->stats.fragments_overlap, 0);
	CHECK_INT(give_range(b, 6, 1, 16, DATAGRAM), DECODE_FRAME);
	check_whole(b);
}

static void time_passes(void **state)
{
	struct bench *b = *state;

	CHECK_INT(give_range(b, 4, 1, 0, 16), DECODE_HELD);
	b->now += 30 * SECOND;
	CHECK_INT(give_range(b, 4, 1, 16, DATAGRAM), DECODE_FRAME);
	CHECK_INT(give_range(b, 4, 1, 0, 16), DECODE_HELD);
	b->now += 30 * SECOND + 1;
	CHECK_INT(give_range(b, 4, 1, 16, DATAGRAM), DECODE_HELD);
	CHECK_INT(b->stats.fragments_expired, 1);
	/* a stamp far ahead, and then the right time again: what it left does not stay for ever */
	b->now += 1000000 * SECOND;
	CHECK_INT(give_range(b, 4, 9, 0, 16), DECODE_HELD);
	CHECK_INT(b->stats.fragments_expired, 2);
	b->now -= 1000000 * SECOND;
	CHECK_INT(give_range(b, 4, 9, 16, DATAGRAM), DECODE_HELD);
	CHECK_INT(b->stats.fragments_expired, 3);
	CHECK_INT(give_range(b, 4, 9, 0, 16), DECODE_FRAME);
}

static void the_oldest_goes_first(void **state)
{
	struct bench *b = *state;

	for (uint32_t id = 0; id <= FRAGMENT_DATAGRAMS_MAX; id++)
		CHECK_INT(give_range(b, 6, id, 0, 16), DECODE_HELD);
	CHECK_INT(b->stats.fragments_dropped, 1);
	CHECK_INT(give_range(b, 6, 1, 16, DATAGRAM), DECODE_FRAME);
	check_whole(b);
	CHECK_INT(give_range(b, 6, FRAGMENT_DATAGRAMS_MAX, 16, DATAGRAM), DECODE_FRAME);
	CHECK_INT(give_range(b, 6, 0, 16, DATAGRAM), DECODE_HELD); /* its head is gone */
	CHECK_INT(b->stats.fragments_dropped, 1);
}

/* 600 times 60,000 bytes are more than FRAGMENT_BYTES_MAX: only the latest are there. */
static void bytes_are_limited(void **state)
{
	static const uint8_t zeros[60000];
	struct bench *b = *state;

	for (uint32_t id = 0; id < 600; id++) {
		const struct part part = { .family = 6,
			.id = id,
			.offset = 8,
			.more = true,
			.data = zeros,
			.n = sizeof zeros };
		CHECK_INT(give_part(b, &part), DECODE_HELD);
	}
	size_t kept = FRAGMENT_BYTES_MAX / sizeof zeros;
	CHECK(b->stats.fragments_dropped >= 600 - kept);
	CHECK(b->stats.fragments_dropped <= 600 - kept + 2);
}

static void pieces_are_limited(void **state)
{
	static const uint8_t zeros[8];
	struct bench *b = *state;

	for (uint32_t i = 1; i <= FRAGMENTS_PER_DATAGRAM_MAX + 1; i++) {
		const struct part part = {
			.id = 1, .offset = 16 * i, .more = true, .data = zeros, .n = 8
		};
		CHECK_INT(give_part(b, &part), DECODE_HELD);
		CHECK_INT(b->stats.fragments_dropped,
			i > FRAGMENTS_PER_DATAGRAM_MAX ? FRAGMENTS_PER_DATAGRAM_MAX + 1 : 0);
	}
	CHECK_INT(give_range(b, 4, 2, 0, 16), DECODE_HELD);
	CHECK_INT(give_range(b, 4, 2, 16, DATAGRAM), DECODE_FRAME);
}

/* What the snaplen cut out of the middle ends what can be read; the length stays that of the wire.
 */
static void cut_by_the_snaplen(void **state)
{
	struct bench *b = *state;
	const struct part head = {
		.id = 1, .offset = 0, .more = true, .data = datagram(), .n = 16, .cut = 3
	};

	CHECK_INT(give_part(b, &head), DECODE_HELD);
	CHECK_INT(give_range(b, 4, 1, 16, DATAGRAM), DECODE_FRAME);
	CHECK_INT(b->frame.payload_len, DATAGRAM - 8);
	CHECK(wire_equals(b->frame.payload, datagram() + 8, 5));
}

static void malformed(void **state)
{
	static const uint8_t zeros[64];
	struct bench *b = *state;
	const struct part parts[] = {
		{ .id = 1, .offset = 8, .more = true, .data = zeros, .n = 0 },
		{ .id = 1, .offset = 8, .data = zeros, .n = 0 },
		{ .id = 1, .offset = 65528, .more = true, .data = zeros, .n = 8 },
		{ .id = 1, .offset = 65528, .data = zeros, .n = 64 },
		{ .id = 1, .offset = 8, .more = true, .data = zeros, .n = 7 },
		{ .family = 6, .id = 1, .offset = 8, .more = true, .data = zeros, .n = 12 },
		{ .family = 6, .id = 1, .offset = 65528, .more = true, .data = zeros, .n = 8 },
	};

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		CHECK_INT(give_part(b, &parts[i]), DECODE_INVALID);
	CHECK_INT(b->stats.packets_invalid, 7);
	/* IPv4 receivers round down what is not the last */
	const struct part odd = { .id = 1, .offset = 0, .more = true, .data = datagram(), .n = 20 };
	CHECK_INT(give_part(b, &odd), DECODE_HELD);
	CHECK_INT(give_range(b, 4, 1, 16, DATAGRAM), DECODE_FRAME);
	check_whole(b);
	CHECK_INT(b->stats.fragments_overlap, 0);
}

/* GRE, Ethernet and TCP in three fragments: decoded on, and its spans live until the next call. */
static void a_tunnel_in_fragments(void **state)
{
	struct bench *b = *state;
	uint8_t bytes[128];
	size_t n = put(bytes, "00006558" MACS "0800" TCP4);
	const struct part parts[] = {
		{ .proto = 47, .id = 1, .offset = 32, .data = bytes + 32, .n = n - 32 },
		{ .proto = 47, .id = 1, .offset = 16, .more = true, .data = bytes + 16, .n = 16 },
		{ .proto = 47, .id = 1, .offset = 0, .more = true, .data = bytes, .n = 16 },
	};

	CHECK_INT(give_part(b, &parts[0]), DECODE_HELD);
	CHECK_INT(give_part(b, &parts[1]), DECODE_HELD);
	CHECK_INT(give_part(b, &parts[2]), DECODE_FRAME);
	CHECK_INT(b->frame.proto, FRAME_TCP);
	CHECK(b->frame.fragmented);
	CHECK_INT(b->frame.seq, 0x01020304);
	CHECK_INT(b->frame.encap_count, 1);
	CHECK_INT(b->frame.encap[0], E(GRE, 0));
	CHECK(wire_equals(b->frame.payload, "hello", 5));
}

/* Fragments within fragments: both datagrams are whole with the last packet. */
static void fragments_in_fragments(void **state)
{
	struct bench *b = *state;
	uint8_t inner[128];

	for (uint32_t i = 0; i < 2; i++) {
		size_t n = put(inner, "45000000 00070000 40110000 0a000001 0a000002");
		memcpy(inner + n, datagram() + 16 * i, i ? 24 : 16);
		n += i ? 24 : 16;
		put16(inner + 2, n);
		put16(inner + 6, i ? 2 : 0x2000);
		const struct part head = {
			.proto = 4, .id = i, .more = true, .data = inner, .n = 24
		};
		const struct part tail = {
			.proto = 4, .id = i, .offset = 24, .data = inner + 24, .n = n - 24
		};
		CHECK_INT(give_part(b, &head), DECODE_HELD);
		CHECK_INT(give_part(b, &tail), i ? DECODE_FRAME : DECODE_HELD);
	}
	check_whole(b);
	CHECK_INT(b->frame.src[0], 10);
	static const uint8_t src[] = { 2, 0, 0, 0, 0, 1 };
	CHECK_BYTES(b->frame.ether_src, src, 6);
}

#define bench(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

RUN(bench(every_order), bench(repeated), bench(overlap_keeps_the_first_in_ipv4),
	bench(overlap_gives_up_ipv6), bench(the_end_is_told_once), bench(nothing_is_mixed),
	bench(families_alternate), bench(ipv6_takes_the_first_protocol), bench(vlans_are_not_mixed),
	bench(atomic), bench(time_passes), bench(the_oldest_goes_first), bench(bytes_are_limited),
	bench(pieces_are_limited), bench(cut_by_the_snaplen), bench(malformed),
	bench(a_tunnel_in_fragments), bench(fragments_in_fragments))
