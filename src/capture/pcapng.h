/* pcapng files (draft-ietf-opsawg-pcapng): blocks in, facts out. */
#ifndef CAPTURE_PCAPNG_H
#define CAPTURE_PCAPNG_H

#include "util/wire.h"

enum pcapng_type {
	PCAPNG_SECTION = 0x0a0d0d0a, /* the same in both byte orders */
	PCAPNG_INTERFACE = 1,
	PCAPNG_PACKET = 2, /* obsolete */
	PCAPNG_SIMPLE = 3,
	PCAPNG_ENHANCED = 6,
	PCAPNG_SECRETS = 10,
};

/* What an interface description says: section 4.2. ns = ticks * mul / div >> shift, and the offset.
 */
struct pcapng_interface {
	uint32_t linktype; /* LINKTYPE_ */
	uint32_t snaplen;  /* 0: none */
	uint64_t mul;
	uint64_t div;
	unsigned shift;
	int64_t offset; /* seconds */
};

/* The fixed part of a packet block. */
struct pcapng_packet {
	uint32_t interface;
	uint64_t ticks;
	uint32_t caplen;
	uint32_t len;
};

struct pcapng {
	bool big; /* byte order of this section */
	struct pcapng_interface *interfaces;
	size_t n;
	size_t room;
	uint64_t last_ns; /* of the last packet that had a time */
	uint32_t length;  /* of the block that is passed over */
	uint32_t skip;    /* bytes of it still to pass over, with the length behind it */
};

bool pcapng_is(struct wire start);

/* body: what stands between a block's two lengths. */
bool pcapng_interface_parse(struct pcapng_interface *out, struct wire body, bool big);

/* The first bytes of the body of an enhanced or an obsolete packet block: sections 4.3 and A. */
bool pcapng_enhanced_parse(struct pcapng_packet *out, struct wire body, bool big);
bool pcapng_obsolete_parse(struct pcapng_packet *out, struct wire body, bool big);

/* A time of an interface -> nanoseconds since 1970; what does not fit becomes the nearest that
 * does. */
uint64_t pcapng_time(const struct pcapng_interface *interface, uint64_t ticks);

#endif
