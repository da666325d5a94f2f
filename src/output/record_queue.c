/* Whole records on their way out; see record_queue.h. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "output/record_queue.h"

int record_queue_init(struct record_queue *q, size_t cap)
{
	assert(cap <= UINT32_MAX);
	*q = (struct record_queue) { .cap = cap };
	q->bytes = malloc(cap);
	q->ends = malloc(RECORD_QUEUE_ENDS * sizeof *q->ends);
	if (q->bytes && q->ends)
		return 0;
	record_queue_deinit(q);
	return -ENOMEM;
}

void record_queue_deinit(struct record_queue *q)
{
	free(q->bytes);
	free(q->ends);
	*q = (struct record_queue) { .bytes = NULL };
}

/* Where the first record not wholly written begins. */
static size_t start_of_first(const struct record_queue *q)
{
	return q->first > 0 ? q->ends[q->first - 1] : 0;
}

/* Moves what is left to the front. */
static void compact(struct record_queue *q)
{
	size_t start = start_of_first(q);

	if (q->first == 0)
		return;
	memmove(q->bytes, q->bytes + start, q->used - start);
	memmove(q->ends, q->ends + q->first, q->count * sizeof *q->ends);
	for (size_t i = 0; i < q->count; i++)
		q->ends[i] -= (uint32_t)start;
	q->first = 0;
	q->used -= start;
	q->sent -= start;
}

bool record_queue_put(struct record_queue *q, const char *record, size_t n)
{
	if (n > q->cap - q->used || q->first + q->count == RECORD_QUEUE_ENDS) {
		/* Moving pays only where it makes room for many more. */
		if (start_of_first(q) < q->cap / 2 && q->first < RECORD_QUEUE_ENDS / 2)
			return false;
		compact(q);
		if (n > q->cap - q->used)
			return false;
	}
	if (n > 0)
		memcpy(q->bytes + q->used, record, n);
	q->used += n;
	q->ends[q->first + q->count++] = (uint32_t)q->used;
	return true;
}

size_t record_queue_sent(struct record_queue *q, size_t n)
{
	size_t ended = 0;

	assert(n <= record_queue_pending(q));
	q->sent += n;
	while (q->count > 0 && q->ends[q->first] <= q->sent) {
		q->first++;
		q->count--;
		ended++;
	}
	if (q->count == 0)
		q->used = q->sent = q->first = 0;
	return ended;
}

bool record_queue_torn(const struct record_queue *q)
{
	return q->sent != start_of_first(q);
}

void record_queue_rewind(struct record_queue *q)
{
	q->sent = start_of_first(q);
}

size_t record_queue_drop(struct record_queue *q)
{
	size_t n = q->count;

	q->used = q->sent = q->first = q->count = 0;
	return n;
}
