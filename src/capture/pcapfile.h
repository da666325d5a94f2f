/* pcap files (draft-ietf-opsawg-pcap): headers in, facts out, and the short way to a packet that is
 * all there. */
#ifndef CAPTURE_PCAPFILE_H
#define CAPTURE_PCAPFILE_H

#include <endian.h>

#include "util/wire.h"

#define PCAP_HEADER 24

struct pcapfile {
	bool big;            /* big-endian */
	bool lengths_turned; /* the two lengths of a record stand in the other order */
	uint16_t major;
	uint16_t minor;
	uint32_t record;   /* bytes of a record's header */
	uint32_t scale;    /* nanoseconds in one unit of a time's fraction */
	uint32_t linktype; /* LINKTYPE_ */
};

struct pcap_record {
	uint64_t time_ns;
	uint32_t caplen;
	uint32_t len;
};

/* Whether these bytes begin a pcap file. */
bool pcap_is(struct wire start);

/* The file header: section 4. The version is not judged. */
bool pcap_header_parse(struct pcapfile *out, struct wire w);

/* A version we know how to read. */
bool pcap_version_known(const struct pcapfile *pcap);

/* Four bytes in the order of the file. The one place beside wire.h that loads bytes: it runs once
 * or more for each packet. */
static inline uint32_t pcap_u32(const uint8_t *p, bool big)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return big ? be32toh(v) : le32toh(v);
}

/* The record header at p, which has pcap->record bytes: section 5. A fraction of a second or more
 * carries over by itself. */
static inline struct pcap_record pcap_record_read(const struct pcapfile *pcap, const uint8_t *p)
{
	return (struct pcap_record) {
		.time_ns = UINT64_C(1000000000) * pcap_u32(p, pcap->big) +
			   (uint64_t)pcap->scale * pcap_u32(p + 4, pcap->big),
		.caplen = pcap_u32(p + 8, pcap->big),
		.len = pcap_u32(p + 12, pcap->big),
	};
}

#endif
