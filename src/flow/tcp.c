/* Segments in, offsets out: serial arithmetic (RFC 9293 3.4), SYN, FIN and RST as seen by one who
 * only listens. */
#include "flow/tcp.h"

/* Farther from what is expected a segment is not of this stream: the largest window is 2^30 (RFC
 * 7323 2.3), ours need less. */
#define WINDOW_MAX (1u << 24)

/* Segments that may still bring captured-late data after the peer acknowledged it. */
#define PATIENCE 64

void tcp_start(struct tcp_half *half, uint32_t seq)
{
	half->isn = seq;
	half->started = true;
}

static uint64_t expected_offset(const struct tcp_half *half)
{
	return half->stream.base + half->stream.n;
}

/* Distance of a sequence number from the next expected one. */
static int32_t distance(const struct tcp_half *half, uint32_t seq)
{
	return (int32_t)(seq - (half->isn + (uint32_t)expected_offset(half)));
}

static bool untouched(const struct tcp_half *half)
{
	return half->stream.n == 0 && half->stream.base == 0 && !half->stream.early;
}

/* Where a direction begins whose SYN was not seen: at what the peer acknowledged, if that is near,
 * or here. */
static void start_midstream(struct tcp_half *half, uint32_t seq)
{
	uint32_t ahead = seq - half->acked;

	tcp_start(half, half->has_ack && ahead < STREAM_BYTES_MAX ? half->acked : seq);
}

/* A SYN on a connection that has bytes: a retransmission, or the first of a new connection, or a
 * decoy. */
static enum tcp_answer on_syn(struct tcp_halves *tcp, enum side side, const struct frame *frame)
{
	struct tcp_half *half = &tcp->half[side], *peer = &tcp->half[side_other(side)];
	uint32_t first = frame->seq + 1;

	if (frame->flags & TCP_ACK && peer->has_second_isn && frame->ack == peer->second_isn)
		return TCP_REOPENED;
	if (half->started && half->isn == first)
		return TCP_NOTHING;
	if (!half->started || untouched(half)) {
		tcp_start(half, first);
		return TCP_NOTHING;
	}
	bool over =
		(half->has_fin || half->reset) && (peer->has_fin || peer->reset || untouched(peer));
	if (over || half->reset || peer->reset)
		return TCP_REOPENED;
	half->has_second_isn = true;
	half->second_isn = first;
	return TCP_NOTHING;
}

/* Acknowledgements say what the peer must have sent, seen or not. */
static void on_ack(struct tcp_half *peer, const struct frame *frame)
{
	if (!peer->has_ack || (int32_t)(frame->ack - peer->acked) > 0)
		peer->acked = frame->ack;
	peer->has_ack = true;
	if (peer->stream.early && peer->started && distance(peer, peer->acked) > 0 &&
		peer->waited < UINT8_MAX)
		peer->waited++;
}

static void on_fin(struct tcp_half *half, const struct frame *frame)
{
	uint32_t fin = frame->seq + frame->payload_len;
	int32_t ahead = distance(half, fin);

	if (!half->started || ahead < 0 || ahead > (int32_t)WINDOW_MAX)
		return;
	half->has_fin = true;
	half->fin = fin;
}

bool tcp_may_be_padding(const struct frame *frame)
{
	if (frame->payload.n > 6 || frame->flags & (TCP_PSH | TCP_SYN | TCP_FIN | TCP_RST))
		return false;
	for (size_t i = 0; i < frame->payload.n; i++)
		if (frame->payload.p[i] != 0)
			return false;
	return true;
}

static enum tcp_answer on_payload(struct tcp_half *half, struct stream_budget *budget,
	struct onpath_stats *stats, const struct frame *frame, uint32_t seq, bool doubtful)
{
	int32_t ahead = distance(half, seq);

	if ((ahead > (int32_t)WINDOW_MAX || ahead < -(int32_t)WINDOW_MAX) && untouched(half)) {
		start_midstream(half, seq);
		ahead = distance(half, seq);
	}
	uint64_t expected = expected_offset(half);
	if (ahead > (int32_t)WINDOW_MAX || (ahead < 0 && expected < (uint64_t) - (int64_t)ahead))
		return TCP_NOTHING;
	if (frame->payload.n < frame->payload_len)
		half->cut = true;

	uint64_t offset = expected + (uint64_t)(int64_t)ahead;
	if (half->has_fin && (int32_t)(seq - half->fin) >= 0)
		half->has_fin = false; /* data behind a FIN: the FIN was not the end */
	switch (stream_add(&half->stream, budget, offset, frame->payload,
		doubtful || tcp_may_be_padding(frame))) {
	case STREAM_EARLY:
		stats->segments_reordered++;
		return half->cut || half->waited ? TCP_BYTES : TCP_NOTHING;
	case STREAM_CONFLICT:
		stats->segments_conflict++;
		return TCP_BYTES;
	case STREAM_REFUSED:
		stats->segments_dropped++;
		return TCP_BYTES;
	case STREAM_KNOWN:
		return TCP_NOTHING;
	case STREAM_ADDED:
		break;
	}
	if (!half->stream.early)
		half->waited = 0;
	return TCP_BYTES;
}

enum tcp_answer tcp_segment(struct tcp_halves *tcp, struct stream_budget *budget,
	struct onpath_stats *stats, enum side side, const struct frame *frame, bool doubtful)
{
	struct tcp_half *half = &tcp->half[side], *peer = &tcp->half[side_other(side)];
	uint32_t seq = frame->seq;
	enum tcp_answer answer = TCP_NOTHING;

	if (doubtful && frame->payload.n == 0)
		return TCP_NOTHING; /* a decoy SYN, FIN or RST */
	if (frame->flags & TCP_SYN) {
		if (on_syn(tcp, side, frame) == TCP_REOPENED)
			return TCP_REOPENED;
		seq++;
	} else if (half->has_second_isn && frame->seq == half->second_isn &&
		   distance(half, frame->seq) != 0 && frame->payload.n > 0) {
		return TCP_REOPENED;
	}
	if (frame->flags & TCP_ACK && !(frame->flags & TCP_RST))
		on_ack(peer, frame);
	if (frame->flags & TCP_RST) {
		half->reset = true;
		return TCP_BYTES;
	}
	if (frame->payload.n > 0 || frame->payload_len > 0) {
		if (!half->started)
			start_midstream(half, seq);
		if (half->reset || peer->reset)
			half->reset = peer->reset =
				false; /* the peers go on: the RST was not theirs */
		answer = on_payload(half, budget, stats, frame, seq, doubtful);
	}
	if (peer->waited >= PATIENCE)
		answer = TCP_BYTES;
	if (frame->flags & TCP_FIN) {
		on_fin(half, frame);
		answer = TCP_BYTES;
	}
	return answer;
}

bool tcp_hole_is_final(const struct tcp_halves *tcp, enum side side)
{
	const struct tcp_half *half = &tcp->half[side];

	return half->stream.early && (half->cut || half->waited >= PATIENCE || half->stream.full);
}

bool tcp_half_ended(const struct tcp_half *half)
{
	uint32_t taken = half->isn + (uint32_t)(half->stream.base + half->stream.taken);

	return half->reset || (half->has_fin && (int32_t)(taken - half->fin) >= 0);
}
