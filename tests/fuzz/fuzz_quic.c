/* quic: datagrams as they come; nothing opens by chance, and what is shown stays as it was shown.
 */
#include "quic/quic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each datagram stands behind two bytes: side in the top bit, length in the others. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct onpath_stats stats = { .packets = 0 };
	struct stream_budget budget = { .max = 1 << 20 };
	CLEANUP(quic_crypto_free) struct quic_crypto *crypto = NULL;
	struct quic_conn *conn = NULL;
	struct wire input = wire_of(data, size);

	if (quic_crypto_new(&crypto) != 0 || quic_conn_new(&conn, crypto, &budget, &stats) != 0)
		return 0;
	while (input.n > 0) {
		uint16_t control = wire_u16(&input);
		enum side side = control & 0x8000 ? SERVER : CLIENT;
		size_t n = control & 0x7fff;
		struct wire datagram = wire_cut(&input, n < input.n ? n : input.n);
		bool encrypted = quic_conn_encrypted(conn, side);
		uint32_t before[2] = { (uint32_t)quic_conn_peek(conn, CLIENT).n,
			(uint32_t)quic_conn_peek(conn, SERVER).n };

		if (quic_looks_like_initial(datagram))
			assert(datagram.n >= 5 + 9 + 1 + 1 + 1 + 20);
		int err = quic_conn_datagram(conn, side, datagram);
		assert(err == 0);
		(void)err;
		assert(!encrypted || quic_conn_encrypted(conn, side));
		assert(quic_conn_peek(conn, SERVER).n >= before[SERVER]);
		assert(quic_conn_peek(conn, side_other(side)).n >= before[side_other(side)] ||
			side == SERVER); /* Version Negotiation */
		assert(quic_conn_peek(conn, CLIENT).n <= QUIC_CRYPTO_MAX);
		assert(quic_conn_peek(conn, SERVER).n <= QUIC_CRYPTO_MAX);
	}
	assert(stats.quic_decrypt_failed <= 2 * QUIC_INITIALS_MAX + QUIC_INITIALS_MAX);
	quic_conn_free(conn);
	assert(budget.used == 0);
	return 0;
}
