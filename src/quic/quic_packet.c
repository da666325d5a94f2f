/* A datagram in, its QUIC packets out, headers still protected. */
#include "quic/quic_packet.h"

enum { LONG_HEADER = 0x80, FIXED_BIT = 0x40 };
/* A packet number of one byte, three bytes and a tag of 16: less cannot be sampled (RFC
 * 9001 5.4.2). */
enum { PAYLOAD_MIN = 20 };

/* RFC 9001 5.2, RFC 9369 3.3.1, and those of the drafts that were deployed. */
static const uint8_t salt_v1[QUIC_SALT] = { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d,
	0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a };
static const uint8_t salt_v2[QUIC_SALT] = { 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81,
	0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 };
static const uint8_t salt_draft_29[QUIC_SALT] = { 0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c,
	0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99 };
static const uint8_t salt_draft_23[QUIC_SALT] = { 0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a,
	0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02 };
static const uint8_t salt_t050[QUIC_SALT] = { 0x7f, 0xf5, 0x79, 0xe5, 0xac, 0xd0, 0x72, 0x91, 0x55,
	0x80, 0x30, 0x4c, 0x43, 0xa2, 0x36, 0x7c, 0x60, 0x48, 0x83, 0x10 };
static const uint8_t salt_t051[QUIC_SALT] = { 0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee, 0x5f, 0xa4,
	0x50, 0x6c, 0x19, 0x12, 0x4f, 0xc8, 0xcc, 0xda, 0x6e, 0x03, 0x3d };

static const struct quic_version versions[] = {
	{ 0x00000001, false, 0x06, salt_v1 },       /* RFC 9000 */
	{ 0x6b3343cf, true, 0x06, salt_v2 },        /* RFC 9369 */
	{ 0xff000017, false, 0x06, salt_draft_23 }, /* draft 23 */
	{ 0xff000018, false, 0x06, salt_draft_23 }, /* draft 24 */
	{ 0xff000019, false, 0x06, salt_draft_23 }, /* draft 25 */
	{ 0xff00001a, false, 0x06, salt_draft_23 }, /* draft 26 */
	{ 0xff00001b, false, 0x06, salt_draft_23 }, /* draft 27 */
	{ 0xff00001c, false, 0x06, salt_draft_23 }, /* draft 28 */
	{ 0xff00001d, false, 0x06, salt_draft_29 }, /* draft 29 */
	{ 0xff00001e, false, 0x06, salt_draft_29 }, /* draft 30 */
	{ 0xff00001f, false, 0x06, salt_draft_29 }, /* draft 31 */
	{ 0xff000020, false, 0x06, salt_draft_29 }, /* draft 32 */
	{ 0xff000021, false, 0x06, salt_v1 },       /* draft 33 */
	{ 0xff000022, false, 0x06, salt_v1 },       /* draft 34 */
	{ 0xfaceb002, false, 0x06, salt_draft_23 }, /* mvfst of draft 27 */
	{ 0xfaceb00e, false, 0x06, salt_draft_23 }, /* mvfst, experimental */
	{ 0x54303530, false, 0x08, salt_t050 }, /* Google T050: TLS, with the frames of its own */
	{ 0x54303531, false, 0x08, salt_t051 }, /* Google T051 */
};

/* The first bytes of all known numbers: most datagrams that are not QUIC stop here. */
static bool may_be_known(uint32_t number)
{
	uint8_t high = (uint8_t)(number >> 24);

	return high == 0x00 || high == 0xff || high == 0x6b || high == 0xfa || high == 0x54;
}

const struct quic_version *quic_version_find(uint32_t number)
{
	if (!may_be_known(number))
		return NULL;
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
		if (versions[i].number == number)
			return &versions[i];
	return NULL;
}

/* RFC 9000 17.2 and RFC 9369 3.2: the two bits of the type are numbered from another start in
 * version 2. */
static enum quic_packet_type long_type(uint8_t first, const struct quic_version *version)
{
	static const enum quic_packet_type types[] = { QUIC_INITIAL, QUIC_0RTT, QUIC_HANDSHAKE,
		QUIC_RETRY };
	unsigned bits = first >> 4 & 3u;

	return types[version->v2 ? (bits + 3) & 3 : bits];
}

static bool cut_long(struct quic_packet *out, struct wire *datagram)
{
	struct wire w = *datagram;
	uint8_t first = wire_u8(&w);
	uint32_t number = wire_u32(&w);
	struct quic_packet packet = { .version = quic_version_find(number) };

	packet.dcid = wire_vec(&w, 1);
	packet.scid = wire_vec(&w, 1);
	if (w.bad)
		return false;
	if (number == 0) {
		packet.type = QUIC_NEGOTIATION;
		*datagram = wire_cut(&w, 0);
		*out = packet;
		return true;
	}
	if (!packet.version || packet.dcid.n > QUIC_CID_MAX || packet.scid.n > QUIC_CID_MAX)
		return false;
	packet.type = long_type(first, packet.version);
	if (packet.type == QUIC_RETRY) { /* 17.2.5: has no length, so it is the last */
		*datagram = wire_cut(&w, 0);
		*out = packet;
		return true;
	}
	if (packet.type == QUIC_INITIAL)
		wire_skip(&w, wire_varint(&w));
	uint64_t length = wire_varint(&w);
	packet.header = wire_of(datagram->p, datagram->n - w.n);
	packet.payload = wire_cut(&w, length);
	if (w.bad || packet.payload.n < PAYLOAD_MIN)
		return false;
	*datagram = w;
	*out = packet;
	return true;
}

bool quic_packet_cut(struct quic_packet *out, struct wire *datagram)
{
	if (datagram->n == 0)
		return false;
	if (datagram->p[0] & LONG_HEADER)
		return cut_long(out, datagram);
	/* 17.3: 1-RTT takes the rest. Without the fixed bit it is padding behind the last packet.
	 */
	if (!(datagram->p[0] & FIXED_BIT) || datagram->n < 1 + PAYLOAD_MIN)
		return false;
	*out = (struct quic_packet) { .type = QUIC_1RTT, .payload = *datagram };
	wire_skip(datagram, datagram->n);
	return true;
}
