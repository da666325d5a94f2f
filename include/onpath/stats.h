/* What was counted. Every packet, connection and passed limit stands in one of these numbers. */
#ifndef ONPATH_STATS_H
#define ONPATH_STATS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* name, what it counts. The sums that must hold stand in libonpath(3). */
#define ONPATH_COUNTERS(X)                                                                   \
	X(packets, "packets given to the engine")                                            \
	X(bytes, "captured bytes of them")                                                   \
	X(packets_tcp, "decoded to a TCP segment")                                           \
	X(packets_udp, "decoded to a UDP datagram")                                          \
	X(packets_other, "decoded, neither TCP nor UDP")                                     \
	X(packets_fragment, "held as fragments of a datagram not yet whole")                 \
	X(packets_invalid, "malformed or cut short below the transport header")              \
	X(packets_unknown_link, "link types or protocols we cannot decode")                  \
	X(packets_bad_checksum, "refused for a wrong checksum")                              \
	X(ipv4, "packets with IPv4 outermost")                                               \
	X(ipv6, "packets with IPv6 outermost")                                               \
	X(layers_exceeded, "packets with more encapsulation than allowed")                   \
	X(fragments_expired, "datagrams dropped because fragments never came")               \
	X(fragments_dropped, "fragments dropped at a limit")                                 \
	X(fragments_overlap, "datagrams with overlapping fragments")                         \
	X(flows, "flows seen")                                                               \
	X(flows_evicted, "flows given up because the table was full")                        \
	X(flows_expired, "flows given up because they were idle")                            \
	X(flows_nomem, "flows given up for lack of memory")                                  \
	X(tcp_sessions, "TCP connections with payload looked into")                          \
	X(segments_reordered, "TCP segments that came early")                                \
	X(segments_conflict, "TCP segments with other bytes than seen before")               \
	X(segments_dropped, "TCP segments dropped at a limit")                               \
	X(stream_gaps, "holes in TCP streams under inspection")                              \
	X(stream_memory_refused, "bytes not kept because the reassembly budget was used up") \
	X(connections, "TLS connections judged")                                             \
	X(tls_tcp, "of them TLS over TCP")                                                   \
	X(tls_dtls, "of them DTLS")                                                          \
	X(tls_quic, "of them QUIC")                                                          \
	X(tls_malformed, "connections with a malformed message")                             \
	X(tls_message_too_large, "handshake messages over the limit")                        \
	X(tls_useless_records, "connections given up for empty records")                     \
	X(quic_decrypt_failed, "QUIC Initial packets that did not decrypt")                  \
	X(quic_frames_refused, "QUIC packets with frames over a limit")                      \
	X(certs_cached, "certificates read for the first time")                              \
	X(certs_known, "certificates found in the cache")                                    \
	X(certs_unparsed, "certificates that are not readable DER")                          \
	X(certs_over_limit, "certificates over a limit, not parsed")                         \
	X(certs_evicted, "certificates dropped from the cache")                              \
	X(chains_verified, "chains verified for the first time")                             \
	X(chains_known, "chains found in the cache")                                         \
	X(signatures_checked, "signatures computed")                                         \
	X(signatures_skipped, "signatures not computed because of a limit")                  \
	X(certificate_seen, "connections whose certificate was seen")                        \
	X(certificate_decrypted, "connections whose certificate was decrypted")              \
	X(certificate_encrypted, "connections whose certificate is encrypted")               \
	X(certificate_resumed, "resumed connections")                                        \
	X(certificate_lost, "connections whose certificate was lost")                        \
	X(certificate_none, "connections without a certificate")                             \
	X(verdict_expected, "connections judged expected")                                   \
	X(verdict_trusted, "connections judged trusted")                                     \
	X(verdict_opaque, "connections judged opaque")                                       \
	X(verdict_misconfigured, "connections judged misconfigured")                         \
	X(verdict_suspect, "connections judged suspect")                                     \
	X(verdict_inspected, "connections judged inspected")                                 \
	X(verdict_intercepted, "connections judged intercepted")

struct onpath_stats {
#define X(name, text) uint64_t name;
	ONPATH_COUNTERS(X)
#undef X
};

#ifdef __cplusplus
}
#endif
#endif
