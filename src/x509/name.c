/* Reads distinguished names (RFC 5280 4.1.2.4). */
#include "x509/name.h"

#include "x509/der.h"
#include "x509/oid.h"
#include "x509/string.h"

/* What goes along while a name is read. */
struct reading {
	struct string text;
	char buffer[CERT_TEXT_MAX];
	struct arena scratch; /* for dotted types */
	uint8_t scratch_bytes[256];
	const struct content_key *key;
	struct wire cn; /* in buffer */
	struct wire o;
};

static uint64_t folded_digest(const struct content_key *key, const char *p, size_t n)
{
	char folded[CERT_TEXT_MAX];
	struct string text = { .p = folded, .max = sizeof folded };

	string_fold(&text, p, n);
	return hash_bytes(key, wire_of(folded, text.n));
}

static void add_type(struct reading *r, struct wire oid)
{
	const char *name = oid_attribute(oid);

	if (!name) {
		arena_init(&r->scratch, r->scratch_bytes, sizeof r->scratch_bytes);
		name = oid_dotted(&r->scratch, oid);
		string_add(&r->text, name ? name : "?");
		arena_deinit(&r->scratch);
		return;
	}
	string_add(&r->text, name);
}

/* RFC 4514 2.4: what is no string is shown as # and the hex of its DER. */
static void add_value(struct reading *r, struct wire whole)
{
	uint8_t tag;
	struct wire rest = whole;
	struct wire value = der_any(&rest, &tag);

	if (string_value(&r->text, tag, value))
		return;
	string_add(&r->text, "#");
	string_add_hex(&r->text, whole);
}

static void remember(struct reading *r, struct wire oid, struct wire value)
{
	if (oid_is(oid, (struct oid)OID("\x55\x04\x03")))
		r->cn = value;
	if (oid_is(oid, (struct oid)OID("\x55\x04\x0a")) && !r->o.p)
		r->o = value;
}

/* One type and value, "CN=host"; its digest, or 0 if it is malformed. */
static uint64_t read_attribute(struct reading *r, struct wire *rdn)
{
	struct wire attribute = der_take(rdn, DER_SEQUENCE);
	struct wire oid = der_take(&attribute, DER_OID);
	struct wire whole = attribute;
	uint8_t tag;

	(void)der_any(&attribute, &tag);
	if (oid.n == 0 || !wire_done(&attribute)) {
		*rdn = (struct wire) { .bad = true };
		return 0;
	}
	add_type(r, oid);
	string_add(&r->text, "=");
	size_t start = r->text.n;
	add_value(r, whole);
	struct wire value = wire_of(r->buffer + start, r->text.n - start);
	remember(r, oid, value);
	uint64_t digest = r->text.cut ? hash_bytes(r->key, whole)
				      : folded_digest(r->key, r->buffer + start, value.n);
	return hash_join(r->key, hash_bytes(r->key, oid), digest);
}

/* A SET of attributes, which have no order. */
static uint64_t read_rdn(struct reading *r, struct wire *name)
{
	struct wire rdn = der_take(name, DER_SET);
	uint64_t sum = 0;
	bool first = true;

	while (rdn.n > 0) {
		if (!first)
			string_add(&r->text, " + ");
		first = false;
		sum += read_attribute(r, &rdn);
	}
	if (rdn.bad)
		*name = (struct wire) { .bad = true };
	return hash_join(r->key, sum, 1);
}

static enum name_result read_all(
	struct reading *r, uint64_t *digests, size_t *count, struct wire body)
{
	size_t n = 0;

	r->text = (struct string) { .p = r->buffer, .max = sizeof r->buffer };
	r->cn = r->o = (struct wire) { .p = NULL };
	while (body.n > 0) {
		if (n == CERT_RDNS_MAX)
			return NAME_TOO_LONG;
		if (n > 0)
			string_add(&r->text, ", ");
		digests[n++] = read_rdn(r, &body);
	}
	*count = n;
	return body.bad ? NAME_BAD : NAME_GOOD;
}

enum name_result name_read(
	struct name *out, struct arena *arena, const struct content_key *key, struct wire body)
{
	uint64_t digests[CERT_RDNS_MAX];
	size_t count = 0;
	struct reading r;

	r.key = key;
	enum name_result result = read_all(&r, digests, &count, body);
	if (result != NAME_GOOD)
		return result;
	struct name name = { .text = arena_string(arena, r.buffer, r.text.n) };
	if (r.cn.p)
		name.cn = arena_string(arena, (const char *)r.cn.p, r.cn.n);
	if (r.o.p)
		name.o = arena_string(arena, (const char *)r.o.p, r.o.n);
	for (size_t i = 0; i < count; i++)
		name.digest = hash_join(key, name.digest, digests[i]);
	*out = name;
	return NAME_GOOD;
}

bool name_rdns(
	uint64_t out[CERT_RDNS_MAX], size_t *count, const struct content_key *key, struct wire body)
{
	struct reading r;

	r.key = key;
	return read_all(&r, out, count, body) == NAME_GOOD;
}

uint64_t name_text_digest(const struct content_key *key, const char *text)
{
	return folded_digest(key, text, strlen(text));
}
