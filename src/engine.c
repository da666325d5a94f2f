/* An engine and what it knows: makes it, loads anchors and expectations, ends it. */
#include "engine.h"

#include <errno.h>

#include "classify/classify.h"
#include "util/limits.h"

OWN_CLEANUP(struct onpath_engine *, onpath_engine_free)

int onpath_engine_new(struct onpath_engine **out, const struct onpath_options *options,
	onpath_event_fn *fn, void *user)
{
	CLEANUP(onpath_engine_free) struct onpath_engine *engine = calloc(1, sizeof *engine);

	if (!engine)
		return -ENOMEM;
	engine->fn = fn;
	engine->user = user;
	conn_shared_init(&engine->shared);
	engine->shared.stats = &engine->stats;
	engine->shared.budget.max =
		options->max_stream_bytes ? options->max_stream_bytes : STREAM_BYTES_TOTAL_MAX;
	uint64_t cert_bytes =
		options->max_cert_bytes ? options->max_cert_bytes : CERT_CACHE_BYTES_MAX;

	if (decoder_new(&engine->decoder, &engine->stats, options->demand_checksums) != 0 ||
		flow_table_new(&engine->flows, options->hash_key, options->max_flows,
			options->ignore_vlan, &engine->stats) != 0 ||
		quic_crypto_new(&engine->shared.quic_crypto) != 0 ||
		x509_new(&engine->x509, cert_bytes, &engine->stats) != 0 ||
		policy_new(&engine->policy) != 0 ||
		judge_new(&engine->judge, engine->x509, engine->policy, &engine->stats) != 0)
		return -ENOMEM;
	*out = TAKE(engine);
	return 0;
}

void onpath_engine_free(struct onpath_engine *engine)
{
	if (!engine)
		return;
	conn_shared_deinit(&engine->shared);
	judge_free(engine->judge);
	policy_free(engine->policy);
	x509_free(engine->x509);
	quic_crypto_free(engine->shared.quic_crypto);
	flow_table_free(engine->flows);
	decoder_free(engine->decoder);
	free(engine);
}

int onpath_engine_add_roots(
	struct onpath_engine *engine, size_t *added, const char *pem, size_t len)
{
	return x509_add_anchors(engine->x509, added, pem, len);
}

/* Keys of old anchors, which the policy carries, become anchors. */
static int take_anchor_keys(struct onpath_engine *engine)
{
	const struct policy_anchor_key *key;

	while ((key = policy_anchor_key(engine->policy, engine->anchor_keys))) {
		int error = x509_add_anchor_key(engine->x509, key->name,
			wire_of(key->spki, key->spki_len), key->from, key->until);
		if (error == -ENOMEM)
			return error;
		engine->anchor_keys++;
	}
	return 0;
}

int onpath_engine_add_policy(struct onpath_engine *engine, struct onpath_error *error,
	const char *name, const char *yaml, size_t len)
{
	int failed = policy_add(engine->policy, error, name, yaml, len);

	return failed ? failed : take_anchor_keys(engine);
}

int onpath_engine_add_policy_file(
	struct onpath_engine *engine, struct onpath_error *error, const char *path)
{
	int failed = policy_add_file(engine->policy, error, path);

	return failed ? failed : take_anchor_keys(engine);
}

int onpath_engine_add_shipped_policy(struct onpath_engine *engine)
{
	int failed = policy_add_shipped(engine->policy);

	return failed ? failed : take_anchor_keys(engine);
}

const struct onpath_stats *onpath_engine_stats(const struct onpath_engine *engine)
{
	return &engine->stats;
}

const struct onpath_detector_info *onpath_detector(size_t index)
{
	return classify_detector(index);
}

const char *onpath_link_name(uint32_t linktype)
{
	return decode_link_name(linktype);
}

const char *onpath_version(void)
{
	return ONPATH_VERSION;
}
