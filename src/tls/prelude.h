/* What comes before TLS on a TCP connection: bytes of both directions in, where TLS begins out. */
#ifndef TLS_PRELUDE_H
#define TLS_PRELUDE_H

#include "util/wire.h"

#define PRELUDE_HEAD 23

/* Small and plain, one cache line; zeroed is valid; holds no memory of its own. */
struct prelude {
	uint32_t skip[2]; /* bytes of a message that are still to come and of no interest */
	uint16_t tag;     /* IMAP: hash of the tag of the STARTTLS command */
	uint8_t protocol; /* enum prelude_protocol; 0: not known yet */
	uint8_t flags;    /* enum prelude_flag, and the tunnel around the protocol */
	uint8_t step[2];  /* where a side stands in the protocol; its own meaning in each */
	bool spoke[2];    /* any byte of that side was seen */
	uint8_t head_n[2];
	uint8_t head[2][PRELUDE_HEAD]; /* beginning of the line or message that is being read */
};

enum prelude_answer {
	PRELUDE_MORE, /* not TLS yet, may be later: go on with the next chunk of any side */
	PRELUDE_TLS,  /* this side speaks TLS from *tls_at of this chunk on, which may be its end */
	PRELUDE_NOT,  /* this connection will not come to TLS: let it go */
};

/*
 * Bytes of one direction, in order and however cut; chunks of both sides in the order of their
 * arrival. side: CLIENT is the sender of the SYN. PRELUDE_TLS is told for each side on its own: do
 * not give bytes of that side again. Once both agreed, the answer for the other side is PRELUDE_TLS
 * at 0. A byte that begins a line or message and is the type of a handshake record (22) counts as
 * TLS, also as the very first one: whether it really is, the record layer sees. How many bytes to
 * give before losing patience is for the caller to say.
 */
enum prelude_answer prelude_bytes(
	struct prelude *p, enum side side, struct wire bytes, size_t *tls_at);

/* Both sides agreed on TLS: no need to ask for the other side. A hello sent ahead of the answer is
 * no agreement. */
bool prelude_agreed(const struct prelude *p);

/* The client asked for TLS and the server refused; the last answer counts. */
bool prelude_refused(const struct prelude *p);

/*
 * "smtp" "imap" "pop3" "nntp" "sieve" "ftp" "ldap" "xmpp" "postgresql" "mysql" "irc" "rdp" "tds"
 * "http-connect" "socks4" "socks5" "proxy", or NULL: nothing recognised. Inside a tunnel the inner
 * protocol, if there is one. Constant.
 */
const char *prelude_proto(const struct prelude *p);

/* A protocol that can go over to TLS was recognised: waiting is worth it. */
bool prelude_may_upgrade(const struct prelude *p);

/* The TLS bytes are wrapped (TDS): all bytes from PRELUDE_TLS on must go through prelude_unwrap. */
bool prelude_wraps(const struct prelude *p);

/*
 * Cuts the next run of TLS bytes off *bytes into *out; false: none is left and *bytes is empty.
 * Without wrapping the run is all.
 *
 *	while (prelude_unwrap(p, side, &bytes, &out))
 *		use(out);
 */
bool prelude_unwrap(struct prelude *p, enum side side, struct wire *bytes, struct wire *out);

#endif
