/* Takes fragments in any order and gives whole datagrams; memory grows with the bytes received,
 * never with those promised. */
#include "decode/fragment.h"

#include <search.h>

#include "util/own.h"

enum { DATAGRAM_BYTES_MAX = 65535 };
#define LIFETIME_NS (FRAGMENT_SECONDS * UINT64_C(1000000000))

/*
 * The family is part of it: an IPv4 fragment never completes an IPv6 datagram. RFC 791 3.2 counts
 * the protocol in, RFC 8200 4.5 does not (it is 0 then). There is no padding, so that keys are
 * compared as bytes.
 */
struct fragment_key {
	uint8_t family;
	uint8_t proto;
	uint8_t encap_count;
	uint8_t zero;
	uint32_t id;
	uint8_t src[16];
	uint8_t dst[16];
	uint64_t encap[LAYERS_MAX];
};
_Static_assert(sizeof(struct fragment_key) == 40 + 8 * LAYERS_MAX, "no padding");

/* Bytes from offset to end of the datagram; n of them were captured. */
struct piece {
	struct piece *next; /* by offset, never overlapping */
	uint32_t offset;
	uint32_t end;
	uint32_t n;
	uint8_t bytes[];
};

struct datagram {
	struct fragment_key key; /* first: the tree compares datagrams by it */
	struct datagram *older;
	struct datagram *newer;
	uint64_t time_ns; /* of its first fragment */
	struct piece *pieces;
	uint32_t count; /* of pieces */
	uint32_t have;  /* bytes of the datagram that pieces cover */
	uint32_t end;   /* of the datagram; 0: its last fragment did not come yet */
	uint8_t proto;  /* of the fragment at offset 0 */
	bool dead;      /* refused: swallows what comes until it expires */
	bool overlapped;
};

struct reassembled {
	struct reassembled *next;
	uint8_t bytes[];
};

/* A balanced tree, as its worst case needs no secret: with a hash, strangers could choose addresses
 * that collide. */
static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct fragment_key));
}

static void pieces_free(struct fragments *all, struct datagram *datagram)
{
	while (datagram->pieces) {
		struct piece *piece = datagram->pieces;
		datagram->pieces = piece->next;
		all->bytes -= sizeof *piece + piece->n;
		free(piece);
	}
	datagram->count = 0;
}

static void datagram_drop(struct fragments *all, struct datagram *datagram)
{
	tdelete(datagram, &all->tree, compare);
	if (datagram->older)
		datagram->older->newer = datagram->newer;
	else
		all->oldest = datagram->newer;
	if (datagram->newer)
		datagram->newer->older = datagram->older;
	else
		all->newest = datagram->older;
	all->count--;
	pieces_free(all, datagram);
	free(datagram);
}

/* Refuses the datagram and all fragments of it that are yet to come. */
static void datagram_kill(struct fragments *all, struct datagram *datagram)
{
	pieces_free(all, datagram);
	datagram->dead = true;
}

/* In both directions: where the time of packets jumps, one wrong stamp must not keep a datagram for
 * ever. */
static bool expired(const struct datagram *datagram, uint64_t now)
{
	uint64_t age = now > datagram->time_ns ? now - datagram->time_ns : datagram->time_ns - now;

	return age > LIFETIME_NS;
}

static void expire(struct fragments *all, struct onpath_stats *stats, struct datagram *datagram)
{
	stats->fragments_expired += !datagram->dead;
	datagram_drop(all, datagram);
}

static void evict_oldest(struct fragments *all, struct onpath_stats *stats)
{
	stats->fragments_dropped += all->oldest->count;
	datagram_drop(all, all->oldest);
}

static struct datagram *datagram_find(struct fragments *all, const struct fragment_key *key)
{
	struct datagram *const *found = tfind(key, &all->tree, compare);

	return found ? *found : NULL;
}

/* NULL without memory. */
static struct datagram *datagram_new(
	struct fragments *all, const struct fragment_key *key, uint64_t now)
{
	struct datagram *datagram = calloc(1, sizeof *datagram);

	if (!datagram)
		return NULL;
	datagram->key = *key;
	datagram->time_ns = now;
	if (!tsearch(datagram, &all->tree, compare)) {
		free(datagram);
		return NULL;
	}
	datagram->older = all->newest;
	if (all->newest)
		all->newest->newer = datagram;
	else
		all->oldest = datagram;
	all->newest = datagram;
	all->count++;
	return datagram;
}

enum relation { APART, SAME, OVERLAPS };

/* How a fragment stands to the pieces that are there. The same piece again is no overlap: networks
 * repeat packets. */
static enum relation relate(const struct datagram *datagram, const struct fragment *fragment)
{
	uint32_t end = fragment->offset + fragment->length;

	for (const struct piece *piece = datagram->pieces; piece; piece = piece->next) {
		if (piece->end <= fragment->offset || piece->offset >= end)
			continue;
		bool same = piece->offset == fragment->offset && piece->end == end;
		if (same && wire_equals(fragment->bytes, piece->bytes, piece->n))
			return SAME;
		return OVERLAPS;
	}
	return APART;
}

/* The bytes of the fragment from offset to end; fewer where the capture cut them. */
static struct wire part_of(const struct fragment *fragment, uint32_t offset, uint32_t end)
{
	struct wire rest = fragment->bytes;
	size_t before = offset - fragment->offset;
	size_t length = end - offset;

	wire_skip(&rest, before < rest.n ? before : rest.n);
	return wire_cut(&rest, length < rest.n ? length : rest.n);
}

/* Puts a new piece before *at. False without memory. */
static bool piece_add(struct fragments *all, struct datagram *datagram, struct piece **at,
	uint32_t offset, uint32_t end, struct wire bytes)
{
	struct piece *piece = malloc(sizeof *piece + bytes.n);

	if (!piece)
		return false;
	*piece = (struct piece) {
		.next = *at, .offset = offset, .end = end, .n = (uint32_t)bytes.n
	};
	if (bytes.n > 0)
		memcpy(piece->bytes, bytes.p, bytes.n);
	*at = piece;
	all->bytes += sizeof *piece + bytes.n;
	datagram->have += end - offset;
	datagram->count++;
	return true;
}

/* Fills the holes that the fragment covers: what came first stays. False at the limit of pieces or
 * without memory. */
static bool fill_holes(
	struct fragments *all, struct datagram *datagram, const struct fragment *fragment)
{
	struct piece **at = &datagram->pieces;
	uint32_t offset = fragment->offset;
	uint32_t end = offset + fragment->length;

	while (offset < end) {
		while (*at && (*at)->end <= offset)
			at = &(*at)->next;
		if (*at && (*at)->offset <= offset) {
			offset = (*at)->end;
			continue;
		}
		uint32_t stop = *at && (*at)->offset < end ? (*at)->offset : end;
		if (datagram->count == FRAGMENTS_PER_DATAGRAM_MAX)
			return false;
		if (!piece_add(all, datagram, at, offset, stop, part_of(fragment, offset, stop)))
			return false;
		offset = stop;
	}
	return true;
}

/* Where the datagram ends is told once: another end, or bytes behind it, contradict. */
static bool end_contradicts(const struct datagram *datagram, const struct fragment *fragment)
{
	uint32_t end = fragment->offset + fragment->length;

	if (datagram->end > 0)
		return fragment->more ? end > datagram->end : end != datagram->end;
	if (fragment->more)
		return false;
	for (const struct piece *piece = datagram->pieces; piece; piece = piece->next)
		if (piece->end > end)
			return true;
	return false;
}

/*
 * RFC 5722: IPv6 gives up a datagram with overlapping fragments. IPv4 receivers differ; we keep
 * what came first, count the datagram, and so never mix in what was sent to fool us without saying
 * so. True: fragment may be added.
 */
static bool admit(struct fragments *all, struct onpath_stats *stats, struct datagram *datagram,
	const struct fragment *fragment)
{
	bool contradicts = end_contradicts(datagram, fragment);
	enum relation relation = relate(datagram, fragment);

	if (!contradicts && relation == APART)
		return true;
	if (!contradicts && relation == SAME)
		return false;
	stats->fragments_overlap += !datagram->overlapped;
	datagram->overlapped = true;
	if (datagram->key.family == 6)
		datagram_kill(all, datagram);
	return datagram->key.family == 4 && !contradicts;
}

/* Copies the pieces together, up to the first byte that was not captured. False without memory. */
static bool put_together(struct fragments *all, struct wire *bytes, uint64_t *missing,
	const struct datagram *datagram)
{
	struct reassembled *whole = malloc(sizeof *whole + datagram->end);
	size_t n = 0;

	if (!whole)
		return false;
	for (const struct piece *piece = datagram->pieces; piece; piece = piece->next) {
		if (piece->n > 0)
			memcpy(whole->bytes + n, piece->bytes, piece->n);
		n += piece->n;
		if (piece->n < piece->end - piece->offset)
			break;
	}
	whole->next = all->whole;
	all->whole = whole;
	*bytes = wire_of(whole->bytes, n);
	*missing = datagram->end - n;
	return true;
}

/* The datagram the fragment belongs to, made if it is the first; room is made for both. NULL
 * without memory. */
static struct datagram *datagram_for(struct fragments *all, struct onpath_stats *stats,
	const struct frame *frame, const struct fragment *fragment)
{
	struct fragment_key key = {
		.family = frame->family,
		.proto = frame->family == 4 ? fragment->proto : 0,
		.encap_count = frame->encap_count,
		.id = fragment->id,
	};
	memcpy(key.src, frame->src, sizeof key.src);
	memcpy(key.dst, frame->dst, sizeof key.dst);
	memcpy(key.encap, frame->encap, frame->encap_count * sizeof key.encap[0]);

	while (all->oldest && expired(all->oldest, frame->time_ns))
		expire(all, stats, all->oldest);
	while (all->oldest &&
		all->bytes + sizeof(struct piece) + fragment->bytes.n > FRAGMENT_BYTES_MAX)
		evict_oldest(all, stats);
	struct datagram *datagram = datagram_find(all, &key);
	if (datagram && expired(datagram, frame->time_ns)) {
		expire(all, stats, datagram);
		datagram = NULL;
	}
	if (datagram)
		return datagram;
	if (all->count == FRAGMENT_DATAGRAMS_MAX)
		evict_oldest(all, stats);
	return datagram_new(all, &key, frame->time_ns);
}

/* RFC 791 3.2, RFC 8200 4.5: all but the last have lengths in units of eight; IPv4 receivers round
 * down. */
static bool fragment_valid(struct fragment *fragment, uint8_t family)
{
	uint32_t odd = fragment->more ? fragment->length % 8 : 0;

	if (odd > 0 && family == 6)
		return false;
	fragment->length -= odd;
	if (fragment->length < fragment->bytes.n)
		fragment->bytes = wire_cut(&fragment->bytes, fragment->length);
	return fragment->length > 0 && fragment->length <= DATAGRAM_BYTES_MAX - fragment->offset;
}

enum fragment_added fragments_add(struct fragments *all, struct onpath_stats *stats,
	struct wire *bytes, uint64_t *missing, uint8_t *proto, const struct frame *frame,
	const struct fragment *given)
{
	struct fragment fragment = *given;

	if (!fragment_valid(&fragment, frame->family))
		return FRAGMENT_BAD;
	struct datagram *datagram = datagram_for(all, stats, frame, &fragment);
	if (!datagram) {
		stats->fragments_dropped++;
		return FRAGMENT_HELD;
	}
	if (datagram->dead || !admit(all, stats, datagram, &fragment))
		return FRAGMENT_HELD;
	if (!fill_holes(all, datagram, &fragment)) {
		stats->fragments_dropped += datagram->count + 1;
		datagram_kill(all, datagram);
		return FRAGMENT_HELD;
	}
	if (fragment.offset == 0)
		datagram->proto = fragment.proto;
	if (!fragment.more)
		datagram->end = fragment.offset + fragment.length;
	if (datagram->end == 0 || datagram->have < datagram->end)
		return FRAGMENT_HELD;

	*proto = datagram->proto;
	bool together = put_together(all, bytes, missing, datagram);
	stats->fragments_dropped += together ? 0 : datagram->count;
	datagram_drop(all, datagram);
	return together ? FRAGMENT_WHOLE : FRAGMENT_HELD;
}

void fragments_release(struct fragments *all)
{
	while (all->whole) {
		struct reassembled *whole = all->whole;
		all->whole = whole->next;
		free(whole);
	}
}

void fragments_deinit(struct fragments *all)
{
	fragments_release(all);
	while (all->oldest)
		datagram_drop(all, all->oldest);
}
