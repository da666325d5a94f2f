/* The Certificate message: body in, spans of DER out. */
#include "tls/certificate.h"

/* Takes one certificate; false: it does not hold. */
static bool take(struct tls_certs *certs, struct wire der)
{
	if (der.bad || der.n == 0) /* RFC 5246 7.4.2: ASN.1Cert<1..2^24-1> */
		return false;
	if (certs->count < CERTS_PARSED_MAX)
		certs->der[certs->count++] = der;
	else
		certs->more++;
	return true;
}

bool tls_certificate_parse(struct tls_certs *out, struct wire body)
{
	struct tls_certs certs;
	struct wire list = wire_vec(&body, 3);

	certs.count = certs.more = 0;
	while (list.n > 0) {
		if (!take(&certs, wire_vec(&list, 3)))
			return false;
	}
	if (!wire_done(&list) || !wire_done(&body))
		return false;
	*out = certs;
	return true;
}

void tls_certificate_parse_prefix(struct tls_certs *out, struct wire body)
{
	out->count = out->more = 0;
	wire_skip(&body, 3); /* the length of the list, of which there may be less */
	while (body.n > 0 && take(out, wire_vec(&body, 3)))
		continue;
}

/* RFC 6066 8 */
static bool read_status(struct wire *response, struct wire body)
{
	uint8_t type = wire_u8(&body);
	struct wire ocsp = wire_vec(&body, 3);

	if (!wire_done(&body) || type != 1 || ocsp.n == 0)
		return false;
	*response = ocsp;
	return true;
}

bool tls_certificate_status_parse(struct wire *response, struct wire body)
{
	return read_status(response, body);
}

/* Extensions of the leaf's CertificateEntry: status_request and signed_certificate_timestamp. */
static bool read_entry_extensions(struct wire *staple, struct wire *scts, struct wire list)
{
	while (list.n > 0) {
		uint16_t type = wire_u16(&list);
		struct wire ext = wire_vec(&list, 2);

		if (list.bad || (type == 5 && !read_status(staple, ext)))
			return false;
		if (type == 18)
			*scts = ext;
	}
	return !list.bad;
}

bool tls13_certificate_parse(
	struct tls_certs *out, struct wire *staple, struct wire *scts, struct wire body)
{
	struct tls_certs certs;
	struct wire leaf_staple = { .n = 0 }, leaf_scts = { .n = 0 };
	struct wire unused_staple = { .n = 0 }, unused_scts = { .n = 0 };

	certs.count = certs.more = 0;
	wire_vec(&body, 1); /* certificate_request_context */
	struct wire list = wire_vec(&body, 3);

	while (list.n > 0) {
		bool leaf = certs.count == 0;
		struct wire der = wire_vec(&list, 3);
		struct wire extensions = wire_vec(&list, 2);

		if (list.bad || !take(&certs, der) ||
			!read_entry_extensions(leaf ? &leaf_staple : &unused_staple,
				leaf ? &leaf_scts : &unused_scts, extensions))
			return false;
	}
	if (!wire_done(&list) || !wire_done(&body))
		return false;
	*out = certs;
	*staple = leaf_staple;
	*scts = leaf_scts;
	return true;
}
