/* Every limit on what a stranger can make us keep or do, with its reason. Passing one adds to a
 * counter. */
#ifndef UTIL_LIMITS_H
#define UTIL_LIMITS_H

/* Packets. Larger than any link we know; libpcap's own MAXIMUM_SNAPLEN. */
#define PACKET_MAX             262144
/* pcapng: bytes of a block that is read whole (libpcap's limit), and interfaces of one section. */
#define CAPTURE_BLOCK_MAX      (16u << 20)
#define CAPTURE_INTERFACES_MAX 65536
/* Encapsulation: headers of link, tag, tunnel and network layers, outermost to innermost. */
#define LAYERS_MAX             8
/* IPv6 extension headers in one chain (RFC 8200 names six). */
#define IPV6_EXTENSIONS_MAX    8

/* Fragments: datagrams held at once, bytes of all of them, fragments of one, seconds until given
 * up. */
#define FRAGMENT_DATAGRAMS_MAX     4096
#define FRAGMENT_BYTES_MAX         (32u << 20)
#define FRAGMENTS_PER_DATAGRAM_MAX 64
#define FRAGMENT_SECONDS           30

/* Flows open at once: 64 bytes each and 8 for the index. */
#define FLOWS_MAX                (4u << 20)
/* Different stacks of tags and tunnels: every VLAN of a trunk and some. */
#define ENCAPS_MAX               16384
/* Seconds without a packet until a flow is forgotten: half open, established, closed, UDP. */
#define FLOW_SECONDS_HALF_OPEN   60
#define FLOW_SECONDS_ESTABLISHED 600
#define FLOW_SECONDS_CLOSED      30
#define FLOW_SECONDS_UDP         120

/* Reassembly of one direction while its handshake goes on: RELIABILITY 2.4; a Certificate message
 * and its neighbours fit. */
#define STREAM_BYTES_MAX       (320u << 10)
#define STREAM_SEGMENTS_MAX    512
/* Seconds from the first byte of a handshake until a hole in it is given up, or the handshake
 * itself. */
#define HANDSHAKE_SECONDS      60
/* Bytes held for reassembly over all connections. */
#define STREAM_BYTES_TOTAL_MAX (1u << 30)
/* What may come before TLS in one direction: STARTTLS greetings, CONNECT headers. */
#define PRELUDE_BYTES_MAX      4096

/* Handshake messages: Go's maxHandshake, and Go's limit of a Certificate message. */
#define TLS_MESSAGE_MAX             (64u << 10)
#define TLS_CERTIFICATE_MESSAGE_MAX (256u << 10)
/* Records without progress (empty, or alerts) in one handshake: BoringSSL's kMaxEmptyRecords. */
#define TLS_USELESS_RECORDS_MAX     32
/* Encrypted record lengths remembered per side, for judging from shapes. */
#define TLS_SHAPE_RECORDS_MAX       16
/* Values kept of one list in a hello: cipher suites, extensions, groups, ALPN. More is cut off. */
#define TLS_LIST_MAX                256
#define TLS_ALPN_MAX                16

/* QUIC: CRYPTO bytes of one direction, frames of one packet, Initial packets decrypted per
 * connection and direction. */
#define QUIC_CRYPTO_MAX   (64u << 10)
#define QUIC_FRAMES_MAX   256
#define QUIC_INITIALS_MAX 32

/* Certificates of one message that are parsed, and of a path that is verified. */
#define CERTS_PARSED_MAX      16
#define CERTS_PATH_MAX        10
#define CERT_DER_MAX          (64u << 10)
#define CERT_NAMES_MAX        512
#define CERT_RDNS_MAX         64
#define CERT_EXTENSIONS_MAX   64
#define CERT_SERIAL_MAX       64
#define CERT_TEXT_MAX         4096
/* DER: nesting, and arcs of an object identifier. */
#define DER_DEPTH_MAX         32
#define OID_ARCS_MAX          128
/* Keys that are used to verify: OpenSSL's cost grows with the cube. */
#define RSA_BITS_MIN          512
#define RSA_BITS_MAX          8192
#define RSA_EXPONENT_BITS_MAX 32
/* Signatures computed for one chain; a public one needs three. */
#define CHAIN_SIGNATURES_MAX  32
/* Bytes of the certificate cache. */
#define CERT_CACHE_BYTES_MAX  (256u << 20)
/* Intermediates remembered from the traffic, to complete chains. */
#define INTERMEDIATES_MAX     8192

/* Output: one record, one field, entries of one list. */
#define RECORD_BYTES_MAX (1u << 20)
#define FIELD_BYTES_MAX  4096
#define LIST_ENTRIES_MAX 100

/* Policy text: bytes of one file, nesting, rules of all files. */
#define POLICY_BYTES_MAX (16u << 20)
#define POLICY_DEPTH_MAX 16
#define POLICY_RULES_MAX 100000

#endif
