/* Reads one certificate (RFC 5280 4.1): DER in, facts out. */
#include "x509/cert.h"

#include "util/limits.h"
#include "x509/date.h"
#include "x509/der.h"
#include "x509/name.h"
#include "x509/signature.h"
#include "x509/string.h"

/* RFC 5280 4.1.2.2: hex of the magnitude, "-" before it if it is negative, no leading zero byte. */
static const char *serial_text(struct arena *arena, struct wire serial)
{
	char buffer[2 * CERT_SERIAL_MAX + 1];
	uint8_t magnitude[CERT_SERIAL_MAX];
	struct string text = { .p = buffer, .max = sizeof buffer };
	bool negative = serial.n > 0 && (serial.p[0] & 0x80) != 0;
	size_t n = serial.n < sizeof magnitude ? serial.n : sizeof magnitude;
	unsigned carry = 1;

	for (size_t i = n; i > 0; i--) { /* two's complement */
		unsigned byte = negative ? (uint8_t)~serial.p[i - 1] + carry : serial.p[i - 1];
		magnitude[i - 1] = (uint8_t)byte;
		carry = byte >> 8;
	}
	size_t zeros = 0;
	while (zeros + 1 < n && magnitude[zeros] == 0)
		zeros++;
	if (negative)
		string_add(&text, "-");
	string_add_hex(&text, wire_of(magnitude + zeros, n - zeros));
	return arena_string(arena, text.p, text.n);
}

static const char *take_name(
	struct name *out, struct cert *cert, const struct content_key *key, struct wire body)
{
	enum name_result result = body.bad ? NAME_BAD : name_read(out, &cert->arena, key, body);

	if (result == NAME_TOO_LONG)
		cert->over_limit = true;
	return result == NAME_GOOD       ? NULL
	       : result == NAME_TOO_LONG ? "a name with too many parts"
					 : "a malformed name";
}

static const char *read_names(struct cert *cert, const struct content_key *key, struct wire issuer)
{
	struct name of_issuer, of_subject;
	const char *problem = take_name(&of_issuer, cert, key, issuer);

	if (!problem)
		problem = take_name(&of_subject, cert, key, cert->subject);
	if (problem)
		return problem;
	struct onpath_cert *facts = &cert->facts;
	facts->issuer = of_issuer.text;
	facts->issuer_cn = of_issuer.cn;
	facts->issuer_o = of_issuer.o;
	facts->subject = of_subject.text;
	facts->subject_cn = of_subject.cn;
	facts->subject_o = of_subject.o;
	cert->issuer_digest = of_issuer.digest;
	cert->subject_digest = of_subject.digest;
	facts->self_issued = of_issuer.digest == of_subject.digest;
	return NULL;
}

static void keep_key(struct cert *cert)
{
	struct onpath_cert *facts = &cert->facts;

	facts->key_type = cert->key.type;
	facts->key_bits = cert->key.bits;
	facts->curve = cert->key.curve ? cert->key.curve->name : NULL;
	facts->rsa_exponent = cert->key.exponent;
}

/* [0] EXPLICIT INTEGER DEFAULT v1. One that does not exist is read as the last, which has all
 * fields. */
static int take_version(struct cert *cert, struct wire *tbs)
{
	if (!der_next_is(tbs, DER_CONTEXT_OF(0)))
		return 1;
	struct wire field = der_take(tbs, DER_CONTEXT_OF(0));
	struct wire number = der_take_unsigned(&field);
	uint64_t version = number.n <= 1 ? 1 + wire_uint(&number, (unsigned)number.n) : 0;
	if (wire_done(&field) && version >= 1 && version <= 3)
		return (int)version;
	cert->defective = true;
	return 3;
}

static const char *take_validity(struct cert *cert, struct wire *tbs)
{
	struct wire validity = der_take(tbs, DER_SEQUENCE);

	cert->facts.not_before = date_take(&validity);
	cert->facts.not_after = date_take(&validity);
	return wire_done(&validity) ? NULL : "a malformed validity";
}

static void take_extensions(struct cert *cert, struct wire *tbs)
{
	if (der_next_is(tbs, DER_CONTEXT(1))) /* issuerUniqueID, subjectUniqueID */
		(void)der_take(tbs, DER_CONTEXT(1));
	if (der_next_is(tbs, DER_CONTEXT(2)))
		(void)der_take(tbs, DER_CONTEXT(2));
	if (!der_next_is(tbs, DER_CONTEXT_OF(3)))
		return;
	struct wire field = der_take(tbs, DER_CONTEXT_OF(3));
	struct wire list = der_take(&field, DER_SEQUENCE);
	if (!wire_done(&field))
		cert->defective = true;
	extensions_read(cert, list);
}

/* NULL, or what is wrong. */
static const char *read_tbs(struct cert *cert, const struct content_key *key, struct wire tbs)
{
	cert->facts.version = take_version(cert, &tbs);
	struct wire serial = der_take(&tbs, DER_INTEGER);
	struct wire algorithm = der_take_whole(&tbs, DER_SEQUENCE);
	struct wire issuer = der_take(&tbs, DER_SEQUENCE);
	if (tbs.bad || serial.n == 0)
		return "not a certificate";
	const char *problem = take_validity(cert, &tbs);
	if (problem)
		return problem;
	cert->subject = der_take(&tbs, DER_SEQUENCE);
	problem = read_names(cert, key, issuer);
	if (problem)
		return problem;
	cert->spki = der_take_whole(&tbs, DER_SEQUENCE);
	if (tbs.bad)
		return "a malformed public key";
	if (!key_read(&cert->key, cert->spki))
		cert->key = (struct public_key) { .type = ONPATH_KEY_UNKNOWN, .use = KEY_REFUSED };
	cert->facts.serial = serial_text(&cert->arena, serial);
	/* RFC 5280 4.1.1.2: both MUST be the same. */
	if (!wire_equals(algorithm, cert->algorithm.p, cert->algorithm.n))
		cert->defective = true;
	keep_key(cert);
	take_extensions(cert, &tbs);
	if (cert->over_limit)
		return "too many extensions";
	return wire_done(&tbs) ? NULL : "bytes left over in it";
}

static void read_algorithm(struct cert *cert)
{
	struct wire whole = cert->algorithm;
	struct wire list = der_take(&whole, DER_SEQUENCE);
	struct wire oid = der_take(&list, DER_OID);

	cert->signing = algorithm_find(oid);
	cert->facts.signature_alg =
		cert->signing ? cert->signing->name : oid_dotted(&cert->arena, oid);
}

/* RFC 5280 4.1: SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }. NULL, or what is
 * wrong. */
static const char *read_certificate(
	struct cert *cert, const struct content_key *key, struct wire der)
{
	if (der.n > CERT_DER_MAX) {
		cert->over_limit = true;
		return "too long";
	}
	enum der_check check = der_check(der);
	if (check == DER_DEEP)
		cert->over_limit = true;
	if (check != DER_GOOD)
		return check == DER_DEEP ? "nested too deep" : "not DER";
	struct wire body = der_take(&der, DER_SEQUENCE);
	struct wire tbs = body;
	cert->tbs = der_take_whole(&body, DER_SEQUENCE);
	cert->algorithm = der_take_whole(&body, DER_SEQUENCE);
	cert->signature = der_take(&body, DER_BIT_STRING);
	if (wire_u8(&cert->signature) != 0) /* bits that are no whole byte */
		cert->defective = true;
	if (!wire_done(&body))
		return "not a certificate";
	read_algorithm(cert);
	return read_tbs(cert, key, der_take(&tbs, DER_SEQUENCE));
}

/* Text is never NULL where the contract does not allow it, also where nothing was read. */
static struct onpath_cert no_facts(struct wire der)
{
	return (struct onpath_cert) {
		.der = { .data = der.p, .len = der.n },
		.subject = "",
		.issuer = "",
		.serial = "",
		.signature_alg = "",
		.not_before = ONPATH_TIME_BAD,
		.not_after = ONPATH_TIME_BAD,
		.path_len = -1,
	};
}

/* Facts are about as long as half the DER; more comes in further blocks. */
static size_t first_room(size_t der_n)
{
	return 512 + (der_n <= CERT_DER_MAX ? der_n / 2 : 0);
}

struct cert *cert_new(struct wire der, const struct content_key *key)
{
	size_t room = first_room(der.n);
	struct cert *cert = malloc(sizeof *cert + der.n + room);

	if (!cert)
		return NULL;
	*cert = (struct cert) { .facts.parsed = false };
	uint8_t *copy = (uint8_t *)(cert + 1);
	if (der.n > 0)
		memcpy(copy, der.p, der.n);
	der = wire_of(copy, der.n);
	arena_init(&cert->arena, copy + der.n, room);
	cert->facts = no_facts(der);
	const char *problem = read_certificate(cert, key, der);
	if (cert->arena.failed) {
		cert_free(cert);
		return NULL;
	}
	if (problem)
		cert->facts = no_facts(der);
	cert->facts.parsed = !problem;
	cert->facts.problem = problem;
	cert->bytes = sizeof *cert + der.n + room + cert->arena.bytes;
	return cert;
}

struct wire cert_alt_names(struct wire der)
{
	struct wire body = der_take(&der, DER_SEQUENCE);
	struct wire tbs = der_take(&body, DER_SEQUENCE);
	uint8_t tag = DER_NULL;

	while (tbs.n > 0 && !der_next_is(&tbs, DER_CONTEXT_OF(3)))
		(void)der_any(&tbs, &tag);
	struct wire field = der_take(&tbs, DER_CONTEXT_OF(3));
	struct wire list = der_take(&field, DER_SEQUENCE);
	while (list.n > 0) {
		struct wire extension = der_take(&list, DER_SEQUENCE);
		struct wire oid = der_take(&extension, DER_OID);
		(void)der_take_flag(&extension, false);
		struct wire value = der_take(&extension, DER_OCTET_STRING);
		if (oid_is(oid, (struct oid)OID("\x55\x1d\x11")))
			return der_take(&value, DER_SEQUENCE);
	}
	return wire_of(NULL, 0);
}

/* The value behind "O=" in "C=US, O=Example, CN=host"; first: the first of several, else the last.
 */
static const char *part_of(struct arena *arena, const char *name, const char *part, bool first)
{
	const char *found = NULL;
	size_t n = strlen(part);

	for (const char *at = name; at; at = strstr(at, ", ")) {
		at += at == name ? 0 : 2;
		if (strncmp(at, part, n) == 0 && (!found || !first))
			found = at + n;
		if (*at == '\0')
			break;
	}
	if (!found)
		return NULL;
	const char *end = found;
	while (*end != '\0' &&
		strncmp(end, ", ", 2) != 0) /* a comma within the value is taken for its end */
		end++;
	return arena_string(arena, found, (size_t)(end - found));
}

struct cert *cert_new_anchor(const char *name, struct wire spki, int64_t from, int64_t until)
{
	size_t room = 512 + 3 * strlen(name);
	struct cert *memory = malloc(sizeof *memory + spki.n + room);

	if (!memory)
		return NULL;
	*memory = (struct cert) { .anchor = true };
	CLEANUP(cert_free) struct cert *cert = memory;
	uint8_t *copy = (uint8_t *)(cert + 1);
	memcpy(copy, spki.p, spki.n);
	cert->spki = wire_of(copy, spki.n);
	arena_init(&cert->arena, copy + spki.n, room);
	cert->facts = no_facts(wire_of(NULL, 0));
	struct onpath_cert *facts = &cert->facts;
	facts->parsed = key_read(&cert->key, cert->spki);
	facts->subject = facts->issuer = arena_string(&cert->arena, name, strlen(name));
	facts->subject_cn = facts->issuer_cn = part_of(&cert->arena, name, "CN=", false);
	facts->subject_o = facts->issuer_o = part_of(&cert->arena, name, "O=", true);
	facts->not_before = from;
	facts->not_after = until;
	facts->version = 3;
	facts->is_ca = cert->has_basic = facts->self_issued = true;
	cert->settled = true;
	keep_key(cert);
	cert->bytes = sizeof *cert + spki.n + room + cert->arena.bytes;
	return facts->parsed && !cert->arena.failed ? TAKE(cert) : NULL;
}

void cert_free(struct cert *cert)
{
	if (!cert)
		return;
	arena_deinit(&cert->arena);
	signature_key_free(cert->evp);
	free(cert);
}
