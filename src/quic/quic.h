/* QUIC v1 and v2: datagrams in, bytes of CRYPTO frames of the Initial packets out. RFC 9000, 9001,
 * 9369. */
#ifndef QUIC_QUIC_H
#define QUIC_QUIC_H

#include <onpath/stats.h>

#include "flow/stream.h"
#include "util/own.h"
#include "util/wire.h"

struct quic_crypto; /* OpenSSL contexts, one for each engine */
CHECKED int quic_crypto_new(struct quic_crypto **out);
void quic_crypto_free(struct quic_crypto *crypto);
OWN_CLEANUP(struct quic_crypto *, quic_crypto_free)

/* Whether a UDP payload can be the first of a QUIC connection: a long header of a known version
 * with an Initial. Cheap. */
bool quic_looks_like_initial(struct wire datagram);

struct quic_conn; /* opaque */
CHECKED int quic_conn_new(struct quic_conn **out, struct quic_crypto *crypto,
	struct stream_budget *budget, struct onpath_stats *stats);
void quic_conn_free(struct quic_conn *conn);
OWN_CLEANUP(struct quic_conn *, quic_conn_free)

/* One datagram of one side: all coalesced packets in it. 0 or -ENOMEM. */
CHECKED int quic_conn_datagram(struct quic_conn *conn, enum side side, struct wire datagram);

/* CRYPTO bytes of a side, in order: peek, use, take. */
struct wire quic_conn_peek(const struct quic_conn *conn, enum side side);
void quic_conn_take(struct quic_conn *conn, enum side side, size_t n);

uint32_t quic_conn_version(const struct quic_conn *conn);

/* Both sides have gone on to Handshake or 1-RTT packets: the Initial packets are over. */
bool quic_conn_over(const struct quic_conn *conn);

/* CRYPTO bytes came twice with other values, or two ClientHellos for one connection. */
uint32_t quic_conn_conflicts(const struct quic_conn *conn);

/* Handshake or 1-RTT packets of that side were seen. */
bool quic_conn_encrypted(const struct quic_conn *conn, enum side side);

#endif
