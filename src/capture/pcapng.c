/* pcapng files (draft-ietf-opsawg-pcapng): blocks in, facts out. */
#include "capture/pcapng.h"

#include <inttypes.h>

#include "capture/file.h"
#include "capture/linktype.h"

/* Section 4.2, and 3.5 for the end of options. */
enum { OPTION_END = 0, OPTION_TSRESOL = 9, OPTION_TSOFFSET = 14 };

#define BLOCK_HEADER  8  /* type and length */
#define BLOCK_TRAILER 4  /* the length again */
#define MICROSECONDS  6  /* the resolution where none is said */
#define PACKET_FIXED  28 /* of an enhanced or obsolete packet block, with the block's header */
#define SIMPLE_FIXED  12
#define NS_IN_SECOND  1000000000

static uint64_t uint_of(struct wire *w, unsigned width, bool big)
{
	return big ? wire_uint(w, width) : wire_uint_le(w, width);
}

static uint32_t u32(struct wire *w, bool big)
{
	return (uint32_t)uint_of(w, 4, big);
}

static uint16_t u16(struct wire *w, bool big)
{
	return (uint16_t)uint_of(w, 2, big);
}

bool pcapng_is(struct wire start)
{
	return wire_starts(start, "\x0a\x0d\x0d\x0a", 4);
}

static uint64_t power_of_ten(unsigned n)
{
	uint64_t power = 1;

	while (n-- > 0)
		power *= 10;
	return power;
}

/* if_tsresol: 10^-n, or 2^-n where the highest bit is set. */
static void set_resolution(struct pcapng_interface *interface, uint8_t value)
{
	unsigned n = value & 0x7f;

	interface->mul = NS_IN_SECOND;
	interface->div = 1;
	interface->shift = 0;
	if ((value & 0x80) != 0)
		interface->shift = n;
	else if (n <= 9)
		interface->mul = power_of_ten(9 - n);
	else if (n <= 9 + 19) {
		interface->mul = 1;
		interface->div = power_of_ten(n - 9);
	} else
		interface->mul = 0; /* 64 bits of that are less than a nanosecond */
}

bool pcapng_interface_parse(struct pcapng_interface *out, struct wire body, bool big)
{
	struct pcapng_interface interface = { .div = 1 };

	set_resolution(&interface, MICROSECONDS);
	interface.linktype = linktype_of_file(u16(&body, big));
	wire_skip(&body, 2);
	interface.snaplen = u32(&body, big);
	if (body.bad)
		return false;
	/* Broken options end the reading of options: the interface is good without them. */
	while (body.n >= 4) {
		uint16_t code = u16(&body, big);
		uint16_t length = u16(&body, big);
		struct wire value = wire_cut(&body, length);

		wire_skip(&body, -length & 3u);
		if (code == OPTION_END)
			break;
		if (code == OPTION_TSRESOL && value.n == 1)
			set_resolution(&interface, wire_u8(&value));
		if (code == OPTION_TSOFFSET && value.n == 8)
			interface.offset = (int64_t)uint_of(&value, 8, big);
	}
	*out = interface;
	return true;
}

bool pcapng_enhanced_parse(struct pcapng_packet *out, struct wire body, bool big)
{
	struct pcapng_packet p = { .interface = u32(&body, big) };

	p.ticks = (uint64_t)u32(&body, big) << 32;
	p.ticks |= u32(&body, big);
	p.caplen = u32(&body, big);
	p.len = u32(&body, big);
	if (body.bad)
		return false;
	*out = p;
	return true;
}

bool pcapng_obsolete_parse(struct pcapng_packet *out, struct wire body, bool big)
{
	uint16_t interface = u16(&body, big);
	struct pcapng_packet p;

	wire_skip(&body, 2); /* drops; what follows is as in an enhanced packet block */
	p.ticks = (uint64_t)u32(&body, big) << 32;
	p.ticks |= u32(&body, big);
	p.caplen = u32(&body, big);
	p.len = u32(&body, big);
	p.interface = interface;
	if (body.bad)
		return false;
	*out = p;
	return true;
}

uint64_t pcapng_time(const struct pcapng_interface *interface, uint64_t ticks)
{
	uint64_t quick;

	if (interface->div == 1 && interface->shift == 0 && interface->offset == 0)
		return __builtin_mul_overflow(ticks, interface->mul, &quick) ? UINT64_MAX : quick;
	unsigned __int128 ns =
		(unsigned __int128)ticks * interface->mul / interface->div >> interface->shift;
	__int128 sum = (__int128)ns + (__int128)interface->offset * NS_IN_SECOND;
	if (sum < 0)
		return 0;
	return sum > UINT64_MAX ? UINT64_MAX : (uint64_t)sum;
}

/* A block as its first bytes tell it. */
struct block {
	uint32_t type;
	uint32_t length; /* as it says */
	uint32_t whole;  /* as it is: some writers forget to count the padding before the second
			    length */
};

static bool take_section(struct file *f, struct wire body)
{
	wire_skip(&body, 4); /* the byte order, already known */
	uint16_t major = u16(&body, f->ng.big);
	uint16_t minor = u16(&body, f->ng.big);

	if (major != 1 || (minor != 0 && minor != 2)) {
		(void)file_broken(f, reader_offset(&f->in), "version %u.%u of pcapng is not known",
			major, minor);
		return false;
	}
	f->ng.n = 0; /* interfaces are counted anew */
	return true;
}

static bool take_interface(struct file *f, struct wire body)
{
	struct pcapng *ng = &f->ng;
	struct pcapng_interface interface;

	if (!pcapng_interface_parse(&interface, body, ng->big)) {
		(void)file_broken(
			f, reader_offset(&f->in), "the description of an interface is broken");
		return false;
	}
	if (ng->n == ng->room) {
		size_t room = ng->room ? 2 * ng->room : 4;
		struct pcapng_interface *more =
			ng->n < CAPTURE_INTERFACES_MAX
				? realloc(ng->interfaces, room * sizeof *more)
				: NULL;

		if (!more) {
			(void)file_broken(f, reader_offset(&f->in), "too many interfaces");
			return false;
		}
		ng->interfaces = more;
		ng->room = room;
	}
	ng->interfaces[ng->n++] = interface;
	return true;
}

/* Section 4.4: no interface, no time, no captured length: they follow from the first interface and
 * the block. */
static bool simple_parse(struct pcapng_packet *out, struct wire body, bool big)
{
	uint32_t len = u32(&body, big);

	if (body.bad)
		return false;
	*out = (struct pcapng_packet) { .len = len };
	return true;
}

/* One row a type of block that is read. A row takes the whole block, or reads the fixed part of a
 * packet. */
static const struct row {
	uint32_t type;
	uint32_t fixed; /* bytes before a packet's data, or least length of the block without its
			   trailer */
	bool (*take)(struct file *f, struct wire body);
	bool (*parse)(struct pcapng_packet *out, struct wire body, bool big);
} rows[] = {
	{ PCAPNG_ENHANCED, PACKET_FIXED, NULL, pcapng_enhanced_parse },
	{ PCAPNG_SIMPLE, SIMPLE_FIXED, NULL, simple_parse },
	{ PCAPNG_PACKET, PACKET_FIXED, NULL, pcapng_obsolete_parse },
	{ PCAPNG_INTERFACE, 16, take_interface, NULL }, { PCAPNG_SECTION, 24, take_section, NULL },
	/* PCAPNG_SECRETS: a row with a take of its own belongs here once key logs in captures are
	   used. */
};

static const struct row *row_of(uint32_t type)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

/* Reads the header of the block at f->in.at; a section's also sets the byte order. */
static enum next read_header(struct file *f, struct block *out)
{
	struct pcapng *ng = &f->ng;
	enum next more = file_need_or_end(f, BLOCK_HEADER + 4);

	if (more != NEXT_READY)
		return more;
	struct wire w = reader_wire(&f->in, BLOCK_HEADER + 4);
	struct wire start = w;
	if (pcapng_is(w)) {
		struct wire order = w;

		wire_skip(&order, BLOCK_HEADER);
		bool big = wire_equals(order, "\x1a\x2b\x3c\x4d", 4);
		if (!big && !wire_equals(order, "\x4d\x3c\x2b\x1a", 4))
			return file_broken(f, reader_offset(&f->in) + BLOCK_HEADER,
				"the byte order of a pcapng section is in neither order");
		ng->big = big;
	}
	out->type = u32(&start, ng->big);
	out->length = u32(&start, ng->big);
	out->whole = out->length + (-out->length & 3u);
	if (out->length < BLOCK_HEADER + BLOCK_TRAILER || out->whole < out->length)
		return file_broken(f, reader_offset(&f->in),
			"a pcapng block of type 0x%" PRIx32 " cannot have %" PRIu32 " bytes",
			out->type, out->length);
	return NEXT_READY;
}

/* The length behind a block, which must be the one before it. */
static bool trailer_fits(struct file *f, const uint8_t *at, uint32_t length)
{
	struct wire w = wire_of(at, BLOCK_TRAILER);
	uint32_t again = u32(&w, f->ng.big);

	if (again == length)
		return true;
	(void)file_broken(f, reader_offset(&f->in) + (uint64_t)(at - f->in.at),
		"the two lengths of a pcapng block differ: %" PRIu32 " and %" PRIu32, length,
		again);
	return false;
}

/* Goes on with passing over a block, which may be larger than the buffer. */
static enum next skip_block(struct file *f)
{
	struct pcapng *ng = &f->ng;

	while (ng->skip > BLOCK_TRAILER) {
		enum next more = reader_need(&f->in, 1);
		if (more == NEXT_MORE)
			return more;
		if (more == NEXT_BAD)
			return file_cut(f, "a block");
		size_t have = reader_have(&f->in);
		size_t n = ng->skip - BLOCK_TRAILER;
		reader_take(&f->in, n < have ? n : have);
		ng->skip -= (uint32_t)(n < have ? n : have);
	}
	enum next more = reader_need(&f->in, BLOCK_TRAILER);
	if (more == NEXT_BAD)
		return file_cut(f, "a block");
	if (more != NEXT_READY)
		return more;
	if (!trailer_fits(f, f->in.at, ng->length))
		return NEXT_BAD;
	reader_take(&f->in, BLOCK_TRAILER);
	ng->skip = 0;
	return NEXT_READY;
}

/* A block that describes: read whole. */
static enum next take_block(struct file *f, const struct row *row, const struct block *block)
{
	enum next more = reader_need(&f->in, block->whole);

	if (more == NEXT_MORE)
		return more;
	if (more == NEXT_BAD)
		return file_cut(f, "a block");
	if (!trailer_fits(f, f->in.at + block->whole - BLOCK_TRAILER, block->length))
		return NEXT_BAD;
	struct wire body = reader_wire(&f->in, block->whole - BLOCK_TRAILER);
	wire_skip(&body, BLOCK_HEADER);
	if (!row->take(f, body))
		return NEXT_BAD;
	reader_take(&f->in, block->whole);
	return NEXT_READY;
}

/* Section 4.4: the captured length of a simple packet is the least of the three that bound it. */
static uint32_t simple_caplen(
	uint32_t len, const struct pcapng_interface *interface, uint32_t in_block)
{
	uint32_t caplen = len < in_block ? len : in_block;

	return interface->snaplen > 0 && interface->snaplen < caplen ? interface->snaplen : caplen;
}

/* What the packet block's fixed part says, checked against the section and the block. */
static bool read_packet(
	struct file *f, struct record *out, const struct row *row, const struct block *block)
{
	struct pcapng *ng = &f->ng;
	struct pcapng_packet p = { .caplen = 0 };
	struct wire body = reader_wire(&f->in, row->fixed);
	uint32_t in_block = block->whole - row->fixed - BLOCK_TRAILER;
	uint64_t at = reader_offset(&f->in);

	wire_skip(&body, BLOCK_HEADER);
	if (!row->parse(&p, body, ng->big) || p.interface >= ng->n) {
		(void)file_broken(f, at,
			"packet %" PRIu64 " is of interface %" PRIu32 ", which is not described",
			f->number + 1, p.interface);
		return false;
	}
	const struct pcapng_interface *interface = &ng->interfaces[p.interface];
	if (row->type == PCAPNG_SIMPLE)
		p.caplen = simple_caplen(p.len, interface, in_block);
	else
		ng->last_ns = pcapng_time(interface, p.ticks);
	if (p.caplen > PACKET_MAX || p.caplen > in_block) {
		(void)file_broken(f, at,
			"packet %" PRIu64 " claims %" PRIu32
			" captured bytes in a block of %" PRIu32,
			f->number + 1, p.caplen, block->length);
		return false;
	}
	*out = (struct record) { ng->last_ns, p.caplen, p.len, interface->linktype };
	return true;
}

static enum next next_packet(
	struct file *f, struct onpath_packet *out, const struct row *row, const struct block *block)
{
	struct record record;
	enum next more = reader_need(&f->in, row->fixed);

	if (more == NEXT_MORE)
		return more;
	if (more == NEXT_BAD)
		return file_cut(f, "packet %" PRIu64, f->number + 1);
	if (!read_packet(f, &record, row, block))
		return NEXT_BAD;
	more = reader_need(&f->in, block->whole);
	if (more == NEXT_READY &&
		!trailer_fits(f, f->in.at + block->whole - BLOCK_TRAILER, block->length))
		return NEXT_BAD;
	return file_packet(f, out, &record, row->fixed, block->whole);
}

static enum next pcapng_next(struct file *f, struct onpath_packet *out)
{
	for (;;) {
		struct block block = { .type = 0 };
		enum next more = f->ng.skip > 0 ? skip_block(f) : NEXT_READY;

		if (more == NEXT_READY)
			more = read_header(f, &block);
		if (more != NEXT_READY)
			return more;
		const struct row *row = row_of(block.type);
		if (!row) {
			f->ng.length = block.length;
			f->ng.skip = block.whole - BLOCK_HEADER;
			reader_take(&f->in, BLOCK_HEADER);
			continue;
		}
		if (block.whole < row->fixed + BLOCK_TRAILER || block.length > CAPTURE_BLOCK_MAX)
			return file_broken(f, reader_offset(&f->in),
				"a pcapng block of type 0x%" PRIx32 " cannot have %" PRIu32
				" bytes",
				block.type, block.length);
		if (row->parse)
			return next_packet(f, out, row, &block);
		more = take_block(f, row, &block);
		if (more != NEXT_READY)
			return more;
	}
}

static enum next pcapng_open(struct file *f)
{
	(void)f; /* the section header is a block like the others */
	return NEXT_READY;
}

static void pcapng_close(struct file *f)
{
	free(f->ng.interfaces);
}

const struct format pcapng_format = {
	.is = pcapng_is,
	.open = pcapng_open,
	.next = pcapng_next,
	.close = pcapng_close,
};
