/* flow/stream: however a stream is cut, repeated and shuffled, the same bytes come out. */
#include "check.h"

#include "flow/stream.h"

static struct stream_budget budget = { .max = 1 << 24 };

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static enum stream_added add(struct stream *s, uint64_t offset, const char *text)
{
	return stream_add(s, &budget, offset, wire_of(text, strlen(text)), false);
}

static void holds(struct stream *s, const char *text)
{
	struct wire w = stream_peek(s);

	CHECK_INT(w.n, strlen(text));
	CHECK(w.n == 0 || memcmp(w.p, text, w.n) == 0);
}

static void in_order(void **state)
{
	(void)state;
	struct stream s = { 0 };

	CHECK_INT(add(&s, 0, "abc"), STREAM_ADDED);
	CHECK_INT(add(&s, 3, "def"), STREAM_ADDED);
	holds(&s, "abcdef");
	stream_take(&s, 4);
	holds(&s, "ef");
	CHECK_INT(add(&s, 0, "abcd"), STREAM_KNOWN);
	CHECK_INT(s.conflicts, 0);
	stream_deinit(&s, &budget);
	CHECK_INT(budget.used, 0);
}

static void first_bytes_stay(void **state)
{
	(void)state;
	struct stream s = { 0 };

	CHECK_INT(add(&s, 0, "abcd"), STREAM_ADDED);
	CHECK_INT(add(&s, 2, "XXef"), STREAM_CONFLICT);
	holds(&s, "abcdef");
	CHECK_INT(s.conflicts, 1);
	CHECK_INT(add(&s, 8, "ij"), STREAM_EARLY);
	CHECK_INT(add(&s, 6, "ghXj"), STREAM_CONFLICT);
	holds(&s, "abcdefghij");
	stream_deinit(&s, &budget);
	CHECK_INT(budget.used, 0);
}

static void a_hole_is_skipped(void **state)
{
	(void)state;
	struct stream s = { 0 };

	CHECK_INT(add(&s, 0, "ab"), STREAM_ADDED);
	CHECK_INT(add(&s, 10, "kl"), STREAM_EARLY);
	CHECK_INT(add(&s, 14, "op"), STREAM_EARLY);
	stream_take(&s, 2);
	CHECK_INT(stream_hole(&s), 8);
	CHECK_INT(stream_skip_hole(&s, &budget), 8);
	holds(&s, "kl");
	CHECK_INT(add(&s, 4, "late"), STREAM_KNOWN);
	stream_take(&s, 2);
	CHECK_INT(stream_hole(&s), 2);
	CHECK_INT(add(&s, 12, "mn"), STREAM_ADDED);
	holds(&s, "mnop");
	stream_deinit(&s, &budget);
	CHECK_INT(budget.used, 0);
}

/* Some stacks pad bare ACKs with zeros inside the IP length: the true bytes come later, at the same
 * place. */
static void padding_gives_way(void **state)
{
	(void)state;
	struct stream s = { 0 };
	static const uint8_t zeros[6];

	stream_add(&s, &budget, 0, wire_of(zeros, 6), true);
	holds(&s, "");
	CHECK_INT(add(&s, 0, "hello world"), STREAM_ADDED);
	holds(&s, "hello world");
	CHECK_INT(s.conflicts, 0);
	stream_add(&s, &budget, 11, wire_of(zeros, 1), true);
	CHECK_INT(add(&s, 12, "next"), STREAM_ADDED);
	CHECK_INT(stream_peek(&s).n, 16);
	CHECK_INT(stream_peek(&s).p[11], 0);
	stream_deinit(&s, &budget);
	CHECK_INT(budget.used, 0);
}

static void shuffled_pieces_give_the_same_bytes(void **state)
{
	(void)state;
	uint32_t random = 2463534242u;
	uint8_t truth[3000];

	for (size_t i = 0; i < sizeof truth; i++)
		truth[i] = (uint8_t)next_random(&random);
	for (int round = 0; round < 2000; round++) {
		struct stream s = { 0 };
		size_t total = 1 + next_random(&random) % sizeof truth;

		for (int i = 0; i < 40; i++) {
			size_t from = next_random(&random) % total;
			size_t n = 1 + next_random(&random) % (total - from);
			stream_add(&s, &budget, from, wire_of(truth + from, n), false);
		}
		for (size_t from = 0; from < total; from += 100)
			stream_add(&s, &budget, from,
				wire_of(truth + from, total - from < 100 ? total - from : 100),
				false);
		struct wire w = stream_peek(&s);
		CHECK_INT(w.n, total);
		CHECK_BYTES(w.p, truth, total);
		CHECK_INT(s.conflicts, 0);
		CHECK(!s.early);
		stream_deinit(&s, &budget);
	}
	CHECK_INT(budget.used, 0);
}

/* Every way in which two pieces of up to six bytes can lie to each other, in both orders, the
 * second one lying. */
static void every_overlap_of_two(void **state)
{
	(void)state;
	for (unsigned a = 0; a < 6; a++)
		for (unsigned an = 1; an <= 6 - a; an++)
			for (unsigned b = 0; b < 6; b++)
				for (unsigned bn = 1; bn <= 6 - b; bn++) {
					struct stream s = { 0 };
					bool overlap = a < b + bn && b < a + an;

					stream_add(&s, &budget, a, wire_of("aaaaaa", an), false);
					stream_add(&s, &budget, b, wire_of("bbbbbb", bn), false);
					stream_add(&s, &budget, 0, wire_of("......", 6), false);
					CHECK_INT(stream_peek(&s).n, 6);
					for (unsigned i = 0; i < 6; i++) {
						bool in_a = i >= a && i < a + an,
						     in_b = i >= b && i < b + bn;
						CHECK_INT(stream_peek(&s).p[i], in_a   ? 'a'
										: in_b ? 'b'
										       : '.');
					}
					CHECK(!overlap || s.conflicts >= 2);
					stream_deinit(&s, &budget);
				}
	CHECK_INT(budget.used, 0);
}

static void limits_hold(void **state)
{
	(void)state;
	struct stream s = { 0 };

	for (unsigned i = 0; i < STREAM_SEGMENTS_MAX; i++)
		CHECK_INT(add(&s, 2 + 2ull * i, "x"), STREAM_EARLY);
	CHECK_INT(add(&s, 2 + 2ull * STREAM_SEGMENTS_MAX, "x"), STREAM_REFUSED);
	CHECK(s.full);
	stream_deinit(&s, &budget);

	struct stream_budget small = { .max = 100 };
	uint8_t block[64] = { 0 };
	CHECK_INT(stream_add(&s, &small, 0, wire_of(block, 64), false), STREAM_ADDED);
	CHECK_INT(stream_add(&s, &small, 64, wire_of(block, 64), false), STREAM_REFUSED);
	stream_deinit(&s, &small);
	CHECK_INT(small.used, 0);
	CHECK_INT(budget.used, 0);
}

RUN(test(in_order), test(first_bytes_stay), test(a_hole_is_skipped), test(padding_gives_way),
	test(shuffled_pieces_give_the_same_bytes), test(every_overlap_of_two), test(limits_hold))
