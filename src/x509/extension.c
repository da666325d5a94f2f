/* Reads the extensions of a certificate (RFC 5280 4.2) into its facts. */
#include <limits.h>

#include "util/limits.h"
#include "x509/cert.h"
#include "x509/der.h"
#include "x509/string.h"

/* value: inside the OCTET STRING. False: malformed. */
typedef bool read_fn(struct cert *cert, struct wire value);

static const char *hex_of(struct cert *cert, struct wire bytes)
{
	char hex[CERT_TEXT_MAX];
	struct string text = { .p = hex, .max = sizeof hex };

	string_add_hex(&text, bytes);
	return arena_string(&cert->arena, text.p, text.n);
}

static bool read_basic_constraints(struct cert *cert, struct wire value)
{
	struct wire list = der_take(&value, DER_SEQUENCE);
	bool is_ca = der_take_flag(&list, false);
	int path_len = -1;

	if (list.n > 0) {
		struct wire length = der_take_unsigned(&list);
		path_len = length.n > 3 ? INT_MAX : (int)wire_uint(&length, (unsigned)length.n);
	}
	if (!wire_done(&list) || !wire_done(&value))
		return false;
	cert->has_basic = true;
	cert->facts.is_ca = is_ca;
	cert->facts.path_len = path_len;
	return true;
}

static bool read_key_usage(struct cert *cert, struct wire value)
{
	struct wire bits = der_take(&value, DER_BIT_STRING);
	uint8_t unused = wire_u8(&bits);
	uint16_t usage = 0;

	if (bits.bad || unused > 7 || !wire_done(&value))
		return false;
	for (size_t i = 0; i < 9 && i / 8 < bits.n; i++)
		if ((bits.p[i / 8] >> (7 - i % 8) & 1) != 0)
			usage |= (uint16_t)(1u << i);
	cert->facts.has_key_usage = true;
	cert->facts.key_usage = usage;
	return true;
}

static bool read_extended_key_usage(struct cert *cert, struct wire value)
{
	static const struct oid server = OID("\x2b\x06\x01\x05\x05\x07\x03\x01");
	static const struct oid any = OID("\x55\x1d\x25\x00");
	static const struct oid microsoft_gated = OID("\x2b\x06\x01\x04\x01\x82\x37\x0a\x03\x03");
	static const struct oid netscape_gated = OID("\x60\x86\x48\x01\x86\xf8\x42\x04\x01");
	struct wire list = der_take(&value, DER_SEQUENCE);

	cert->facts.has_eku = true;
	while (list.n > 0) {
		struct wire purpose = der_take(&list, DER_OID);
		if (oid_is(purpose, server) || oid_is(purpose, any))
			cert->facts.eku_server = true;
		if (oid_is(purpose, microsoft_gated) || oid_is(purpose, netscape_gated))
			cert->server_gated = true;
	}
	return wire_done(&list) && wire_done(&value);
}

bool alt_name_next(struct alt_name *out, struct wire *w)
{
	if (w->n == 0)
		return false;
	out->value = der_any(w, &out->tag);
	return !w->bad;
}

#define DNS_NAME   DER_CONTEXT(2)
#define IP_ADDRESS DER_CONTEXT(7)

static bool is_address(const struct alt_name *name)
{
	return name->tag == IP_ADDRESS && (name->value.n == 4 || name->value.n == 16);
}

/* Counts names of the two kinds, up to the limit. */
static void count_names(struct cert *cert, struct wire names)
{
	struct alt_name name;

	while (alt_name_next(&name, &names)) {
		if (name.tag != DNS_NAME && !is_address(&name))
			continue;
		if (cert->facts.dns_name_count + cert->facts.ip_addr_count == CERT_NAMES_MAX) {
			cert->facts.names_truncated = true;
			return;
		}
		if (name.tag == DNS_NAME)
			cert->facts.dns_name_count++;
		else
			cert->facts.ip_addr_count++;
	}
}

static const char *dns_string(struct cert *cert, struct wire value)
{
	char buffer[CERT_TEXT_MAX];
	struct string text = { .p = buffer, .max = sizeof buffer };

	string_value(&text, DER_IA5_STRING, value);
	return arena_string(&cert->arena, text.p, text.n);
}

static struct onpath_addr address_of(struct wire value)
{
	struct onpath_addr addr = { .family = value.n == 4 ? 4 : 6 };

	memcpy(addr.bytes, value.p, value.n);
	return addr;
}

static bool read_alt_names(struct cert *cert, struct wire value)
{
	struct onpath_cert *facts = &cert->facts;
	struct wire names = der_take(&value, DER_SEQUENCE);
	struct alt_name name;
	size_t dns = 0, ip = 0;

	facts->has_san = true;
	cert->alt_names = names;
	count_names(cert, names);
	const char **dns_names =
		arena_take(&cert->arena, facts->dns_name_count * sizeof *dns_names);
	struct onpath_addr *ip_addrs =
		arena_take(&cert->arena, facts->ip_addr_count * sizeof *ip_addrs);
	while (!cert->arena.failed && alt_name_next(&name, &names)) {
		if (name.tag == DNS_NAME && dns < facts->dns_name_count)
			dns_names[dns++] = dns_string(cert, name.value);
		else if (is_address(&name) && ip < facts->ip_addr_count)
			ip_addrs[ip++] = address_of(name.value);
	}
	facts->dns_names = dns_names;
	facts->dns_name_count = dns;
	facts->ip_addrs = ip_addrs;
	facts->ip_addr_count = ip;
	return wire_done(&names) && wire_done(&value);
}

static bool read_subject_key_id(struct cert *cert, struct wire value)
{
	struct wire id = der_take(&value, DER_OCTET_STRING);

	if (!wire_done(&value))
		return false;
	cert->facts.ski = hex_of(cert, id);
	return true;
}

static bool read_authority_key_id(struct cert *cert, struct wire value)
{
	struct wire list = der_take(&value, DER_SEQUENCE);

	if (der_next_is(&list, DER_CONTEXT(0)))
		cert->facts.aki = hex_of(cert, der_take(&list, DER_CONTEXT(0)));
	return !list.bad && wire_done(&value);
}

static bool read_name_constraints(struct cert *cert, struct wire value)
{
	cert->constraints = der_take(&value, DER_SEQUENCE);
	cert->has_constraints = true;
	return wire_done(&value);
}

/* RFC 7633: a SEQUENCE of TLS extension numbers; 5 is status_request. */
static bool read_tls_feature(struct cert *cert, struct wire value)
{
	struct wire list = der_take(&value, DER_SEQUENCE);

	while (list.n > 0)
		if (wire_equals(der_take_unsigned(&list), "\x05", 1))
			cert->facts.has_must_staple = true;
	return wire_done(&list) && wire_done(&value);
}

static bool read_comment(struct cert *cert, struct wire value)
{
	char buffer[CERT_TEXT_MAX];
	struct string text = { .p = buffer, .max = sizeof buffer };
	uint8_t tag;
	struct wire string = der_any(&value, &tag);

	if (!wire_done(&value) || !string_value(&text, tag, string))
		return false;
	cert->facts.comment = arena_string(&cert->arena, text.p, text.n);
	return true;
}

static bool read_sct(struct cert *cert, struct wire value)
{
	cert->facts.has_sct = value.n > 0;
	return true;
}

static bool read_aia(struct cert *cert, struct wire value)
{
	cert->facts.has_aia = value.n > 0;
	return true;
}

static bool read_crldp(struct cert *cert, struct wire value)
{
	cert->facts.has_crldp = value.n > 0;
	return true;
}

static bool read_policies(struct cert *cert, struct wire value)
{
	cert->facts.has_policies = value.n > 0;
	return true;
}

/* Known, and without effect on what we say. */
static bool read_nothing(struct cert *cert, struct wire value)
{
	(void)cert;
	(void)value;
	return true;
}

static const struct {
	struct oid oid;
	const char *dotted;
	read_fn *read;
} extensions[] = {
	{ OID("\x55\x1d\x0e"), "2.5.29.14", read_subject_key_id },
	{ OID("\x55\x1d\x0f"), "2.5.29.15", read_key_usage },
	{ OID("\x55\x1d\x11"), "2.5.29.17", read_alt_names },
	{ OID("\x55\x1d\x12"), "2.5.29.18", read_nothing }, /* issuerAltName */
	{ OID("\x55\x1d\x13"), "2.5.29.19", read_basic_constraints },
	{ OID("\x55\x1d\x1e"), "2.5.29.30", read_name_constraints },
	{ OID("\x55\x1d\x1f"), "2.5.29.31", read_crldp },
	{ OID("\x55\x1d\x20"), "2.5.29.32", read_policies },
	{ OID("\x55\x1d\x21"), "2.5.29.33", read_nothing }, /* policyMappings */
	{ OID("\x55\x1d\x23"), "2.5.29.35", read_authority_key_id },
	{ OID("\x55\x1d\x24"), "2.5.29.36", read_nothing }, /* policyConstraints */
	{ OID("\x55\x1d\x25"), "2.5.29.37", read_extended_key_usage },
	{ OID("\x55\x1d\x36"), "2.5.29.54", read_nothing }, /* inhibitAnyPolicy */
	{ OID("\x2b\x06\x01\x05\x05\x07\x01\x01"), "1.3.6.1.5.5.7.1.1", read_aia },
	{ OID("\x2b\x06\x01\x05\x05\x07\x01\x18"), "1.3.6.1.5.5.7.1.24", read_tls_feature },
	{ OID("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02"), "1.3.6.1.4.1.11129.2.4.2", read_sct },
	{ OID("\x60\x86\x48\x01\x86\xf8\x42\x01\x01"), "2.16.840.1.113730.1.1",
		read_nothing }, /* nsCertType */
	{ OID("\x60\x86\x48\x01\x86\xf8\x42\x01\x0d"), "2.16.840.1.113730.1.13", read_comment },
};

#define EXTENSIONS_KNOWN (sizeof extensions / sizeof *extensions)

static size_t extension_find(struct wire oid)
{
	size_t i = 0;

	while (i < EXTENSIONS_KNOWN && !oid_is(oid, extensions[i].oid))
		i++;
	return i;
}

/* RFC 5280 4.2: a certificate MUST NOT include more than one instance of a particular extension. */
static bool seen_before(const struct wire *oids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (wire_equals(oids[i], oids[n].p, oids[n].n))
			return true;
	return false;
}

static void read_one(struct cert *cert, struct onpath_extension *out, struct wire oid,
	struct wire value, bool twice)
{
	size_t row = extension_find(oid);
	bool known = row < EXTENSIONS_KNOWN;

	out->oid = known ? extensions[row].dotted : oid_dotted(&cert->arena, oid);
	if (!known && out->critical)
		cert->unknown_critical = true;
	if (twice || (known && !extensions[row].read(cert, value)))
		cert->defective = true;
}

void extensions_read(struct cert *cert, struct wire list)
{
	struct onpath_extension found[CERT_EXTENSIONS_MAX];
	struct wire oids[CERT_EXTENSIONS_MAX];
	size_t n = 0;

	while (list.n > 0 && n < CERT_EXTENSIONS_MAX) {
		struct wire extension = der_take(&list, DER_SEQUENCE);
		oids[n] = der_take(&extension, DER_OID);
		found[n].critical = der_take_flag(&extension, false);
		struct wire value = der_take(&extension, DER_OCTET_STRING);
		if (!wire_done(&extension)) {
			cert->defective = true;
			continue;
		}
		read_one(cert, &found[n], oids[n], value, seen_before(oids, n));
		n++;
	}
	cert->over_limit = n == CERT_EXTENSIONS_MAX && list.n > 0;
	if (list.bad)
		cert->defective = true;
	struct onpath_extension *kept = arena_take(&cert->arena, n * sizeof *kept);
	if (kept && n > 0)
		memcpy(kept, found, n * sizeof *kept);
	cert->facts.extensions = kept;
	cert->facts.extension_count = kept ? n : 0;
}
