/* Bytes in, a keyed 64-bit number out: nobody without the key finds two texts with one number. */
#ifndef X509_HASH_H
#define X509_HASH_H

#include "util/own.h"
#include "util/wire.h"

#define HASH_WORDS 64

struct content_key {
	uint64_t words[HASH_WORDS];
	uint64_t last[2];
};

/* A key of the system's randomness. 0 or -errno. */
CHECKED int content_key_init(struct content_key *key);

uint64_t hash_bytes(const struct content_key *key, struct wire bytes);

/* One number of two; the order counts. */
uint64_t hash_join(const struct content_key *key, uint64_t a, uint64_t b);

#endif
