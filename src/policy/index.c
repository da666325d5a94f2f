/* Open addressing with linear probing, never more than half full. */
#include "policy/index.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

int index_init(struct index *index, size_t n)
{
	size_t size = 16;

	while (size < 2 * n)
		size *= 2;
	index->slots = calloc(size, sizeof *index->slots);
	if (!index->slots)
		return -ENOMEM;
	index->size = size;
	index->used = 0;
	return 0;
}

void index_deinit(struct index *index)
{
	free(index->slots);
	*index = (struct index) { 0 };
}

uint32_t index_hash(const void *key, size_t len)
{
	const uint8_t *bytes = key;
	uint32_t hash = INDEX_HASH_START;

	for (size_t i = len; i > 0; i--)
		hash = index_hash_byte(hash, bytes[i - 1]);
	return hash;
}

void index_add(struct index *index, const void *key, size_t len, void *value)
{
	uint32_t hash = index_hash(key, len);
	size_t at = hash & (index->size - 1);

	assert(2 * (index->used + 1) <= index->size && value);
	while (index->slots[at].value)
		at = (at + 1) & (index->size - 1);
	index->slots[at] = (struct index_slot) { key, (uint32_t)len, hash, value };
	index->used++;
}

/* cursor: slots looked at so far. */
void *index_next(
	const struct index *index, const void *key, size_t len, uint32_t hash, size_t *cursor)
{
	if (index->size == 0)
		return NULL;
	for (;;) {
		const struct index_slot *slot = &index->slots[(hash + *cursor) & (index->size - 1)];

		if (!slot->value)
			return NULL;
		++*cursor;
		if (slot->hash == hash && slot->len == len && memcmp(slot->key, key, len) == 0)
			return slot->value;
	}
}
