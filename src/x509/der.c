/* DER: cuts elements off a span, and walks a whole one (X.690). */
#include "x509/der.h"

#include "util/limits.h"

#define CONSTRUCTED   0x20
#define LONG_TAG      0x1f
#define TAG_BYTES_MAX 5

/* X.690 8.1.3: definite lengths only; more bytes than DER would use are let pass, as other readers
 * do. */
static uint64_t take_length(struct wire *w)
{
	uint8_t first = wire_u8(w);

	if (first < 0x80)
		return first;
	unsigned width = first & 0x7f;
	if (width == 0 || width > 8) { /* indefinite, or longer than anything we read */
		*w = (struct wire) { .bad = true };
		return 0;
	}
	return wire_uint(w, width);
}

/* X.690 8.1.2.4: the number of the tag in further bytes. None that we read has one. */
static void skip_long_tag(struct wire *w)
{
	for (int i = 0; i < TAG_BYTES_MAX; i++)
		if ((wire_u8(w) & 0x80) == 0)
			return;
	*w = (struct wire) { .bad = true };
}

struct wire der_any(struct wire *w, uint8_t *tag)
{
	uint8_t seen = wire_u8(w);

	if ((seen & LONG_TAG) == LONG_TAG)
		skip_long_tag(w);
	uint64_t length = take_length(w);
	struct wire body = wire_cut(w, length);

	*tag = body.bad ? 0 : seen;
	return body;
}

struct wire der_take(struct wire *w, uint8_t tag)
{
	uint8_t seen;
	struct wire body = der_any(w, &seen);

	if (seen != tag) {
		*w = (struct wire) { .bad = true };
		return *w;
	}
	return body;
}

struct wire der_take_whole(struct wire *w, uint8_t tag)
{
	struct wire before = *w;
	struct wire body = der_take(w, tag);

	return body.bad ? body : wire_cut(&before, before.n - w->n);
}

struct wire der_take_bytes(struct wire *w)
{
	struct wire body = der_take(w, DER_BIT_STRING);

	if (wire_u8(&body) != 0 || body.bad) { /* bits that are no whole byte */
		*w = (struct wire) { .bad = true };
		return *w;
	}
	return body;
}

struct wire der_take_unsigned(struct wire *w)
{
	struct wire body = der_take(w, DER_INTEGER);

	if (body.n == 0 || (body.p[0] & 0x80) != 0) {
		*w = (struct wire) { .bad = true };
		return *w;
	}
	while (body.n > 0 && body.p[0] == 0)
		wire_skip(&body, 1);
	return body;
}

size_t der_bits(struct wire magnitude)
{
	if (magnitude.bad || magnitude.n == 0)
		return 0;
	size_t bits = 8 * magnitude.n;
	for (uint8_t top = magnitude.p[0]; (top & 0x80) == 0 && bits > 0; top = (uint8_t)(top << 1))
		bits--;
	return bits;
}

bool der_take_flag(struct wire *w, bool otherwise)
{
	if (!der_next_is(w, DER_BOOLEAN))
		return otherwise;
	struct wire body = der_take(w, DER_BOOLEAN);
	if (body.n != 1) {
		*w = (struct wire) { .bad = true };
		return otherwise;
	}
	return body.p[0] != 0;
}

enum der_check der_check(struct wire w)
{
	struct wire open[DER_DEPTH_MAX];
	size_t depth = 0;
	uint8_t tag;
	struct wire body = der_any(&w, &tag);

	if (!wire_done(&w))
		return DER_BAD;
	if ((tag & CONSTRUCTED) != 0)
		open[depth++] = body;
	while (depth > 0) {
		struct wire *top = &open[depth - 1];
		if (top->n == 0) {
			depth--;
			continue;
		}
		body = der_any(top, &tag);
		if (top->bad)
			return DER_BAD;
		if ((tag & CONSTRUCTED) == 0)
			continue;
		if (depth == DER_DEPTH_MAX)
			return DER_DEEP;
		open[depth++] = body;
	}
	return DER_GOOD;
}
