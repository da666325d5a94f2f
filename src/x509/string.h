/* Strings of certificates: bytes of any ASN.1 string type in, UTF-8 out, in memory of the caller.
 */
#ifndef X509_STRING_H
#define X509_STRING_H

#include "util/wire.h"

struct string {
	char *p; /* not terminated */
	size_t n;
	size_t max;
	bool cut; /* not all fitted */
};

void string_bytes(struct string *text, const char *p, size_t n);
void string_add(struct string *text, const char *string);

/* One code point; what is none, and NUL, becomes U+FFFD. */
void string_rune(struct string *text, uint32_t rune);

void string_add_hex(struct string *text, struct wire bytes);

/* The value of a string type as UTF-8. False: not a string type, nothing added. */
bool string_value(struct string *text, uint8_t tag, struct wire value);

/* RFC 5280 7.1, in short: ASCII letters small, runs of white space one space, none at the ends.
 * Text may be in. */
void string_fold(struct string *text, const char *in, size_t n);

#endif
