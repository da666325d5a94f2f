/* One certificate as an object of our own record: facts in, JSON out. */
#include "output/json_cert.h"
#include "util/limits.h"

const char *key_type_name(enum onpath_key_type type)
{
	static const char *const names[] = {
		[ONPATH_KEY_UNKNOWN] = "unknown",
		[ONPATH_KEY_RSA] = "rsa",
		[ONPATH_KEY_EC] = "ec",
		[ONPATH_KEY_ED25519] = "ed25519",
		[ONPATH_KEY_ED448] = "ed448",
		[ONPATH_KEY_DSA] = "dsa",
		[ONPATH_KEY_OTHER] = "other",
	};

	return (size_t)type < sizeof names / sizeof names[0] ? names[type] : "unknown";
}

static void put_names(struct text *j, const struct onpath_cert *cert)
{
	bool cut = cert->names_truncated;

	json_key(j, "san");
	json_open(j, '[');
	for (size_t i = 0; i < cert->dns_name_count && i < LIST_ENTRIES_MAX; i++)
		json_text(j, cert->dns_names[i]);
	json_close(j, ']');
	if (cert->ip_addr_count > 0) {
		json_key(j, "san_ip");
		json_open(j, '[');
		for (size_t i = 0; i < cert->ip_addr_count && i < LIST_ENTRIES_MAX; i++)
			json_addr(j, &cert->ip_addrs[i]);
		json_close(j, ']');
	}
	if (cut || cert->dns_name_count > LIST_ENTRIES_MAX ||
		cert->ip_addr_count > LIST_ENTRIES_MAX) {
		json_key(j, "san_truncated");
		json_bool(j, true);
		json_key(j, "san_count");
		json_u64(j, cert->dns_name_count + cert->ip_addr_count);
	}
}

static void put_key(struct text *j, const struct onpath_cert *cert)
{
	json_key(j, "key_type");
	json_name(j, key_type_name(cert->key_type));
	json_key(j, "key_bits");
	json_u64(j, cert->key_bits);
	if (cert->curve) {
		json_key(j, "curve");
		json_text(j, cert->curve);
	}
	if (cert->rsa_exponent != 0 && cert->rsa_exponent != 65537) {
		json_key(j, "rsa_exponent");
		json_u64(j, cert->rsa_exponent);
	}
}

static void put_texts(struct text *j, const struct onpath_cert *cert)
{
	json_key(j, "subject");
	json_text(j, cert->subject);
	json_key(j, "issuer");
	json_text(j, cert->issuer);
	json_key(j, "serial");
	json_text(j, cert->serial);
	if (cert->has_san)
		put_names(j, cert);
	json_key(j, "signature_algorithm");
	json_text(j, cert->signature_alg);
	if (cert->comment) {
		json_key(j, "comment");
		json_text(j, cert->comment);
	}
}

/* True by presence: what most certificates do not have takes no room in the record. */
static void put_flags(struct text *j, const struct onpath_cert *cert)
{
	json_key(j, "version");
	json_i64(j, cert->version);
	json_key(j, "is_ca");
	json_bool(j, cert->is_ca);
	if (cert->path_len >= 0 && cert->is_ca) {
		json_key(j, "path_len");
		json_i64(j, cert->path_len);
	}
	json_key(j, "self_issued");
	json_bool(j, cert->self_issued);
	json_key(j, "self_signed");
	json_bool(j, cert->self_signed);
	if (cert->has_sct) {
		json_key(j, "sct");
		json_bool(j, true);
	}
	if (cert->has_must_staple) {
		json_key(j, "must_staple");
		json_bool(j, true);
	}
}

/* What only those want who also want the certificate itself. */
static void put_whole(struct text *j, const struct onpath_cert *cert)
{
	if (cert->parsed) {
		json_key(j, "ski");
		json_text(j, cert->ski);
		json_key(j, "aki");
		json_text(j, cert->aki);
		json_key(j, "extensions");
		json_open(j, '[');
		for (size_t i = 0; i < cert->extension_count && i < LIST_ENTRIES_MAX; i++) {
			json_open(j, '{');
			json_key(j, "oid");
			json_text(j, cert->extensions[i].oid);
			json_key(j, "critical");
			json_bool(j, cert->extensions[i].critical);
			json_close(j, '}');
		}
		json_close(j, ']');
	}
	json_key(j, "der");
	json_base64(j, cert->der.data, cert->der.len);
}

void json_cert(struct text *j, const struct onpath_cert *cert, enum detail detail)
{
	json_open(j, '{');
	json_key(j, "sha256");
	json_hex(j, cert->sha256, sizeof cert->sha256);
	json_key(j, "sha1");
	json_hex(j, cert->sha1, sizeof cert->sha1);
	if (cert->parsed) {
		json_key(j, "spki_sha256");
		json_hex(j, cert->spki_sha256, sizeof cert->spki_sha256);
		if (detail > DETAIL_LEAN)
			put_texts(j, cert);
		json_key(j, "not_before");
		json_date(j, cert->not_before);
		json_key(j, "not_after");
		json_date(j, cert->not_after);
		put_key(j, cert);
		put_flags(j, cert);
	} else {
		json_key(j, "problem");
		json_text(j, cert->problem ? cert->problem : "unknown");
	}
	if (detail == DETAIL_CHAIN)
		put_whole(j, cert);
	json_close(j, '}');
}
