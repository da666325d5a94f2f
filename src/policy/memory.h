/* Memory that is given back all at once: what one policy text turns into. */
#ifndef POLICY_MEMORY_H
#define POLICY_MEMORY_H

#include <stddef.h>

#include "util/own.h"

struct memory_chunk;

/* Zeroed is valid and empty. */
struct memory {
	struct memory_chunk *chunks;
};

/* Zeroed memory for any type, or NULL. */
void *memory_get(struct memory *memory, size_t n);

/* A copy with a NUL behind it, or NULL. */
char *memory_text(struct memory *memory, const char *text, size_t n);

/* Elements whose first member is the pointer to the next one. Zeroed is valid and empty. */
struct list {
	void *first;
	void *last;
};

/* Puts a zeroed element of this size at the end, or NULL. */
void *memory_add(struct list *list, struct memory *memory, size_t size);

void memory_deinit(struct memory *memory);

#endif
