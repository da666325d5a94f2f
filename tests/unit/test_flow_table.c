/* flow/table: one record for both directions, full keys, eviction, expiry. */
#include "check.h"

#include "flow/table.h"

static struct onpath_stats stats;

static struct frame frame_of(uint32_t src, uint32_t dst, uint16_t sport, uint16_t dport)
{
	struct frame f = { .family = 4, .proto = FRAME_TCP, .sport = sport, .dport = dport };

	for (unsigned i = 0; i < 4; i++) {
		f.src[i] = (uint8_t)(src >> (24 - 8 * i));
		f.dst[i] = (uint8_t)(dst >> (24 - 8 * i));
	}
	return f;
}

static struct flow_table *table_of(uint32_t max)
{
	struct flow_table *table = NULL;
	static const uint8_t key[16] = "an unlikely key";

	CHECK_INT(flow_table_new(&table, key, max, false, &stats), 0);
	return table;
}

static struct flow *get(struct flow_table *table, bool *from_b, const struct frame *frame)
{
	struct flow_key key;

	flow_table_key(table, &key, frame);
	struct flow *hint = flow_table_prefetch(table, &key);
	*from_b = key.from_b;
	return flow_table_get(table, &key, hint);
}

static void both_directions_are_one_flow(void **state)
{
	(void)state;
	CLEANUP(flow_table_free) struct flow_table *table = table_of(0);
	struct frame there = frame_of(0x0a000001, 0x0a000002, 1234, 443),
		     back = frame_of(0x0a000002, 0x0a000001, 443, 1234);
	bool b1, b2;

	struct flow *flow = get(table, &b1, &there);
	CHECK(get(table, &b2, &back) == flow);
	CHECK(b1 != b2);
	CHECK(!b1); /* the lower address is endpoint a */
	/* One host with itself: the ports tell the ends apart. */
	struct frame self = frame_of(0x7f000001, 0x7f000001, 5000, 443),
		     self_back = frame_of(0x7f000001, 0x7f000001, 443, 5000);
	CHECK(get(table, &b1, &self) == get(table, &b2, &self_back));
	CHECK(b1 && !b2);
}

/* IPv4 addresses that look like the first bytes of IPv6 ones, other tags, other protocol: never the
 * same flow. */
static void the_whole_key_counts(void **state)
{
	(void)state;
	CLEANUP(flow_table_free) struct flow_table *table = table_of(0);
	struct frame base = frame_of(0x20010db8, 0x20010db9, 1, 2);
	struct frame v6 = base, udp = base, vlan = base, vxlan = base, port = base;
	bool b;

	v6.family = 6;
	udp.proto = FRAME_UDP;
	vlan.encap_count = vxlan.encap_count = 1;
	vlan.encap[0] = (uint64_t)ENCAP_VLAN << 56 | 100;
	vxlan.encap[0] = (uint64_t)ENCAP_VXLAN << 56 | 100;
	port.dport = 3;
	struct flow *flows[] = { get(table, &b, &base), get(table, &b, &v6), get(table, &b, &udp),
		get(table, &b, &vlan), get(table, &b, &vxlan), get(table, &b, &port) };
	for (unsigned i = 0; i < 6; i++)
		for (unsigned j = 0; j < i; j++)
			CHECK(flows[i] != flows[j]);
	CHECK(get(table, &b, &vlan) == flows[3]);
}

static void vlan_can_be_ignored(void **state)
{
	(void)state;
	struct flow_table *table = NULL;
	static const uint8_t key[16] = "another key";
	bool b;

	CHECK_INT(flow_table_new(&table, key, 0, true, &stats), 0);
	struct frame plain = frame_of(1, 2, 3, 4), tagged = plain;
	tagged.encap_count = 1;
	tagged.encap[0] = (uint64_t)ENCAP_VLAN << 56 | 7;
	CHECK(get(table, &b, &plain) == get(table, &b, &tagged));
	flow_table_free(table);
}

static void many_flows_are_found_again(void **state)
{
	(void)state;
	CLEANUP(flow_table_free) struct flow_table *table = table_of(0);
	static struct flow *flows[200000];
	bool b;

	for (uint32_t i = 0; i < 200000; i++) {
		struct frame f = frame_of(0x0a000000 + i, 0xc0a80001, (uint16_t)i, 443);
		flows[i] = get(table, &b, &f);
		CHECK(flows[i]);
		flows[i]->state = FLOW_PROBE;
	}
	/* Remove every third; the others must still be found. */
	for (uint32_t i = 0; i < 200000; i += 3)
		flow_table_remove(table, flows[i]);
	for (uint32_t i = 0; i < 200000; i++) {
		struct frame f = frame_of(0x0a000000 + i, 0xc0a80001, (uint16_t)i, 443);
		struct flow *flow = get(table, &b, &f);
		CHECK(i % 3 == 0 ? flow->state == FLOW_NEW : flow == flows[i]);
	}
}

static void a_full_table_gives_up_idle_ones(void **state)
{
	(void)state;
	CLEANUP(flow_table_free) struct flow_table *table = table_of(100);
	bool b;

	for (uint32_t i = 0; i < 100; i++) {
		struct frame f = frame_of(i + 1, 0xc0a80001, 1000, 443);
		struct flow *flow = get(table, &b, &f);
		flow->state = i == 50 ? FLOW_PROBE : FLOW_TRACKED;
		flow->flags = FLOW_SEEN_A | FLOW_SEEN_B;
		flow->last_s = 1000;
	}
	struct frame one_more = frame_of(0xffff, 0xc0a80001, 1000, 443);
	CHECK(!get(table, &b, &one_more));
	CHECK(flow_table_full(table));
	struct flow *victim = flow_table_victim(table, 1001);
	CHECK(victim->addr[0][3] == 51); /* the only one that nobody looks into */
	flow_table_remove(table, victim);
	CHECK(get(table, &b, &one_more));
}

static void idle_flows_are_swept(void **state)
{
	(void)state;
	CLEANUP(flow_table_free) struct flow_table *table = table_of(0);
	bool b;

	for (uint32_t i = 0; i < 1000; i++) {
		struct frame f = frame_of(i + 1, 0xc0a80001, 1000, 443);
		struct flow *flow = get(table, &b, &f);
		flow->state = FLOW_DONE;
		flow->last_s = i < 500 ? 1000 : 5000;
	}
	uint32_t look = 1000, swept = 0;
	struct flow *flow;
	while ((flow = flow_table_sweep(table, 5001, &look))) {
		flow_table_remove(table, flow);
		swept++;
	}
	CHECK_INT(swept, 500);
	CHECK_INT(look, 0);
}

/* Whoever does not know the key cannot build a pile: 64 Ki chosen-looking keys spread like chance.
 */
static void regular_keys_spread(void **state)
{
	(void)state;
	CLEANUP(flow_table_free) struct flow_table *table = table_of(0);
	bool b;

	for (uint32_t i = 0; i < 1u << 16; i++) {
		struct frame f = frame_of(i << 16, (i & 0xff) << 24, 0, (uint16_t)i);
		struct flow *flow = get(table, &b, &f);
		CHECK(flow);
		flow->state = FLOW_DONE;
	}
	CHECK_INT(flow_table_slots(table), 1u << 16);
}

RUN(test(both_directions_are_one_flow), test(the_whole_key_counts), test(vlan_can_be_ignored),
	test(many_flows_are_found_again), test(a_full_table_gives_up_idle_ones),
	test(idle_flows_are_swept), test(regular_keys_spread))
