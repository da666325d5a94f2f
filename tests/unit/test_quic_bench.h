/* One QUIC connection under test, and frames sealed for it. */
#ifndef TEST_QUIC_BENCH_H
#define TEST_QUIC_BENCH_H

#include "check.h"

#include "quic/quic.h"
#include "test_quic_seal.h"

#define DCID "\x83\x94\xc8\xf0\x3e\x51\x57\x08"
#define SCID "\xf0\x67\xa5\x50\x2a\x42\x62\xb5"

/* A connection under test, and what it is made of. */
struct bench {
	struct quic_crypto *crypto;
	struct stream_budget budget;
	struct onpath_stats stats;
	struct quic_conn *conn;
};

__attribute__((unused)) static void bench_init(struct bench *b)
{
	*b = (struct bench) { .budget = { .max = 1 << 24 } };
	CHECK_INT(quic_crypto_new(&b->crypto), 0);
	CHECK_INT(quic_conn_new(&b->conn, b->crypto, &b->budget, &b->stats), 0);
}

__attribute__((unused)) static void bench_deinit(struct bench *b)
{
	quic_conn_free(b->conn);
	quic_crypto_free(b->crypto);
	CHECK_INT(b->budget.used, 0);
}

/* In memory of its own, so that a read too far is seen. */
__attribute__((unused)) static void give(
	struct bench *b, enum side side, const uint8_t *bytes, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	assert_non_null(copy);
	memcpy(copy, bytes, n);
	CHECK_INT(quic_conn_datagram(b->conn, side, wire_of(copy, n)), 0);
	free(copy);
}

__attribute__((unused)) static void has(
	struct bench *b, enum side side, const void *bytes, size_t n)
{
	struct wire w = quic_conn_peek(b->conn, side);

	CHECK_INT(w.n, n);
	if (n > 0)
		CHECK_BYTES(w.p, bytes, n);
}

/* Who sends, under whose keys: the connection ID they are made of. */
struct from {
	enum side side;
	uint32_t version;
	const char *keys; /* NULL: DCID */
	const char *dcid; /* NULL: keys */
	const char *token;
};

__attribute__((unused)) static void send_frames(
	struct bench *b, const struct from *from, uint64_t number, const uint8_t *frames, size_t n)
{
	uint8_t datagram[20000];
	const char *id = from->keys ? from->keys : DCID;
	uint32_t version = from->version ? from->version : SEAL_V1;
	struct seal_keys keys = seal_keys_of(version, from->side == SERVER, id, strlen(id));
	struct seal_packet packet = { .version = version,
		.dcid = from->dcid ? from->dcid : id,
		.token = from->token,
		.number = number,
		.number_n = 2 };

	give(b, from->side, datagram, seal(datagram, &keys, &packet, frames, n));
}

/* A CRYPTO frame with the bytes of text from offset on. */
__attribute__((unused)) static size_t crypto_frame(
	uint8_t *out, const char *text, size_t offset, size_t n)
{
	out[0] = 0x06;
	out[1] = (uint8_t)(0x80 | offset >> 24);
	out[2] = (uint8_t)(offset >> 16);
	out[3] = (uint8_t)(offset >> 8);
	out[4] = (uint8_t)offset;
	out[5] = (uint8_t)(0x40 | n >> 8);
	out[6] = (uint8_t)n;
	memcpy(out + 7, text + offset, n);
	return 7 + n;
}

__attribute__((unused)) static void send_text(struct bench *b, const struct from *from,
	uint64_t number, const char *text, size_t offset, size_t n)
{
	uint8_t frames[1000];

	send_frames(b, from, number, frames, crypto_frame(frames, text, offset, n));
}

__attribute__((unused)) static const char hello[] =
	"a ClientHello, or what stands for it, long enough to be cut in parts";
__attribute__((unused)) static const struct from client = { .side = CLIENT };
__attribute__((unused)) static const struct from server = { .side = SERVER };

#endif
