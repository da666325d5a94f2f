/* A universal hash (NH of RFC 4418 5.2, with a random key for each place) under a mixing function.
 */
#include "x509/hash.h"

#include <errno.h>
#include <sys/random.h>

#define BLOCK_BYTES ((size_t)8 * HASH_WORDS)

int content_key_init(struct content_key *key)
{
	uint8_t *p = (uint8_t *)key;
	size_t n = sizeof *key;

	while (n > 0) {
		size_t some = n < 256 ? n : 256; /* as much as comes whole */
		if (getrandom(p, some, 0) != (ssize_t)some)
			return -errno;
		p += some;
		n -= some;
	}
	return 0;
}

/* All bits in depend on all bits out, and back: the constants are those of SplitMix64. */
static uint64_t mix(uint64_t v)
{
	v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
	return v ^ v >> 31;
}

uint64_t hash_join(const struct content_key *key, uint64_t a, uint64_t b)
{
	return mix(mix(a ^ key->last[0]) + (b ^ key->last[1]));
}

/* Halves of a word plus halves of the key, multiplied: two words that differ collide with chance
 * 2^-32. */
static inline uint64_t product(uint64_t word, uint64_t key)
{
	uint32_t low = (uint32_t)word + (uint32_t)key;
	uint32_t high = (uint32_t)(word >> 32) + (uint32_t)(key >> 32);

	return (uint64_t)low * high;
}

static inline uint64_t load(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof word);
	return word;
}

/* HASH_WORDS words; four sums, so that the additions do not wait for each other. */
static uint64_t hash_block(const struct content_key *key, const uint8_t *p)
{
	uint64_t a = 0, b = 0, c = 0, d = 0;

	for (size_t i = 0; i < HASH_WORDS; i += 4, p += 32) {
		a += product(load(p), key->words[i]);
		b += product(load(p + 8), key->words[i + 1]);
		c += product(load(p + 16), key->words[i + 2]);
		d += product(load(p + 24), key->words[i + 3]);
	}
	return a + b + c + d;
}

uint64_t hash_bytes(const struct content_key *key, struct wire bytes)
{
	uint64_t hash = hash_join(key, bytes.n, 0);
	uint64_t sum = 0;
	const uint8_t *p = bytes.p;
	size_t n = bytes.n;

	for (; n >= BLOCK_BYTES; p += BLOCK_BYTES, n -= BLOCK_BYTES)
		hash = hash_join(key, hash, hash_block(key, p));
	const uint64_t *word = key->words;
	for (; n >= sizeof *word; p += sizeof *word, n -= sizeof *word)
		sum += product(load(p), *word++);
	if (n > 0) {
		uint64_t last = 0;
		memcpy(&last, p, n);
		sum += product(last, *word);
	}
	return hash_join(key, hash, sum);
}
