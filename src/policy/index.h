/* Text or bytes -> the things that stand under it: a hash table that is filled once and then only
 * read. */
#ifndef POLICY_INDEX_H
#define POLICY_INDEX_H

#include <stdint.h>

#include "util/own.h"

struct index_slot {
	const void *key; /* borrowed */
	uint32_t len;
	uint32_t hash;
	void *value; /* NULL: the slot is free */
};

/* Zeroed is valid and empty. */
struct index {
	struct index_slot *slots;
	size_t size; /* a power of two */
	size_t used;
};

/* Room for n entries. 0 or -ENOMEM. */
CHECKED int index_init(struct index *index, size_t n);
void index_deinit(struct index *index);

/* FNV-1a from the last byte to the first, so that a host's suffixes are hashed on the way. */
#define INDEX_HASH_START 2166136261u
static inline uint32_t index_hash_byte(uint32_t hash, uint8_t byte)
{
	return (hash ^ byte) * 16777619u;
}
uint32_t index_hash(const void *key, size_t len);

/* Adds; the same key may stand there many times. Within the room given at init. */
void index_add(struct index *index, const void *key, size_t len, void *value);

/* Walks the values of a key: start with *cursor 0; NULL after the last. In the order they were
 * added. */
void *index_next(
	const struct index *index, const void *key, size_t len, uint32_t hash, size_t *cursor);

#endif
