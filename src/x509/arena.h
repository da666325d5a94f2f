/* Memory for the facts of one certificate: many small pieces, freed together. */
#ifndef X509_ARENA_H
#define X509_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena_block;

/* A zeroed arena is a valid empty one. Failure is sticky: what was taken after it is NULL. */
struct arena {
	struct arena_block *blocks; /* owned */
	uint8_t *next;
	size_t left;
	size_t bytes; /* of the blocks */
	bool failed;
};

/* Starts in memory that the caller owns. */
void arena_init(struct arena *arena, void *first, size_t n);
void arena_deinit(struct arena *arena);

/* n bytes, not zeroed, for any type; NULL: out of memory. */
void *arena_take(struct arena *arena, size_t n);

/* A string of n bytes with a NUL behind it. */
const char *arena_string(struct arena *arena, const char *p, size_t n);

#endif
