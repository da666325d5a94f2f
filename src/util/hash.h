/* A keyed hash for tables that strangers fill: two 64x64 multiplications with secret words. */
#ifndef UTIL_HASH_H
#define UTIL_HASH_H

#include <stdint.h>
#include <string.h>

/* Secret of one table. Without it nobody can choose keys that fall together. */
struct hash_key {
	uint64_t word[4];
};

static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Spreads 16 secret bytes over the words; none of them becomes 0. */
static inline struct hash_key hash_key_of(const uint8_t secret[16])
{
	struct hash_key key;
	uint64_t half[2];

	memcpy(half, secret, sizeof half);
	for (unsigned i = 0; i < 4; i++) {
		uint64_t z = half[i & 1] + (i + 1) * 0x9e3779b97f4a7c15u;
		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
		z = (z ^ z >> 27) * 0x94d049bb133111ebu;
		key.word[i] = (z ^ z >> 31) | 1;
	}
	return key;
}

static inline uint64_t hash_pair(const struct hash_key *key, uint64_t a, uint64_t b)
{
	uint64_t first = hash_mix(a ^ key->word[0], b ^ key->word[1]);

	return hash_mix(first ^ key->word[2], key->word[3]);
}

#endif
