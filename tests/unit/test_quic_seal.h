/* Frames in, a protected Initial packet out: RFC 9001 5 written once more, on OpenSSL's HKDF, to
 * test against. */
#ifndef TEST_QUIC_SEAL_H
#define TEST_QUIC_SEAL_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#define SEAL_V1 0x00000001u
#define SEAL_V2 0x6b3343cfu

struct seal_keys {
	uint8_t key[16];
	uint8_t iv[12];
	uint8_t hp[16];
};

static void seal_hkdf(uint8_t *out, size_t n, int mode, const void *key, size_t key_n,
	const void *other, size_t other_n)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	char digest[] = "SHA256";
	const char *name =
		mode == EVP_KDF_HKDF_MODE_EXTRACT_ONLY ? OSSL_KDF_PARAM_SALT : OSSL_KDF_PARAM_INFO;
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(
			OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key, key_n),
		OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)other, other_n),
		OSSL_PARAM_construct_end(),
	};
	int ok = EVP_KDF_derive(ctx, out, n, params);
	assert(ok == 1);
	(void)ok;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
}

static void seal_label(uint8_t *out, uint8_t n, const uint8_t secret[32], const char *label)
{
	uint8_t info[64] = { 0, n, (uint8_t)(6 + strlen(label)), 't', 'l', 's', '1', '3', ' ' };

	memcpy(info + 9, label, strlen(label));
	seal_hkdf(out, n, EVP_KDF_HKDF_MODE_EXPAND_ONLY, secret, 32, info, 10 + strlen(label));
}

/* server: of the server's packets. */
static struct seal_keys seal_keys_of(uint32_t version, bool server, const void *dcid, size_t dcid_n)
{
	static const uint8_t salts[2][20] = {
		{ 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4,
			0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a },
		{ 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e,
			0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 },
	};
	bool v2 = version == SEAL_V2;
	uint8_t initial[32], secret[32];
	struct seal_keys keys;

	seal_hkdf(initial, 32, EVP_KDF_HKDF_MODE_EXTRACT_ONLY, dcid, dcid_n, salts[v2], 20);
	seal_label(secret, 32, initial, server ? "server in" : "client in");
	seal_label(keys.key, 16, secret, v2 ? "quicv2 key" : "quic key");
	seal_label(keys.iv, 12, secret, v2 ? "quicv2 iv" : "quic iv");
	seal_label(keys.hp, 16, secret, v2 ? "quicv2 hp" : "quic hp");
	return keys;
}

/* One Initial packet. number_n bytes of number are sent. */
struct seal_packet {
	uint32_t version;
	const char *dcid, *scid, *token; /* NUL-terminated here */
	uint64_t number;
	unsigned number_n;
};

static size_t seal_header(uint8_t *out, const struct seal_packet *p, size_t payload_n)
{
	const char *vectors[] = { p->dcid, p->scid, p->token };
	size_t n = 0;

	assert(p->number_n >= 1 && p->number_n <= 4);
	out[n++] = (uint8_t)((p->version == SEAL_V2 ? 0xd0 : 0xc0) | (p->number_n - 1));
	for (unsigned i = 4; i-- > 0;)
		out[n++] = (uint8_t)(p->version >> 8 * i);
	for (size_t i = 0; i < 3; i++) {
		size_t length = vectors[i] ? strlen(vectors[i]) : 0;
		assert(length < 64);
		out[n++] = (uint8_t)length;
		memcpy(out + n, vectors[i] ? vectors[i] : "", length);
		n += length;
	}
	size_t length = p->number_n + payload_n + 16;
	assert(length < 16384);
	out[n++] = (uint8_t)(0x40 | length >> 8);
	out[n++] = (uint8_t)length;
	return n;
}

/* Returns the length of the packet, which is that of frames and less than 100 bytes more. */
static size_t seal(uint8_t *out, const struct seal_keys *keys, const struct seal_packet *p,
	const void *frames, size_t frames_n)
{
	size_t number_at = seal_header(out, p, frames_n), at = number_at;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t nonce[12], mask[32];
	int n = 0;

	memcpy(nonce, keys->iv, 12);
	for (unsigned i = 0; i < 8; i++)
		nonce[11 - i] ^= (uint8_t)(p->number >> 8 * i);
	for (unsigned i = p->number_n; i-- > 0;)
		out[at++] = (uint8_t)(p->number >> 8 * i);
	EVP_EncryptInit_ex2(ctx, EVP_aes_128_gcm(), keys->key, nonce, NULL);
	EVP_EncryptUpdate(ctx, NULL, &n, out, (int)at);
	EVP_EncryptUpdate(ctx, out + at, &n, frames, (int)frames_n);
	at += (size_t)n;
	EVP_EncryptFinal_ex(ctx, out + at, &n);
	EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, out + at);
	at += 16;
	EVP_CIPHER_CTX_free(ctx);

	ctx = EVP_CIPHER_CTX_new();
	EVP_EncryptInit_ex2(ctx, EVP_aes_128_ecb(), keys->hp, NULL, NULL);
	EVP_EncryptUpdate(ctx, mask, &n, out + number_at + 4, 16);
	EVP_CIPHER_CTX_free(ctx);
	out[0] ^= mask[0] & 0x0f;
	for (unsigned i = 0; i < p->number_n; i++)
		out[number_at + i] ^= mask[1 + i];
	return at;
}

#endif
