/* The engine: packets in, one judged event per TLS connection out. One engine, one thread. */
#ifndef ONPATH_ENGINE_H
#define ONPATH_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <onpath/event.h>
#include <onpath/packet.h>
#include <onpath/stats.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define ONPATH_API     __attribute__((visibility("default")))
#define ONPATH_CHECKED __attribute__((visibility("default"), warn_unused_result))
#else
#define ONPATH_API
#define ONPATH_CHECKED
#endif

struct onpath_engine; /* opaque */

/* How the engine shall work. Zeroed is a good start: every 0 means the default of limits.h. */
struct onpath_options {
	uint8_t hash_key[16]; /* secret of the flow table; fill with random bytes on hostile traffic
			       */
	bool demand_checksums; /* refuse packets whose IP, TCP or UDP checksum is wrong */
	bool ignore_vlan;      /* VLAN tags are no part of a flow's key: for taps that see one side
				  tagged */
	uint32_t max_flows;    /* open at once */
	uint64_t max_stream_bytes; /* held for reassembly, over all connections */
	uint64_t max_cert_bytes;   /* held in the certificate cache */
};

/* Where a loaded text is wrong. line and column count from 1; 0: not known. */
struct onpath_error {
	unsigned line;
	unsigned column;
	char message[256];
};

/* Makes an engine that calls fn(user, …) for each judged connection. 0 or -ENOMEM; free with
 * onpath_engine_free. */
ONPATH_CHECKED int onpath_engine_new(struct onpath_engine **out,
	const struct onpath_options *options, onpath_event_fn *fn, void *user);

/* Takes NULL too. Connections still open are dropped without an event: call onpath_engine_finish
 * before. */
ONPATH_API void onpath_engine_free(struct onpath_engine *engine);

/* Adds trust anchors from PEM text; *added (may be NULL) is their number. 0, -EBADMSG (no
 * certificate in it), -ENOMEM. */
ONPATH_CHECKED int onpath_engine_add_roots(
	struct onpath_engine *engine, size_t *added, const char *pem, size_t len);

/* Adds expectations from YAML text, see onpath-expect(5). name stands in events and errors. 0,
 * -EINVAL (error filled), -ENOMEM. */
ONPATH_CHECKED int onpath_engine_add_policy(struct onpath_engine *engine,
	struct onpath_error *error, const char *name, const char *yaml, size_t len);

/*
 * The same from a file, which may name PEM files beside it. 0, -EINVAL (error filled), -ENOMEM, or
 * what reading gave (error says which file).
 */
ONPATH_CHECKED int onpath_engine_add_policy_file(
	struct onpath_engine *engine, struct onpath_error *error, const char *path);

/* Adds the expectations that onpath ships. 0 or -ENOMEM. */
ONPATH_CHECKED int onpath_engine_add_shipped_policy(struct onpath_engine *engine);

/* Feeds one packet; data is read only in the call. 0 or -errno. A broken packet is counted, not an
 * error. */
ONPATH_CHECKED int onpath_engine_packet(
	struct onpath_engine *engine, const struct onpath_packet *packet);

/* Feeds n packets in order; the same as one after the other, but faster. All their data must be
 * valid during the call. */
ONPATH_CHECKED int onpath_engine_packets(
	struct onpath_engine *engine, const struct onpath_packet *packets, size_t n);

/* Tells the time where no packet does, so that idle connections expire. */
ONPATH_API void onpath_engine_tick(struct onpath_engine *engine, uint64_t time_ns);

/* The input is at its end: judges every connection still open, oldest first. The engine can be fed
 * again. */
ONPATH_API void onpath_engine_finish(struct onpath_engine *engine);

/* The counters so far; valid until the engine is freed. */
ONPATH_API const struct onpath_stats *onpath_engine_stats(const struct onpath_engine *engine);

/* Names as they stand in records, e.g. "intercepted"; constant. */
ONPATH_API const char *onpath_verdict_name(enum onpath_verdict verdict);
ONPATH_API const char *onpath_kind_name(enum onpath_kind kind);
ONPATH_API const char *onpath_completeness_name(enum onpath_completeness completeness);
ONPATH_API const char *onpath_certificate_state_name(enum onpath_certificate_state state);
ONPATH_API const char *onpath_chain_status_name(enum onpath_chain_status status);
ONPATH_API const char *onpath_carrier_name(enum onpath_carrier carrier);

/* Name of a LINKTYPE_ whose packets can be decoded, e.g. "Ethernet"; NULL: they cannot, and are
 * only counted. */
ONPATH_API const char *onpath_link_name(uint32_t linktype);

/* One row of the detector table; NULL after the last. */
struct onpath_detector_info {
	const char *id;
	const char *family;
	double points; /* the most it gives */
	const char *text;
};
ONPATH_API const struct onpath_detector_info *onpath_detector(size_t index);

ONPATH_API const char *onpath_version(void);

#ifdef __cplusplus
}
#endif
#endif
