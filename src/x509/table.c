/* Chains of nodes behind an array that doubles. The hash is keyed, so chains stay short. */
#include "x509/table.h"

#include <errno.h>

#define SIZE_FIRST 256

void table_deinit(struct table *table)
{
	free(table->slots);
	*table = (struct table) { .slots = NULL };
}

static void append(struct table *table, struct node *node)
{
	struct node **at = &table->slots[node->hash & (table->size - 1)];

	while (*at)
		at = &(*at)->next;
	node->next = NULL;
	*at = node;
}

static int grow(struct table *table)
{
	struct table larger = { .size = table->size > 0 ? 2 * table->size : SIZE_FIRST,
		.count = table->count };

	larger.slots = calloc(larger.size, sizeof(struct node *));
	if (!larger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < table->size; i++) {
		for (struct node *node = table->slots[i], *next; node; node = next) {
			next = node->next;
			append(&larger, node);
		}
	}
	free(table->slots);
	*table = larger;
	return 0;
}

int table_add(struct table *table, struct node *node, uint64_t hash)
{
	if (table->count >= table->size) {
		int err = grow(table);
		if (err < 0)
			return err;
	}
	node->hash = hash;
	append(table, node);
	table->count++;
	return 0;
}

void table_remove(struct table *table, struct node *node)
{
	struct node **at = &table->slots[node->hash & (table->size - 1)];

	while (*at != node)
		at = &(*at)->next;
	*at = node->next;
	node->next = NULL;
	table->count--;
}

static struct node *same_hash(struct node *node, uint64_t hash)
{
	while (node && node->hash != hash)
		node = node->next;
	return node;
}

struct node *table_first(const struct table *table, uint64_t hash)
{
	return table->size > 0 ? same_hash(table->slots[hash & (table->size - 1)], hash) : NULL;
}

struct node *table_next(const struct node *node)
{
	return same_hash(node->next, node->hash);
}

struct node *table_pop(struct table *table)
{
	while (table->size > 0) {
		struct node **last = &table->slots[table->size - 1];
		struct node *node = *last;
		if (node) {
			*last = node->next;
			return node;
		}
		table->size--;
	}
	return NULL;
}
