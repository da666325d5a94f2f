/* Protected Initial packets in, their frames out. OpenSSL's contexts are made once and used again.
 */
#include "quic/quic_crypto.h"

#include <errno.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

enum { SECRET = 32, TAG = 16, SAMPLE = 16, SAMPLE_AT = 4, NUMBER_MAX = 4 };
/* A UDP payload is not longer. */
enum { PLAIN_MAX = 65536 };
/* 2 for a length, 1 each for the lengths of label and context, "tls13 " and the longest label,
 * "server in" or "quicv2 key". */
enum { INFO_MAX = 32 };

struct quic_crypto {
	EVP_CIPHER *ecb;
	EVP_CIPHER *gcm;
	EVP_MAC *hmac;
	EVP_CIPHER_CTX *hp;
	EVP_CIPHER_CTX *aead;
	EVP_MAC_CTX *mac;
	uint8_t plain[PLAIN_MAX];
};

void quic_crypto_free(struct quic_crypto *crypto)
{
	if (!crypto)
		return;
	EVP_MAC_CTX_free(crypto->mac);
	EVP_CIPHER_CTX_free(crypto->aead);
	EVP_CIPHER_CTX_free(crypto->hp);
	EVP_MAC_free(crypto->hmac);
	EVP_CIPHER_free(crypto->gcm);
	EVP_CIPHER_free(crypto->ecb);
	free(crypto);
}

int quic_crypto_new(struct quic_crypto **out)
{
	CLEANUP(quic_crypto_free) struct quic_crypto *c = malloc(sizeof *c);

	if (!c)
		return -ENOMEM;
	c->ecb = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
	c->gcm = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
	c->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	c->hp = EVP_CIPHER_CTX_new();
	c->aead = EVP_CIPHER_CTX_new();
	c->mac = c->hmac ? EVP_MAC_CTX_new(c->hmac) : NULL;
	if (!c->ecb || !c->gcm || !c->hp || !c->aead || !c->mac)
		return -ENOMEM;

	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	if (!EVP_MAC_CTX_set_params(c->mac, params) ||
		!EVP_EncryptInit_ex2(c->hp, c->ecb, NULL, NULL, NULL) ||
		!EVP_CIPHER_CTX_set_padding(c->hp, 0) ||
		!EVP_DecryptInit_ex2(c->aead, c->gcm, NULL, NULL, NULL))
		return -ENOMEM;
	*out = TAKE(c);
	return 0;
}

static bool hmac(struct quic_crypto *c, uint8_t out[SECRET], struct wire key, struct wire data)
{
	size_t n = 0;

	return EVP_MAC_init(c->mac, key.p, key.n, NULL) && EVP_MAC_update(c->mac, data.p, data.n) &&
	       EVP_MAC_final(c->mac, out, &n, SECRET) && n == SECRET;
}

/* RFC 8446 7.1, HKDF-Expand-Label with an empty context. n is at most SECRET, so one round is
 * enough (RFC 5869 2.3). */
static bool expand(struct quic_crypto *c, uint8_t *out, uint8_t n, const uint8_t secret[SECRET],
	const char *prefix, const char *label)
{
	static const char tls13[] = "tls13 ";
	size_t prefix_n = strlen(prefix), label_n = strlen(label);
	uint8_t info[INFO_MAX], block[SECRET];
	size_t at = 0;

	assert(n <= SECRET && 5 + sizeof tls13 - 1 + prefix_n + label_n <= sizeof info);
	info[at++] = 0;
	info[at++] = n;
	info[at++] = (uint8_t)(sizeof tls13 - 1 + prefix_n + label_n);
	memcpy(info + at, tls13, sizeof tls13 - 1);
	at += sizeof tls13 - 1;
	memcpy(info + at, prefix, prefix_n);
	at += prefix_n;
	memcpy(info + at, label, label_n);
	at += label_n;
	info[at++] = 0; /* length of the context */
	info[at++] = 1; /* round */
	if (!hmac(c, block, wire_of(secret, SECRET), wire_of(info, at)))
		return false;
	memcpy(out, block, n);
	return true;
}

/* RFC 9001 5.2, RFC 9369 3.3. */
int quic_keys_derive(struct quic_crypto *crypto, struct quic_keys out[2],
	const struct quic_version *version, struct wire dcid)
{
	static const char *const labels[2] = { [CLIENT] = "client in", [SERVER] = "server in" };
	const char *prefix = version->v2 ? "quicv2 " : "quic ";
	uint8_t initial[SECRET], secret[SECRET];
	static const uint8_t nothing[1];

	if (!dcid.p)
		dcid = wire_of(nothing, 0);
	if (!hmac(crypto, initial, wire_of(version->salt, QUIC_SALT), dcid))
		return -ENOMEM;
	for (enum side side = CLIENT; side <= SERVER; side++) {
		struct quic_keys *keys = &out[side];
		if (!expand(crypto, secret, SECRET, initial, "", labels[side]) ||
			!expand(crypto, keys->key, sizeof keys->key, secret, prefix, "key") ||
			!expand(crypto, keys->iv, sizeof keys->iv, secret, prefix, "iv") ||
			!expand(crypto, keys->hp, sizeof keys->hp, secret, prefix, "hp"))
			return -ENOMEM;
	}
	return 0;
}

/* RFC 9000 A.3. */
static uint64_t decode_number(uint64_t truncated, unsigned bytes, uint64_t expected)
{
	uint64_t window = 1ull << 8 * bytes, half = window / 2;
	uint64_t candidate = (expected & ~(window - 1)) | truncated;

	if (candidate + half <= expected && candidate < (1ull << 62) - window)
		return candidate + window;
	if (candidate > expected + half && candidate >= window)
		return candidate - window;
	return candidate;
}

/* RFC 9001 5.4.3: mask of the first byte and of the packet number. */
static bool header_mask(struct quic_crypto *c, uint8_t mask[SAMPLE], const struct quic_keys *keys,
	struct wire payload)
{
	int n = 0;

	wire_skip(&payload, SAMPLE_AT);
	struct wire sample = wire_cut(&payload, SAMPLE);
	assert(!sample.bad); /* quic_packet_cut lets no shorter one through */
	return EVP_EncryptInit_ex2(c->hp, NULL, keys->hp, NULL, NULL) &&
	       EVP_EncryptUpdate(c->hp, mask, &n, sample.p, SAMPLE) && n == SAMPLE;
}

/* RFC 9001 5.3. The header is unprotected in pieces, so the datagram need not be copied. */
static int open_payload(struct quic_crypto *c, const uint8_t key[16], const uint8_t nonce[12],
	const struct wire header[3], struct wire sealed, struct wire *frames)
{
	struct wire body = wire_cut(&sealed, sealed.n - TAG);
	uint8_t tag[TAG];
	int n = 0, last = 0;

	memcpy(tag, sealed.p, TAG);
	if (!EVP_DecryptInit_ex2(c->aead, NULL, key, nonce, NULL) ||
		!EVP_CIPHER_CTX_ctrl(c->aead, EVP_CTRL_AEAD_SET_TAG, TAG, tag))
		return -ENOMEM;
	for (size_t i = 0; i < 3; i++)
		if (!EVP_DecryptUpdate(c->aead, NULL, &n, header[i].p, (int)header[i].n))
			return -ENOMEM;
	if (!EVP_DecryptUpdate(c->aead, c->plain, &n, body.p, (int)body.n))
		return -ENOMEM;
	if (EVP_DecryptFinal_ex(c->aead, c->plain + n, &last) != 1)
		return 0;
	*frames = wire_of(c->plain, (size_t)n);
	return 1;
}

int quic_packet_open(struct quic_crypto *crypto, const struct quic_keys *keys,
	const struct quic_packet *packet, uint64_t expected, uint64_t *number, struct wire *frames)
{
	struct wire header = packet->header, sealed = packet->payload;
	uint8_t mask[SAMPLE], first, clear[NUMBER_MAX], nonce[sizeof keys->iv];

	if (sealed.n > PLAIN_MAX)
		return 0;
	if (!header_mask(crypto, mask, keys, sealed))
		return -ENOMEM;
	first = (uint8_t)(wire_u8(&header) ^ (mask[0] & 0x0f));
	unsigned bytes = (first & 3u) + 1;
	struct wire protected = wire_cut(&sealed, bytes);
	uint64_t truncated = 0;
	for (unsigned i = 0; i < bytes; i++) {
		clear[i] = protected.p[i] ^ mask[1 + i];
		truncated = truncated << 8 | clear[i];
	}

	uint64_t full = decode_number(truncated, bytes, expected);
	memcpy(nonce, keys->iv, sizeof nonce);
	for (unsigned i = 0; i < 8; i++)
		nonce[sizeof nonce - 1 - i] ^= (uint8_t)(full >> 8 * i);

	const struct wire aad[3] = { wire_of(&first, 1), header, wire_of(clear, bytes) };
	int opened = open_payload(crypto, keys->key, nonce, aad, sealed, frames);
	if (opened == 1)
		*number = full;
	return opened;
}
