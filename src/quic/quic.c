/* Datagrams of both sides in, the bytes of the CRYPTO frames of their Initial packets in order out.
 */
#include "quic/quic.h"
#include "quic/quic_crypto.h"
#include "quic/quic_packet.h"

#include <errno.h>

/* RFC 9000 7.2: the client's first Destination Connection ID. */
enum { FIRST_DCID_MIN = 8 };
/* RFC 9000 12.4: the frames that an Initial packet may carry, beside CRYPTO. */
enum { PADDING = 0x00, PING = 0x01, ACK = 0x02, ACK_ECN = 0x03 };
/* Keys of one connection: the first ones, of another version (RFC 9368), after a Retry. */
enum { KEYS_MAX = 3 };

struct id {
	uint8_t n;
	uint8_t bytes[QUIC_CID_MAX];
};

struct key_set {
	const struct quic_version *version;
	struct id dcid;
	struct quic_keys keys[2];
};

struct direction {
	struct stream crypto;
	uint64_t expected; /* the number after the largest one seen */
	uint16_t initials; /* opened or tried */
	bool encrypted;    /* Handshake or 1-RTT packets seen */
	bool opened;       /* an Initial of it */
};

struct quic_conn {
	struct quic_crypto *crypto;
	struct stream_budget *budget;
	struct onpath_stats *stats;
	uint32_t version;
	bool negotiated; /* one Version Negotiation has started us anew */
	enum { NO_RETRY, RETRIED, RETRY_OVER } retry;
	struct id retry_id; /* what the client must use after the Retry */
	struct id first_id; /* what the first keys were made of */
	uint32_t conflicts; /* of streams that were begun anew */
	uint8_t key_count;
	struct key_set sets[KEYS_MAX]; /* the one that last opened a packet first */
	struct direction of[2];
};

static struct id id_of(struct wire w)
{
	struct id id = { .n = (uint8_t)w.n };

	assert(w.n <= sizeof id.bytes); /* quic_packet_cut lets no longer one through */
	if (w.n > 0)
		memcpy(id.bytes, w.p, w.n);
	return id;
}

static bool is_id(struct wire w, const struct id *id)
{
	return wire_equals(w, id->bytes, id->n);
}

bool quic_looks_like_initial(struct wire datagram)
{
	struct quic_packet packet;
	struct wire w = datagram;

	/* The version before anything is parsed: this runs for each UDP flow. */
	if (!(wire_u8(&w) & 0x80) || !quic_version_find(wire_u32(&w)))
		return false;
	return quic_packet_cut(&packet, &datagram) && packet.type == QUIC_INITIAL &&
	       packet.dcid.n >= FIRST_DCID_MIN;
}

int quic_conn_new(struct quic_conn **out, struct quic_crypto *crypto, struct stream_budget *budget,
	struct onpath_stats *stats)
{
	struct quic_conn *conn = calloc(1, sizeof *conn);

	if (!conn)
		return -ENOMEM;
	conn->crypto = crypto;
	conn->budget = budget;
	conn->stats = stats;
	*out = conn;
	return 0;
}

void quic_conn_free(struct quic_conn *conn)
{
	if (!conn)
		return;
	stream_deinit(&conn->of[CLIENT].crypto, conn->budget);
	stream_deinit(&conn->of[SERVER].crypto, conn->budget);
	free(conn);
}

/* RFC 9000 19.3: the ranges and counts say nothing to us. */
static void skip_ack(struct wire *w, bool ecn)
{
	(void)wire_varint(w);
	(void)wire_varint(w);
	uint64_t ranges = wire_varint(w);
	(void)wire_varint(w);
	for (uint64_t i = 0; i < ranges && w->n > 0; i++) {
		(void)wire_varint(w);
		(void)wire_varint(w);
	}
	for (unsigned i = 0; ecn && i < 3; i++)
		(void)wire_varint(w);
}

/* RFC 9000 19.6. Offsets over the limit are refused: there is no flow control for CRYPTO (7.5). */
static void take_crypto(struct quic_conn *conn, enum side side, struct wire *w)
{
	uint64_t offset = wire_varint(w);
	struct wire data = wire_cut(w, wire_varint(w));

	if (w->bad || data.n == 0)
		return;
	if (offset > QUIC_CRYPTO_MAX || data.n > QUIC_CRYPTO_MAX - offset) {
		conn->stats->quic_frames_refused++;
		return;
	}
	(void)stream_add(&conn->of[side].crypto, conn->budget, offset, data, false);
}

/* RFC 9000 12.4. What is not allowed in an Initial ends it. */
static void take_frames(struct quic_conn *conn, enum side side, const struct quic_version *version,
	struct wire frames)
{
	unsigned count = 0;

	while (frames.n > 0) {
		if (frames.p[0] == PADDING) {
			wire_skip(&frames, 1);
			continue;
		}
		if (++count > QUIC_FRAMES_MAX) {
			conn->stats->quic_frames_refused++;
			return;
		}
		uint64_t type = wire_varint(&frames);
		if (type == version->crypto_frame) {
			take_crypto(conn, side, &frames);
			continue;
		}
		switch (type) {
		case PING:
			break;
		case ACK:
		case ACK_ECN:
			skip_ack(&frames, type == ACK_ECN);
			break;
		default: /* CONNECTION_CLOSE too: nothing that follows it matters */
			return;
		}
	}
}

static bool has_keys(
	const struct quic_conn *conn, const struct quic_version *version, struct wire dcid)
{
	for (size_t i = 0; i < conn->key_count; i++)
		if (conn->sets[i].version == version && is_id(dcid, &conn->sets[i].dcid))
			return true;
	return false;
}

/* 1: the packet is open and the set stands first; 0: wrong keys; -ENOMEM. */
static int open_with(struct quic_conn *conn, enum side side, const struct key_set *set,
	const struct quic_packet *packet, struct wire *frames)
{
	struct direction *direction = &conn->of[side];
	uint64_t number = 0;
	int opened = quic_packet_open(
		conn->crypto, &set->keys[side], packet, direction->expected, &number, frames);

	if (opened == 1 && number >= direction->expected)
		direction->expected = number + 1;
	return opened;
}

static void put_first(struct quic_conn *conn, const struct key_set *set, size_t from)
{
	struct key_set first = *set;

	memmove(conn->sets + 1, conn->sets, from * sizeof *conn->sets);
	conn->sets[0] = first;
}

/* Keys made of this connection ID, kept if they open the packet. */
static int open_with_new(struct quic_conn *conn, enum side side, struct wire dcid,
	const struct quic_packet *packet, struct wire *frames)
{
	struct key_set set = { .version = packet->version, .dcid = id_of(dcid) };

	if (has_keys(conn, packet->version, dcid))
		return 0; /* was tried */
	int err = quic_keys_derive(conn->crypto, set.keys, set.version, dcid);
	if (err)
		return err;
	int opened = open_with(conn, side, &set, packet, frames);
	if (opened == 1) {
		if (conn->key_count == 0)
			conn->first_id = set.dcid;
		if (conn->key_count < KEYS_MAX)
			conn->key_count++;
		put_first(conn, &set, conn->key_count - 1u);
	}
	return opened;
}

/*
 * The keys are those of the client's first Destination Connection ID, also for the server and after
 * the client has gone over to the server's ID (RFC 9001 5.2); those of the ID the client uses after
 * a Retry; or those of either for another version, if the server chose it (RFC 9369 4). The Retry
 * itself need not have been seen.
 */
static int open_initial(struct quic_conn *conn, enum side side, const struct quic_packet *packet,
	struct wire *frames)
{
	int opened = 0;

	for (size_t i = 0; i < conn->key_count && opened == 0; i++) {
		if (conn->sets[i].version != packet->version)
			continue;
		opened = open_with(conn, side, &conn->sets[i], packet, frames);
		if (opened == 1 && i > 0)
			put_first(conn, &conn->sets[i], i);
	}
	for (size_t i = 0; i < conn->key_count && opened == 0; i++) {
		if (conn->sets[i].version == packet->version)
			continue;
		struct id id = conn->sets[i].dcid;
		opened = open_with_new(conn, side, wire_of(id.bytes, id.n), packet, frames);
	}
	if (opened == 0 && side == CLIENT)
		opened = open_with_new(conn, side, packet->dcid, packet, frames);
	return opened;
}

/* conflicts: those that count, of the bytes given up. */
static void restart_client(struct quic_conn *conn, uint32_t conflicts)
{
	conn->conflicts += conflicts;
	stream_deinit(&conn->of[CLIENT].crypto, conn->budget);
	conn->of[CLIENT].crypto = (struct stream) { .n = 0 };
}

/*
 * RFC 9000 17.2.5.2: the hello after a Retry must be the same, but some clients make a new one. The
 * server answers that one, so it replaces the first, once; anything else that differs is a
 * conflict.
 */
static bool is_new_hello(struct quic_conn *conn, enum side side, uint16_t conflicts_before)
{
	const struct id *id = &conn->sets[0].dcid;

	if (side != CLIENT || conn->retry != RETRIED || conn->of[SERVER].opened ||
		!is_id(wire_of(id->bytes, id->n), &conn->retry_id) ||
		conn->of[CLIENT].crypto.conflicts == conflicts_before)
		return false;
	conn->retry = RETRY_OVER;
	return true;
}

static int take_initial(struct quic_conn *conn, enum side side, const struct quic_packet *packet)
{
	struct direction *direction = &conn->of[side];
	struct wire frames;

	if (direction->initials >= QUIC_INITIALS_MAX)
		return 0;
	direction->initials++;
	int opened = open_initial(conn, side, packet, &frames);
	if (opened < 0)
		return opened;
	if (opened == 0) {
		conn->stats->quic_decrypt_failed++;
		return 0;
	}
	direction->opened = true;
	conn->version = packet->version->number;
	uint16_t conflicts = direction->crypto.conflicts;
	take_frames(conn, side, packet->version, frames);
	if (is_new_hello(conn, side, conflicts)) {
		restart_client(conn, conflicts);
		take_frames(conn, side, packet->version, frames);
	}
	return 0;
}

/* 17.2.5.2: one Retry counts, and none after the server's Initial. Its tag is a checksum, not a
 * proof: anyone can make it. */
static void take_retry(struct quic_conn *conn, enum side side, const struct quic_packet *packet)
{
	if (side != SERVER || conn->retry != NO_RETRY || conn->of[SERVER].opened ||
		packet->scid.n == 0)
		return;
	conn->retry = RETRIED;
	conn->retry_id = id_of(packet->scid);
}

/* RFC 9000 6.2: the client begins anew, with other keys and another hello. 17.2.1: the IDs come
 * back exchanged. */
static void take_negotiation(
	struct quic_conn *conn, enum side side, const struct quic_packet *packet)
{
	if (side != SERVER || conn->negotiated || conn->of[SERVER].opened ||
		conn->of[SERVER].encrypted || conn->key_count == 0 ||
		!is_id(packet->scid, &conn->first_id))
		return;
	conn->negotiated = true;
	conn->key_count = 0;
	restart_client(conn, conn->of[CLIENT].crypto.conflicts);
	conn->of[CLIENT].expected = 0;
}

int quic_conn_datagram(struct quic_conn *conn, enum side side, struct wire datagram)
{
	struct quic_packet packet;

	while (quic_packet_cut(&packet, &datagram)) {
		int err = 0;

		switch (packet.type) {
		case QUIC_INITIAL:
			err = take_initial(conn, side, &packet);
			break;
		case QUIC_HANDSHAKE:
		case QUIC_1RTT:
			conn->of[side].encrypted = true;
			break;
		case QUIC_NEGOTIATION:
			take_negotiation(conn, side, &packet);
			break;
		case QUIC_RETRY:
			take_retry(conn, side, &packet);
			break;
		case QUIC_0RTT:
			break;
		}
		if (err)
			return err;
	}
	return 0;
}

struct wire quic_conn_peek(const struct quic_conn *conn, enum side side)
{
	return stream_peek(&conn->of[side].crypto);
}

void quic_conn_take(struct quic_conn *conn, enum side side, size_t n)
{
	stream_take(&conn->of[side].crypto, n);
}

uint32_t quic_conn_version(const struct quic_conn *conn)
{
	return conn->version;
}

bool quic_conn_over(const struct quic_conn *conn)
{
	return conn->of[CLIENT].encrypted && conn->of[SERVER].encrypted;
}

uint32_t quic_conn_conflicts(const struct quic_conn *conn)
{
	return conn->conflicts + conn->of[CLIENT].crypto.conflicts +
	       conn->of[SERVER].crypto.conflicts;
}

bool quic_conn_encrypted(const struct quic_conn *conn, enum side side)
{
	return conn->of[side].encrypted;
}
