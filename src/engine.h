/* The engine from inside: what it owns. engine.c makes and ends it, dispatch.c runs packets through
 * it. */
#ifndef ENGINE_H
#define ENGINE_H

#include <onpath/engine.h>

#include "conn.h"
#include "decode/decode.h"
#include "judge.h"

struct onpath_engine {
	onpath_event_fn *fn;
	void *user;
	struct onpath_stats stats;
	struct decoder *decoder;
	struct flow_table *flows;
	struct x509 *x509;
	struct policy *policy;
	struct judge *judge;
	struct conn_shared shared;
	uint64_t now_ns; /* never goes back, though packets may */
	uint64_t second_ends_ns;
	uint32_t now_s;
	size_t anchor_keys; /* of the policy, already in the store */
};

#endif
