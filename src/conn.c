/* Frames of one flow in, bytes to TLS or QUIC out: the glue between flow/ and tls/, quic/. */
#include "conn.h"

#include <stdlib.h>

#include "util/limits.h"

/* Seconds after a RST in which the peers may show that it was not theirs. */
#define CLOSING_SECONDS 2

/* One side alone says little: up to so many bytes of it wait for what the other side answers. */
#define PATIENCE_BYTES 4096

/* What a connection costs before its streams hold anything. */
#define CONN_OVERHEAD (sizeof(struct conn) + 256)

static void queue_append(
	struct conn_shared *shared, struct conn *conn, enum conn_list list, uint32_t deadline_s)
{
	struct conn_queue *queue = &shared->queue[list];

	conn->list = (uint8_t)list;
	conn->deadline_s = deadline_s;
	conn->prev = queue->tail;
	conn->next = NULL;
	if (queue->tail)
		queue->tail->next = conn;
	else
		queue->head = conn;
	queue->tail = conn;
}

static void queue_remove(struct conn_shared *shared, struct conn *conn)
{
	struct conn_queue *queue = &shared->queue[conn->list];

	if (conn->prev)
		conn->prev->next = conn->next;
	else
		queue->head = conn->next;
	if (conn->next)
		conn->next->prev = conn->prev;
	else
		queue->tail = conn->prev;
}

void conn_shared_init(struct conn_shared *shared)
{
	shared->pool.size = (sizeof(struct conn) + 63) / 64 * 64;
}

void conn_shared_deinit(struct conn_shared *shared)
{
	for (unsigned list = 0; list < CONN_LISTS; list++)
		while (shared->queue[list].head)
			conn_free(shared, shared->queue[list].head);
	pool_deinit(&shared->pool);
}

bool conn_datagram_begins(struct wire datagram)
{
	/* RFC 6347 4.1: a handshake record of epoch 0; 0100 is OpenSSL's before the RFC. */
	if (datagram.n >= 25 && datagram.p[0] == 22 &&
		(datagram.p[1] == 0xfe || (datagram.p[1] == 1 && datagram.p[2] == 0)))
		return true;
	return quic_looks_like_initial(datagram);
}

static bool open_tls(struct conn_shared *shared, struct conn *conn, const struct frame *frame)
{
	if (frame->proto == FRAME_TCP)
		return true; /* later, see progress */
	if (!quic_looks_like_initial(frame->payload))
		return tls_conn_new(&conn->tls, TLS_OVER_DATAGRAM, shared->stats) == 0;
	return tls_conn_new(&conn->tls, TLS_OVER_QUIC, shared->stats) == 0 &&
	       quic_conn_new(&conn->quic, shared->quic_crypto, &shared->budget, shared->stats) == 0;
}

struct conn *conn_new(struct conn_shared *shared, struct flow *flow,
	const struct onpath_packet *packet, const struct frame *frame, uint32_t now_s)
{
	if (CONN_OVERHEAD > shared->budget.max - shared->budget.used) {
		shared->stats->stream_memory_refused += frame->payload.n;
		return NULL;
	}
	struct conn *conn = pool_take(&shared->pool);
	if (!conn)
		return NULL;
	*conn = (struct conn) { .flow = flow };
	shared->budget.used += CONN_OVERHEAD;
	queue_append(shared, conn, CONN_OPEN, now_s + HANDSHAKE_SECONDS);
	if (!open_tls(shared, conn, frame)) {
		conn_free(shared, conn);
		return NULL;
	}
	conn->source = packet->source;
	conn->first_ns = packet->time_ns;
	conn->first_packet = packet->number;
	conn->vlan_count = frame->vlan_count < 3 ? frame->vlan_count : 3;
	memcpy(conn->vlan, frame->vlan, sizeof conn->vlan);
	return conn;
}

void conn_free(struct conn_shared *shared, struct conn *conn)
{
	if (!conn)
		return;
	queue_remove(shared, conn);
	stream_deinit(&conn->tcp.half[CLIENT].stream, &shared->budget);
	stream_deinit(&conn->tcp.half[SERVER].stream, &shared->budget);
	tls_conn_free(conn->tls);
	quic_conn_free(conn->quic);
	shared->budget.used -= CONN_OVERHEAD;
	pool_give(&shared->pool, conn);
}

/* TTL and identification of the packets of one side, for the path. */
static void note_hops(struct conn *conn, enum side side, const struct frame *frame)
{
	struct onpath_hops *hops = &conn->hops[side];

	conn->seen[side] = true;
	if (frame->flags & TCP_SYN && frame->proto == FRAME_TCP)
		hops->syn_ttl = frame->ttl;
	if (frame->payload_len == 0)
		return;
	bool zero = frame->family == 4 && frame->ip_id == 0;
	if (hops->data_ttl == 0) {
		hops->data_ttl = hops->data_ttl_min = hops->data_ttl_max = frame->ttl;
		hops->ip_id_zero = zero;
		return;
	}
	if (frame->ttl < hops->data_ttl_min)
		hops->data_ttl_min = frame->ttl;
	if (frame->ttl > hops->data_ttl_max)
		hops->data_ttl_max = frame->ttl;
	hops->ip_id_zero &= zero;
}

static enum conn_answer answer_of(const struct conn *conn)
{
	if (!conn->tls)
		return CONN_GOES_ON;
	switch (tls_conn_state(conn->tls)) {
	case TLS_OVER:
		return CONN_JUDGE;
	case TLS_NOT:
		return CONN_DROP;
	case TLS_PROBING:
	case TLS_HANDSHAKE:
		break;
	}
	return CONN_GOES_ON;
}

static bool hand_over(struct conn *conn, enum side side)
{
	struct stream *stream = &conn->tcp.half[side].stream;
	struct wire bytes = stream_peek(stream);

	if (bytes.n == 0)
		return true;
	stream_take(stream, bytes.n);
	return tls_conn_bytes(conn->tls, side, bytes) == 0;
}

/*
 * Whether it is time to look into what was said. Most connections that wait for an answer are
 * waiting for it for ever: until then their bytes stand in the stream, and nothing else is kept of
 * them.
 */
static bool is_time(const struct conn *conn, bool last)
{
	uint32_t client = conn->tcp.half[CLIENT].stream.n, server = conn->tcp.half[SERVER].stream.n;

	return last || !conn->patient || (client > 0 && server > 0) ||
	       client + server > PATIENCE_BYTES;
}

/* Bytes in order go to TLS; holes that will stay are told. False: no memory. */
static bool progress(struct conn_shared *shared, struct conn *conn, enum side side, bool last)
{
	struct tcp_half *half = &conn->tcp.half[side];

	if (!conn->tls && !is_time(conn, last))
		return true;
	if (!conn->tls && tls_conn_new(&conn->tls, TLS_OVER_TCP, shared->stats) != 0)
		return false;
	if (!hand_over(conn, side))
		return false;
	while (half->stream.early && (last || tcp_hole_is_final(&conn->tcp, side))) {
		if (tls_conn_state(conn->tls) == TLS_NOT || tls_conn_state(conn->tls) == TLS_OVER)
			return true;
		uint64_t hole = stream_skip_hole(&half->stream, &shared->budget);
		if (hole > 0) {
			shared->stats->stream_gaps++;
			tls_conn_hole(conn->tls, side, hole);
		}
		half->waited = 0;
		half->stream.full = false;
		if (!hand_over(conn, side))
			return false;
	}
	if (tcp_half_ended(half) && half->has_fin)
		tls_conn_close(conn->tls, side);
	return true;
}

/* What the server has acknowledged it read as we did: it need not be kept for comparing. */
static void forget_acknowledged(struct conn_shared *shared, struct conn *conn)
{
	struct tcp_half *half = &conn->tcp.half[CLIENT];
	struct stream *stream = &half->stream;

	if (stream->n > 0 && stream->taken == stream->n && half->has_ack && !stream->early &&
		half->acked == half->isn + (uint32_t)(stream->base + stream->n))
		stream_forget(stream, &shared->budget);
}

enum conn_answer conn_segment(struct conn_shared *shared, struct conn *conn, enum side side,
	const struct frame *frame, bool doubtful)
{
	switch (tcp_segment(&conn->tcp, &shared->budget, shared->stats, side, frame, doubtful)) {
	case TCP_REOPENED:
		return CONN_REOPENED;
	case TCP_NOTHING:
		note_hops(conn, side, frame);
		if (side == SERVER)
			forget_acknowledged(shared, conn);
		return CONN_GOES_ON;
	case TCP_BYTES:
		break;
	}
	note_hops(conn, side, frame);
	/* What waited was said before: it goes first. */
	enum side first = stream_peek(&conn->tcp.half[side_other(side)].stream).n > 0
				  ? side_other(side)
				  : side;
	if (!progress(shared, conn, first, false) ||
		!progress(shared, conn, side_other(first), false))
		return CONN_NOMEM;

	enum conn_answer answer = answer_of(conn);
	if (answer != CONN_GOES_ON)
		return answer;
	const struct tcp_half *half = conn->tcp.half;
	if (half[CLIENT].reset || half[SERVER].reset) {
		if (conn->list != CONN_CLOSING) {
			queue_remove(shared, conn);
			queue_append(shared, conn, CONN_CLOSING,
				(uint32_t)(frame->time_ns / 1000000000) + CLOSING_SECONDS);
		}
		return CONN_GOES_ON;
	}
	return tcp_half_ended(&half[CLIENT]) && tcp_half_ended(&half[SERVER]) ? CONN_JUDGE
									      : CONN_GOES_ON;
}

/* CRYPTO bytes go from QUIC to TLS. */
static bool pass_crypto(struct conn *conn, enum side side)
{
	struct wire bytes = quic_conn_peek(conn->quic, side);

	if (bytes.n == 0)
		return true;
	int failed = tls_conn_handshake_bytes(conn->tls, side, bytes);
	quic_conn_take(conn->quic, side, bytes.n);
	return failed == 0;
}

enum conn_answer conn_datagram(
	struct conn_shared *shared, struct conn *conn, enum side side, const struct frame *frame)
{
	(void)shared;
	note_hops(conn, side, frame);
	if (!conn->quic) {
		if (tls_conn_datagram(conn->tls, side, frame->payload) != 0)
			return CONN_NOMEM;
		return answer_of(conn);
	}
	if (quic_conn_datagram(conn->quic, side, frame->payload) != 0 ||
		!pass_crypto(conn, CLIENT) || !pass_crypto(conn, SERVER))
		return CONN_NOMEM;
	return quic_conn_over(conn->quic) ? CONN_JUDGE : answer_of(conn);
}

bool conn_close(struct conn_shared *shared, struct conn *conn)
{
	if (conn->flow->proto == FRAME_TCP &&
		(!progress(shared, conn, CLIENT, true) || !progress(shared, conn, SERVER, true)))
		return false;
	tls_conn_close(conn->tls, CLIENT);
	tls_conn_close(conn->tls, SERVER);
	return true;
}

enum conn_answer conn_deadline(struct conn_shared *shared, struct conn *conn, uint32_t now_s)
{
	const struct tcp_half *half = conn->tcp.half;
	bool reset = half[CLIENT].reset || half[SERVER].reset;
	bool waits = conn->list == CONN_CLOSING
			     ? !reset
			     : conn->tls && tls_conn_state(conn->tls) == TLS_PROBING &&
				       tls_conn_from_proto(conn->tls) != NULL;

	if (!waits)
		return CONN_JUDGE;
	queue_remove(shared, conn);
	queue_append(shared, conn, CONN_OPEN, now_s + HANDSHAKE_SECONDS);
	return CONN_GOES_ON;
}

bool conn_has_tls(const struct conn *conn)
{
	for (enum tls_kept which = 0; which < KEPT_MESSAGES; which++)
		if (tls_conn_message(conn->tls, which)->bytes)
			return true;
	return tls_conn_side(conn->tls, SERVER)->lost_certificate;
}
