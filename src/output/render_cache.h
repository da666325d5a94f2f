/* Certificates in the form of a format: rendered once, copied into every record after. */
#ifndef OUTPUT_RENDER_CACHE_H
#define OUTPUT_RENDER_CACHE_H

#include <onpath/event.h>

#include "util/own.h"

/* Bytes of rendered text and of its index. */
#define RENDER_CACHE_BYTES_MAX (64u << 20)

/* A rendered certificate; text stands behind it. */
struct rendered {
	uint64_t id;
	uint8_t sha256[32];
	uint32_t n;
	char text[];
};

/* Open addressing by id; nothing is ever taken out, a full generation goes as a whole. */
struct render_generation {
	struct rendered **slots;
	size_t slot_count; /* a power of two, or 0 */
	size_t count;
	size_t bytes;
};

/*
 * Two generations: when the young one has half of all bytes, the old one is freed and the young one
 * becomes old. What is asked for moves to the young one, so what is in use stays. Zeroed is empty.
 */
struct render_cache {
	struct render_generation young;
	struct render_generation old;
	size_t bytes_max; /* 0: RENDER_CACHE_BYTES_MAX */
};

void render_cache_deinit(struct render_cache *cache);

/* NULL: not there. Valid until the next add. */
const struct rendered *render_cache_get(struct render_cache *cache, const struct onpath_cert *cert);

/* Keeps a copy; if there is no memory for it, it is not kept. */
void render_cache_add(
	struct render_cache *cache, const struct onpath_cert *cert, const char *text, size_t n);

#endif
