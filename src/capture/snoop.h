/* snoop files (RFC 1761): headers in, facts out. */
#ifndef CAPTURE_SNOOP_H
#define CAPTURE_SNOOP_H

#include "util/wire.h"

#define SNOOP_HEADER 16
#define SNOOP_RECORD 24

struct snoop {
	uint32_t version;
	uint32_t datalink; /* as the file says it */
	uint32_t linktype; /* LINKTYPE_; set when the file was opened */
};

struct snoop_record {
	uint64_t time_ns;
	uint32_t len;
	uint32_t caplen;
	uint32_t whole; /* bytes of the record: header, data and padding */
};

bool snoop_is(struct wire start);
bool snoop_header_parse(struct snoop *out, struct wire w);
/* False also where the lengths contradict each other. */
bool snoop_record_parse(struct snoop_record *out, struct wire w);

#endif
