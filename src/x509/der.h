/* DER: a span in, elements out, with the sticky failure of util/wire.h. */
#ifndef X509_DER_H
#define X509_DER_H

#include "util/wire.h"

enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_UTF8_STRING = 0x0c,
	DER_NUMERIC_STRING = 0x12,
	DER_PRINTABLE_STRING = 0x13,
	DER_TELETEX_STRING = 0x14,
	DER_VIDEOTEX_STRING = 0x15,
	DER_IA5_STRING = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_GRAPHIC_STRING = 0x19,
	DER_VISIBLE_STRING = 0x1a,
	DER_GENERAL_STRING = 0x1b,
	DER_UNIVERSAL_STRING = 0x1c,
	DER_BMP_STRING = 0x1e,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
};

/* [n] in a context: primitive and constructed. */
#define DER_CONTEXT(n)    (0x80 | (n))
#define DER_CONTEXT_OF(n) (0xa0 | (n))

/* The next element, whatever it is: its contents and the first byte of its tag; 0 if there is none.
 */
struct wire der_any(struct wire *w, uint8_t *tag);

/* The contents of the next element, which must have this tag, or w turns bad. */
struct wire der_take(struct wire *w, uint8_t tag);

/* The same, with tag and length. */
struct wire der_take_whole(struct wire *w, uint8_t tag);

static inline bool der_next_is(const struct wire *w, uint8_t tag)
{
	return !w->bad && w->n > 0 && w->p[0] == tag;
}

/* A BIT STRING of whole bytes, as keys and signatures are. */
struct wire der_take_bytes(struct wire *w);

/* The magnitude of an INTEGER, without leading zeros; bad if it is negative or empty. */
struct wire der_take_unsigned(struct wire *w);

/* Bits of a magnitude without leading zeros. */
size_t der_bits(struct wire magnitude);

/* A BOOLEAN if it comes next, else the default. */
bool der_take_flag(struct wire *w, bool otherwise);

enum der_check {
	DER_GOOD,
	DER_BAD,  /* lengths do not fit each other, or bytes are left over */
	DER_DEEP, /* nested deeper than DER_DEPTH_MAX */
};

/* Walks one element with all it is made of, in linear time and without recursion. */
enum der_check der_check(struct wire w);

#endif
