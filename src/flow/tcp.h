/* TCP segments of one connection -> two streams: sequence numbers, SYN, FIN, RST, lost segments. */
#ifndef FLOW_TCP_H
#define FLOW_TCP_H

#include <onpath/stats.h>

#include "decode/frame.h"
#include "flow/stream.h"

/* One direction. A zeroed one is a valid start. */
struct tcp_half {
	struct stream stream;
	uint32_t isn;        /* sequence number of offset 0, that is after the SYN */
	uint32_t second_isn; /* of a SYN that may open a new connection on the same ports */
	uint32_t acked;      /* what the other side acknowledged last, as sequence number */
	uint32_t fin;        /* sequence number at which the stream ends */
	bool started;        /* isn is valid */
	bool has_fin;
	bool has_ack;
	bool has_second_isn;
	bool reset;     /* sent a RST */
	bool cut;       /* the snaplen cut segments: holes are final */
	uint8_t waited; /* segments of either side since the peer acknowledged past the hole */
};

struct tcp_halves {
	struct tcp_half half[2]; /* by enum side: CLIENT sent the SYN, or spoke first */
};

enum tcp_answer {
	TCP_NOTHING,  /* no new bytes */
	TCP_BYTES,    /* the stream of this side may have bytes to peek or a hole to skip */
	TCP_REOPENED, /* this packet belongs to a new connection on the same ports: end this one,
			 begin anew with it */
};

/* Sets where a direction begins: seq is the first sequence number of data. */
void tcp_start(struct tcp_half *half, uint32_t seq);

/*
 * One segment. Its payload goes into the stream of side. doubtful: other bytes for the same place
 * are to be believed rather than these (a wrong checksum where others were right).
 */
enum tcp_answer tcp_segment(struct tcp_halves *tcp, struct stream_budget *budget,
	struct onpath_stats *stats, enum side side, const struct frame *frame, bool doubtful);

/* Whether the hole at the front of that direction will not be filled any more. */
bool tcp_hole_is_final(const struct tcp_halves *tcp, enum side side);

/* All bytes before the FIN have been taken, or the side reset the connection. */
bool tcp_half_ended(const struct tcp_half *half);

/* Padding that some stacks put behind bare ACKs, inside the IP length: a few zeros, not pushed. */
bool tcp_may_be_padding(const struct frame *frame);

#endif
