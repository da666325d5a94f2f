/* Real handshakes between two OpenSSL peers in memory: the bytes on the wire, and each message as
 * OpenSSL saw it. */
#ifndef UNIT_TEST_TLS_TALK_H
#define UNIT_TEST_TLS_TALK_H

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "check.h"
#include "tls/conn.h"

#define TALK_FLIGHTS 32

struct bytes {
	uint8_t *p;
	size_t n;
};

struct flight {
	enum side side;
	struct bytes bytes;
};

/* What went over the wire, and the bodies of handshake messages by type. */
struct talk {
	struct flight flights[TALK_FLIGHTS];
	size_t count;
	struct bytes client[256]; /* messages that the client sent, last of each type */
	struct bytes server[256];
	unsigned client_hellos;
};

struct talk_options {
	int version;
	bool client_certificate;
	bool resume;
	bool retry;       /* the client's group is not the server's: HelloRetryRequest */
	bool refuse;      /* the client does not trust the server */
	const char *alpn; /* wire format, or NULL */
};

static inline struct bytes bytes_copy(const void *p, size_t n)
{
	struct bytes b = { .p = malloc(n + 1), .n = n };

	assert_non_null(b.p);
	memcpy(b.p, p, n);
	return b;
}

static inline void bytes_add(struct bytes *b, const void *p, size_t n)
{
	b->p = realloc(b->p, b->n + n + 1);
	assert_non_null(b->p);
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

static inline void talk_free(struct talk *talk)
{
	for (size_t i = 0; i < talk->count; i++)
		free(talk->flights[i].bytes.p);
	for (size_t i = 0; i < 256; i++) {
		free(talk->client[i].p);
		free(talk->server[i].p);
	}
}

static inline void talk_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(ext);
	X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
}

static inline X509 *talk_certificate(
	EVP_PKEY *key, const char *name, X509 *issuer, EVP_PKEY *signer)
{
	X509 *x = X509_new();

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 360000);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
		(const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer : x));
	X509_set_pubkey(x, key);
	if (!issuer)
		talk_extension(x, x, NID_basic_constraints, "critical,CA:TRUE");
	talk_extension(x, issuer ? issuer : x, NID_subject_alt_name, "DNS:test.example");
	assert_true(X509_sign(x, signer, EVP_sha256()) > 0);
	return x;
}

static inline void talk_message(
	int write_p, int version, int type, const void *buf, size_t n, SSL *ssl, void *arg)
{
	struct talk *talk = arg;
	const uint8_t *p = buf;
	bool server = SSL_is_server(ssl);

	(void)version;
	if (type != SSL3_RT_HANDSHAKE || !write_p || n < 4)
		return;
	struct bytes *place = server ? &talk->server[p[0]] : &talk->client[p[0]];
	free(place->p);
	*place = bytes_copy(p + 4, n - 4);
	talk->client_hellos += p[0] == 1;
}

/* Moves what one peer wrote to the other one, and notes it. */
static inline bool talk_move(struct talk *talk, enum side side, SSL *from, SSL *to)
{
	static uint8_t buf[1 << 17];
	int n = BIO_read(SSL_get_wbio(from), buf, sizeof buf);

	if (n <= 0)
		return false;
	assert_true(talk->count < TALK_FLIGHTS);
	talk->flights[talk->count++] =
		(struct flight) { .side = side, .bytes = bytes_copy(buf, (size_t)n) };
	BIO_write(SSL_get_rbio(to), buf, n);
	return true;
}

static inline SSL *talk_peer(SSL_CTX *ctx, struct talk *talk, bool server)
{
	SSL *ssl = SSL_new(ctx);

	SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	if (server)
		SSL_set_accept_state(ssl);
	else
		SSL_set_connect_state(ssl);
	SSL_set_msg_callback(ssl, talk_message);
	SSL_set_msg_callback_arg(ssl, talk);
	return ssl;
}

/* One connection: handshake, "hello" each way, close. Returns the session for resuming. */
static inline SSL_SESSION *talk_once(
	struct talk *talk, SSL_CTX *cctx, SSL_CTX *sctx, SSL_SESSION *session)
{
	char buf[16];
	SSL *client = talk_peer(cctx, talk, false);
	SSL *server = talk_peer(sctx, talk, true);
	bool said = false, moved = true;

	SSL_set_tlsext_host_name(client, "test.example");
	if (session)
		SSL_set_session(client, session);
	while (moved) {
		SSL_do_handshake(client);
		if (SSL_is_init_finished(client) && !said)
			said = SSL_write(client, "hello", 5) == 5;
		moved = talk_move(talk, CLIENT, client, server);
		SSL_do_handshake(server);
		if (SSL_is_init_finished(server) && SSL_read(server, buf, sizeof buf) > 0)
			SSL_write(server, "hello", 5);
		moved = talk_move(talk, SERVER, server, client) || moved;
		SSL_read(client, buf, sizeof buf);
	}
	SSL_SESSION *next = SSL_get1_session(client);
	SSL_shutdown(client);
	talk_move(talk, CLIENT, client, server);
	SSL_free(client);
	SSL_free(server);
	return next;
}

static int talk_choose(SSL *ssl, const unsigned char **out, unsigned char *n,
	const unsigned char *in, unsigned int in_n, void *arg)
{
	(void)ssl;
	(void)in_n;
	(void)arg;
	*n = in[0];
	*out = in + 1;
	return SSL_TLSEXT_ERR_OK;
}

static inline int talk_trust(int ok, X509_STORE_CTX *store)
{
	(void)ok;
	(void)store;
	return 1;
}

/* Fills *talk; *leaf is the server's certificate as DER. Free both. */
static inline void talk_run(struct talk *talk, struct bytes *leaf, struct talk_options o)
{
	EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
	X509 *ca = talk_certificate(ca_key, "Test CA", NULL, ca_key);
	X509 *cert = talk_certificate(key, "test.example", ca, ca_key);
	SSL_CTX *cctx = SSL_CTX_new(TLS_client_method()), *sctx = SSL_CTX_new(TLS_server_method());

	for (int i = 0; i < 2; i++) {
		SSL_CTX *ctx = i == 0 ? cctx : sctx;

		SSL_CTX_set_min_proto_version(ctx, o.version);
		SSL_CTX_set_max_proto_version(ctx, o.version);
		SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0");
	}
	SSL_CTX_use_certificate(sctx, cert);
	SSL_CTX_use_PrivateKey(sctx, key);
	SSL_CTX_add0_chain_cert(sctx, X509_dup(ca));
	SSL_CTX_set_session_id_context(sctx, (const unsigned char *)"t", 1);
	if (o.client_certificate) {
		SSL_CTX_use_certificate(cctx, cert);
		SSL_CTX_use_PrivateKey(cctx, key);
		SSL_CTX_set_verify(sctx, SSL_VERIFY_PEER, talk_trust);
	}
	if (o.refuse)
		SSL_CTX_set_verify(cctx, SSL_VERIFY_PEER, NULL);
	if (o.retry) {
		SSL_CTX_set1_groups_list(cctx, "X25519:P-256");
		SSL_CTX_set1_groups_list(sctx, "P-256");
	}
	if (o.alpn) {
		SSL_CTX_set_alpn_protos(
			cctx, (const unsigned char *)o.alpn, (unsigned)strlen(o.alpn));
		SSL_CTX_set_alpn_select_cb(sctx, talk_choose, NULL);
	}
	*talk = (struct talk) { .count = 0 };
	SSL_SESSION *session = talk_once(talk, cctx, sctx, NULL);
	if (o.resume) {
		talk_free(talk);
		*talk = (struct talk) { .count = 0 };
		SSL_SESSION_free(talk_once(talk, cctx, sctx, session));
	}
	*leaf = (struct bytes) { .n = 0 };
	int n = i2d_X509(cert, &leaf->p);
	assert_true(n > 0);
	leaf->n = (size_t)n;

	SSL_SESSION_free(session);
	SSL_CTX_free(cctx);
	SSL_CTX_free(sctx);
	X509_free(ca);
	X509_free(cert);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(key);
}

__attribute__((unused)) static struct onpath_stats stats;

static inline struct tls_conn *conn_of(enum tls_carrier carrier)
{
	struct tls_conn *conn = NULL;

	CHECK_INT(tls_conn_new(&conn, carrier, &stats), 0);
	return conn;
}

/* Gives bytes in chunks of at most size. */
static inline void give(
	struct tls_conn *conn, enum side side, const uint8_t *p, size_t n, size_t size)
{
	for (size_t at = 0; at < n; at += size)
		CHECK_INT(
			tls_conn_bytes(conn, side, wire_of(p + at, n - at < size ? n - at : size)),
			0);
}

static inline void give_talk(struct tls_conn *conn, const struct talk *talk, size_t size)
{
	for (size_t i = 0; i < talk->count; i++)
		give(conn, talk->flights[i].side, talk->flights[i].bytes.p,
			talk->flights[i].bytes.n, size);
}

static inline bool same(const struct tls_message *message, const struct bytes *expected)
{
	if (!expected->p)
		return message->bytes == NULL;
	return message->bytes && message->n == expected->n &&
	       memcmp(message->bytes, expected->p, expected->n) == 0;
}

/* Everything that OpenSSL sent in the clear is kept, and nothing else. */
static inline bool all_there(const struct tls_conn *conn, const struct talk *talk, bool hidden)
{
	static const struct bytes none;
	const struct bytes *s = talk->server;

	return same(tls_conn_message(conn, KEPT_CLIENT_HELLO), &talk->client[1]) &&
	       same(tls_conn_message(conn, KEPT_SERVER_HELLO), &s[2]) &&
	       same(tls_conn_message(conn, KEPT_CERTIFICATE), hidden ? &none : &s[11]) &&
	       same(tls_conn_message(conn, KEPT_SERVER_KEY_EXCHANGE), hidden ? &none : &s[12]) &&
	       same(tls_conn_message(conn, KEPT_CLIENT_CERTIFICATE),
		       hidden ? &none : &talk->client[11]);
}

/* Where the server's Certificate message begins and ends in its first flight. */
static inline void find_certificate(
	size_t *begin, size_t *end, const struct flight *flight, const struct bytes *certificate)
{
	for (size_t at = 0; at + certificate->n <= flight->bytes.n; at++) {
		if (memcmp(flight->bytes.p + at, certificate->p, certificate->n) != 0)
			continue;
		*begin = at;
		*end = at + certificate->n;
		return;
	}
	fail_msg("no Certificate in the flight");
}

#endif
