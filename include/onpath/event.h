/* What the engine says: one judged event per TLS connection. Plain structs that live for the call.
 */
#ifndef ONPATH_EVENT_H
#define ONPATH_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <onpath/packet.h>

#ifdef __cplusplus
extern "C" {
#endif

/* From harmless to worst, so that they compare. */
enum onpath_verdict {
	ONPATH_EXPECTED,      /* an expectation exists and the verified chain meets it */
	ONPATH_TRUSTED,       /* no expectation; chain verifies at packet time, name matches */
	ONPATH_OPAQUE,        /* the certificate was not visible: cannot tell */
	ONPATH_MISCONFIGURED, /* the chain fails as an operator's fault would */
	ONPATH_SUSPECT,       /* evidence of interception below the bar */
	ONPATH_INSPECTED,     /* intercepted, and the user's policy authorises it */
	ONPATH_INTERCEPTED,   /* evidence at or above the bar */
	ONPATH_VERDICTS
};

enum onpath_kind {
	ONPATH_KIND_NONE,
	ONPATH_KIND_FORGED,   /* TLS ended by an unknown CA */
	ONPATH_KIND_REISSUED, /* TLS ended, another publicly valid certificate */
	ONPATH_KIND_PRODUCT,  /* a known inspection product */
	ONPATH_KIND_STRIPPED, /* TLS taken away */
	ONPATH_KIND_INJECTED, /* bytes put into the stream */
	ONPATH_KINDS
};

/* How much of the connection was seen. */
enum onpath_completeness {
	ONPATH_BOTH_SIDES,
	ONPATH_SERVER_ONLY,
	ONPATH_CLIENT_ONLY,
	ONPATH_GAP,       /* bytes of the handshake were lost */
	ONPATH_TRUNCATED, /* the capture ends inside the handshake */
	ONPATH_AMBIGUOUS, /* one byte was sent with two values */
	ONPATH_COMPLETENESSES
};

enum onpath_certificate_state {
	ONPATH_CERT_SEEN,
	ONPATH_CERT_DECRYPTED,
	ONPATH_CERT_ENCRYPTED, /* TLS 1.3, QUIC */
	ONPATH_CERT_RESUMED,   /* an earlier session goes on: none is sent */
	ONPATH_CERT_LOST,      /* sent, but not (wholly) captured */
	ONPATH_CERT_NONE,      /* none was sent */
	ONPATH_CERT_STATES
};

enum onpath_carrier {
	ONPATH_CARRIER_TLS,
	ONPATH_CARRIER_DTLS,
	ONPATH_CARRIER_QUIC,
	ONPATH_CARRIERS
};

struct onpath_addr {
	uint8_t family;    /* 4 or 6 */
	uint8_t bytes[16]; /* IPv4: the first four */
};

/* Bytes of the peer: any value, also NUL, no terminator. */
struct onpath_bytes {
	const uint8_t *data;
	size_t len;
};

enum onpath_key_type {
	ONPATH_KEY_UNKNOWN,
	ONPATH_KEY_RSA,
	ONPATH_KEY_EC,
	ONPATH_KEY_ED25519,
	ONPATH_KEY_ED448,
	ONPATH_KEY_DSA,
	ONPATH_KEY_OTHER,
};

#define ONPATH_TIME_BAD INT64_MIN /* a date that does not convert */

struct onpath_extension {
	const char *oid; /* dotted */
	bool critical;
};

/* The facts of one certificate. Strings are UTF-8 with U+FFFD for what is not, and may hold control
 * characters. */
struct onpath_cert {
	uint64_t id; /* the same number is the same certificate for the life of the engine */
	struct onpath_bytes der;
	uint8_t sha256[32];
	uint8_t sha1[20];
	uint8_t spki_sha256[32];
	bool parsed; /* false: not a certificate we can read; only der and the hashes hold */
	const char *problem; /* why parsed is false, else NULL */
	int version;         /* 1 to 3 */
	const char *subject; /* "C=US, O=Example, CN=host", in the order of the certificate */
	const char *issuer;
	const char *subject_cn; /* last CN, or NULL */
	const char *subject_o;  /* first O, or NULL */
	const char *issuer_cn;
	const char *issuer_o;
	const char *serial; /* hex, lower case, two digits a byte, leading "-" if negative */
	int64_t not_before; /* seconds since 1970 UTC, or ONPATH_TIME_BAD */
	int64_t not_after;
	const char *const *dns_names; /* subjectAltName */
	size_t dns_name_count;
	const struct onpath_addr *ip_addrs;
	size_t ip_addr_count;
	bool has_san;
	bool names_truncated; /* more names than limits.h lets in */
	enum onpath_key_type key_type;
	unsigned key_bits;
	const char *curve;         /* "P-256" …, or NULL */
	uint64_t rsa_exponent;     /* 0: not RSA, or over 64 bits */
	const char *signature_alg; /* OpenSSL's long-standing name, e.g. "sha256WithRSAEncryption",
				      or a dotted OID */
	const struct onpath_extension *extensions;
	size_t extension_count;
	bool is_ca;
	int path_len;       /* -1: none */
	uint16_t key_usage; /* bit 0 digitalSignature … bit 8 decipherOnly; 0 with has_key_usage
			       false */
	bool has_key_usage;
	bool has_eku;
	bool eku_server; /* serverAuth, or any */
	bool has_sct;    /* embedded */
	bool has_aia;
	bool has_crldp;
	bool has_policies;
	bool has_must_staple;
	const char *ski;     /* hex, or NULL */
	const char *aki;     /* keyid in hex, or NULL */
	const char *comment; /* Netscape comment, or NULL */
	bool self_issued;    /* subject equals issuer, by name */
	bool self_signed;    /* the signature verifies with its own key */
};

/* How the chain stood at packet time. */
enum onpath_chain_status {
	ONPATH_CHAIN_NONE,     /* no certificate to verify */
	ONPATH_CHAIN_VERIFIED, /* to an anchor of the store */
	ONPATH_CHAIN_EXPIRED,  /* to an anchor, but a date has passed */
	ONPATH_CHAIN_NOT_YET_VALID,
	ONPATH_CHAIN_NO_ISSUER,     /* the issuer of the last certificate is not known */
	ONPATH_CHAIN_UNKNOWN_ROOT,  /* ends in a self-signed certificate that is no anchor */
	ONPATH_CHAIN_SELF_SIGNED,   /* the leaf signs itself and is no anchor */
	ONPATH_CHAIN_BAD_SIGNATURE, /* a certificate with the issuer's name is there, but did not
				       sign */
	ONPATH_CHAIN_NOT_A_CA,      /* signed by a certificate that may not sign */
	ONPATH_CHAIN_CONSTRAINED,   /* name constraints or usage forbid it */
	ONPATH_CHAIN_UNPARSED,      /* the leaf is not a certificate we can read */
	ONPATH_CHAIN_SKIPPED,       /* a limit or budget was met */
	ONPATH_CHAIN_STATUSES
};

struct onpath_evidence {
	const char *id;       /* the detector's, constant */
	const char *family;   /* constant */
	double points;        /* log-odds; negative clears */
	const char *text;     /* a sentence for people */
	const char *expected; /* or NULL */
	const char *seen;     /* or NULL */
};

#define ONPATH_EVIDENCE_MAX 24

/* What the user expects of a host, and where that stands. */
struct onpath_expected {
	bool present;
	const char *owners; /* "Apple, DigiCert", or NULL where only pins or anchors count */
	const char *from;   /* "shipped", or file:line */
};

struct onpath_alert_seen {
	bool seen;
	uint8_t level;
	uint8_t description;
};

/* What the path shows of one side, by its packets. */
struct onpath_hops {
	uint8_t syn_ttl;  /* of SYN or SYN-ACK; 0: not seen */
	uint8_t data_ttl; /* of the first packet with data; 0: none */
	uint8_t data_ttl_min;
	uint8_t data_ttl_max;
	bool ip_id_zero; /* every IPv4 packet with data had identification 0 */
};

struct onpath_connection {
	uint64_t time_ns;                   /* of its first packet */
	uint64_t last_time_ns;              /* of the packet that ended the looking */
	const struct onpath_source *source; /* of the first packet */
	uint64_t packet; /* number of the packet that ended the looking, within its source */
	uint64_t first_packet;
	struct onpath_addr src; /* the client */
	struct onpath_addr dst; /* the server */
	uint16_t sport;
	uint16_t dport;
	uint8_t proto; /* 6 or 17 */
	enum onpath_carrier carrier;
	uint16_t vlan[3];
	unsigned vlan_count;
	char community_id[31];  /* "1:" and 28 characters */
	const char *from_proto; /* what came before TLS: "smtp", "http-connect" …, or NULL */

	bool client_hello; /* seen and read */
	bool server_hello;
	bool hello_retry;
	bool ech_offered; /* sni is then the outer name */
	bool resumed;
	struct onpath_bytes sni; /* as sent; len 0: none */
	const char
		*host; /* sni in lower case without a last dot if it is a valid name, else NULL */
	uint16_t version;        /* negotiated, e.g. 0x0303, 0xfefd; 0: unknown; the client's if no
				    ServerHello */
	uint16_t client_version; /* highest offered */
	uint32_t quic_version;
	uint16_t cipher;
	struct onpath_bytes alpn;               /* chosen by the server in the clear */
	const struct onpath_bytes *client_alpn; /* offered */
	size_t client_alpn_count;
	const uint16_t *client_ciphers;
	size_t client_cipher_count;
	const uint16_t *client_extensions;
	size_t client_extension_count;
	const uint16_t *server_extensions;
	size_t server_extension_count;
	char ja3[33]; /* "" if there is no ClientHello; so the others */
	const char *ja3_string;
	char ja3s[33];
	const char *ja3s_string;
	char ja4[37];
	bool downgrade_sentinel; /* in ServerHello.random, though the client offered more */
	struct onpath_alert_seen client_alert;
	struct onpath_alert_seen server_alert;
	struct onpath_bytes ocsp_staple; /* stapled OCSPResponse, of the leaf */
	struct onpath_bytes scts;        /* of the TLS extension */
	bool malformed;                  /* a message or extension did not parse */

	const struct onpath_cert *const *chain; /* as sent, leaf first */
	size_t chain_len;
	const struct onpath_cert *const *client_chain;
	size_t client_chain_len;
	const struct onpath_cert *const *path; /* as verified: leaf first, anchor last */
	size_t path_len;
	enum onpath_chain_status chain_status;
	bool name_matches; /* RFC 9525; false without host */
	const char *owner; /* CA owner over the verified path, or NULL */

	enum onpath_certificate_state certificate;
	enum onpath_completeness completeness;
	struct onpath_hops client_hops;
	struct onpath_hops server_hops;
	uint32_t conflicts;  /* segments that said something else than those before */
	uint64_t lost_bytes; /* holes in the handshake */

	struct onpath_expected expected;
	enum onpath_verdict verdict;
	enum onpath_kind kind;
	bool tcp_terminated;
	double confidence; /* 0 to 1 */
	double points;
	const char *by; /* product, tool or event, or NULL */
	struct onpath_evidence evidence[ONPATH_EVIDENCE_MAX];
	size_t evidence_count;
};

enum onpath_event_type { ONPATH_EVENT_CONNECTION };

struct onpath_event {
	enum onpath_event_type type;
	const struct onpath_connection *connection;
};

typedef void onpath_event_fn(void *user, const struct onpath_event *event);

#ifdef __cplusplus
}
#endif
#endif
