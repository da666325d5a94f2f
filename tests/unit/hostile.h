/* Connections with a stranger's bytes in every field: a source of bytes in, an event to write out.
 */
#ifndef UNIT_HOSTILE_H
#define UNIT_HOSTILE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <onpath/event.h>

/* Bytes to build from: a given string, and when it is used up a generator that goes on from its
 * seed. */
struct hostile_bytes {
	const uint8_t *p;
	size_t n;
	uint64_t seed;
};

#define HOSTILE_CERTS 4
#define HOSTILE_NAMES 6
#define HOSTILE_ARENA (256u << 10)

struct hostile {
	struct hostile_bytes from;
	struct onpath_connection connection;
	struct onpath_source source;
	struct onpath_cert certs[HOSTILE_CERTS];
	const struct onpath_cert *list[HOSTILE_CERTS];
	const char *names[HOSTILE_CERTS][HOSTILE_NAMES];
	struct onpath_addr addrs[HOSTILE_CERTS][2];
	struct onpath_extension extensions[HOSTILE_CERTS][2];
	struct onpath_bytes alpn[3];
	uint64_t next_id;
	size_t used;
	char arena[HOSTILE_ARENA];
};

static uint8_t hostile_u8(struct hostile *h)
{
	if (h->from.n > 0) {
		h->from.n--;
		return *h->from.p++;
	}
	h->from.seed = h->from.seed * 6364136223846793005u + 1442695040888963407u;
	return (uint8_t)(h->from.seed >> 56);
}

static uint64_t hostile_u64(struct hostile *h)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | hostile_u8(h);
	return v;
}

static void hostile_fill(struct hostile *h, void *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)to)[i] = hostile_u8(h);
}

/* What breaks writers: quotes, line ends, escapes of terminals, direction overrides, half
 * characters, surrogates. */
static void hostile_piece(struct hostile *h, char *out, size_t *n)
{
	static const char *const pieces[] = {
		"\"",
		"\\",
		"\n",
		"\r\n",
		"\x1b[2J",
		"\x7f",
		"\xc2\x85",
		"\xe2\x80\xae",
		"\xe2\x80\xa8",
		"\xf3\xa0\x81\x81",
		"\xed\xa0\x80",
		"\xc0\x80",
		"\xf4\x90\x80\x80",
		"\xe2\x82",
		"</script>",
		"\\u0000",
		"\xf0\x9f\x98\x80",
		"*.example.com",
		"\xef\xbb\xbf",
		"%s%n",
		"\xff\xfe",
		"O=Evil, CN=\",\"verdict\":\"trusted",
	};
	uint8_t choice = hostile_u8(h);

	if (choice < 128) {
		out[(*n)++] = (char)(choice < 64 ? 'a' + choice % 26 : hostile_u8(h));
		return;
	}
	const char *piece = pieces[choice % (sizeof pieces / sizeof pieces[0])];
	memcpy(out + *n, piece, strlen(piece));
	*n += strlen(piece);
}

static struct onpath_bytes hostile_text(struct hostile *h, bool terminated)
{
	size_t pieces = hostile_u8(h) % 24;
	size_t n = 0;
	char *out = h->arena + h->used;

	if (h->used + 8192 > sizeof h->arena)
		return (struct onpath_bytes) { .data = (const uint8_t *)"", .len = 0 };
	if (hostile_u8(h) == 7)
		pieces = 200; /* now and then longer than a field may be */
	for (size_t i = 0; i < pieces; i++)
		hostile_piece(h, out, &n);
	for (size_t i = 0; terminated && i < n; i++)
		if (out[i] == '\0')
			out[i] = 1;
	out[n] = '\0';
	h->used += n + 1;
	return (struct onpath_bytes) { .data = (const uint8_t *)out, .len = n };
}

static const char *hostile_string(struct hostile *h)
{
	return (const char *)hostile_text(h, true).data;
}

static const char *hostile_maybe(struct hostile *h)
{
	return hostile_u8(h) % 4 == 0 ? NULL : hostile_string(h);
}

static int64_t hostile_date(struct hostile *h)
{
	uint8_t choice = hostile_u8(h);

	if (choice < 32)
		return ONPATH_TIME_BAD;
	if (choice < 64)
		return (int64_t)hostile_u64(h);
	return (int64_t)(hostile_u64(h) % 8000000000) - 2000000000;
}

static struct onpath_addr hostile_addr(struct hostile *h)
{
	struct onpath_addr addr = { .family = hostile_u8(h) % 2 ? 4 : 6 };

	hostile_fill(h, addr.bytes, addr.family == 4 ? 4 : 16);
	return addr;
}

static void hostile_cert(struct hostile *h, unsigned i)
{
	struct onpath_cert *c = &h->certs[i];

	*c = (struct onpath_cert) { .id = ++h->next_id, .parsed = hostile_u8(h) % 8 != 0 };
	hostile_fill(h, c->sha256, sizeof c->sha256);
	hostile_fill(h, c->sha1, sizeof c->sha1);
	c->der = hostile_text(h, false);
	c->problem = hostile_maybe(h);
	c->version = hostile_u8(h) % 4;
	c->subject = hostile_string(h);
	c->issuer = hostile_string(h);
	c->subject_cn = hostile_maybe(h);
	c->issuer_o = hostile_maybe(h);
	c->issuer_cn = hostile_maybe(h);
	c->serial = hostile_string(h);
	c->not_before = hostile_date(h);
	c->not_after = hostile_date(h);
	c->has_san = hostile_u8(h) % 2;
	for (c->dns_name_count = 0; c->dns_name_count < hostile_u8(h) % HOSTILE_NAMES;
		c->dns_name_count++)
		h->names[i][c->dns_name_count] = hostile_string(h);
	c->dns_names = h->names[i];
	h->addrs[i][0] = hostile_addr(h);
	h->addrs[i][1] = hostile_addr(h);
	c->ip_addrs = h->addrs[i];
	c->ip_addr_count = hostile_u8(h) % 3;
	c->names_truncated = hostile_u8(h) % 16 == 0;
	c->key_type = hostile_u8(h) % (ONPATH_KEY_OTHER + 1);
	c->key_bits = hostile_u8(h);
	c->curve = hostile_maybe(h);
	c->rsa_exponent = hostile_u64(h);
	c->signature_alg = hostile_string(h);
	h->extensions[i][0] =
		(struct onpath_extension) { .oid = hostile_string(h), .critical = true };
	h->extensions[i][1] = (struct onpath_extension) { .oid = "2.5.29.15" };
	c->extensions = h->extensions[i];
	c->extension_count = hostile_u8(h) % 3;
	c->is_ca = hostile_u8(h) % 2;
	c->path_len = hostile_u8(h) % 4 - 1;
	c->has_sct = hostile_u8(h) % 2;
	c->has_must_staple = hostile_u8(h) % 2;
	c->ski = hostile_maybe(h);
	c->aki = hostile_maybe(h);
	c->comment = hostile_maybe(h);
	c->self_signed = hostile_u8(h) % 2;
	h->list[i] = c;
}

static void hostile_evidence(struct hostile *h, struct onpath_evidence *e)
{
	*e = (struct onpath_evidence) {
		.id = "issuer-unexpected",
		.family = "issuer",
		.points = (double)(int8_t)hostile_u8(h) / 4,
		.text = hostile_string(h),
		.expected = hostile_maybe(h),
		.seen = hostile_maybe(h),
	};
}

static void hostile_names(struct hostile *h, struct onpath_connection *c)
{
	c->sni = hostile_text(h, false);
	c->host = hostile_maybe(h);
	c->alpn = hostile_text(h, false);
	for (unsigned i = 0; i < 3; i++)
		h->alpn[i] = hostile_text(h, false);
	c->client_alpn = h->alpn;
	c->client_alpn_count = hostile_u8(h) % 4;
	memcpy(c->ja3, hostile_u8(h) % 2 ? "0123456789abcdef0123456789abcdef" : "", 1);
	if (c->ja3[0])
		memcpy(c->ja3, "0123456789abcdef0123456789abcdef", 33);
	c->ja3_string = hostile_maybe(h);
	memcpy(c->ja3s, c->ja3, sizeof c->ja3s);
	c->ja3s_string = hostile_maybe(h);
	snprintf(c->ja4, sizeof c->ja4, "%s", hostile_string(h));
	c->owner = hostile_maybe(h);
	c->by = hostile_maybe(h);
	c->expected.present = hostile_u8(h) % 2;
	c->expected.owners = hostile_maybe(h);
	c->expected.from = hostile_maybe(h);
	c->from_proto = hostile_u8(h) % 2 ? "smtp" : NULL;
}

static void hostile_facts(struct hostile *h, struct onpath_connection *c)
{
	c->time_ns = hostile_u64(h) % 8000000000000000000u; /* to the year 2223 */
	c->last_time_ns = hostile_u64(h) % 8000000000000000000u;
	c->packet = hostile_u64(h) >> 11;
	c->first_packet = hostile_u64(h) >> 11;
	c->src = hostile_addr(h);
	c->dst = hostile_addr(h);
	c->sport = (uint16_t)hostile_u64(h);
	c->dport = (uint16_t)hostile_u64(h);
	c->proto = hostile_u8(h) % 2 ? 6 : 17;
	c->carrier = hostile_u8(h) % ONPATH_CARRIERS;
	c->vlan_count = hostile_u8(h) % 4;
	hostile_fill(h, c->vlan, sizeof c->vlan);
	memcpy(c->community_id, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", 31);
	c->client_hello = hostile_u8(h) % 4;
	c->server_hello = hostile_u8(h) % 4;
	c->version = (uint16_t)(hostile_u8(h) % 2 ? 0x0300 + hostile_u8(h) % 6
						  : (int)(hostile_u64(h) & 0xffff));
	c->client_version = 0x0304;
	c->quic_version = (uint32_t)hostile_u64(h);
	c->cipher = (uint16_t)hostile_u64(h);
	c->resumed = hostile_u8(h) % 2;
	c->client_alert.seen = hostile_u8(h) % 2;
	c->client_alert.description = hostile_u8(h);
	c->chain_status = hostile_u8(h) % ONPATH_CHAIN_STATUSES;
	c->certificate = hostile_u8(h) % ONPATH_CERT_STATES;
	c->completeness = hostile_u8(h) % ONPATH_COMPLETENESSES;
	hostile_fill(h, &c->client_hops, 4);
	c->conflicts = hostile_u8(h) % 2;
	c->lost_bytes = hostile_u8(h) % 2;
	c->verdict = hostile_u8(h) % ONPATH_VERDICTS;
	c->kind = hostile_u8(h) % ONPATH_KINDS;
	c->tcp_terminated = hostile_u8(h) % 2;
	c->confidence = hostile_u8(h) / 255.0;
	c->points = (double)(int8_t)hostile_u8(h) / 4;
}

/* Fills h->connection anew; what it points to lives in h until the next call. */
__attribute__((unused)) static struct onpath_event hostile_event(struct hostile *h)
{
	struct onpath_connection *c = &h->connection;

	h->used = 0;
	*c = (struct onpath_connection) { .source = &h->source };
	h->source = (struct onpath_source) { .name = hostile_string(h), .live = hostile_u8(h) % 2 };
	for (unsigned i = 0; i < HOSTILE_CERTS; i++)
		hostile_cert(h, i);
	c->chain = h->list;
	c->chain_len = hostile_u8(h) % (HOSTILE_CERTS + 1);
	c->client_chain = h->list + 3;
	c->client_chain_len = hostile_u8(h) % 2;
	c->path = h->list;
	c->path_len = hostile_u8(h) % 3;
	hostile_facts(h, c);
	hostile_names(h, c);
	c->evidence_count = hostile_u8(h) % 5;
	for (size_t i = 0; i < c->evidence_count; i++)
		hostile_evidence(h, &c->evidence[i]);
	return (struct onpath_event) { .type = ONPATH_EVENT_CONNECTION, .connection = c };
}

#endif
