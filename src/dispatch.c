/* Packets in, stages called in order, the life of every flow, one judged event per TLS connection
 * out. */
#include "engine.h"

#include "util/limits.h"

#define SECOND_NS           1000000000u
/* A sweep of all flows takes this many seconds of packet time. */
#define SWEEP_SECONDS       8
/* Packets decoded ahead of their flows: enough to hide a cache miss, few enough to stay in the
 * first cache. */
#define RUN_MAX             32
/* What hangs on a flow is asked for so many packets ahead, when the flow's record has come. */
#define AHEAD               8
/* Payload that fits into an Ethernet frame. */
#define SEGMENT_ON_LINK_MAX 1460

static enum side side_of(const struct flow *flow, bool from_b)
{
	return from_b == !!(flow->flags & FLOW_B_IS_CLIENT) ? CLIENT : SERVER;
}

static uint8_t isn_flag(bool b)
{
	return b ? FLOW_ISN_B : FLOW_ISN_A;
}

/* Says what became of a connection, if it was one of TLS. */
static void tell(struct onpath_engine *engine, struct flow *flow)
{
	struct conn *conn = flow->conn;

	if (!conn_close(&engine->shared, conn)) {
		engine->stats.flows_nomem++;
		return;
	}
	if (!conn_has_tls(conn))
		return;
	struct onpath_event event = { .type = ONPATH_EVENT_CONNECTION,
		.connection = judge_connection(engine->judge, conn) };
	engine->fn(engine->user, &event);
	x509_trim(engine->x509);
	flow->flags |= FLOW_JUDGED;
}

/* Ends the looking into a flow, which stays, without a connection. */
static void let_go(struct onpath_engine *engine, struct flow *flow)
{
	struct conn *conn = flow->conn;
	uint8_t known = 0;
	uint32_t next[2];

	for (unsigned b = 0; b < 2; b++) {
		const struct tcp_half *half = &conn->tcp.half[side_of(flow, b)];
		next[b] = half->isn + (uint32_t)(half->stream.base + half->stream.n);
		known |= half->started ? isn_flag(b) : 0;
	}
	conn_free(&engine->shared, conn);
	flow->state = FLOW_DONE;
	flow->flags = (uint8_t)((flow->flags & ~(FLOW_ISN_A | FLOW_ISN_B)) | known);
	flow->seq[0] = next[0];
	flow->seq[1] = next[1];
}

static void end_conn(struct onpath_engine *engine, struct flow *flow, bool judge)
{
	if (judge)
		tell(engine, flow);
	let_go(engine, flow);
}

static void end_flow(struct onpath_engine *engine, struct flow *flow)
{
	if (flow->state == FLOW_TRACKED)
		end_conn(engine, flow, true);
	flow_table_remove(engine->flows, flow);
}

static void run_deadlines(struct onpath_engine *engine)
{
	for (unsigned list = 0; list < CONN_LISTS; list++) {
		struct conn *conn;
		while ((conn = engine->shared.queue[list].head) && conn->deadline_s < engine->now_s)
			if (conn_deadline(&engine->shared, conn, engine->now_s) == CONN_JUDGE)
				end_conn(engine, conn->flow, true);
	}
}

/* Once each second of packet time. */
static void on_second(struct onpath_engine *engine)
{
	engine->now_s = (uint32_t)(engine->now_ns / SECOND_NS);
	engine->second_ends_ns = (uint64_t)(engine->now_s + 1) * SECOND_NS;
	run_deadlines(engine);

	uint32_t look = flow_table_slots(engine->flows) / SWEEP_SECONDS + 64;
	struct flow *flow;
	while ((flow = flow_table_sweep(engine->flows, engine->now_s, &look))) {
		engine->stats.flows_expired++;
		end_flow(engine, flow);
	}
}

void onpath_engine_tick(struct onpath_engine *engine, uint64_t time_ns)
{
	if (time_ns > engine->now_ns)
		engine->now_ns = time_ns;
	if (engine->now_ns >= engine->second_ends_ns)
		on_second(engine);
}

static struct flow *flow_of(
	struct onpath_engine *engine, const struct flow_key *key, struct flow *hint)
{
	struct flow *flow = flow_table_get(engine->flows, key, hint);

	if (flow)
		return flow;
	if (flow_table_full(engine->flows)) {
		end_flow(engine, flow_table_victim(engine->flows, engine->now_s));
		engine->stats.flows_evicted++;
		flow = flow_table_get(engine->flows, key, NULL);
	}
	if (!flow)
		engine->stats.flows_nomem++;
	return flow;
}

/* Who opened the flow: by SYN, or the side with the higher port. */
static void begin_flow(struct flow *flow, bool from_b, const struct frame *frame)
{
	bool sender_is_client = frame->sport >= frame->dport;

	if (frame->proto == FRAME_UDP)
		sender_is_client = true;
	else if (frame->flags & TCP_SYN)
		sender_is_client = !(frame->flags & TCP_ACK);
	flow->flags = from_b == sender_is_client ? FLOW_B_IS_CLIENT : 0;
	flow->state = FLOW_PROBE;
}

/* Starts to look into the payload of a flow. False: no memory or budget; the flow is let go. */
static bool track(struct onpath_engine *engine, struct flow *flow,
	const struct onpath_packet *packet, const struct frame *frame)
{
	struct conn *conn = conn_new(&engine->shared, flow, packet, frame, engine->now_s);

	if (!conn) {
		engine->stats.flows_nomem++;
		flow->state = FLOW_DONE;
		return false;
	}
	conn->patient = flow->flags & (FLOW_ISN_A | FLOW_ISN_B);
	for (unsigned b = 0; b < 2; b++) {
		enum side side = side_of(flow, b);
		conn->hops[side].syn_ttl = flow->syn_ttl[b];
		conn->seen[side] = flow->flags & (b ? FLOW_SEEN_B : FLOW_SEEN_A);
		if (flow->proto == FRAME_TCP && flow->flags & isn_flag(b))
			tcp_start(&conn->tcp.half[side], flow->seq[b]);
	}
	flow->state = FLOW_TRACKED;
	flow->conn = conn;
	if (flow->proto == FRAME_TCP)
		engine->stats.tcp_sessions++;
	return true;
}

/*
 * A wrong checksum makes a segment doubtful, once the sender's packets were seen to have right
 * ones: where the sender was captured itself, its network card makes the checksums later, and all
 * look wrong; where the receiver was, its card puts segments together to larger ones than any link
 * carries, and keeps the checksum of the first.
 */
static bool is_doubtful(struct flow *flow, bool from_b, const struct frame *frame)
{
	bool wrong = frame->payload_len <= SEGMENT_ON_LINK_MAX && decode_tcp_checksum_wrong(frame);

	flow->summed[from_b] |= !wrong;
	return wrong && flow->summed[from_b];
}

/* A flow without a connection. True: this packet's payload is to be looked into. */
static bool probe_tcp(struct flow *flow, bool from_b, const struct frame *frame)
{
	if (frame->flags & TCP_SYN) {
		if (is_doubtful(flow, from_b, frame))
			return false;
		if (flow->state == FLOW_DONE ||
			(!(frame->flags & TCP_ACK) && side_of(flow, from_b) != CLIENT))
			begin_flow(flow, from_b, frame);
		flow->seq[from_b] = frame->seq + 1;
		flow->syn_ttl[from_b] = frame->ttl;
		flow->flags |= isn_flag(from_b);
		return frame->payload.n > 0; /* RFC 7413 */
	}
	if (frame->flags & (TCP_FIN | TCP_RST))
		flow->flags |= FLOW_CLOSED;
	if (frame->payload_len == 0)
		return false;
	if (flow->state == FLOW_PROBE)
		return !tcp_may_be_padding(frame);

	if (flow->flags & isn_flag(from_b) && (int32_t)(frame->seq - flow->seq[from_b]) < 0)
		return false; /* sent again */
	flow->flags |= isn_flag(from_b);
	flow->seq[from_b] = frame->seq + frame->payload_len;
	return tls_looks_like_handshake(frame->payload);
}

/* A handshake in the middle of a stream that was let go: what is known of its sequence numbers does
 * not hold. */
static void forget_sequence(struct flow *flow)
{
	if (flow->state == FLOW_DONE)
		flow->flags &= (uint8_t) ~(FLOW_ISN_A | FLOW_ISN_B);
}

static struct conn *conn_of(struct flow *flow, const struct onpath_packet *packet)
{
	struct conn *conn = flow->conn;

	conn->last_ns = packet->time_ns;
	conn->last_packet = packet->number;
	return conn;
}

/* Does what a packet made of its connection. */
static void act_on(struct onpath_engine *engine, struct flow *flow, enum conn_answer answer)
{
	if (answer == CONN_GOES_ON)
		return;
	if (answer == CONN_NOMEM)
		engine->stats.flows_nomem++;
	end_conn(engine, flow, answer == CONN_JUDGE || answer == CONN_REOPENED);
}

static void tcp_packet(struct onpath_engine *engine, struct flow *flow, bool from_b,
	const struct onpath_packet *packet, const struct frame *frame)
{
	if (flow->state != FLOW_TRACKED) {
		if (!probe_tcp(flow, from_b, frame))
			return;
		forget_sequence(flow);
		if (!track(engine, flow, packet, frame))
			return;
	}
	enum conn_answer answer = conn_segment(&engine->shared, conn_of(flow, packet),
		side_of(flow, from_b), frame, is_doubtful(flow, from_b, frame));
	act_on(engine, flow, answer);
	if (answer != CONN_REOPENED)
		return;
	begin_flow(flow, from_b, frame);
	flow->syn_ttl[0] = flow->syn_ttl[1] = 0;
	if (probe_tcp(flow, from_b, frame) && track(engine, flow, packet, frame))
		tcp_packet(engine, flow, from_b, packet, frame);
}

static void udp_packet(struct onpath_engine *engine, struct flow *flow, bool from_b,
	const struct onpath_packet *packet, const struct frame *frame)
{
	if (flow->state != FLOW_TRACKED) {
		if (flow->flags & FLOW_JUDGED || !conn_datagram_begins(frame->payload) ||
			!track(engine, flow, packet, frame))
			return;
		flow->flags &= (uint8_t)~FLOW_B_IS_CLIENT;
		flow->flags |= from_b ? FLOW_B_IS_CLIENT : 0;
	}
	act_on(engine, flow,
		conn_datagram(
			&engine->shared, conn_of(flow, packet), side_of(flow, from_b), frame));
}

static void frame_in(struct onpath_engine *engine, const struct onpath_packet *packet,
	const struct frame *frame, const struct flow_key *key, struct flow *hint)
{
	struct flow *flow = flow_of(engine, key, hint);

	if (!flow)
		return;
	if (flow_is_idle(flow, engine->now_s)) {
		engine->stats.flows_expired++;
		end_flow(engine, flow);
		flow = flow_of(engine, key, NULL);
		if (!flow)
			return;
	}
	if (flow->state == FLOW_NEW)
		begin_flow(flow, key->from_b, frame);
	flow->last_s = engine->now_s;
	flow->flags |= key->from_b ? FLOW_SEEN_B : FLOW_SEEN_A;
	if (frame->proto == FRAME_TCP)
		tcp_packet(engine, flow, key->from_b, packet, frame);
	else
		udp_packet(engine, flow, key->from_b, packet, frame);
}

/*
 * A few packets at once, so that their flows come into the cache together: first all headers, then
 * the index, then the records, then what hangs on them. A frame out of fragments ends the run,
 * since the decoder keeps only one.
 */
static size_t run_of_packets(
	struct onpath_engine *engine, const struct onpath_packet *packets, size_t n)
{
	struct frame frames[RUN_MAX];
	struct flow_key keys[RUN_MAX];
	struct flow *hints[RUN_MAX];
	bool framed[RUN_MAX];
	size_t taken = 0;

	while (taken < n && taken < RUN_MAX) {
		size_t i = taken++;
		framed[i] = decode_packet(engine->decoder, &frames[i], &packets[i]) == DECODE_FRAME;
		if (framed[i])
			flow_table_key(engine->flows, &keys[i], &frames[i]);
		if (framed[i] && frames[i].fragmented)
			break;
	}
	for (size_t i = 0; i < taken; i++)
		hints[i] = framed[i] ? flow_table_prefetch(engine->flows, &keys[i]) : NULL;
	engine->stats.packets += taken;
	for (size_t i = 0; i < taken; i++) {
		if (i + AHEAD < taken && hints[i + AHEAD] &&
			hints[i + AHEAD]->state == FLOW_TRACKED)
			conn_prefetch(hints[i + AHEAD]->conn);
		engine->stats.bytes += packets[i].caplen;
		if (packets[i].time_ns >= engine->second_ends_ns)
			onpath_engine_tick(engine, packets[i].time_ns);
		if (framed[i])
			frame_in(engine, &packets[i], &frames[i], &keys[i], hints[i]);
	}
	return taken;
}

int onpath_engine_packets(
	struct onpath_engine *engine, const struct onpath_packet *packets, size_t n)
{
	while (n > 0) {
		size_t taken = run_of_packets(engine, packets, n);
		packets += taken;
		n -= taken;
	}
	return 0;
}

int onpath_engine_packet(struct onpath_engine *engine, const struct onpath_packet *packet)
{
	return onpath_engine_packets(engine, packet, 1);
}

void onpath_engine_finish(struct onpath_engine *engine)
{
	for (unsigned list = CONN_LISTS; list > 0; list--)
		while (engine->shared.queue[list - 1].head) {
			struct conn *conn = engine->shared.queue[list - 1].head;
			conn_prefetch_next(conn);
			end_conn(engine, conn->flow, true);
		}
}
