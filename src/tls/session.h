/* Inside of a TLS conversation, shared by conn.c, probe.c, record.c, handshake.c and dtls.c.
 * Private to tls/. */
#ifndef TLS_SESSION_H
#define TLS_SESSION_H

#include "tls/conn.h"
#include "tls/hello.h"
#include "tls/prelude.h"

/* RFC 8446 5.1 */
enum { REC_CCS = 20, REC_ALERT = 21, REC_HANDSHAKE = 22, REC_DATA = 23, REC_HEARTBEAT = 24 };

/* RFC 8446 4 and before. */
enum {
	MSG_CLIENT_HELLO = 1,
	MSG_SERVER_HELLO = 2,
	MSG_HELLO_VERIFY_REQUEST = 3,
	MSG_HELLO_RETRY_REQUEST = 6, /* of the TLS 1.3 drafts below 22 */
	MSG_CERTIFICATE = 11,
	MSG_SERVER_KEY_EXCHANGE = 12,
	MSG_CERTIFICATE_STATUS = 22,
};

#define TLS_RECORD_HEADER 5
/* RFC 5246 6.2.3: 2^14 + 2048 */
#define TLS_RECORD_MAX    18432
/* Bytes that tell a hello's beginning from everything else. */
#define TLS_PROBE_BYTES   11

/* One handshake message that is being read. TCP side's or QUIC's, in order. */
struct tls_gather {
	uint8_t *body;
	uint32_t n;        /* bytes in body */
	uint32_t capacity; /* grows with what was received, not with what was claimed */
	uint32_t need;     /* bytes of the message still to come */
	uint8_t head[4];
	uint8_t head_n;   /* 4: inside a message */
	bool keep;        /* the body is wanted */
	bool lost;        /* where a message begins is not known: the next record may tell */
	bool skip_record; /* lost, and this record did not tell */
};

/* The record layer of one side. */
struct tls_reader {
	uint8_t head[TLS_RECORD_HEADER];
	uint8_t head_n;
	uint8_t type;
	uint8_t alert[2];
	uint8_t alert_n;
	uint8_t useless;     /* records without progress */
	bool started;        /* TLS of this side has begun: what follows are records */
	bool lost;           /* where a record begins is not known: the next chunk may tell */
	bool sslv2;          /* the next record is an SSLv2 CLIENT-HELLO */
	bool opaque;         /* the record that is being read is encrypted */
	bool first;          /* nothing of the record's content has been read */
	uint16_t left;       /* bytes of it still to come */
	uint32_t unfruitful; /* bytes passed over while lost */
};

struct dtls;

/* What is needed from the first sign of TLS on. Arrays by side are by the side of TCP, or of the
 * caller. */
struct tls_session {
	struct tls_side_facts facts[2];
	struct tls_reader reader[2];
	struct tls_gather gather[2];
	struct tls_message messages[KEPT_MESSAGES];
	struct dtls *dtls;
	uint16_t version;       /* from ServerHello or HelloRetryRequest; 0: not seen */
	uint8_t client_records; /* encrypted ones of the client before the ServerHello */
	enum side client;       /* the side that is the TLS client */
	bool client_certain;    /* not guessed from a Certificate */
	bool server_hello;      /* one was seen, not only a HelloRetryRequest */
};

/* One direction before TLS was found. */
struct tls_probe {
	uint32_t bytes;                 /* seen so far */
	uint32_t lost;                  /* in holes */
	uint8_t early[TLS_PROBE_BYTES]; /* a beginning that may become a hello */
	uint8_t early_n;
	bool expected; /* the prelude says that TLS comes next */
	bool closed;
};

struct tls_conn {
	struct onpath_stats *stats;
	struct tls_session *session; /* NULL while TLS was not found */
	struct prelude prelude;
	struct tls_probe probe[2];
	uint8_t strange; /* datagrams that are not DTLS */
	uint8_t carrier; /* enum tls_carrier */
	uint8_t state;   /* enum tls_state */
	bool malformed;
	bool hello_retry;
	bool sslv2;
};

/* What bytes at a possible start of TLS are. */
enum tls_opening {
	OPENS_NOTHING,
	OPENS_MAYBE,
	OPENS_CLIENT_HELLO,
	OPENS_SERVER_HELLO,
	OPENS_CERTIFICATE,
	OPENS_SSLV2
};

/* Up to TLS_PROBE_BYTES decide; MAYBE: too few bytes. */
enum tls_opening tls_opening_of(struct wire bytes);

/* Bytes that can be records in the middle of a handshake. Stricter the more bytes there are. */
bool tls_looks_like_record(struct wire bytes);

/* RFC 8446 and its drafts and experiments: what follows the ServerHello is encrypted. */
static inline bool tls_version_hides(uint16_t version)
{
	return (version >= TLS_1_3 && version < 0xfe00) || version == DTLS_1_3;
}

/* Begins the session; bytes of side are TLS. -ENOMEM. */
CHECKED int session_begin(struct tls_conn *conn, enum side side, enum tls_opening opening);
void session_free(struct tls_session *session);

/* After every fact that may be the last one: sets TLS_OVER. */
void session_look_over(struct tls_conn *conn);

/* An encrypted record of n bytes. */
void session_encrypted(struct tls_conn *conn, enum side side, size_t n);

/* The conversation ends: what is half read is kept or dropped. */
void session_end(struct tls_conn *conn);

/* Record layer: bytes in order from the first record on; a hole in them. */
CHECKED int record_bytes(struct tls_conn *conn, enum side side, struct wire bytes);
void record_hole(struct tls_conn *conn, enum side side, uint64_t n);

/* Alert bytes in the clear. */
void record_alert(struct tls_conn *conn, enum side side, struct wire bytes);

/* Handshake layer: bytes of messages in order; a hole in them; no more will come. */
CHECKED int handshake_bytes(struct tls_conn *conn, enum side side, struct wire bytes);
void handshake_hole(struct tls_conn *conn, enum side side, uint64_t n);
void handshake_lose(struct tls_conn *conn, enum side side);
void handshake_close(struct tls_conn *conn, enum side side);

/* A type of message that there can be in the clear. */
bool handshake_known(uint8_t type);

/* A message is beginning: learns who is who, and says whether its body is wanted. */
bool handshake_begins(struct tls_conn *conn, enum side side, uint8_t type, uint32_t n);

/* A whole message. *body, if not NULL, is malloced, n bytes, and taken over; else bytes are copied.
 */
CHECKED int handshake_message(
	struct tls_conn *conn, enum side side, uint8_t type, uint8_t **body, struct wire bytes);

void dtls_free(struct dtls *dtls);
void dtls_close(struct tls_conn *conn, enum side side);
size_t dtls_memory(const struct dtls *dtls);

#endif
