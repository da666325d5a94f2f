/* Fragments of IPv4 and IPv6 -> whole datagrams, within caps. */
#ifndef DECODE_FRAGMENT_H
#define DECODE_FRAGMENT_H

#include <onpath/stats.h>

#include "decode/frame.h"

struct datagram;
struct reassembled;

/* All that is held. A zeroed one is a valid empty one. */
struct fragments {
	void *tree;              /* of struct datagram, by key: tsearch(3) */
	struct datagram *oldest; /* in order of their first fragments */
	struct datagram *newest;
	size_t count;
	uint64_t bytes;
	struct reassembled *whole; /* handed out since fragments_release */
};

/* What the IP header, or the IPv6 fragment header, says of a fragment. */
struct fragment {
	uint32_t id;
	uint32_t offset;
	uint32_t length;   /* on the wire */
	struct wire bytes; /* captured of it */
	uint8_t proto;     /* IPv4: protocol; IPv6: next header */
	bool more;
};

enum fragment_added { FRAGMENT_HELD, FRAGMENT_WHOLE, FRAGMENT_BAD };

/*
 * Adds a fragment of the datagram that frame's addresses and encapsulation name. FRAGMENT_WHOLE
 * sets *bytes (until fragments_release), *missing (bytes behind them that were not captured) and
 * *proto.
 */
enum fragment_added fragments_add(struct fragments *all, struct onpath_stats *stats,
	struct wire *bytes, uint64_t *missing, uint8_t *proto, const struct frame *frame,
	const struct fragment *given);

/* Frees the bytes that were handed out. */
void fragments_release(struct fragments *all);
void fragments_deinit(struct fragments *all);

#endif
