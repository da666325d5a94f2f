/* flow/tcp: sequence numbers, whatever order and whatever tricks. */
#include "check.h"

#include "flow/tcp.h"

static struct stream_budget budget = { .max = 1 << 24 };
static struct onpath_stats stats;

static enum tcp_answer send(struct tcp_halves *tcp, enum side side, uint32_t seq, uint32_t ack,
	uint8_t flags, const char *text)
{
	struct frame f = {
		.family = 4, .proto = FRAME_TCP, .seq = seq, .ack = ack, .flags = flags
	};

	f.payload = wire_of(text, strlen(text));
	f.payload_len = (uint32_t)f.payload.n;
	return tcp_segment(tcp, &budget, &stats, side, &f, false);
}

static void holds(struct tcp_halves *tcp, enum side side, const char *text)
{
	struct wire w = stream_peek(&tcp->half[side].stream);

	CHECK_INT(w.n, strlen(text));
	CHECK(w.n == 0 || memcmp(w.p, text, w.n) == 0);
}

static void release(struct tcp_halves *tcp)
{
	stream_deinit(&tcp->half[CLIENT].stream, &budget);
	stream_deinit(&tcp->half[SERVER].stream, &budget);
	CHECK_INT(budget.used, 0);
}

static void numbers_wrap_around(void **state)
{
	(void)state;
	static const uint32_t starts[] = { 0xffffffff, 0xfffffffe, 0xfffffff0, 0x7ffffffe, 0 };

	for (unsigned i = 0; i < 5; i++) {
		struct tcp_halves tcp = { 0 };
		uint32_t isn = starts[i];
		send(&tcp, CLIENT, isn, 0, TCP_SYN, "");
		send(&tcp, CLIENT, isn + 7, 1, TCP_ACK | TCP_PSH, "world");
		send(&tcp, CLIENT, isn + 1, 1, TCP_ACK | TCP_PSH, "hello ");
		holds(&tcp, CLIENT, "hello world");
		release(&tcp);
	}
}

static void a_syn_retry_with_another_number_counts(void **state)
{
	(void)state;
	struct tcp_halves tcp = { 0 };

	send(&tcp, CLIENT, 100, 0, TCP_SYN, "");
	send(&tcp, CLIENT, 5000, 0, TCP_SYN, "");
	send(&tcp, CLIENT, 5001, 1, TCP_ACK | TCP_PSH, "data");
	holds(&tcp, CLIENT, "data");
	release(&tcp);
}

static void a_decoy_syn_changes_nothing(void **state)
{
	(void)state;
	struct tcp_halves tcp = { 0 };

	send(&tcp, CLIENT, 100, 0, TCP_SYN, "");
	send(&tcp, SERVER, 900, 101, TCP_SYN | TCP_ACK, "");
	send(&tcp, CLIENT, 101, 901, TCP_ACK | TCP_PSH, "one");
	CHECK_INT(send(&tcp, CLIENT, 777777, 0, TCP_SYN, ""), TCP_NOTHING);
	send(&tcp, CLIENT, 104, 901, TCP_ACK | TCP_PSH, "two");
	holds(&tcp, CLIENT, "onetwo");
	release(&tcp);
}

static void ports_are_used_again(void **state)
{
	(void)state;
	struct tcp_halves tcp = { 0 };

	send(&tcp, CLIENT, 100, 0, TCP_SYN, "");
	send(&tcp, SERVER, 900, 101, TCP_SYN | TCP_ACK, "");
	send(&tcp, CLIENT, 101, 901, TCP_ACK | TCP_PSH, "one");
	send(&tcp, CLIENT, 50000, 0, TCP_SYN, "");
	CHECK_INT(send(&tcp, SERVER, 7000, 50001, TCP_SYN | TCP_ACK, ""), TCP_REOPENED);
	release(&tcp);

	tcp = (struct tcp_halves) { 0 };
	send(&tcp, CLIENT, 100, 0, TCP_SYN, "");
	send(&tcp, CLIENT, 101, 901, TCP_ACK | TCP_PSH, "one");
	send(&tcp, CLIENT, 104, 901, TCP_RST, "");
	CHECK_INT(send(&tcp, CLIENT, 104, 901, TCP_SYN, ""), TCP_REOPENED);
	release(&tcp);
}

/* RFC 5961, and every injector: a RST is believed only as long as nobody goes on. */
static void a_reset_that_nobody_obeys(void **state)
{
	(void)state;
	struct tcp_halves tcp = { 0 };

	send(&tcp, CLIENT, 100, 0, TCP_SYN, "");
	send(&tcp, CLIENT, 101, 1, TCP_ACK | TCP_PSH, "one");
	send(&tcp, SERVER, 5, 1, TCP_RST, "");
	CHECK(tcp_half_ended(&tcp.half[SERVER]));
	send(&tcp, CLIENT, 104, 1, TCP_ACK | TCP_PSH, "two");
	CHECK(!tcp_half_ended(&tcp.half[SERVER]));
	holds(&tcp, CLIENT, "onetwo");
	release(&tcp);
}

static void the_stream_ends_at_the_fin(void **state)
{
	(void)state;
	struct tcp_halves tcp = { 0 };

	send(&tcp, CLIENT, 100, 0, TCP_SYN, "");
	send(&tcp, CLIENT, 104, 1, TCP_ACK | TCP_FIN, "def");
	CHECK(!tcp_half_ended(&tcp.half[CLIENT]));
	send(&tcp, CLIENT, 101, 1, TCP_ACK, "abc");
	holds(&tcp, CLIENT, "abcdef");
	stream_take(&tcp.half[CLIENT].stream, 6);
	CHECK(tcp_half_ended(&tcp.half[CLIENT]));
	release(&tcp);
}

/* Without the SYN, the peer's acknowledgement says where the data began. */
static void midstream_reordered(void **state)
{
	(void)state;
	struct tcp_halves tcp = { 0 };

	send(&tcp, CLIENT, 10, 1000, TCP_ACK | TCP_PSH, "hello");
	send(&tcp, SERVER, 1003, 15, TCP_ACK | TCP_PSH, "def");
	holds(&tcp, SERVER, "");
	send(&tcp, SERVER, 1000, 15, TCP_ACK | TCP_PSH, "abc");
	holds(&tcp, SERVER, "abcdef");
	release(&tcp);
}

static void a_hole_the_peer_acknowledged_is_given_up(void **state)
{
	(void)state;
	struct tcp_halves tcp = { 0 };

	send(&tcp, SERVER, 99, 11, TCP_SYN | TCP_ACK, "");
	send(&tcp, SERVER, 104, 11, TCP_ACK | TCP_PSH, "efgh");
	CHECK(!tcp_hole_is_final(&tcp, SERVER));
	for (unsigned i = 0; i < 80; i++)
		send(&tcp, CLIENT, 11, 108, TCP_ACK, "");
	CHECK(tcp_hole_is_final(&tcp, SERVER));
	CHECK_INT(stream_skip_hole(&tcp.half[SERVER].stream, &budget), 4);
	holds(&tcp, SERVER, "efgh");
	release(&tcp);
}

static void a_cut_segment_leaves_a_hole(void **state)
{
	(void)state;
	struct tcp_halves tcp = { 0 };
	struct frame f = { .family = 4,
		.proto = FRAME_TCP,
		.seq = 101,
		.flags = TCP_ACK | TCP_PSH,
		.payload_len = 10 };

	send(&tcp, CLIENT, 100, 0, TCP_SYN, "");
	f.payload = wire_of("abcd", 4);
	tcp_segment(&tcp, &budget, &stats, CLIENT, &f, false);
	holds(&tcp, CLIENT, "abcd");
	stream_take(&tcp.half[CLIENT].stream, 4);
	CHECK_INT(send(&tcp, CLIENT, 111, 1, TCP_ACK | TCP_PSH, "kl"), TCP_BYTES);
	CHECK(tcp_hole_is_final(&tcp, CLIENT));
	CHECK_INT(stream_skip_hole(&tcp.half[CLIENT].stream, &budget), 6);
	holds(&tcp, CLIENT, "kl");
	release(&tcp);
}

/* A decoy with a wrong checksum gives way to the true bytes, and its RST is none. */
static void doubtful_segments_give_way(void **state)
{
	(void)state;
	struct tcp_halves tcp = { 0 };
	struct frame decoy = { .family = 4,
		.proto = FRAME_TCP,
		.seq = 101,
		.flags = TCP_ACK | TCP_PSH,
		.payload_len = 5 };
	struct frame reset = { .family = 4, .proto = FRAME_TCP, .seq = 101, .flags = TCP_RST };

	send(&tcp, CLIENT, 100, 0, TCP_SYN, "");
	decoy.payload = wire_of("decoy", 5);
	CHECK_INT(tcp_segment(&tcp, &budget, &stats, CLIENT, &reset, true), TCP_NOTHING);
	CHECK_INT(tcp_segment(&tcp, &budget, &stats, CLIENT, &decoy, true), TCP_NOTHING);
	CHECK_INT(send(&tcp, CLIENT, 101, 1, TCP_ACK | TCP_PSH, "truth"), TCP_BYTES);
	holds(&tcp, CLIENT, "truth");
	CHECK_INT(tcp.half[CLIENT].stream.conflicts, 0);
	CHECK(!tcp.half[CLIENT].reset);
	release(&tcp);
}

/* Segments far outside of any window are not of this stream. */
static void far_segments_are_refused(void **state)
{
	(void)state;
	struct tcp_halves tcp = { 0 };

	send(&tcp, CLIENT, 100, 0, TCP_SYN, "");
	send(&tcp, CLIENT, 101, 1, TCP_ACK | TCP_PSH, "one");
	CHECK_INT(send(&tcp, CLIENT, 101 + (1u << 30), 1, TCP_ACK | TCP_PSH, "far"), TCP_NOTHING);
	CHECK(!tcp.half[CLIENT].stream.early);
	release(&tcp);
}

RUN(test(numbers_wrap_around), test(a_syn_retry_with_another_number_counts),
	test(a_decoy_syn_changes_nothing), test(ports_are_used_again),
	test(a_reset_that_nobody_obeys), test(the_stream_ends_at_the_fin),
	test(midstream_reordered), test(a_hole_the_peer_acknowledged_is_given_up),
	test(a_cut_segment_leaves_a_hole), test(far_segments_are_refused),
	test(doubtful_segments_give_way))
