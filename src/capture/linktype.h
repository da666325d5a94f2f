/* What a link is called: LINKTYPE_ in files, DLT_ in libpcap, another number in snoop. */
#ifndef CAPTURE_LINKTYPE_H
#define CAPTURE_LINKTYPE_H

#include <stdbool.h>
#include <stdint.h>

/* The value of a pcap or pcapng file, where some writers put the DLT_ of their system, ->
 * LINKTYPE_. */
uint32_t linktype_of_file(uint32_t value);

/* libpcap's value on this system -> LINKTYPE_, and back. */
uint32_t linktype_of_dlt(int dlt);
int linktype_to_dlt(uint32_t linktype);

/* RFC 1761 and what Solaris added -> LINKTYPE_; false: none fits. */
bool linktype_of_snoop(uint32_t *out, uint32_t value);

#endif
