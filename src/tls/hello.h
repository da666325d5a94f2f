/* ClientHello and ServerHello: message body in, fields out. */
#ifndef TLS_HELLO_H
#define TLS_HELLO_H

#include "util/limits.h"
#include "util/wire.h"

#define TLS_SSL2 0x0002
#define TLS_SSL3 0x0300
#define TLS_1_0  0x0301
#define TLS_1_1  0x0302
#define TLS_1_2  0x0303
#define TLS_1_3  0x0304
#define DTLS_1_0 0xfeff
#define DTLS_1_2 0xfefd
#define DTLS_1_3 0xfefc

/* All spans are borrowed from the message. Lists are cut off at their limit. */
struct tls_client_hello {
	uint16_t legacy_version;
	uint16_t version; /* the highest offered: supported_versions (without GREASE) or
			     legacy_version */
	struct wire random;
	struct wire session_id;
	uint16_t ciphers[TLS_LIST_MAX];
	size_t cipher_count;
	uint16_t extensions[TLS_LIST_MAX]; /* types, in order, GREASE included */
	size_t extension_count;
	uint16_t groups[TLS_LIST_MAX];
	size_t group_count;
	uint16_t sigalgs[TLS_LIST_MAX];
	size_t sigalg_count;
	struct wire point_formats;
	struct wire sni; /* host_name as sent; n 0: none */
	struct wire alpn[TLS_ALPN_MAX];
	size_t alpn_count;
	bool has_versions; /* supported_versions was there */
	bool has_psk;
	bool has_early_data;
	bool has_ticket; /* session_ticket with a ticket in it */
	bool has_status_request;
	bool has_ech;   /* encrypted_client_hello, outer */
	bool sslv2;     /* came as an SSLv2 hello */
	bool malformed; /* an extension did not parse; the rest holds */
};

struct tls_server_hello {
	uint16_t legacy_version;
	uint16_t version; /* negotiated */
	struct wire random;
	struct wire session_id;
	uint16_t cipher;
	uint16_t extensions[TLS_LIST_MAX];
	size_t extension_count;
	uint16_t group;   /* key_share; 0: none */
	struct wire alpn; /* n 0: none */
	struct wire scts; /* signed_certificate_timestamp extension, RFC 6962 */
	bool hello_retry; /* RFC 8446 4.1.3: the random of a HelloRetryRequest */
	bool psk;         /* pre_shared_key: a resumption in TLS 1.3 */
	bool ticket;      /* session_ticket acknowledged */
	bool status_request;
	bool downgrade_sentinel; /* random ends in DOWNGRD and 01 or 00 */
	bool malformed;
};

/* RFC 8446 4.1.2, RFC 5246 7.4.1.2; dtls: with the cookie of RFC 6347 4.2.1. False: not a
 * ClientHello. */
bool tls_client_hello_parse(struct tls_client_hello *out, struct wire body, bool dtls);

/* The SSLv2 CLIENT-HELLO after its record header, RFC 6101 appendix E. */
bool tls_sslv2_client_hello_parse(struct tls_client_hello *out, struct wire body);

/* RFC 8446 4.1.3, RFC 5246 7.4.1.3. */
bool tls_server_hello_parse(struct tls_server_hello *out, struct wire body);

/* RFC 8701. */
static inline bool tls_is_grease(uint16_t v)
{
	return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff);
}

#endif
