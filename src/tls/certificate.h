/* The Certificate message: body in, spans of DER out. */
#ifndef TLS_CERTIFICATE_H
#define TLS_CERTIFICATE_H

#include "util/limits.h"
#include "util/wire.h"

struct tls_certs {
	struct wire der[CERTS_PARSED_MAX]; /* borrowed from the message */
	size_t count;
	size_t more; /* beyond the limit, not in der */
};

/* RFC 5246 7.4.2: the Certificate message of TLS 1.2 and before. False: the vectors do not fit each
 * other. */
bool tls_certificate_parse(struct tls_certs *out, struct wire body);

/* As far as the vectors hold: for a message whose end is missing. */
void tls_certificate_parse_prefix(struct tls_certs *out, struct wire body);

/* RFC 8446 4.4.2: with request context and extensions of each entry; staple and scts are of the
 * leaf, or empty. */
bool tls13_certificate_parse(
	struct tls_certs *out, struct wire *staple, struct wire *scts, struct wire body);

/* RFC 6066 8: CertificateStatus; *response is the OCSPResponse. */
bool tls_certificate_status_parse(struct wire *response, struct wire body);

#endif
