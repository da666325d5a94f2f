/* Compressed bytes in, plain bytes out: gzip and zstd, several members or frames behind each other.
 */
#ifndef CAPTURE_UNPACK_H
#define CAPTURE_UNPACK_H

#include "util/own.h"
#include "util/wire.h"

struct unpack;
struct unpack_kind;

/* Bytes that unpack_recognise wants to see. */
#define UNPACK_MAGIC 4

/* How bytes that begin like this are compressed; NULL: not in a way we know. */
const struct unpack_kind *unpack_recognise(struct wire start);

/* room: bytes of input it can hold. 0 or -ENOMEM. */
CHECKED int unpack_new(struct unpack **out, const struct unpack_kind *kind, size_t room);
void unpack_free(struct unpack *u);

/* Where input is to be put, and how much fits; unpack_add says how much was. Only when unpack_run
 * asked for more. */
uint8_t *unpack_room(struct unpack *u, size_t *n);
void unpack_add(struct unpack *u, size_t n);

/* Input that was not used yet. */
size_t unpack_pending(const struct unpack *u);

/*
 * Decompresses into to. NEXT_READY: *got bytes, at least one. NEXT_MORE: it needs input.
 * NEXT_BAD: broken, unpack_why says how.
 */
enum next unpack_run(struct unpack *u, uint8_t *to, size_t n, size_t *got);

/* Between two members: the input may end here. */
bool unpack_complete(const struct unpack *u);

/* What was wrong, in words. */
const char *unpack_why(const struct unpack *u);

#endif
