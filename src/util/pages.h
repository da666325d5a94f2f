/* Large memory in large pages: tables that are looked into at random cost a walk of page tables
 * each time otherwise. */
#ifndef UTIL_PAGES_H
#define UTIL_PAGES_H

#include <stddef.h>

#define PAGES_CHUNK ((size_t)2 << 20) /* of one large page */

/* Zeroed memory of n bytes, aligned to 64; from PAGES_CHUNK on in large pages where the system has
 * them. NULL: none left. */
void *pages_new(size_t n);

/* n as given to pages_new. NULL is fine. */
void pages_free(void *p, size_t n);

/* Blocks of one size, from chunks that are kept until pool_deinit. A zeroed pool with size set is a
 * valid empty one. */
struct pool {
	size_t size; /* of a block; a multiple of 64 */
	struct pool_chunk *chunks;
	struct pool_block *free;
	size_t unused; /* blocks of the newest chunk that were never given out */
};

/* Memory as it was left by the last user, or zeroes. NULL: none left. */
void *pool_take(struct pool *pool);
void pool_give(struct pool *pool, void *block);
void pool_deinit(struct pool *pool);

#endif
