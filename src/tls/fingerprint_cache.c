/* What the fingerprints depend on -> the fingerprints, computed once for each of the last kinds of
 * hello. */
#include "tls/fingerprint_cache.h"

#include <errno.h>

#include "util/hash.h"

#define PLACES    256u  /* a power of two */
#define KEY_MAX   1024u /* longer ones are computed each time; browsers need 150 */
#define TEXT_KEPT 1024u

/* All that JA3 and JA4 look at, in one run of bytes. */
struct key {
	uint8_t bytes[KEY_MAX];
	size_t n;
	bool full;
};

struct place {
	struct fingerprints value;
	size_t key_n; /* 0: empty */
	uint8_t key[KEY_MAX];
	char text[TEXT_KEPT];
};

struct fingerprint_cache {
	struct fingerprinter *fingerprinter;
	struct place *places[PLACES];
	struct fingerprints single; /* of a hello that is not kept */
	char text[JA3_TEXT_MAX];
};

int fingerprint_cache_new(struct fingerprint_cache **out, struct fingerprinter *f)
{
	struct fingerprint_cache *cache = calloc(1, sizeof *cache);

	if (!cache)
		return -ENOMEM;
	cache->fingerprinter = f;
	*out = cache;
	return 0;
}

void fingerprint_cache_free(struct fingerprint_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < PLACES; i++)
		free(cache->places[i]);
	free(cache);
}

static void add(struct key *key, const void *bytes, size_t n)
{
	if (key->full || n > sizeof key->bytes - key->n) {
		key->full = true;
		return;
	}
	if (n > 0)
		memcpy(key->bytes + key->n, bytes, n);
	key->n += n;
}

/* A list behind its length, so that no two sets of lists make the same key. */
static void add_list(struct key *key, const void *list, size_t n, size_t size)
{
	uint16_t count = (uint16_t)n;

	add(key, &count, sizeof count);
	add(key, list, n * size);
}

static void make_key(struct key *key, const struct tls_client_hello *hello, char carrier)
{
	struct wire alpn = hello->alpn_count ? hello->alpn[0] : wire_of(NULL, 0);

	key->n = 0;
	key->full = false;
	add(key, &carrier, sizeof carrier);
	add(key, &hello->legacy_version, sizeof hello->legacy_version);
	add(key, &hello->version, sizeof hello->version);
	add_list(key, hello->ciphers, hello->cipher_count, sizeof hello->ciphers[0]);
	add_list(key, hello->extensions, hello->extension_count, sizeof hello->extensions[0]);
	add_list(key, hello->groups, hello->group_count, sizeof hello->groups[0]);
	add_list(key, hello->sigalgs, hello->sigalg_count, sizeof hello->sigalgs[0]);
	add_list(key, hello->point_formats.p, hello->point_formats.n, 1);
	add_list(key, &hello->alpn_count, hello->alpn_count ? 1 : 0, sizeof hello->alpn_count);
	add_list(key, alpn.p, alpn.n, 1);
}

static uint64_t key_hash(const struct key *key)
{
	uint64_t hash = key->n, word;

	for (size_t i = 0; i < key->n; i += sizeof word) {
		word = 0;
		memcpy(&word, key->bytes + i, key->n - i < sizeof word ? key->n - i : sizeof word);
		hash = hash_mix(hash ^ word, 0x9e3779b97f4a7c15u);
	}
	return hash;
}

static void compute(struct fingerprint_cache *cache, struct fingerprints *out,
	const struct tls_client_hello *hello, char carrier)
{
	tls_ja3(cache->fingerprinter, cache->text, out->ja3, hello);
	tls_ja4(cache->fingerprinter, out->ja4, hello, carrier);
	out->ja3_text = cache->text;
}

/* Puts what was computed into a place, if there is memory and it is not too long. */
static struct place *keep(
	struct place **at, const struct key *key, const struct fingerprints *value)
{
	size_t n = strlen(value->ja3_text);

	if (n >= TEXT_KEPT || (!*at && !(*at = malloc(sizeof **at))))
		return NULL;
	struct place *place = *at;
	place->value = *value;
	memcpy(place->text, value->ja3_text, n + 1);
	place->value.ja3_text = place->text;
	memcpy(place->key, key->bytes, key->n);
	place->key_n = key->n;
	return place;
}

const struct fingerprints *fingerprint_cache_get(
	struct fingerprint_cache *cache, const struct tls_client_hello *hello, char carrier)
{
	struct key key;

	make_key(&key, hello, carrier);
	if (key.full) {
		compute(cache, &cache->single, hello, carrier);
		return &cache->single;
	}
	struct place **at = &cache->places[key_hash(&key) % PLACES];
	struct place *place = *at;
	if (place && place->key_n == key.n && memcmp(place->key, key.bytes, key.n) == 0)
		return &place->value;
	compute(cache, &cache->single, hello, carrier);
	place = keep(at, &key, &cache->single);
	return place ? &place->value : &cache->single;
}
