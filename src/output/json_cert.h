/* One certificate as an object of our own record. */
#ifndef OUTPUT_JSON_CERT_H
#define OUTPUT_JSON_CERT_H

#include "util/json.h"

/* How much of a record is written; less where it would pass RECORD_BYTES_MAX. */
enum detail {
	DETAIL_LEAN, /* no text of the peer's certificates, no evidence texts */
	DETAIL_NORMAL,
	DETAIL_CHAIN, /* with the certificates themselves */
};

void json_cert(struct text *j, const struct onpath_cert *cert, enum detail detail);

/* "rsa", "ec" …; constant. */
const char *key_type_name(enum onpath_key_type type);

#endif
