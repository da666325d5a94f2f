/*
 * A TLS conversation over TCP or QUIC. The input is a list of steps: a byte that says what and
 * which side, a byte n, and n * 4 bytes. Memory follows what was given, and an end stays the end.
 */
#include <assert.h>

#include "tls/conn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEP_SERVER = 1, STEP_HOLE = 2, STEP_CLOSE = 4, STEP_BYTEWISE = 8, STEP_REPEAT = 16 };

/* Both hellos, both certificates and the rest, each not above what was given; doubled while it
 * grows. */
static void check(const struct tls_conn *conn, size_t given)
{
	for (enum tls_kept k = 0; k < KEPT_MESSAGES; k++) {
		const struct tls_message *m = tls_conn_message(conn, k);

		assert(m->bytes || m->n == 0);
		assert(m->n <= TLS_CERTIFICATE_MESSAGE_MAX && m->n <= given);
	}
	assert(tls_conn_memory(conn) <= 4096 + 4 * given);
	for (enum side side = CLIENT; side <= SERVER; side++)
		assert(tls_conn_side(conn, side)->shape_count <= TLS_SHAPE_RECORDS_MAX);
}

static int give(struct tls_conn *conn, bool quic, enum side side, struct wire bytes)
{
	return quic ? tls_conn_handshake_bytes(conn, side, bytes)
		    : tls_conn_bytes(conn, side, bytes);
}

static int take_step(
	struct tls_conn *conn, bool quic, uint8_t what, struct wire bytes, size_t *given)
{
	enum side side = what & STEP_SERVER ? SERVER : CLIENT;
	unsigned times = what & STEP_REPEAT ? 5 : 1;
	int err = 0;

	if (what & STEP_CLOSE) {
		tls_conn_close(conn, side);
	} else if (what & STEP_HOLE && !quic) {
		tls_conn_hole(conn, side, bytes.n);
	} else {
		*given += bytes.n * times;
		for (unsigned i = 0; i < times && !err; i++) {
			if (!(what & STEP_BYTEWISE)) {
				err = give(conn, quic, side, bytes);
				continue;
			}
			for (size_t k = 0; k < bytes.n && !err; k++)
				err = give(conn, quic, side, wire_of(bytes.p + k, 1));
		}
	}
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct onpath_stats stats = { .packets = 0 };
	struct wire w = wire_of(data, size);
	struct tls_conn *conn;
	size_t given = 0;
	bool quic = wire_u8(&w) & 1;

	if (tls_conn_new(&conn, quic ? TLS_OVER_QUIC : TLS_OVER_TCP, &stats) != 0)
		return 0;
	while (w.n > 0) {
		uint8_t what = wire_u8(&w);
		uint64_t n = wire_u8(&w) * 4;
		enum tls_state before = tls_conn_state(conn);

		if (take_step(conn, quic, what, wire_cut(&w, n < w.n ? n : w.n), &given) != 0)
			break;
		if (before == TLS_OVER || before == TLS_NOT)
			assert(tls_conn_state(conn) == before);
		check(conn, given);
	}
	tls_conn_close(conn, CLIENT);
	tls_conn_close(conn, SERVER);
	assert(tls_conn_state(conn) == TLS_OVER || tls_conn_state(conn) == TLS_NOT);
	check(conn, given);
	tls_conn_free(conn);
	return 0;
}
