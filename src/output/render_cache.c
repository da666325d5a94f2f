/* Certificates in the form of a format; see render_cache.h. */
#include <string.h>

#include "output/render_cache.h"

#define FIRST_SLOTS 256

static void generation_free(struct render_generation *g)
{
	for (size_t i = 0; i < g->slot_count; i++)
		free(g->slots[i]);
	free(g->slots);
	*g = (struct render_generation) { .slots = NULL };
}

void render_cache_deinit(struct render_cache *cache)
{
	generation_free(&cache->young);
	generation_free(&cache->old);
}

/* The slot of an id, or the free one where it would be. Ids count up, so a multiplication spreads
 * them. */
static struct rendered **slot_of(const struct render_generation *g, uint64_t id)
{
	size_t mask = g->slot_count - 1;
	size_t at = (size_t)((id * 0x9e3779b97f4a7c15u) >> 32) & mask;

	while (g->slots[at] && g->slots[at]->id != id)
		at = (at + 1) & mask;
	return &g->slots[at];
}

static struct rendered *find(const struct render_generation *g, const struct onpath_cert *cert)
{
	if (g->slot_count == 0)
		return NULL;
	struct rendered *r = *slot_of(g, cert->id);
	/* Ids are of one engine; events of two engines in one output must not be mixed up. */
	return r && memcmp(r->sha256, cert->sha256, sizeof r->sha256) == 0 ? r : NULL;
}

/* Half full at most. False: no memory. */
static bool make_room(struct render_generation *g)
{
	if (g->count < g->slot_count / 2)
		return true;
	struct render_generation bigger = *g;
	bigger.slot_count = g->slot_count > 0 ? g->slot_count * 2 : FIRST_SLOTS;
	bigger.slots = calloc(bigger.slot_count, sizeof bigger.slots[0]);
	if (!bigger.slots)
		return false;
	for (size_t i = 0; i < g->slot_count; i++)
		if (g->slots[i])
			*slot_of(&bigger, g->slots[i]->id) = g->slots[i];
	free(g->slots);
	*g = bigger;
	return true;
}

static void insert(struct render_cache *cache, struct rendered *r)
{
	size_t cost = sizeof *r + r->n + 2 * sizeof(struct rendered *);
	size_t max = cache->bytes_max > 0 ? cache->bytes_max : RENDER_CACHE_BYTES_MAX;

	if (cache->young.bytes + cost > max / 2) {
		generation_free(&cache->old);
		cache->old = cache->young;
		cache->young = (struct render_generation) { .slots = NULL };
	}
	if (cost > max / 2 || !make_room(&cache->young)) {
		free(r);
		return;
	}
	struct rendered **slot = slot_of(&cache->young, r->id);
	if (*slot) { /* the same id with other content */
		cache->young.bytes -= sizeof **slot + (*slot)->n + 2 * sizeof(struct rendered *);
		cache->young.count--;
		free(*slot);
	}
	*slot = r;
	cache->young.count++;
	cache->young.bytes += cost;
}

const struct rendered *render_cache_get(struct render_cache *cache, const struct onpath_cert *cert)
{
	struct rendered *r = find(&cache->young, cert);

	if (r)
		return r;
	r = find(&cache->old, cert);
	if (!r)
		return NULL;
	render_cache_add(cache, cert, r->text, r->n);
	return find(&cache->young, cert);
}

void render_cache_add(
	struct render_cache *cache, const struct onpath_cert *cert, const char *text, size_t n)
{
	if (n > UINT32_MAX)
		return;
	struct rendered *r = malloc(sizeof *r + n);

	if (!r)
		return;
	r->id = cert->id;
	memcpy(r->sha256, cert->sha256, sizeof r->sha256);
	r->n = (uint32_t)n;
	memcpy(r->text, text, n);
	insert(cache, r);
}
