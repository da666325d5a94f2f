/* One connection while it is looked into: streams, TLS, QUIC, and what the path shows. Owned by the
 * engine. */
#ifndef CONN_H
#define CONN_H

#include <onpath/event.h>

#include "flow/table.h"
#include "flow/tcp.h"
#include "quic/quic.h"
#include "tls/conn.h"
#include "util/pages.h"

/* Lists in the order of their deadlines. */
enum conn_list { CONN_OPEN, CONN_CLOSING, CONN_LISTS };

struct conn {
	struct conn *prev;
	struct conn *next;
	struct flow *flow;
	struct tls_conn *tls;   /* TCP: NULL while the first to speak waits for an answer */
	struct quic_conn *quic; /* UDP with QUIC only */
	const struct onpath_source *source;
	uint64_t first_ns;
	uint64_t last_ns;
	uint64_t first_packet;
	uint64_t last_packet;
	uint32_t deadline_s;
	uint8_t list; /* enum conn_list */
	uint8_t vlan_count;
	uint16_t vlan[3];
	struct onpath_hops hops[2]; /* by TCP side */
	bool seen[2];               /* any packet of that side */
	bool patient; /* TCP, seen from its beginning: one side alone need not be looked into yet */
	struct tcp_halves tcp;
};

struct conn_queue {
	struct conn *head;
	struct conn *tail;
};

/* What connections share. */
struct conn_shared {
	struct stream_budget budget;
	struct quic_crypto *quic_crypto;
	struct onpath_stats *stats;
	struct conn_queue queue[CONN_LISTS];
	struct pool pool; /* of conns */
};

/* Set budget, stats and quic_crypto yourself. */
void conn_shared_init(struct conn_shared *shared);
void conn_shared_deinit(struct conn_shared *shared); /* frees the connections too */

/* What became of a connection with a packet. */
enum conn_answer {
	CONN_GOES_ON,
	CONN_JUDGE,    /* its handshake is over, or all that will be seen of it */
	CONN_DROP,     /* not TLS */
	CONN_REOPENED, /* the packet belongs to a new connection on the same ports: judge, then
			  begin anew */
	CONN_NOMEM,
};

/* Begins looking into a flow with the packet that carries frame. NULL: no memory, or the budget is
 * used up. */
struct conn *conn_new(struct conn_shared *shared, struct flow *flow,
	const struct onpath_packet *packet, const struct frame *frame, uint32_t now_s);

/* Frees it and takes it off its list. */
void conn_free(struct conn_shared *shared, struct conn *conn);

/* doubtful: see tcp_segment. */
enum conn_answer conn_segment(struct conn_shared *shared, struct conn *conn, enum side side,
	const struct frame *frame, bool doubtful);
enum conn_answer conn_datagram(
	struct conn_shared *shared, struct conn *conn, enum side side, const struct frame *frame);

/* Uses what lies behind holes and closes both sides: no more packets will come. False: no memory
 * for it. */
bool conn_close(struct conn_shared *shared, struct conn *conn);

/* The deadline has passed: whether to judge or drop it, or to wait longer (it is then at the end of
 * its list). */
enum conn_answer conn_deadline(struct conn_shared *shared, struct conn *conn, uint32_t now_s);

/* Something of a TLS handshake was read, so there is something to judge. */
bool conn_has_tls(const struct conn *conn);

/* Hints to the cache: this connection is about to be used; those after it on its list soon. conn is
 * only a guess. */
static inline void conn_prefetch(const void *conn)
{
	const char *at = conn;

	for (size_t line = 0; line < sizeof(struct conn); line += 64)
		__builtin_prefetch(at + line, 1);
}

static inline void conn_prefetch_next(const struct conn *conn)
{
	const struct conn *next = conn->next;

	if (!next)
		return;
	__builtin_prefetch(next->flow, 1);
	__builtin_prefetch(next->tcp.half[CLIENT].stream.bytes);
	if (next->next)
		conn_prefetch(next->next);
}

/* Whether a UDP payload begins a conversation that is worth looking into. Cheap. */
bool conn_datagram_begins(struct wire datagram);

#endif
