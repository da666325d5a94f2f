/* Stack of tags and tunnels -> number, the same for the same stack. */
#include "flow/encap.h"

#include <errno.h>

#include "util/hash.h"

#define INDEX_SIZE (2 * ENCAPS_MAX) /* a power of two */

struct encap_stack {
	uint8_t n;
	uint64_t id[LAYERS_MAX];
};

struct encap_table {
	uint32_t count;
	uint32_t capacity;
	struct encap_stack *stacks; /* number - 1 is the place */
	uint32_t index[INDEX_SIZE]; /* numbers, open addressing */
	uint32_t last;              /* most traffic has one encapsulation */
};

int encap_table_new(struct encap_table **out)
{
	struct encap_table *table = calloc(1, sizeof *table);

	if (!table)
		return -ENOMEM;
	*out = table;
	return 0;
}

void encap_table_free(struct encap_table *table)
{
	if (table)
		free(table->stacks);
	free(table);
}

static bool same(const struct encap_stack *a, const struct encap_stack *b)
{
	return a->n == b->n && memcmp(a->id, b->id, a->n * sizeof a->id[0]) == 0;
}

/* No secret is needed: the table is small and bounded. */
static uint64_t stack_hash(const struct encap_stack *stack)
{
	uint64_t hash = stack->n;

	for (unsigned i = 0; i < stack->n; i++)
		hash = hash_mix(hash ^ stack->id[i] ^ 0x9e3779b97f4a7c15u, 0xbf58476d1ce4e5b9u);
	return hash;
}

static uint32_t add(struct encap_table *table, const struct encap_stack *stack, uint32_t *place)
{
	if (table->count == ENCAPS_MAX)
		return ENCAPS_MAX + 1;
	if (table->count == table->capacity) {
		uint32_t capacity = table->capacity ? 2 * table->capacity : 16;
		struct encap_stack *stacks = realloc(table->stacks, capacity * sizeof *stacks);
		if (!stacks)
			return ENCAPS_MAX + 1;
		table->stacks = stacks;
		table->capacity = capacity;
	}
	table->stacks[table->count++] = *stack;
	*place = table->count;
	return table->count;
}

uint32_t encap_number(struct encap_table *table, const struct frame *frame, bool ignore_vlan)
{
	struct encap_stack stack = { 0 };

	for (unsigned i = 0; i < frame->encap_count; i++)
		if (!ignore_vlan || frame->encap[i] >> 56 != ENCAP_VLAN)
			stack.id[stack.n++] = frame->encap[i];
	if (stack.n == 0)
		return 0;
	if (table->last != 0 && same(&table->stacks[table->last - 1], &stack))
		return table->last;

	uint64_t at = stack_hash(&stack) % INDEX_SIZE;
	while (table->index[at] != 0) {
		uint32_t number = table->index[at];
		if (same(&table->stacks[number - 1], &stack))
			return table->last = number;
		at = (at + 1) % INDEX_SIZE;
	}
	return add(table, &stack, &table->index[at]);
}
