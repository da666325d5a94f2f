/* Reads keys without computing anything: sizes are known before OpenSSL sees a number
 * (CVE-2022-0778). */
#include "x509/key.h"

#include "util/limits.h"
#include "x509/der.h"

/* RFC 3279 2.3.1: SEQUENCE { modulus, publicExponent }. */
static bool read_rsa(struct public_key *key, struct wire params, struct wire bits)
{
	struct wire pair = der_take(&bits, DER_SEQUENCE);
	struct wire modulus = der_take_unsigned(&pair);
	struct wire exponent = der_take_unsigned(&pair);

	(void)params;
	if (!wire_done(&pair) || !wire_done(&bits))
		return false;
	key->type = ONPATH_KEY_RSA;
	key->bits = (unsigned)der_bits(modulus);
	key->modulus = modulus;
	key->public = exponent;
	bool odd = modulus.n > 0 && (modulus.p[modulus.n - 1] & 1) != 0 && exponent.n > 0 &&
		   (exponent.p[exponent.n - 1] & 1) != 0;
	bool sizes = key->bits >= RSA_BITS_MIN && key->bits <= RSA_BITS_MAX &&
		     der_bits(exponent) <= RSA_EXPONENT_BITS_MAX;
	key->use = odd && sizes ? KEY_USED : KEY_SKIPPED;
	if (exponent.n <= 8)
		key->exponent = wire_uint(&exponent, (unsigned)exponent.n);
	return true;
}

/* X9.62 ECParameters: SEQUENCE { version, SEQUENCE { type, prime }, … }; only the size of the field
 * is read. */
static void read_own_curve(struct public_key *key, struct wire params)
{
	struct wire curve = der_take(&params, DER_SEQUENCE);
	(void)der_take(&curve, DER_INTEGER);
	struct wire field = der_take(&curve, DER_SEQUENCE);
	(void)der_take(&field, DER_OID);
	struct wire prime = der_take_unsigned(&field);

	key->bits = (unsigned)der_bits(prime);
	key->use = KEY_REFUSED;
}

/* RFC 5480 2.1.1: the parameters name a curve. */
static bool read_ec(struct public_key *key, struct wire params, struct wire bits)
{
	key->type = ONPATH_KEY_EC;
	key->public = bits;
	if (!der_next_is(&params, DER_OID)) {
		read_own_curve(key, params);
		return true;
	}
	key->curve = curve_find(der_take(&params, DER_OID));
	if (!key->curve || !wire_done(&params))
		return !params.bad;
	key->bits = key->curve->bits;
	if (key->curve->group)
		key->use = KEY_USED;
	return true;
}

/* RFC 8410 3 and 4: no parameters, the key is the bits. */
static bool read_ed25519(struct public_key *key, struct wire params, struct wire bits)
{
	key->type = ONPATH_KEY_ED25519;
	key->bits = 256;
	key->public = bits;
	key->use = params.n == 0 && bits.n == 32 ? KEY_USED : KEY_SKIPPED;
	return true;
}

static bool read_ed448(struct public_key *key, struct wire params, struct wire bits)
{
	key->type = ONPATH_KEY_ED448;
	key->bits = 456;
	key->public = bits;
	key->use = params.n == 0 && bits.n == 57 ? KEY_USED : KEY_SKIPPED;
	return true;
}

/* RFC 3279 2.3.2: SEQUENCE { p, q, g }. Read, never computed with: it is slow and long out of use.
 */
static bool read_dsa(struct public_key *key, struct wire params, struct wire bits)
{
	struct wire domain = der_take(&params, DER_SEQUENCE);

	(void)bits;
	key->type = ONPATH_KEY_DSA;
	key->bits = (unsigned)der_bits(der_take_unsigned(&domain));
	return true;
}

static const struct {
	struct oid oid;
	bool (*read)(struct public_key *key, struct wire params, struct wire bits);
} kinds[] = {
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"), read_rsa }, /* rsaEncryption */
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"), read_rsa }, /* id-RSASSA-PSS */
	{ OID("\x55\x08\x01\x01"), read_rsa },                     /* rsa of X.509:1988 */
	{ OID("\x2a\x86\x48\xce\x3d\x02\x01"), read_ec },
	{ OID("\x2b\x65\x70"), read_ed25519 },
	{ OID("\x2b\x65\x71"), read_ed448 },
	{ OID("\x2a\x86\x48\xce\x38\x04\x01"), read_dsa },
};

bool key_read(struct public_key *out, struct wire spki)
{
	struct public_key key = { .type = ONPATH_KEY_OTHER, .use = KEY_SKIPPED };
	struct wire info = der_take(&spki, DER_SEQUENCE);
	struct wire params = der_take(&info, DER_SEQUENCE);
	struct wire oid = der_take(&params, DER_OID);
	struct wire bits = der_take_bytes(&info);

	if (!wire_done(&info) || !wire_done(&spki) || oid.bad)
		return false;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (oid_is(oid, kinds[i].oid) && !kinds[i].read(&key, params, bits))
			return false;
	*out = key;
	return true;
}
