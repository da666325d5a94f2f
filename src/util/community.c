/* Community ID version 1 (corelight/community-id-spec); see community.h. */
#include <errno.h>
#include <openssl/evp.h>

#include "util/community.h"
#include "util/text.h"

struct community {
	EVP_MD *sha1;
	EVP_MD_CTX *ctx;
};

int community_new(struct community **out)
{
	CLEANUP(community_free) struct community *c = calloc(1, sizeof *c);

	if (!c)
		return -ENOMEM;
	c->sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	c->ctx = EVP_MD_CTX_new();
	if (!c->sha1 || !c->ctx || EVP_DigestInit_ex2(c->ctx, c->sha1, NULL) != 1)
		return -ENOMEM;
	*out = TAKE(c);
	return 0;
}

void community_free(struct community *c)
{
	if (!c)
		return;
	EVP_MD_CTX_free(c->ctx);
	EVP_MD_free(c->sha1);
	free(c);
}

/* The end with the smaller address comes first; of equal addresses, the smaller port. */
static bool in_order(const struct onpath_addr *a, const struct onpath_addr *b, size_t n,
	uint16_t aport, uint16_t bport)
{
	int difference = memcmp(a->bytes, b->bytes, n);

	return difference < 0 || (difference == 0 && aport < bport);
}

void community_id(struct community *c, char out[COMMUNITY_ID_SIZE], const struct onpath_addr *src,
	const struct onpath_addr *dst, uint16_t sport, uint16_t dport, uint8_t proto)
{
	size_t n = src->family == 6 ? 16 : 4;
	uint8_t message[2 + 16 + 16 + 2 + 4] = { 0, 0 }; /* the seed */
	uint8_t digest[EVP_MAX_MD_SIZE];
	uint8_t *to = message + 2;

	if (!in_order(src, dst, n, sport, dport)) {
		const struct onpath_addr *addr = src;
		uint16_t port = sport;
		src = dst;
		sport = dport;
		dst = addr;
		dport = port;
	}
	memcpy(to, src->bytes, n);
	memcpy(to + n, dst->bytes, n);
	to += 2 * n;
	*to++ = proto;
	*to++ = 0;
	*to++ = (uint8_t)(sport >> 8);
	*to++ = (uint8_t)sport;
	*to++ = (uint8_t)(dport >> 8);
	*to++ = (uint8_t)dport;

	out[0] = '\0';
	if (EVP_DigestInit_ex2(c->ctx, NULL, NULL) != 1 ||
		EVP_DigestUpdate(c->ctx, message, (size_t)(to - message)) != 1 ||
		EVP_DigestFinal_ex(c->ctx, digest, NULL) != 1)
		return;
	memcpy(out, "1:", 2);
	out[2 + text_base64(out + 2, digest, 20)] = '\0';
}
