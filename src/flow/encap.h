/* Encapsulations as small numbers, so that a flow's key is exact and short. */
#ifndef FLOW_ENCAP_H
#define FLOW_ENCAP_H

#include "decode/frame.h"
#include "util/own.h"

struct encap_table;

CHECKED int encap_table_new(struct encap_table **out);
void encap_table_free(struct encap_table *table);

/* The same number for the same stack of tags and tunnels; 0: none. Beyond the table's limit all
 * share the last number. */
uint32_t encap_number(struct encap_table *table, const struct frame *frame, bool ignore_vlan);

#endif
