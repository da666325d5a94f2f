/* quic: frames of any content in well sealed Initial packets; bytes once shown never change. */
#include "quic/quic.h"

#include "../unit/test_quic_seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DCID       "fuzz-dcid"
#define FRAMES_MAX 1400

/* What a side has shown so far. */
struct shown {
	uint8_t bytes[QUIC_CRYPTO_MAX];
	size_t n;
};

static void check_shown(struct shown *shown, struct wire now)
{
	assert(now.n >= shown->n && now.n <= QUIC_CRYPTO_MAX);
	assert(shown->n == 0 || memcmp(shown->bytes, now.p, shown->n) == 0);
	if (now.n > 0)
		memcpy(shown->bytes, now.p, now.n);
	shown->n = now.n;
}

/* Each packet stands behind two bytes: side in the top bit, length of its frames in the others. */
static void run(struct quic_conn *conn, struct wire input, struct shown shown[2])
{
	const struct seal_keys keys[2] = { seal_keys_of(SEAL_V1, false, DCID, strlen(DCID)),
		seal_keys_of(SEAL_V1, true, DCID, strlen(DCID)) };
	struct seal_packet packet = { SEAL_V1, DCID, NULL, NULL, 0, 1 };
	uint8_t datagram[FRAMES_MAX + 100];

	for (; input.n > 0; packet.number = (packet.number + 1) & 0xff) {
		uint16_t control = wire_u16(&input);
		enum side side = control & 0x8000 ? SERVER : CLIENT;
		uint64_t n = control % 0x8000 % FRAMES_MAX;
		struct wire frames = wire_cut(&input, n < input.n ? n : input.n);
		if (frames.n < 4)
			continue; /* too short to be protected */
		size_t length = seal(datagram, &keys[side], &packet, frames.p, frames.n);
		int err = quic_conn_datagram(conn, side, wire_of(datagram, length));
		assert(err == 0);
		(void)err;
		check_shown(&shown[CLIENT], quic_conn_peek(conn, CLIENT));
		check_shown(&shown[SERVER], quic_conn_peek(conn, SERVER));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct onpath_stats stats = { .packets = 0 };
	struct stream_budget budget = { .max = 1 << 20 };
	CLEANUP(quic_crypto_free) struct quic_crypto *crypto = NULL;
	CLEANUP(free) struct shown *shown = calloc(2, sizeof *shown);
	struct quic_conn *conn = NULL;

	if (!shown || quic_crypto_new(&crypto) != 0 ||
		quic_conn_new(&conn, crypto, &budget, &stats) != 0)
		return 0;
	run(conn, wire_of(data, size), shown);
	quic_conn_free(conn);
	assert(budget.used == 0);
	return 0;
}
