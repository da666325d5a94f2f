/* What outputs are made of: the cache of rendered certificates, the queue of records, and the
 * tables of names. */
#include "check.h"

#include <onpath/engine.h>

#include "output/record_queue.h"
#include "output/render_cache.h"
#include "output/tls_names.h"

static struct onpath_cert cert_of(uint64_t id)
{
	struct onpath_cert cert = { .id = id };

	memcpy(cert.sha256, &id, sizeof id);
	return cert;
}

/* The text of a certificate, 1000 bytes that show its id. */
static void text_of(char out[1000], uint64_t id)
{
	memset(out, (int)('a' + id % 26), 1000);
	memcpy(out, &id, sizeof id);
}

static bool cached(struct render_cache *cache, uint64_t id)
{
	struct onpath_cert cert = cert_of(id);
	const struct rendered *r = render_cache_get(cache, &cert);
	char want[1000];

	if (!r)
		return false;
	text_of(want, id);
	CHECK_INT(r->n, sizeof want);
	CHECK_BYTES(r->text, want, sizeof want);
	return true;
}

static void rendered_is_kept_within_its_limit(void **state)
{
	(void)state;
	struct render_cache cache = { .bytes_max = 1u << 20 };
	char text[1000];

	CHECK(!cached(&cache, 1));
	for (uint64_t id = 1; id <= 20000; id++) {
		struct onpath_cert cert = cert_of(id);
		text_of(text, id);
		render_cache_add(&cache, &cert, text, sizeof text);
		CHECK(cached(&cache, id));
		CHECK(cache.young.bytes + cache.old.bytes <= cache.bytes_max);
		CHECK(cached(&cache, 1)); /* what is in use stays */
		if (id >= 300)
			CHECK(cached(&cache, id - 150));
	}
	CHECK(!cached(&cache, 2)); /* what is not goes */
	struct onpath_cert other = cert_of(1);
	other.sha256[31] = 1; /* of another engine */
	CHECK(!render_cache_get(&cache, &other));
	render_cache_add(&cache, &other, "x", 1);
	const struct rendered *r = render_cache_get(&cache, &other);
	CHECK(r && r->n == 1);
	render_cache_deinit(&cache);
}

static void queues_count_whole_records(void **state)
{
	(void)state;
	struct record_queue q;

	CHECK_INT(record_queue_init(&q, 16), 0);
	CHECK(record_queue_put(&q, "12345\n", 6));
	CHECK(record_queue_put(&q, "abc\n", 4));
	CHECK(!record_queue_put(&q, "1234567\n", 8));
	CHECK_INT(record_queue_sent(&q, 3), 0);
	CHECK(record_queue_torn(&q));
	record_queue_rewind(&q);
	CHECK(!record_queue_torn(&q));
	CHECK_INT(record_queue_pending(&q), 10);
	CHECK_INT(record_queue_sent(&q, 8), 1);
	CHECK(record_queue_torn(&q));
	record_queue_rewind(&q);
	CHECK_INT(record_queue_pending(&q), 4);
	CHECK(record_queue_put(&q, "xyz\n", 4));
	CHECK_INT(record_queue_sent(&q, 4), 1);
	CHECK(record_queue_put(&q, "1234567\n", 8)); /* what is left moves to the front */
	CHECK_INT(record_queue_pending(&q), 12);
	CHECK_BYTES(q.bytes + q.sent, "xyz\n1234567\n", 12);
	CHECK_INT(record_queue_drop(&q), 2);
	CHECK_INT(record_queue_pending(&q), 0);
	CHECK(record_queue_put(&q, "0123456789abcde\n", 16));
	CHECK_INT(record_queue_sent(&q, 16), 1);
	record_queue_deinit(&q);
}

static void cipher_names(void **state)
{
	(void)state;
	size_t known = 0;

	CHECK_TEXT(tls_cipher_name(0x0000), "TLS_NULL_WITH_NULL_NULL");
	CHECK_TEXT(tls_cipher_name(0x002f), "TLS_RSA_WITH_AES_128_CBC_SHA");
	CHECK_TEXT(tls_cipher_name(0x1301), "TLS_AES_128_GCM_SHA256");
	CHECK_TEXT(tls_cipher_name(0xc02f), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
	CHECK_TEXT(tls_cipher_name(0xcca9), "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");
	CHECK(!tls_cipher_name(0x1234) && !tls_cipher_name(0xffff) && !tls_cipher_name(0x0a0a));
	for (unsigned i = 0; i < 65536; i++)
		known += tls_cipher_name((uint16_t)i) != NULL;
	CHECK_INT(known, 351); /* each row is found: the table is in order */
	char code[TLS_CODE_SIZE];
	tls_code_text(code, 0x0a1f);
	CHECK_TEXT(code, "0x0a1f");
	CHECK_TEXT(tls_alert_name(48), "unknown_ca");
	CHECK(!tls_alert_name(2) && !tls_alert_name(255));
	CHECK_TEXT(tls_version_name(0xfeff), "DTLS 1.0");
	CHECK(!tls_version_name(0) && !tls_version_suricata(0x1111));
}

/* Every value has a name, no two the same, and one beyond the last is "unknown". */
#define CHECK_NAMES(count, name)                                            \
	for (int a = 0; a <= (count); a++) {                                \
		CHECK((strcmp(name(a), "unknown") == 0) == (a == (count))); \
		for (int b = 0; b < a; b++)                                 \
			CHECK(strcmp(name(a), name(b)) != 0);               \
	}

static void names_of_values(void **state)
{
	(void)state;
	CHECK_NAMES(ONPATH_VERDICTS, onpath_verdict_name)
	CHECK_NAMES(ONPATH_KINDS, onpath_kind_name)
	CHECK_NAMES(ONPATH_COMPLETENESSES, onpath_completeness_name)
	CHECK_NAMES(ONPATH_CERT_STATES, onpath_certificate_state_name)
	CHECK_NAMES(ONPATH_CHAIN_STATUSES, onpath_chain_status_name)
	CHECK_NAMES(ONPATH_CARRIERS, onpath_carrier_name)
	CHECK_TEXT(onpath_verdict_name(ONPATH_INTERCEPTED), "intercepted");
	CHECK_TEXT(onpath_kind_name(ONPATH_KIND_REISSUED), "re-issued");
}

RUN(test(rendered_is_kept_within_its_limit), test(queues_count_whole_records), test(cipher_names),
	test(names_of_values))
