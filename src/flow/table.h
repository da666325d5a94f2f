/* Flows by address pair, ports, protocol and encapsulation: one cache line each, found through a
 * keyed index. */
#ifndef FLOW_TABLE_H
#define FLOW_TABLE_H

#include <onpath/stats.h>

#include "decode/frame.h"
#include "util/own.h"

enum flow_state {
	FLOW_NEW,   /* no packet has been looked at */
	FLOW_PROBE, /* nothing known yet: half open, established without payload, or a few datagrams
		     */
	FLOW_TRACKED, /* its payload is looked into: conn is set */
	FLOW_DONE,    /* nothing more is to be learned from it */
};

enum flow_flag {
	FLOW_B_IS_CLIENT = 1, /* the endpoint b opened it */
	FLOW_SEEN_A = 2,      /* packets from a */
	FLOW_SEEN_B = 4,
	FLOW_ISN_A = 8, /* seq[0] is valid */
	FLOW_ISN_B = 16,
	FLOW_CLOSED = 32, /* FIN or RST was seen */
	FLOW_JUDGED = 64, /* a TLS connection of it was judged */
};

/* a is the lower endpoint (address, then port), b the higher. 64 bytes: one cache line. */
struct flow {
	uint8_t addr[2][16];
	uint16_t port[2];
	uint32_t encap; /* number of its encapsulation, 0: none */
	uint8_t family;
	uint8_t proto;
	uint8_t state;   /* enum flow_state */
	uint8_t flags;   /* enum flow_flag */
	uint32_t last_s; /* packet time of its last packet, seconds since 1970 */
	uint8_t syn_ttl[2];
	bool summed[2]; /* TCP: right checksums were seen of a and of b, so that wrong ones are
			   decoys */
	uint32_t slot;  /* its number in the table */
	union {
		void *conn;      /* FLOW_TRACKED: the owner's */
		uint32_t seq[2]; /* otherwise: the next sequence number of a and of b */
	};
};
_Static_assert(sizeof(struct flow) == 64, "a flow is one cache line");

struct flow_table;

/* max: flows at once, 0 the default; key: 16 secret bytes. stats is borrowed. 0 or -ENOMEM. */
CHECKED int flow_table_new(struct flow_table **out, const uint8_t key[16], uint32_t max,
	bool ignore_vlan, struct onpath_stats *stats);
void flow_table_free(struct flow_table *table);
OWN_CLEANUP(struct flow_table *, flow_table_free)

/* What tells a flow from others, lower endpoint first. Borrows the addresses of the frame. */
struct flow_key {
	const uint8_t *addr[2];
	uint16_t port[2];
	uint32_t encap;
	uint32_t tag; /* keyed hash */
	uint8_t family;
	uint8_t proto;
	bool from_b; /* the sender is endpoint b */
};

/* The key of a frame; asks the cache for its place in the index. */
void flow_table_key(struct flow_table *table, struct flow_key *out, const struct frame *frame);

/*
 * Asks the cache for the record of the flow, some packets ahead of flow_table_get. Where it
 * probably is, or NULL: a hint for flow_table_get, and for what else to ask the cache for.
 */
struct flow *flow_table_prefetch(const struct flow_table *table, const struct flow_key *key);

/*
 * The flow of a key; made (FLOW_NEW) if there is none. NULL: the table is full (end a victim first)
 * or memory ran out. The pointer holds until flow_table_remove.
 */
struct flow *flow_table_get(
	struct flow_table *table, const struct flow_key *key, struct flow *hint);

bool flow_table_full(const struct flow_table *table);

/* The flow to give up when the table is full: half open and idle ones first, by a clock hand. */
struct flow *flow_table_victim(struct flow_table *table, uint32_t now_s);

/* Whether the flow has been silent for longer than its state allows. */
bool flow_is_idle(const struct flow *flow, uint32_t now_s);

/* Looks at the next slots, at most n; gives an idle flow to end, or NULL when the n are through. */
struct flow *flow_table_sweep(struct flow_table *table, uint32_t now_s, uint32_t *n);

void flow_table_remove(struct flow_table *table, struct flow *flow);

/* Slots in use or used before: what a full sweep has to look at. */
uint32_t flow_table_slots(const struct flow_table *table);

#endif
