/* Chunks in, pieces of them out; freed together. */
#include "policy/memory.h"

#include <stdint.h>
#include <string.h>

#define CHUNK_BYTES 16384

struct memory_chunk {
	struct memory_chunk *next;
	size_t used;
	size_t size;
	max_align_t data[];
};

static struct memory_chunk *chunk_new(struct memory *memory, size_t n)
{
	size_t size = n > CHUNK_BYTES ? n : CHUNK_BYTES;
	struct memory_chunk *chunk = calloc(1, sizeof *chunk + size);

	if (!chunk)
		return NULL;
	chunk->size = size;
	chunk->next = memory->chunks;
	memory->chunks = chunk;
	return chunk;
}

void *memory_get(struct memory *memory, size_t n)
{
	size_t align = sizeof(max_align_t);
	struct memory_chunk *chunk = memory->chunks;

	if (n > SIZE_MAX / 2)
		return NULL;
	n = (n + align - 1) / align * align;
	if (!chunk || chunk->size - chunk->used < n)
		chunk = chunk_new(memory, n);
	if (!chunk)
		return NULL;
	void *got = (char *)chunk->data + chunk->used;
	chunk->used += n;
	return got;
}

char *memory_text(struct memory *memory, const char *text, size_t n)
{
	char *copy = memory_get(memory, n + 1);

	if (copy && n > 0)
		memcpy(copy, text, n);
	return copy;
}

void *memory_add(struct list *list, struct memory *memory, size_t size)
{
	void *added = memory_get(memory, size);

	if (!added)
		return NULL;
	if (list->last)
		memcpy(list->last, &added, sizeof added);
	else
		list->first = added;
	list->last = added;
	return added;
}

void memory_deinit(struct memory *memory)
{
	while (memory->chunks) {
		struct memory_chunk *next = memory->chunks->next;

		free(memory->chunks);
		memory->chunks = next;
	}
}
