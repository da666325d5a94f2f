/* Whole records on their way out: a bounded buffer that knows where each of them ends. */
#ifndef OUTPUT_RECORD_QUEUE_H
#define OUTPUT_RECORD_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/own.h"

#define RECORD_QUEUE_ENDS 16384

/* The bytes not yet written are [sent, used) of bytes; records are counted out when their last byte
 * was. */
struct record_queue {
	char *bytes;
	size_t cap;
	size_t used;
	size_t sent;
	uint32_t *ends; /* RECORD_QUEUE_ENDS of them: where each record ends in bytes */
	size_t first;   /* index in ends of the first record not wholly written */
	size_t count;
};

/* 0 or -ENOMEM. cap below 4 GiB. */
CHECKED int record_queue_init(struct record_queue *q, size_t cap);
void record_queue_deinit(struct record_queue *q);

/* False: no room for it now. */
bool record_queue_put(struct record_queue *q, const char *record, size_t n);

static inline size_t record_queue_pending(const struct record_queue *q)
{
	return q->used - q->sent;
}

/* n more bytes were written; returns how many records ended with them. */
size_t record_queue_sent(struct record_queue *q, size_t n);

/* A record was begun and not ended. */
bool record_queue_torn(const struct record_queue *q);

/* The record that was begun is to be written again from its start. */
void record_queue_rewind(struct record_queue *q);

/* Throws everything away; returns how many records that were. */
size_t record_queue_drop(struct record_queue *q);

#endif
