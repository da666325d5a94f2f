/* One direction of bytes: takes pieces at offsets in any order, gives bytes in order and remembers
 * contradictions. */
#include "flow/stream.h"

#include <stdlib.h>

static uint64_t stream_end(const struct stream *s)
{
	return s->base + s->n;
}

static void note_conflict(struct stream *s)
{
	if (s->conflicts < UINT16_MAX)
		s->conflicts++;
}

static bool spend(struct stream_budget *budget, size_t n)
{
	if (n > budget->max - budget->used)
		return false;
	budget->used += n;
	return true;
}

/* Room for n more bytes in order. History that has been taken is forgotten when the stream grows
 * past its limit. */
static bool reserve(struct stream *s, struct stream_budget *budget, size_t n)
{
	if (s->n + n > STREAM_BYTES_MAX && s->taken == s->n) {
		s->base += s->n;
		s->n = s->taken = 0;
	}
	size_t need = s->n + n;
	if (need > STREAM_BYTES_MAX)
		return false;
	if (need <= s->capacity)
		return true;

	size_t capacity = need > 2 * (size_t)s->capacity ? need : 2 * (size_t)s->capacity;
	if (!spend(budget, capacity - s->capacity))
		return false;
	uint8_t *bytes = realloc(s->bytes, capacity);
	if (!bytes) {
		budget->used -= capacity - s->capacity;
		return false;
	}
	s->bytes = bytes;
	s->capacity = (uint32_t)capacity;
	return true;
}

static bool append(struct stream *s, struct stream_budget *budget, struct wire bytes)
{
	if (bytes.n == 0)
		return true;
	if (!reserve(s, budget, bytes.n)) {
		s->full = true;
		return false;
	}
	memcpy(s->bytes + s->n, bytes.p, bytes.n);
	s->n += (uint32_t)bytes.n;
	return true;
}

static void drop_first(struct stream *s, struct stream_budget *budget)
{
	struct stream_piece *piece = s->early;

	s->early = piece->next;
	s->early_bytes -= piece->n;
	s->early_count--;
	budget->used -= sizeof *piece + piece->n;
	free(piece);
}

/* Moves early pieces whose turn has come behind the bytes in order. */
static bool drain(struct stream *s, struct stream_budget *budget, bool with_weak)
{
	while (s->early && s->early->offset <= stream_end(s) && (with_weak || !s->early->weak)) {
		uint64_t known = stream_end(s) - s->early->offset;
		struct wire bytes = wire_of(s->early->bytes, s->early->n);

		wire_skip(&bytes, known < bytes.n ? known : bytes.n);
		if (!append(s, budget, bytes))
			return false;
		drop_first(s, budget);
	}
	return true;
}

/* Bytes that may be padding wait at the front until it is clear whether other bytes claim their
 * place. */
static void settle_weak(struct stream *s, struct stream_budget *budget, uint64_t offset)
{
	while (s->early && s->early->weak && s->early->offset <= stream_end(s)) {
		if (offset >= s->early->offset + s->early->n) {
			if (!drain(s, budget, true))
				return;
		} else {
			drop_first(s, budget);
		}
	}
}

/* The part of bytes that lies before the end in order: compared, then cut off. True: it said
 * something else. */
static bool compare_known(struct stream *s, uint64_t *offset, struct wire *bytes)
{
	if (*offset < s->base) {
		uint64_t before = s->base - *offset;
		wire_skip(bytes, before < bytes->n ? before : bytes->n);
		*offset = s->base;
	}
	if (*offset >= stream_end(s) || bytes->n == 0)
		return false;

	size_t at = (size_t)(*offset - s->base);
	size_t overlap = s->n - at < bytes->n ? s->n - at : bytes->n;
	struct wire again = wire_cut(bytes, overlap);
	bool differs = memcmp(s->bytes + at, again.p, overlap) != 0;

	if (differs)
		note_conflict(s);
	*offset += overlap;
	return differs;
}

/* Compares what overlaps an early piece, which came first and stays. Cuts it off bytes. */
static bool compare_early(
	struct stream *s, const struct stream_piece *piece, uint64_t *offset, struct wire *bytes)
{
	size_t at = (size_t)(*offset - piece->offset);
	size_t overlap = piece->n - at < bytes->n ? piece->n - at : bytes->n;
	struct wire again = wire_cut(bytes, overlap);
	bool differs = memcmp(piece->bytes + at, again.p, overlap) != 0;

	if (differs)
		note_conflict(s);
	*offset += overlap;
	return differs;
}

static bool keep_piece(struct stream *s, struct stream_budget *budget, struct stream_piece **at,
	uint64_t offset, struct wire bytes, bool weak)
{
	if (s->early_count >= STREAM_SEGMENTS_MAX || s->early_bytes + bytes.n > STREAM_BYTES_MAX ||
		!spend(budget, sizeof **at + bytes.n)) {
		s->full = true;
		return false;
	}
	struct stream_piece *piece = malloc(sizeof *piece + bytes.n);
	if (!piece) {
		budget->used -= sizeof *piece + bytes.n;
		return false;
	}
	*piece = (struct stream_piece) {
		.next = *at, .offset = offset, .n = (uint32_t)bytes.n, .weak = weak
	};
	memcpy(piece->bytes, bytes.p, bytes.n);
	*at = piece;
	s->early_count++;
	s->early_bytes += piece->n;
	return true;
}

/* Keeps what lies between the pieces that are there. */
static enum stream_added add_early(struct stream *s, struct stream_budget *budget, uint64_t offset,
	struct wire bytes, bool weak)
{
	struct stream_piece **at = &s->early;
	bool kept = false, differs = false;

	while (bytes.n > 0) {
		while (*at && (*at)->offset + (*at)->n <= offset)
			at = &(*at)->next;
		if (*at && (*at)->offset <= offset) {
			differs |= compare_early(s, *at, &offset, &bytes);
			continue;
		}
		uint64_t room = *at ? (*at)->offset - offset : bytes.n;
		struct wire part = wire_cut(&bytes, room < bytes.n ? room : bytes.n);
		if (!keep_piece(s, budget, at, offset, part, weak))
			return STREAM_REFUSED;
		offset += part.n;
		kept = true;
	}
	if (differs)
		return STREAM_CONFLICT;
	return kept ? STREAM_EARLY : STREAM_KNOWN;
}

/* offset is where the bytes in order end. Early pieces keep their place. */
static enum stream_added add_in_order(
	struct stream *s, struct stream_budget *budget, uint64_t offset, struct wire bytes)
{
	bool differs = false;

	while (bytes.n > 0) {
		uint64_t room = s->early ? s->early->offset - offset : bytes.n;
		struct wire part = wire_cut(&bytes, room < bytes.n ? room : bytes.n);

		if (!append(s, budget, part))
			return STREAM_REFUSED;
		offset += part.n;
		if (bytes.n == 0)
			break;
		if (s->early->weak)
			drop_first(s, budget);
		else if (!drain(s, budget, false))
			return STREAM_REFUSED;
		differs |= compare_known(s, &offset, &bytes);
	}
	if (!drain(s, budget, false))
		return STREAM_REFUSED;
	return differs ? STREAM_CONFLICT : STREAM_ADDED;
}

enum stream_added stream_add(struct stream *s, struct stream_budget *budget, uint64_t offset,
	struct wire bytes, bool weak)
{
	if (s->early && s->early->weak)
		settle_weak(s, budget, offset);
	if (weak && offset + bytes.n <= stream_end(s))
		return STREAM_KNOWN;

	bool differs = compare_known(s, &offset, &bytes);
	if (bytes.n == 0)
		return differs ? STREAM_CONFLICT : STREAM_KNOWN;

	enum stream_added added = offset > stream_end(s) || weak
					  ? add_early(s, budget, offset, bytes, weak)
					  : add_in_order(s, budget, offset, bytes);
	return differs && added != STREAM_REFUSED ? STREAM_CONFLICT : added;
}

struct wire stream_peek(const struct stream *s)
{
	if (s->n == s->taken)
		return (struct wire) { 0 };
	return wire_of(s->bytes + s->taken, s->n - s->taken);
}

void stream_take(struct stream *s, size_t n)
{
	assert(n <= s->n - s->taken);
	s->taken += (uint32_t)n;
}

uint64_t stream_hole(const struct stream *s)
{
	if (!s->early || s->early->offset <= stream_end(s))
		return 0;
	return s->early->offset - stream_end(s);
}

uint64_t stream_skip_hole(struct stream *s, struct stream_budget *budget)
{
	assert(s->taken == s->n);
	uint64_t hole = stream_hole(s);

	if (hole > 0) {
		s->base = s->early->offset;
		s->n = s->taken = 0;
	}
	(void)drain(s, budget, true);
	return hole;
}

void stream_forget(struct stream *s, struct stream_budget *budget)
{
	assert(s->taken == s->n);
	s->base += s->n;
	s->n = s->taken = 0;
	budget->used -= s->capacity;
	s->capacity = 0;
	free(s->bytes);
	s->bytes = NULL;
}

void stream_deinit(struct stream *s, struct stream_budget *budget)
{
	while (s->early)
		drop_first(s, budget);
	budget->used -= s->capacity;
	free(s->bytes);
	*s = (struct stream) { 0 };
}
