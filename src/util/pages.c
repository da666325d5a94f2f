/* Sizes in, memory out: whole chunks from the system, and blocks of one size from chunks. */
#include "util/pages.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGNED 64

struct pool_block {
	struct pool_block *next;
};

struct pool_chunk {
	struct pool_chunk *next;
};

static size_t rounded(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

/* Maps a chunk more than asked for, so that what is kept can begin where a large page does. */
static void *map_large(size_t size)
{
	char *p = mmap(NULL, size + PAGES_CHUNK, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	size_t before = (PAGES_CHUNK - (uintptr_t)p % PAGES_CHUNK) % PAGES_CHUNK;
	if (before > 0)
		(void)munmap(p, before);
	if (PAGES_CHUNK - before > 0)
		(void)munmap(p + before + size, PAGES_CHUNK - before);
	(void)madvise(p + before, size, MADV_HUGEPAGE); /* a wish: small pages do as well */
	return p + before;
}

void *pages_new(size_t n)
{
	size_t to = n >= PAGES_CHUNK ? PAGES_CHUNK : ALIGNED;

	if (n > SIZE_MAX - to)
		return NULL;
	size_t size = rounded(n, to);
	if (to == PAGES_CHUNK)
		return map_large(size);
	void *p = aligned_alloc(to, size);
	if (p)
		memset(p, 0, size);
	return p;
}

void pages_free(void *p, size_t n)
{
	if (!p)
		return;
	if (n >= PAGES_CHUNK)
		(void)munmap(
			p, rounded(n, PAGES_CHUNK)); /* what pages_new mapped: it cannot fail */
	else
		free(p);
}

static bool grow(struct pool *pool)
{
	struct pool_chunk *chunk = pages_new(PAGES_CHUNK);

	if (!chunk)
		return false;
	chunk->next = pool->chunks;
	pool->chunks = chunk;
	pool->unused = (PAGES_CHUNK - ALIGNED) / pool->size;
	return true;
}

void *pool_take(struct pool *pool)
{
	if (pool->free) {
		struct pool_block *block = pool->free;
		pool->free = block->next;
		return block;
	}
	if (pool->unused == 0 && !grow(pool))
		return NULL;
	return (char *)pool->chunks + ALIGNED + --pool->unused * pool->size;
}

void pool_give(struct pool *pool, void *block)
{
	struct pool_block *freed = block;

	if (!block)
		return;
	freed->next = pool->free;
	pool->free = freed;
}

void pool_deinit(struct pool *pool)
{
	while (pool->chunks) {
		struct pool_chunk *chunk = pool->chunks;
		pool->chunks = chunk->next;
		pages_free(chunk, PAGES_CHUNK);
	}
	*pool = (struct pool) { .size = pool->size };
}
