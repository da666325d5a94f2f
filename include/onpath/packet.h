/* One captured packet, as every capture hands it to the engine. */
#ifndef ONPATH_PACKET_H
#define ONPATH_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where packets come from: one file or one interface. Lives longer than the engine that sees it. */
struct onpath_source {
	const char *name; /* path or interface name, as the user gave it; never NULL */
	bool live;
};

/* All pointers are borrowed for the call that takes the packet, but source, which see. */
struct onpath_packet {
	uint64_t time_ns; /* nanoseconds since 1970-01-01 UTC, as captured */
	const uint8_t *data;
	uint32_t caplen;   /* bytes at data */
	uint32_t len;      /* bytes on the wire; never below caplen */
	uint32_t linktype; /* a LINKTYPE_ value of the pcap file format, not a DLT_ */
	uint64_t number;   /* within its source, from 1 */
	const struct onpath_source *source;
};

#ifdef __cplusplus
}
#endif
#endif
