/* The tls and quic objects of EVE: a connection in, fields in Suricata's names and spellings out.
 */
#include "output/eve.h"
#include "output/tls_names.h"
#include "util/limits.h"

/* Colons between the digit pairs, lower case. */
static void put_fingerprint(struct text *j, const uint8_t *p, size_t n)
{
	char out[3 * 20];

	for (size_t i = 0; i < n && i < 20; i++) {
		text_hex(out + 3 * i, p + i, 1);
		out[3 * i + 2] = ':';
	}
	json_plain(j, out, 3 * n - 1);
}

/* Digit pairs in upper case with colons between. */
static void put_serial(struct text *j, const char *serial)
{
	char out[2 + 4 * CERT_SERIAL_MAX];
	size_t n = 0;
	size_t in_pair = 0;

	for (; *serial != '\0' && n + 2 < sizeof out; serial++) {
		if (in_pair == 2) {
			out[n++] = ':';
			in_pair = 0;
		}
		bool letter = *serial >= 'a' && *serial <= 'f';
		out[n++] = (char)(letter ? *serial - 'a' + 'A' : *serial);
		in_pair += *serial != '-';
	}
	json_bytes(j, wire_of(out, n));
}

/* The schema knows years from 1000 to 2999 only. */
static void put_date(struct text *j, const char *key, int64_t seconds)
{
	struct text_calendar c;
	char out[TEXT_DATE_MAX];

	text_calendar(&c, seconds);
	if (c.year < 1000 || c.year > 2999)
		return;
	json_key(j, key);
	size_t n = text_date(out, seconds);
	json_plain(j, out, n);
}

static void put_names(struct text *j, const struct onpath_cert *cert)
{
	json_key(j, "subjectaltname");
	json_open(j, '[');
	for (size_t i = 0; i < cert->dns_name_count && i < LIST_ENTRIES_MAX; i++)
		json_text(j, cert->dns_names[i]);
	for (size_t i = 0; i < cert->ip_addr_count && i < LIST_ENTRIES_MAX; i++)
		json_addr(j, &cert->ip_addrs[i]);
	json_close(j, ']');
}

static void put_facts(struct eve *f, const struct onpath_cert *cert)
{
	struct text *j = &f->record;

	if (cert->parsed) {
		eve_text(j, "subject", cert->subject);
		eve_text(j, "issuerdn", cert->issuer);
		if (cert->serial) {
			json_key(j, "serial");
			put_serial(j, cert->serial);
		}
	}
	json_key(j, "fingerprint");
	put_fingerprint(j, cert->sha1, sizeof cert->sha1);
	if (!cert->parsed)
		return;
	put_date(j, "notbefore", cert->not_before);
	put_date(j, "notafter", cert->not_after);
	if (f->level >= 8 && f->detail > DETAIL_LEAN && cert->has_san &&
		cert->dns_name_count + cert->ip_addr_count > 0)
		put_names(j, cert);
}

/* As put_facts, rendered once for each certificate. */
static void put_leaf(struct eve *f, const struct onpath_cert *leaf)
{
	bool keep = f->detail > DETAIL_LEAN;
	const struct rendered *r = keep ? render_cache_get(&f->leaves, leaf) : NULL;

	if (r) {
		json_put(&f->record, r->text, r->n);
		return;
	}
	size_t start = f->record.n;
	put_facts(f, leaf);
	if (keep && !f->record.failed)
		render_cache_add(&f->leaves, leaf, f->record.p + start, f->record.n - start);
}

static void put_ders(struct text *j, const struct onpath_cert *const *chain, size_t n)
{
	json_key(j, "certificate");
	json_base64(j, chain[0]->der.data, chain[0]->der.len);
	json_key(j, "chain");
	json_open(j, '[');
	for (size_t i = 0; i < n; i++)
		json_base64(j, chain[i]->der.data, chain[i]->der.len);
	json_close(j, ']');
}

static void put_ja3(struct text *j, const char *key, const char *hash, const char *string)
{
	if (hash[0] == '\0')
		return;
	json_key(j, key);
	json_open(j, '{');
	eve_text(j, "hash", hash);
	if (string) {
		json_key(j, "string");
		json_long_text(j, string);
	}
	json_close(j, '}');
}

static void put_fingerprints(struct text *j, const struct onpath_connection *c)
{
	put_ja3(j, "ja3", c->ja3, c->ja3_string);
	put_ja3(j, "ja3s", c->ja3s, c->ja3s_string);
	if (c->ja4[0] != '\0')
		eve_text(j, "ja4", c->ja4);
}

static void put_sni(struct text *j, const struct onpath_connection *c)
{
	if (c->sni.len == 0)
		return;
	json_key(j, "sni");
	json_bytes(j, wire_of(c->sni.data, c->sni.len));
}

static void put_version(struct text *j, uint16_t version)
{
	char code[TLS_CODE_SIZE];
	const char *name = version == 0 ? "UNDETERMINED" : tls_version_suricata(version);

	if (!name) {
		tls_code_text(code, version);
		name = code;
	}
	eve_text(j, "version", name);
}

static void put_alpns(struct text *j, const struct onpath_connection *c)
{
	if (c->client_alpn_count > 0) {
		json_key(j, "client_alpns");
		json_open(j, '[');
		for (size_t i = 0; i < c->client_alpn_count && i < LIST_ENTRIES_MAX; i++)
			json_bytes(j, wire_of(c->client_alpn[i].data, c->client_alpn[i].len));
		json_close(j, ']');
	}
	if (c->alpn.len > 0) {
		json_key(j, "server_alpns");
		json_open(j, '[');
		json_bytes(j, wire_of(c->alpn.data, c->alpn.len));
		json_close(j, ']');
	}
}

void eve_put_tls(struct eve *f, const struct onpath_connection *c)
{
	struct text *j = &f->record;

	json_key(j, "tls");
	json_open(j, '{');
	if (c->chain_len > 0)
		put_leaf(f, c->chain[0]);
	put_sni(j, c);
	put_version(j, c->version);
	eve_text(j, "from_proto", c->from_proto);
	if (c->resumed) {
		json_key(j, "session_resumed");
		json_bool(j, true);
	}
	put_fingerprints(j, c);
	if (f->level >= 8)
		put_alpns(j, c);
	if (c->client_chain_len > 0 && f->detail > DETAIL_LEAN) {
		json_key(j, "client");
		json_open(j, '{');
		put_facts(f, c->client_chain[0]);
		if (f->detail == DETAIL_CHAIN)
			put_ders(j, c->client_chain, c->client_chain_len);
		json_close(j, '}');
	}
	if (f->detail == DETAIL_CHAIN && c->chain_len > 0)
		put_ders(j, c->chain, c->chain_len);
	json_close(j, '}');
}

void eve_put_quic(struct eve *f, const struct onpath_connection *c)
{
	struct text *j = &f->record;
	char hex[8];
	uint8_t bytes[4];

	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(c->quic_version >> (24 - 8 * i));
	text_hex(hex, bytes, 4);
	size_t zeros = 0; /* Suricata writes the number in hex: version 1 is "1" */
	while (zeros < 7 && hex[zeros] == '0')
		zeros++;

	json_key(j, "quic");
	json_open(j, '{');
	json_key(j, "version");
	json_plain(j, hex + zeros, 8 - zeros);
	put_sni(j, c);
	put_fingerprints(j, c);
	json_close(j, '}');
}
