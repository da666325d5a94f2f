/* Frame -> flow: records in pages that never move, and an open-addressed index of keyed tags to
 * them. */
#include "flow/table.h"

#include <errno.h>

#include "flow/encap.h"
#include "util/hash.h"
#include "util/limits.h"
#include "util/pages.h"

#define PAGE_FLOWS  32768u /* a large page of them */
#define INDEX_START (1u << 16)

/* A place of the index: 32 bits of the hash, from which the place follows, and the slot. slot 0:
 * free. */
struct place {
	uint32_t tag;
	uint32_t slot; /* number + 1 */
};

struct flow_table {
	struct hash_key key;
	struct place *index;
	uint32_t mask;
	uint32_t used;
	uint32_t max;
	uint32_t slots; /* ever handed out */
	uint32_t free;  /* first of the list of free slots + 1, through seq[0] */
	uint32_t hand;  /* of sweep and victim */
	bool ignore_vlan;
	struct flow **pages;
	uint32_t page_count;
	struct encap_table *encaps;
	struct onpath_stats *stats;
};

int flow_table_new(struct flow_table **out, const uint8_t key[16], uint32_t max, bool ignore_vlan,
	struct onpath_stats *stats)
{
	CLEANUP(flow_table_free) struct flow_table *table = calloc(1, sizeof *table);

	if (!table)
		return -ENOMEM;
	table->max = max ? max : FLOWS_MAX;
	table->key = hash_key_of(key);
	table->stats = stats;
	table->ignore_vlan = ignore_vlan;
	table->mask = INDEX_START - 1;
	table->index = pages_new(INDEX_START * sizeof *table->index);
	table->pages = calloc(table->max / PAGE_FLOWS + 1, sizeof(struct flow *));
	if (!table->index || !table->pages || encap_table_new(&table->encaps) != 0)
		return -ENOMEM;
	*out = TAKE(table);
	return 0;
}

void flow_table_free(struct flow_table *table)
{
	if (!table)
		return;
	for (uint32_t i = 0; i < table->page_count; i++)
		pages_free(table->pages[i], PAGE_FLOWS * sizeof(struct flow));
	free(table->pages);
	pages_free(table->index, ((size_t)table->mask + 1) * sizeof *table->index);
	encap_table_free(table->encaps);
	free(table);
}

static struct flow *slot_of(const struct flow_table *table, uint32_t slot)
{
	return &table->pages[slot / PAGE_FLOWS][slot % PAGE_FLOWS];
}

static uint64_t load64(const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static uint32_t key_tag(const struct flow_table *table, const struct flow_key *k)
{
	uint64_t rest = (uint64_t)k->port[0] << 48 | (uint64_t)k->port[1] << 32 |
			(uint64_t)k->encap << 16 | (uint64_t)k->family << 8 | k->proto;
	uint64_t low = load64(k->addr[0]), high = load64(k->addr[1]);

	if (k->family == 6) {
		low = hash_pair(&table->key, low, load64(k->addr[0] + 8));
		high = hash_pair(&table->key, high, load64(k->addr[1] + 8));
	} else {
		low = low << 32 | (high & UINT32_MAX);
		high = 0;
	}
	return (uint32_t)hash_pair(&table->key, low, rest ^ hash_mix(high, table->key.word[3]));
}

static bool key_is(const struct flow *flow, const struct flow_key *k)
{
	if (flow->port[0] != k->port[0] || flow->port[1] != k->port[1] || flow->proto != k->proto ||
		flow->family != k->family || flow->encap != k->encap)
		return false;
	if (k->family == 4)
		return memcmp(flow->addr[0], k->addr[0], 4) == 0 &&
		       memcmp(flow->addr[1], k->addr[1], 4) == 0;
	return memcmp(flow->addr[0], k->addr[0], 16) == 0 &&
	       memcmp(flow->addr[1], k->addr[1], 16) == 0;
}

static bool grow_index(struct flow_table *table)
{
	uint32_t mask = table->mask * 2 + 1;
	struct place *index = pages_new(((size_t)mask + 1) * sizeof *index);

	if (!index)
		return false;
	for (uint32_t i = 0; i <= table->mask; i++) {
		if (table->index[i].slot == 0)
			continue;
		uint32_t at = table->index[i].tag & mask;
		while (index[at].slot != 0)
			at = (at + 1) & mask;
		index[at] = table->index[i];
	}
	pages_free(table->index, ((size_t)table->mask + 1) * sizeof *index);
	table->index = index;
	table->mask = mask;
	return true;
}

/* A slot for a new flow: a free one, or the next of the pages. NULL: no memory. */
static struct flow *take_slot(struct flow_table *table)
{
	if (table->free != 0) {
		struct flow *flow = slot_of(table, table->free - 1);
		table->free = flow->seq[0];
		return flow;
	}
	if (table->slots == table->page_count * PAGE_FLOWS) {
		struct flow *page = pages_new(PAGE_FLOWS * sizeof *page);
		if (!page)
			return NULL;
		table->pages[table->page_count++] = page;
	}
	struct flow *flow = slot_of(table, table->slots);
	flow->slot = table->slots++;
	return flow;
}

static struct flow *add(struct flow_table *table, uint32_t at, const struct flow_key *k)
{
	if (flow_table_full(table))
		return NULL;
	if ((uint64_t)table->used * 4 >= (uint64_t)table->mask * 3) {
		if (!grow_index(table))
			return NULL;
		at = k->tag & table->mask;
		while (table->index[at].slot != 0)
			at = (at + 1) & table->mask;
	}
	struct flow *flow = take_slot(table);
	if (!flow)
		return NULL;

	uint32_t slot = flow->slot;
	*flow = (struct flow) {
		.encap = k->encap, .family = k->family, .proto = k->proto, .slot = slot
	};
	memcpy(flow->addr[0], k->addr[0], 16);
	memcpy(flow->addr[1], k->addr[1], 16);
	flow->port[0] = k->port[0];
	flow->port[1] = k->port[1];
	table->index[at] = (struct place) { .tag = k->tag, .slot = slot + 1 };
	table->used++;
	table->stats->flows++;
	return flow;
}

static bool frame_from_higher(const struct frame *frame)
{
	struct wire src = wire_of(frame->src, sizeof frame->src),
		    dst = wire_of(frame->dst, sizeof frame->dst);
	uint64_t from = wire_u64(&src), to = wire_u64(&dst); /* IPv4: the rest is zero */

	if (from == to && frame->family == 6) {
		from = wire_u64(&src);
		to = wire_u64(&dst);
	}
	return from > to || (from == to && frame->sport > frame->dport);
}

void flow_table_key(struct flow_table *table, struct flow_key *out, const struct frame *frame)
{
	bool b = frame_from_higher(frame);

	out->addr[0] = b ? frame->dst : frame->src;
	out->addr[1] = b ? frame->src : frame->dst;
	out->port[0] = b ? frame->dport : frame->sport;
	out->port[1] = b ? frame->sport : frame->dport;
	out->encap =
		frame->encap_count ? encap_number(table->encaps, frame, table->ignore_vlan) : 0;
	out->family = frame->family;
	out->proto = frame->proto;
	out->from_b = b;
	out->tag = key_tag(table, out);
	__builtin_prefetch(&table->index[out->tag & table->mask]);
}

struct flow *flow_table_prefetch(const struct flow_table *table, const struct flow_key *key)
{
	uint32_t at = key->tag & table->mask;

	for (; table->index[at].slot != 0; at = (at + 1) & table->mask)
		if (table->index[at].tag == key->tag) {
			struct flow *flow = slot_of(table, table->index[at].slot - 1);
			__builtin_prefetch(flow, 1);
			return flow;
		}
	return NULL;
}

struct flow *flow_table_get(struct flow_table *table, const struct flow_key *key, struct flow *hint)
{
	uint32_t at = key->tag & table->mask;

	if (hint && key_is(hint, key)) /* a removed record has no protocol */
		return hint;

	for (; table->index[at].slot != 0; at = (at + 1) & table->mask) {
		if (table->index[at].tag != key->tag)
			continue;
		struct flow *flow = slot_of(table, table->index[at].slot - 1);
		if (key_is(flow, key))
			return flow;
	}
	return add(table, at, key);
}

bool flow_table_full(const struct flow_table *table)
{
	return table->used >= table->max;
}

static uint32_t idle_after(const struct flow *flow)
{
	if (flow->proto == FRAME_UDP)
		return FLOW_SECONDS_UDP;
	if (flow->flags & FLOW_CLOSED)
		return FLOW_SECONDS_CLOSED;
	if ((flow->flags & (FLOW_SEEN_A | FLOW_SEEN_B)) != (FLOW_SEEN_A | FLOW_SEEN_B) &&
		flow->state == FLOW_PROBE)
		return FLOW_SECONDS_HALF_OPEN;
	return FLOW_SECONDS_ESTABLISHED;
}

bool flow_is_idle(const struct flow *flow, uint32_t now_s)
{
	return flow->state != FLOW_NEW && now_s > flow->last_s &&
	       now_s - flow->last_s > idle_after(flow);
}

static struct flow *next_by_hand(struct flow_table *table)
{
	if (table->hand >= table->slots)
		table->hand = 0;
	return slot_of(table, table->hand++);
}

/* A free slot has proto 0. */
struct flow *flow_table_victim(struct flow_table *table, uint32_t now_s)
{
	struct flow *oldest = NULL;

	for (unsigned looked = 0; looked < 64 || !oldest; looked++) {
		struct flow *flow = next_by_hand(table);
		if (flow->proto == 0)
			continue;
		if (flow_is_idle(flow, now_s) ||
			(flow->state != FLOW_TRACKED && flow->flags & FLOW_CLOSED))
			return flow;
		bool tracked = flow->state == FLOW_TRACKED;
		if (!oldest || (oldest->state == FLOW_TRACKED && !tracked) ||
			(tracked == (oldest->state == FLOW_TRACKED) &&
				flow->last_s < oldest->last_s))
			oldest = flow;
	}
	return oldest;
}

struct flow *flow_table_sweep(struct flow_table *table, uint32_t now_s, uint32_t *n)
{
	while (*n > 0 && table->slots > 0) {
		struct flow *flow = next_by_hand(table);
		--*n;
		if (flow->proto != 0 && flow_is_idle(flow, now_s))
			return flow;
	}
	return NULL;
}

/* Closes the hole in the index: entries behind it that may move there do. */
static void close_place(struct flow_table *table, uint32_t hole)
{
	uint32_t at = hole;

	for (;;) {
		at = (at + 1) & table->mask;
		if (table->index[at].slot == 0)
			break;
		uint32_t home = table->index[at].tag & table->mask;
		if (((at - home) & table->mask) < ((at - hole) & table->mask))
			continue;
		table->index[hole] = table->index[at];
		hole = at;
	}
	table->index[hole].slot = 0;
}

void flow_table_remove(struct flow_table *table, struct flow *flow)
{
	struct flow_key k = { .addr = { flow->addr[0], flow->addr[1] },
		.port = { flow->port[0], flow->port[1] },
		.encap = flow->encap,
		.family = flow->family,
		.proto = flow->proto };
	uint32_t at = key_tag(table, &k) & table->mask;

	while (table->index[at].slot != flow->slot + 1) {
		assert(table->index[at].slot != 0);
		at = (at + 1) & table->mask;
	}
	close_place(table, at);
	flow->proto = 0;
	flow->state = FLOW_NEW;
	flow->seq[0] = table->free;
	table->free = flow->slot + 1;
	table->used--;
}

uint32_t flow_table_slots(const struct flow_table *table)
{
	return table->slots;
}
