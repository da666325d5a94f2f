/* One TLS conversation: bytes of both directions in, the handshake messages and what else is worth
 * knowing out. */
#ifndef TLS_CONN_H
#define TLS_CONN_H

#include <onpath/stats.h>

#include "util/limits.h"
#include "util/own.h"
#include "util/wire.h"

enum tls_carrier { TLS_OVER_TCP, TLS_OVER_DATAGRAM, TLS_OVER_QUIC };

enum tls_state {
	TLS_PROBING, /* no TLS yet, but it may come: nothing known, or a protocol that can upgrade
		      */
	TLS_HANDSHAKE,
	TLS_OVER, /* nothing more to learn: judge it */
	TLS_NOT,  /* not TLS, and no sign that it will be */
};

/* A message kept whole, owned by the connection. bytes NULL: not seen. */
struct tls_message {
	uint8_t *bytes;
	uint32_t n;
};

enum tls_kept {
	KEPT_CLIENT_HELLO,       /* body; the last one, after a HelloRetryRequest the second */
	KEPT_FIRST_CLIENT_HELLO, /* body; the one before it, if there were two: fingerprints are of
				    this one */
	KEPT_SERVER_HELLO,       /* body; not a HelloRetryRequest unless nothing came after it */
	KEPT_CERTIFICATE,        /* body, from the server */
	KEPT_CLIENT_CERTIFICATE,
	KEPT_CERTIFICATE_STATUS, /* RFC 6066 8 */
	KEPT_SERVER_KEY_EXCHANGE,
	KEPT_MESSAGES
};

struct tls_alert {
	bool seen;
	uint8_t level;
	uint8_t description;
};

/* What the records of one side showed. Read-only outside tls/. */
struct tls_side_facts {
	bool seen; /* any byte of TLS */
	bool change_cipher_spec;
	bool encrypted;        /* encrypted records were seen */
	bool closed;           /* FIN or end */
	bool lost_certificate; /* a Certificate began and did not end, or a hole lies where it must
				  have been */
	uint16_t record_version;               /* of the first record */
	uint64_t lost;                         /* bytes missing inside the handshake */
	struct tls_alert alert;                /* the last in the clear */
	uint32_t shape[TLS_SHAPE_RECORDS_MAX]; /* lengths of the encrypted records, without header,
						  in order */
	uint8_t shape_count;
};

struct tls_conn; /* opaque; see the functions */

/* stats is borrowed. 0 or -ENOMEM; free with tls_conn_free. */
CHECKED int tls_conn_new(
	struct tls_conn **out, enum tls_carrier carrier, struct onpath_stats *stats);
void tls_conn_free(struct tls_conn *conn);
OWN_CLEANUP(struct tls_conn *, tls_conn_free)

/* TCP: bytes of one direction, in order, one call for each segment or run of segments. 0 or
 * -ENOMEM. */
CHECKED int tls_conn_bytes(struct tls_conn *conn, enum side side, struct wire bytes);

/* TCP: n bytes of one direction are missing here. */
void tls_conn_hole(struct tls_conn *conn, enum side side, uint64_t n);

/* UDP: one datagram that may be DTLS. Handshake fragments are put in order inside. 0 or -ENOMEM. */
CHECKED int tls_conn_datagram(struct tls_conn *conn, enum side side, struct wire datagram);

/* QUIC: handshake bytes from CRYPTO frames, in order. 0 or -ENOMEM. */
CHECKED int tls_conn_handshake_bytes(struct tls_conn *conn, enum side side, struct wire bytes);

/* That side will send no more (FIN, RST, end of the capture). Uses what is there. */
void tls_conn_close(struct tls_conn *conn, enum side side);

enum tls_state tls_conn_state(const struct tls_conn *conn);

/* The side of TCP (by call: CLIENT is the sender of the SYN) that is the TLS client: it may be the
 * other one. */
enum side tls_conn_client(const struct tls_conn *conn);

/* side here and below: the TLS client or server, not the TCP one. */
const struct tls_side_facts *tls_conn_side(const struct tls_conn *conn, enum side side);
const struct tls_message *tls_conn_message(const struct tls_conn *conn, enum tls_kept which);
bool tls_conn_malformed(const struct tls_conn *conn);
bool tls_conn_hello_retry(const struct tls_conn *conn);
bool tls_conn_sslv2(const struct tls_conn *conn); /* the ClientHello is an SSLv2 one */

/* The protocol before TLS ("smtp", "http-connect" …), or NULL. Constant. */
const char *tls_conn_from_proto(const struct tls_conn *conn);

/* Bytes this connection holds, for the engine's budget. */
size_t tls_conn_memory(const struct tls_conn *conn);

/* Whether a segment in the middle of a stream begins like a ClientHello, ServerHello or Certificate
 * in a record: cheap, no state. */
bool tls_looks_like_handshake(struct wire segment);

#endif
