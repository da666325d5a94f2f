/* snoop files: RFC 1761. */
#include "capture/snoop.h"

#include <inttypes.h>

#include "capture/file.h"
#include "capture/linktype.h"

bool snoop_is(struct wire start)
{
	return wire_starts(start, "snoop\0\0\0", 8);
}

bool snoop_header_parse(struct snoop *out, struct wire w)
{
	if (!snoop_is(w))
		return false;
	wire_skip(&w, 8);
	uint32_t version = wire_u32(&w);
	uint32_t datalink = wire_u32(&w);
	if (!wire_done(&w))
		return false;
	*out = (struct snoop) { .version = version, .datalink = datalink };
	return true;
}

bool snoop_record_parse(struct snoop_record *out, struct wire w)
{
	uint32_t len = wire_u32(&w);
	uint32_t caplen = wire_u32(&w);
	uint32_t whole = wire_u32(&w);
	(void)wire_u32(&w); /* drops so far */
	uint64_t seconds = wire_u32(&w);
	uint64_t micros = wire_u32(&w);

	if (!wire_done(&w) || whole < SNOOP_RECORD || caplen > whole - SNOOP_RECORD)
		return false;
	*out = (struct snoop_record) {
		.time_ns = seconds * 1000000000 + micros * 1000,
		.len = len,
		.caplen = caplen,
		.whole = whole,
	};
	return true;
}

static enum next snoop_open(struct file *f)
{
	enum next more = reader_need(&f->in, SNOOP_HEADER);

	if (more == NEXT_MORE)
		return more;
	if (more == NEXT_BAD)
		return file_cut(f, "the file header");
	if (!snoop_header_parse(&f->snoop, reader_wire(&f->in, SNOOP_HEADER)))
		return file_broken(f, 0, "the file header is broken");
	if (f->snoop.version != 2)
		return file_broken(
			f, 8, "version %" PRIu32 " of snoop is not known", f->snoop.version);
	if (!linktype_of_snoop(&f->snoop.linktype, f->snoop.datalink))
		return file_broken(f, 12, "data link type %" PRIu32 " of snoop is not known",
			f->snoop.datalink);
	reader_take(&f->in, SNOOP_HEADER);
	return NEXT_READY;
}

static enum next snoop_next(struct file *f, struct onpath_packet *out)
{
	struct snoop_record r;
	enum next more = file_need_or_end(f, SNOOP_RECORD);

	if (more != NEXT_READY)
		return more;
	if (!snoop_record_parse(&r, reader_wire(&f->in, SNOOP_RECORD)))
		return file_broken(f, reader_offset(&f->in),
			"the lengths of packet %" PRIu64 " contradict each other", f->number + 1);
	/* The padding is what a record has beyond its data: one of two bounds would do for both. */
	if (r.caplen > PACKET_MAX || r.whole > 2 * PACKET_MAX)
		return file_broken(f, reader_offset(&f->in),
			"packet %" PRIu64 " claims %" PRIu32
			" captured bytes; no packet has more than %u",
			f->number + 1, r.caplen, PACKET_MAX);
	struct record record = { r.time_ns, r.caplen, r.len, f->snoop.linktype };
	return file_packet(f, out, &record, SNOOP_RECORD, r.whole);
}

const struct format snoop_format = { .is = snoop_is, .open = snoop_open, .next = snoop_next };
