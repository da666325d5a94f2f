/* Initial packets: secrets from a connection ID, header protection off, payload opened. RFC 9001 5.
 * Private to quic/. */
#ifndef QUIC_CRYPTO_H
#define QUIC_CRYPTO_H

#include "quic/quic.h"
#include "quic/quic_packet.h"

/* Of one direction. */
struct quic_keys {
	uint8_t key[16];
	uint8_t iv[12];
	uint8_t hp[16];
};

/* RFC 9001 5.2: keys of both directions from the client's Destination Connection ID. 0 or -ENOMEM.
 */
CHECKED int quic_keys_derive(struct quic_crypto *crypto, struct quic_keys out[2],
	const struct quic_version *version, struct wire dcid);

/*
 * Opens an Initial packet. expected: the number after the largest one opened in this direction.
 * 1: opened, frames are borrowed from crypto until the next call; 0: these are not its keys;
 * -ENOMEM.
 */
CHECKED int quic_packet_open(struct quic_crypto *crypto, const struct quic_keys *keys,
	const struct quic_packet *packet, uint64_t expected, uint64_t *number, struct wire *frames);

#endif
