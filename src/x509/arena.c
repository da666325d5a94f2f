/* Cuts pieces off blocks, and gets another block when one is used up. */
#include "x509/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 2048

struct arena_block {
	struct arena_block *next;
	alignas(max_align_t) uint8_t bytes[];
};

void arena_init(struct arena *arena, void *first, size_t n)
{
	*arena = (struct arena) { .next = first, .left = n };
}

void arena_deinit(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *block = arena->blocks;
		arena->blocks = block->next;
		free(block);
	}
	*arena = (struct arena) { .failed = false };
}

static bool arena_grow(struct arena *arena, size_t n)
{
	size_t room = n > BLOCK_BYTES ? n : BLOCK_BYTES;
	struct arena_block *block = malloc(sizeof *block + room);

	if (!block) {
		arena->failed = true;
		return false;
	}
	block->next = arena->blocks;
	arena->blocks = block;
	arena->next = block->bytes;
	arena->left = room;
	arena->bytes += sizeof *block + room;
	return true;
}

/* So many bytes, at an address that is a multiple of align. */
static void *cut(struct arena *arena, size_t n, size_t align)
{
	size_t skip = (size_t)(-(uintptr_t)arena->next) & (align - 1);

	if (arena->failed)
		return NULL;
	if (skip > arena->left || n > arena->left - skip) {
		if (!arena_grow(arena, n))
			return NULL;
		skip = 0;
	}
	void *piece = arena->next + skip;
	arena->next += skip + n;
	arena->left -= skip + n;
	return piece;
}

void *arena_take(struct arena *arena, size_t n)
{
	return cut(arena, n, alignof(max_align_t));
}

const char *arena_string(struct arena *arena, const char *p, size_t n)
{
	char *copy = cut(arena, n + 1, 1);

	if (!copy)
		return NULL;
	if (n > 0)
		memcpy(copy, p, n);
	copy[n] = '\0';
	return copy;
}
