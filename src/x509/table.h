/* A hash table of nodes that live inside other structs. Those with one hash keep the order in which
 * they came. */
#ifndef X509_TABLE_H
#define X509_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "util/own.h"

struct node {
	struct node *next;
	uint64_t hash;
};

/* A zeroed table is a valid empty one. */
struct table {
	struct node **slots; /* owned; a power of two of them */
	size_t size;
	size_t count;
};

void table_deinit(struct table *table);

/* 0 or -ENOMEM. */
CHECKED int table_add(struct table *table, struct node *node, uint64_t hash);
void table_remove(struct table *table, struct node *node);

/* The first node with this hash, and the next with the same. */
struct node *table_first(const struct table *table, uint64_t hash);
struct node *table_next(const struct node *node);

/* Empties the table: takes out one node after the other, until NULL. Nothing else may be called on
 * it from then on. */
struct node *table_pop(struct table *table);

/* The struct that a node is in. */
#define NODE_IN(type, member, node) ((type *)(void *)((char *)(node)-offsetof(type, member)))

#endif
