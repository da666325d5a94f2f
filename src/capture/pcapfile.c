/* pcap files: draft-ietf-opsawg-pcap, and the variants that libpcap and others wrote before it. */
#include "capture/pcapfile.h"

#include <inttypes.h>

#include "capture/file.h"
#include "capture/linktype.h"
#include "util/limits.h"

/* Each in the byte order of the writer. */
static const struct variant {
	uint32_t magic;
	uint32_t scale;
	uint32_t record;
} variants[] = {
	{ 0xa1b2c3d4, 1000, 16 }, { 0xa1b23c4d, 1, 16 }, /* nanoseconds */
	{ 0xa1b2cd34, 1000,
		24 }, /* Kuznetzov's: interface, protocol and packet type behind the lengths */
};

static const struct variant *variant_of(struct wire start, bool *big)
{
	struct wire again = start;
	uint32_t le = (uint32_t)wire_uint_le(&start, 4);
	uint32_t be = wire_u32(&again);

	for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
		*big = variants[i].magic == be;
		if (*big || variants[i].magic == le)
			return &variants[i];
	}
	return NULL;
}

bool pcap_is(struct wire start)
{
	bool big;

	return variant_of(start, &big) != NULL;
}

bool pcap_header_parse(struct pcapfile *out, struct wire w)
{
	bool big = false;
	const struct variant *variant = variant_of(w, &big);
	uint64_t (*uint)(struct wire *, unsigned) = big ? wire_uint : wire_uint_le;

	wire_skip(&w, 4);
	uint16_t major = (uint16_t)uint(&w, 2);
	uint16_t minor = (uint16_t)uint(&w, 2);
	wire_skip(&w, 12); /* time zone and precision, never used; snap length, often wrong */
	uint32_t linktype = (uint32_t)uint(&w, 4);

	if (!variant || !wire_done(&w))
		return false;
	*out = (struct pcapfile) {
		.big = big,
		/* libpcap before 0.4, and DG/UX, which writes 543.0 */
		.lengths_turned = (major == 2 && minor < 3) || major == 543,
		.major = major,
		.minor = minor,
		.record = variant->record,
		.scale = variant->scale,
		.linktype = linktype_of_file(linktype),
	};
	return true;
}

bool pcap_version_known(const struct pcapfile *pcap)
{
	return pcap->major == 2 || (pcap->major == 543 && pcap->minor == 0);
}

static enum next pcap_open(struct file *f)
{
	enum next more = reader_need(&f->in, PCAP_HEADER);

	if (more == NEXT_MORE)
		return more;
	if (more == NEXT_BAD)
		return file_cut(f, "the file header");
	if (!pcap_header_parse(&f->pcap, reader_wire(&f->in, PCAP_HEADER)))
		return file_broken(f, 0, "the file header is broken");
	if (!pcap_version_known(&f->pcap))
		return file_broken(
			f, 4, "version %u.%u of pcap is not known", f->pcap.major, f->pcap.minor);
	reader_take(&f->in, PCAP_HEADER);
	f->quick = !f->pcap.lengths_turned;
	return NEXT_READY;
}

static enum next pcap_next(struct file *f, struct onpath_packet *out)
{
	if (f->quick && file_quick(f, out))
		return NEXT_READY;
	enum next more = file_need_or_end(f, f->pcap.record);
	if (more != NEXT_READY)
		return more;
	struct pcap_record r = pcap_record_read(&f->pcap, f->in.at);
	/* Version 2.3 was written in both orders. */
	bool turned = f->pcap.lengths_turned || (f->pcap.minor == 3 && r.caplen > r.len);
	uint32_t caplen = turned ? r.len : r.caplen;
	uint32_t len = turned ? r.caplen : r.len;
	if (caplen > PACKET_MAX)
		return file_broken(f, reader_offset(&f->in),
			"packet %" PRIu64 " claims %" PRIu32
			" captured bytes; no packet has more than %u",
			f->number + 1, caplen, PACKET_MAX);
	struct record record = { r.time_ns, caplen, len, f->pcap.linktype };
	return file_packet(f, out, &record, f->pcap.record, f->pcap.record + (size_t)caplen);
}

const struct format pcap_format = { .is = pcap_is, .open = pcap_open, .next = pcap_next };
