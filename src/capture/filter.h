/* A BPF expression applied to packets of any link type; compiled by libpcap once for each. */
#ifndef CAPTURE_FILTER_H
#define CAPTURE_FILTER_H

#include <onpath/packet.h>

#include "util/own.h"

struct filter;

/* The text is copied. 0 or -ENOMEM. */
CHECKED int filter_new(struct filter **out, const char *text);
void filter_free(struct filter *filter);
OWN_CLEANUP(struct filter *, filter_free)

enum filter_answer {
	FILTER_PASS,
	FILTER_DROP,
	FILTER_CANNOT, /* it has no meaning for this link type: filter_why */
};

enum filter_answer filter_packet(struct filter *filter, const struct onpath_packet *packet);

/* Whether the filter compiles for a link type: -EINVAL (filter_why says why) when it does not, or
 * -ENOMEM. */
CHECKED int filter_check(struct filter *filter, uint32_t linktype);

/* Why it does not compile, in libpcap's words. Valid until the next call. */
const char *filter_why(const struct filter *filter);

#endif
