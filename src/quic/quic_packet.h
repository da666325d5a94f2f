/* QUIC packet headers: a datagram in, its packets one by one out. RFC 9000 17, RFC 9369 3. Private
 * to quic/. */
#ifndef QUIC_PACKET_H
#define QUIC_PACKET_H

#include "util/wire.h"

#define QUIC_CID_MAX 20
#define QUIC_SALT    20

struct quic_version {
	uint32_t number;
	bool v2;              /* packet types and labels of RFC 9369 */
	uint8_t crypto_frame; /* type of the CRYPTO frame */
	const uint8_t *salt;  /* of the Initial secret, QUIC_SALT bytes */
};

/* NULL: not one whose Initial packets we can open. */
const struct quic_version *quic_version_find(uint32_t number);

enum quic_packet_type {
	QUIC_INITIAL,
	QUIC_0RTT,
	QUIC_HANDSHAKE,
	QUIC_RETRY,
	QUIC_NEGOTIATION, /* Version Negotiation */
	QUIC_1RTT,
};

/* All spans are borrowed from the datagram. */
struct quic_packet {
	enum quic_packet_type type;
	const struct quic_version *version; /* of long headers, but Version Negotiation */
	struct wire dcid;
	struct wire scid;
	struct wire header;  /* from the first byte to before the packet number */
	struct wire payload; /* packet number and what follows it, protected */
};

/* Cuts the next packet off the datagram. False: none, malformed, or of a version we do not know;
 * then the rest is useless. */
bool quic_packet_cut(struct quic_packet *out, struct wire *datagram);

#endif
