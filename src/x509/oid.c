/* Names of object identifiers, and their dotted form. */
#include "x509/oid.h"

#include "util/limits.h"
#include "x509/string.h"

static const struct {
	struct oid oid;
	const char *name;
} attributes[] = {
	{ OID("\x55\x04\x03"), "CN" },
	{ OID("\x55\x04\x04"), "SN" },
	{ OID("\x55\x04\x05"), "serialNumber" },
	{ OID("\x55\x04\x06"), "C" },
	{ OID("\x55\x04\x07"), "L" },
	{ OID("\x55\x04\x08"), "ST" },
	{ OID("\x55\x04\x09"), "street" },
	{ OID("\x55\x04\x0a"), "O" },
	{ OID("\x55\x04\x0b"), "OU" },
	{ OID("\x55\x04\x0c"), "title" },
	{ OID("\x55\x04\x0d"), "description" },
	{ OID("\x55\x04\x0f"), "businessCategory" },
	{ OID("\x55\x04\x10"), "postalAddress" },
	{ OID("\x55\x04\x11"), "postalCode" },
	{ OID("\x55\x04\x12"), "postOfficeBox" },
	{ OID("\x55\x04\x14"), "telephoneNumber" },
	{ OID("\x55\x04\x29"), "name" },
	{ OID("\x55\x04\x2a"), "GN" },
	{ OID("\x55\x04\x2b"), "initials" },
	{ OID("\x55\x04\x2c"), "generationQualifier" },
	{ OID("\x55\x04\x2d"), "x500UniqueIdentifier" },
	{ OID("\x55\x04\x2e"), "dnQualifier" },
	{ OID("\x55\x04\x33"), "houseIdentifier" },
	{ OID("\x55\x04\x41"), "pseudonym" },
	{ OID("\x55\x04\x48"), "role" },
	{ OID("\x55\x04\x61"), "organizationIdentifier" },
	{ OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"), "UID" },
	{ OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x03"), "mail" },
	{ OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"), "DC" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"), "emailAddress" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02"), "unstructuredName" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x08"), "unstructuredAddress" },
	{ OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x01"), "jurisdictionL" },
	{ OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x02"), "jurisdictionST" },
	{ OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x03"), "jurisdictionC" },
	{ OID("\x2a\x85\x03\x03\x81\x03\x01\x01"), "INN" },
	{ OID("\x2a\x85\x03\x64\x01"), "OGRN" },
	{ OID("\x2a\x85\x03\x64\x03"), "SNILS" },
};

const char *oid_attribute(struct wire oid)
{
	for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
		if (oid_is(oid, attributes[i].oid))
			return attributes[i].name;
	return NULL;
}

/* An arc of up to 133 bits (those made of a UUID have 128), in decimal, least digit first. */
#define ARC_BYTES  19
#define ARC_DIGITS 41

struct arc {
	uint8_t digits[ARC_DIGITS];
	size_t n;
};

static void arc_shift_in(struct arc *arc, unsigned seven_bits)
{
	unsigned carry = seven_bits;

	for (size_t i = 0; i < arc->n || carry > 0; i++) {
		if (i == arc->n)
			arc->digits[arc->n++] = 0;
		carry += arc->digits[i] * 128u;
		arc->digits[i] = (uint8_t)(carry % 10);
		carry /= 10;
	}
}

/* X.690 8.19.2: seven bits a byte, the last has no high bit. */
static bool take_arc(struct arc *arc, struct wire *w)
{
	*arc = (struct arc) { .n = 0 };
	for (size_t i = 0; i < ARC_BYTES; i++) {
		uint8_t byte = wire_u8(w);
		arc_shift_in(arc, byte & 0x7f);
		if ((byte & 0x80) == 0)
			return !w->bad;
	}
	return false;
}

static void add_arc(struct string *text, const struct arc *arc)
{
	for (size_t i = arc->n; i > 0; i--)
		string_bytes(text, (char[]) { (char)('0' + arc->digits[i - 1]) }, 1);
	if (arc->n == 0)
		string_add(text, "0");
}

/* X.690 8.19.4: the first number holds the first two arcs, 40 × first + second, where first is 0
 * to 2. */
static void add_first(struct string *text, struct arc *arc)
{
	unsigned small = 0;

	for (size_t i = arc->n < 3 ? arc->n : 3; i > 0; i--)
		small = small * 10 + arc->digits[i - 1];
	if (arc->n <= 2 && small < 80) {
		char arcs[] = { small < 40 ? '0' : '1', '.', (char)('0' + small % 40 / 10),
			(char)('0' + small % 10) };
		bool one_digit = small % 40 < 10;
		string_bytes(text, arcs, 2);
		string_bytes(text, arcs + (one_digit ? 3 : 2), one_digit ? 1 : 2);
		return;
	}
	for (size_t i = 0, borrow = 80; borrow > 0 && i < arc->n; i++) { /* take 80 away */
		size_t digit = arc->digits[i] + 10 - borrow % 10;
		arc->digits[i] = (uint8_t)(digit % 10);
		borrow = borrow / 10 + (digit < 10 ? 1 : 0);
	}
	while (arc->n > 0 && arc->digits[arc->n - 1] == 0)
		arc->n--;
	string_add(text, "2.");
	add_arc(text, arc);
}

const char *oid_dotted(struct arena *arena, struct wire oid)
{
	char buffer[OID_ARCS_MAX * (ARC_DIGITS + 1)];
	struct string text = { .p = buffer, .max = sizeof buffer };
	struct arc arc;
	bool good = take_arc(&arc, &oid);

	if (good)
		add_first(&text, &arc);
	for (size_t arcs = 2; good && oid.n > 0; arcs++) {
		good = arcs < OID_ARCS_MAX && take_arc(&arc, &oid);
		string_add(&text, ".");
		add_arc(&text, &arc);
	}
	return good && !text.cut ? arena_string(arena, text.p, text.n) : "?";
}
