/* ClientHello and ServerHello: message body in, fields out. */
#include "tls/hello.h"

/* IANA TLS ExtensionType values. */
enum {
	EXT_SERVER_NAME = 0,
	EXT_STATUS_REQUEST = 5,
	EXT_SUPPORTED_GROUPS = 10,
	EXT_EC_POINT_FORMATS = 11,
	EXT_SIGNATURE_ALGORITHMS = 13,
	EXT_ALPN = 16,
	EXT_SCT = 18,
	EXT_SESSION_TICKET = 35,
	EXT_PRE_SHARED_KEY = 41,
	EXT_EARLY_DATA = 42,
	EXT_SUPPORTED_VERSIONS = 43,
	EXT_KEY_SHARE = 51,
	EXT_ECH = 0xfe0d,
};

/* TLS 1.3 drafts below 22 had a ServerHello without session id and compression method; no other has
 * such a version there. */
static bool is_brief(uint16_t version)
{
	return version == TLS_1_3 || (version >= 0x7f00 && version <= 0x7f15);
}

/* Numbers of a list up to TLS_LIST_MAX. False: half a number at the end. */
static bool read_u16s(uint16_t out[TLS_LIST_MAX], size_t *count, struct wire list)
{
	bool even = list.n % 2 == 0 && !list.bad;

	while (list.n >= 2 && *count < TLS_LIST_MAX)
		out[(*count)++] = wire_u16(&list);
	return even;
}

/* A vector that is the whole of an extension, or an empty one. */
static bool only_vec(struct wire *out, struct wire ext, unsigned width)
{
	struct wire vec = wire_vec(&ext, width);
	bool good = wire_done(&ext);

	*out = good ? vec : (struct wire) { .n = 0 };
	return good;
}

/* RFC 6066 3 */
static bool on_server_name(struct tls_client_hello *h, struct wire ext)
{
	struct wire list;

	if (!only_vec(&list, ext, 2))
		return false;
	while (list.n > 0) {
		uint8_t type = wire_u8(&list);
		struct wire name = wire_vec(&list, 2);

		if (type == 0 && h->sni.n == 0 && !name.bad)
			h->sni = name;
	}
	return !list.bad && h->sni.n > 0;
}

static bool on_status_request(struct tls_client_hello *h, struct wire ext)
{
	h->has_status_request = true;
	return ext.n > 0;
}

static bool on_groups(struct tls_client_hello *h, struct wire ext)
{
	struct wire list;

	return only_vec(&list, ext, 2) && read_u16s(h->groups, &h->group_count, list);
}

static bool on_point_formats(struct tls_client_hello *h, struct wire ext)
{
	return only_vec(&h->point_formats, ext, 1);
}

static bool on_sigalgs(struct tls_client_hello *h, struct wire ext)
{
	struct wire list;

	return only_vec(&list, ext, 2) && read_u16s(h->sigalgs, &h->sigalg_count, list);
}

/* RFC 7301 3.1 */
static bool on_alpn(struct tls_client_hello *h, struct wire ext)
{
	struct wire list;
	bool good = only_vec(&list, ext, 2) && list.n > 0;

	while (list.n > 0 && h->alpn_count < TLS_ALPN_MAX) {
		struct wire name = wire_vec(&list, 1);

		if (!name.bad)
			h->alpn[h->alpn_count++] = name;
		good = good && name.n > 0;
	}
	return good && !list.bad;
}

static bool on_ticket(struct tls_client_hello *h, struct wire ext)
{
	h->has_ticket = ext.n > 0;
	return true;
}

static bool on_psk(struct tls_client_hello *h, struct wire ext)
{
	h->has_psk = true;
	return ext.n > 0;
}

static bool on_early_data(struct tls_client_hello *h, struct wire ext)
{
	h->has_early_data = true;
	return ext.n == 0;
}

/* DTLS counts downwards: 0xfeff is 1.0. */
static uint16_t version_rank(uint16_t version)
{
	return version >> 8 == 0xfe ? version ^ 0xff : version;
}

/* RFC 8446 4.2.1 */
static bool on_versions(struct tls_client_hello *h, struct wire ext)
{
	struct wire list;
	uint16_t best = 0;

	if (!only_vec(&list, ext, 1))
		return false;
	h->has_versions = true;
	while (list.n > 0) {
		uint16_t version = wire_u16(&list);

		if (!list.bad && !tls_is_grease(version) &&
			version_rank(version) > version_rank(best))
			best = version;
	}
	if (best != 0)
		h->version = best;
	return !list.bad;
}

/* RFC 9849 5: type outer is 0. */
static bool on_ech(struct tls_client_hello *h, struct wire ext)
{
	uint8_t type = wire_u8(&ext);

	h->has_ech = !ext.bad && type == 0;
	return !ext.bad;
}

static const struct {
	uint16_t type;
	bool (*take)(struct tls_client_hello *h, struct wire ext);
} client_extensions[] = {
	{ EXT_SERVER_NAME, on_server_name },
	{ EXT_STATUS_REQUEST, on_status_request },
	{ EXT_SUPPORTED_GROUPS, on_groups },
	{ EXT_EC_POINT_FORMATS, on_point_formats },
	{ EXT_SIGNATURE_ALGORITHMS, on_sigalgs },
	{ EXT_ALPN, on_alpn },
	{ EXT_SESSION_TICKET, on_ticket },
	{ EXT_PRE_SHARED_KEY, on_psk },
	{ EXT_EARLY_DATA, on_early_data },
	{ EXT_SUPPORTED_VERSIONS, on_versions },
	{ EXT_ECH, on_ech },
};

/* A type that came before: the first one counts. RFC 8446 4.2 forbids the second. */
static bool came_before(const uint16_t *types, size_t count, uint16_t type)
{
	for (size_t i = 0; i < count; i++) {
		if (types[i] == type)
			return true;
	}
	return false;
}

static bool client_extension(struct tls_client_hello *h, uint16_t type, struct wire ext)
{
	for (size_t i = 0; i < sizeof client_extensions / sizeof client_extensions[0]; i++) {
		if (client_extensions[i].type != type)
			continue;
		return !came_before(h->extensions, h->extension_count, type) &&
		       client_extensions[i].take(h, ext);
	}
	return true;
}

/* False: an extension, or the list of them, did not parse. */
static bool read_client_extensions(struct tls_client_hello *h, struct wire body)
{
	if (body.n == 0)
		return true; /* RFC 5246 7.4.1.2: there need not be any */

	struct wire list = wire_vec(&body, 2);
	bool good = wire_done(&body);

	while (list.n > 0) {
		uint16_t type = wire_u16(&list);
		struct wire ext = wire_vec(&list, 2);

		if (list.bad)
			return false;
		good = client_extension(h, type, ext) && good;
		if (h->extension_count < TLS_LIST_MAX)
			h->extensions[h->extension_count++] = type;
	}
	return good;
}

/* All but the arrays behind their counts: the struct is large, and this is done for every hello. */
static void client_hello_clear(struct tls_client_hello *h)
{
	h->cipher_count = 0;
	h->extension_count = 0;
	h->group_count = 0;
	h->sigalg_count = 0;
	h->alpn_count = 0;
	h->point_formats = h->sni = (struct wire) { .n = 0 };
	h->has_versions = h->has_psk = h->has_early_data = h->has_ticket = false;
	h->has_status_request = h->has_ech = h->sslv2 = h->malformed = false;
}

bool tls_client_hello_parse(struct tls_client_hello *out, struct wire body, bool dtls)
{
	uint16_t version = wire_u16(&body);
	struct wire random = wire_cut(&body, 32);
	struct wire session_id = wire_vec(&body, 1);
	if (dtls)
		wire_vec(&body, 1); /* cookie */
	struct wire ciphers = wire_vec(&body, 2);
	struct wire compressions = wire_vec(&body, 1);

	if (body.bad)
		return false;
	client_hello_clear(out);
	out->legacy_version = out->version = version;
	out->random = random;
	out->session_id = session_id;

	bool good = session_id.n <= 32 && compressions.n > 0;
	good = read_u16s(out->ciphers, &out->cipher_count, ciphers) && good;
	good = read_client_extensions(out, body) && good;
	out->malformed = !good;
	return true;
}

bool tls_sslv2_client_hello_parse(struct tls_client_hello *out, struct wire body)
{
	uint8_t type = wire_u8(&body);
	uint16_t version = wire_u16(&body);
	uint16_t ciphers_n = wire_u16(&body);
	uint16_t session_id_n = wire_u16(&body);
	uint16_t challenge_n = wire_u16(&body);
	struct wire ciphers = wire_cut(&body, ciphers_n);
	struct wire session_id = wire_cut(&body, session_id_n);
	struct wire challenge = wire_cut(&body, challenge_n);

	if (!wire_done(&body) || type != 1 || ciphers_n % 3 != 0)
		return false;
	client_hello_clear(out);
	out->sslv2 = true;
	out->legacy_version = out->version = version;
	out->random = challenge;
	out->session_id = session_id;
	while (ciphers.n > 0 && out->cipher_count < TLS_LIST_MAX) {
		uint32_t kind = wire_u24(&ciphers);

		if (kind <= UINT16_MAX) /* the others are of SSLv2 itself */
			out->ciphers[out->cipher_count++] = (uint16_t)kind;
	}
	out->malformed = ciphers_n == 0 || challenge_n < 16 || challenge_n > 32;
	return true;
}

static bool on_chosen_alpn(struct tls_server_hello *h, struct wire ext)
{
	struct wire list;

	return only_vec(&list, ext, 2) && only_vec(&h->alpn, list, 1) && h->alpn.n > 0;
}

static bool on_scts(struct tls_server_hello *h, struct wire ext)
{
	struct wire list;

	h->scts = ext;
	return only_vec(&list, ext, 2);
}

static bool on_ticket_promise(struct tls_server_hello *h, struct wire ext)
{
	h->ticket = true;
	return ext.n == 0;
}

static bool on_status_promise(struct tls_server_hello *h, struct wire ext)
{
	h->status_request = true;
	return ext.n == 0;
}

static bool on_chosen_psk(struct tls_server_hello *h, struct wire ext)
{
	h->psk = true;
	return ext.n == 2;
}

static bool on_chosen_version(struct tls_server_hello *h, struct wire ext)
{
	uint16_t version = wire_u16(&ext);

	if (!wire_done(&ext))
		return false;
	h->version = version;
	return true;
}

/* RFC 8446 4.2.8: a HelloRetryRequest has the group alone. */
static bool on_key_share(struct tls_server_hello *h, struct wire ext)
{
	h->group = wire_u16(&ext);
	if (ext.n > 0)
		wire_vec(&ext, 2);
	return wire_done(&ext);
}

static const struct {
	uint16_t type;
	bool (*take)(struct tls_server_hello *h, struct wire ext);
} server_extensions[] = {
	{ EXT_STATUS_REQUEST, on_status_promise },
	{ EXT_ALPN, on_chosen_alpn },
	{ EXT_SCT, on_scts },
	{ EXT_SESSION_TICKET, on_ticket_promise },
	{ EXT_PRE_SHARED_KEY, on_chosen_psk },
	{ EXT_SUPPORTED_VERSIONS, on_chosen_version },
	{ EXT_KEY_SHARE, on_key_share },
};

static bool server_extension(struct tls_server_hello *h, uint16_t type, struct wire ext)
{
	for (size_t i = 0; i < sizeof server_extensions / sizeof server_extensions[0]; i++) {
		if (server_extensions[i].type != type)
			continue;
		return !came_before(h->extensions, h->extension_count, type) &&
		       server_extensions[i].take(h, ext);
	}
	return true;
}

static bool read_server_extensions(struct tls_server_hello *h, struct wire body)
{
	if (body.n == 0)
		return true;

	struct wire list = wire_vec(&body, 2);
	bool good = wire_done(&body);

	while (list.n > 0) {
		uint16_t type = wire_u16(&list);
		struct wire ext = wire_vec(&list, 2);

		if (list.bad)
			return false;
		good = server_extension(h, type, ext) && good;
		if (h->extension_count < TLS_LIST_MAX)
			h->extensions[h->extension_count++] = type;
	}
	return good;
}

static void server_hello_clear(struct tls_server_hello *h)
{
	h->extension_count = 0;
	h->group = 0;
	h->alpn = h->scts = (struct wire) { .n = 0 };
	h->hello_retry = h->psk = h->ticket = h->status_request = false;
	h->downgrade_sentinel = h->malformed = false;
}

/* RFC 8446 4.1.3: SHA-256 of "HelloRetryRequest". */
static const uint8_t hello_retry_random[32] = {
	0xcf,
	0x21,
	0xad,
	0x74,
	0xe5,
	0x9a,
	0x61,
	0x11,
	0xbe,
	0x1d,
	0x8c,
	0x02,
	0x1e,
	0x65,
	0xb8,
	0x91,
	0xc2,
	0xa2,
	0x11,
	0x16,
	0x7a,
	0xbb,
	0x8c,
	0x5e,
	0x07,
	0x9e,
	0x09,
	0xe2,
	0xc8,
	0xa8,
	0x33,
	0x9c,
};

/* RFC 8446 4.1.3 */
static bool has_sentinel(struct wire random)
{
	static const uint8_t downgrade[7] = { 'D', 'O', 'W', 'N', 'G', 'R', 'D' };

	wire_skip(&random, 24);
	return wire_starts(random, downgrade, sizeof downgrade) && random.p[7] <= 1;
}

bool tls_server_hello_parse(struct tls_server_hello *out, struct wire body)
{
	uint16_t version = wire_u16(&body);
	bool brief = is_brief(version);
	struct wire random = wire_cut(&body, 32);
	struct wire session_id = { .n = 0 };

	if (!brief)
		session_id = wire_vec(&body, 1);
	uint16_t cipher = wire_u16(&body);

	if (!brief)
		wire_skip(&body, 1); /* compression method */
	if (body.bad)
		return false;
	server_hello_clear(out);
	out->legacy_version = out->version = version;
	out->random = random;
	out->session_id = session_id;
	out->cipher = cipher;
	out->hello_retry = wire_equals(random, hello_retry_random, sizeof hello_retry_random);
	out->downgrade_sentinel = has_sentinel(random);
	out->malformed = !read_server_extensions(out, body) || session_id.n > 32;
	return true;
}
