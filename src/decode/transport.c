/* Takes the contents of an IP packet and gives the transport header and the payload. */
#include "decode/internal.h"

/* Whether the first n of walk->bytes have a wrong checksum. Where the snaplen cut them, nobody can
 * tell. */
static bool refused(const struct walk *walk, uint8_t proto, uint64_t n)
{
	struct wire bytes = walk->bytes;

	if (!walk->decoder->demand_checksums || n > bytes.n || walk->routed)
		return false;
	return !checksum_good(
		checksum_add(checksum_pseudo(walk->frame, proto, n), wire_cut(&bytes, n)));
}

void transport_tcp(struct walk *walk)
{
	if (!tcp_read(walk->frame, walk->bytes, walk_left(walk)))
		return walk_end(walk, DECODE_INVALID);
	if (walk->routed)
		walk->frame->segment = wire_of(NULL, 0);
	walk_end(walk, refused(walk, FRAME_TCP, walk_left(walk)) ? DECODE_CHECKSUM : DECODE_FRAME);
}

/* RFC 768: zero says that there is none. Over IPv6 only tunnels may send that (RFC 6935). */
static bool udp_unsummed(const struct walk *walk, bool tunnel)
{
	struct wire head = walk->bytes;

	wire_skip(&head, 6);
	return wire_u16(&head) == 0 && (walk->frame->family == 4 || tunnel);
}

void transport_udp(struct walk *walk)
{
	struct frame *frame = walk->frame;

	if (!udp_read(frame, walk->bytes, walk_left(walk)))
		return walk_end(walk, DECODE_INVALID);
	bool tunnel = udp_tunnel_likely(frame->sport, frame->dport);
	if (!udp_unsummed(walk, tunnel) &&
		refused(walk, FRAME_UDP, frame->payload_len + UDP_HEADER))
		return walk_end(walk, DECODE_CHECKSUM);
	if (tunnel && udp_tunnel_enter(walk))
		return;
	walk_end(walk, DECODE_FRAME);
}
