/* DTLS: the input is a list of datagrams, each behind its side and a length of two bytes. Memory
 * follows what was given. */
#include <assert.h>

#include "tls/conn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct onpath_stats stats = { .packets = 0 };
	struct wire w = wire_of(data, size);
	struct tls_conn *conn;

	if (tls_conn_new(&conn, TLS_OVER_DATAGRAM, &stats) != 0)
		return 0;
	while (w.n > 0) {
		enum side side = wire_u8(&w) & 1 ? SERVER : CLIENT;
		uint16_t n = wire_u16(&w);

		if (tls_conn_datagram(conn, side, wire_cut(&w, n < w.n ? n : w.n)) != 0)
			break;
		assert(tls_conn_memory(conn) <= 8192 + 64 * size);
	}
	tls_conn_close(conn, CLIENT);
	tls_conn_close(conn, SERVER);
	assert(tls_conn_state(conn) == TLS_OVER || tls_conn_state(conn) == TLS_NOT);
	for (enum tls_kept k = 0; k < KEPT_MESSAGES; k++)
		assert(tls_conn_message(conn, k)->n <= size);
	tls_conn_free(conn);
	return 0;
}
