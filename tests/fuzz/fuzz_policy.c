/* Any text as a policy: it is taken whole or refused with a place, and what is taken answers every
 * question. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "policy/policy.h"

static void ask(const struct policy *policy, const char *host, int64_t at)
{
	const struct onpath_cert leaf = {
		.parsed = true, .subject = "CN=a", .issuer = "O=A", .issuer_o = "A"
	};
	const struct onpath_cert *const path[] = { &leaf };
	const struct onpath_addr client = { 4, { 10, 0, 0, 1 } };
	struct expectation expectation;

	if (policy_expect(policy, &expectation, host, at)) {
		assert(expectation.from && expectation.at == at);
		assert(expectation.has_owners || expectation.has_pins || expectation.has_anchors);
		assert(expectation.has_owners == (expectation.owners != NULL));
		assert(policy_meets(policy, &expectation, path, 0) == POLICY_UNVERIFIED);
		assert(policy_meets(policy, &expectation, path, 1) != POLICY_UNVERIFIED);
		(void)policy_pinned(&expectation, &leaf);
	}
	assert(policy_owner(policy, path, 1, at));
	(void)policy_authorised(policy, &client, path, 1, at);
	(void)policy_muted(policy, host, "self-signed", at);
	(void)policy_limited(policy, path, 1);
	(void)policy_copies_anchor(policy, &leaf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct onpath_error error = { 0 };
	struct policy *made = NULL;

	if (policy_new(&made) != 0)
		return 0;
	CLEANUP(policy_free) struct policy *policy = made;
	int r = policy_add(policy, &error, "fuzz", (const char *)data, size);
	assert(r == 0 || r == -EINVAL);
	if (r != 0) {
		assert(error.message[0] != '\0' &&
			memchr(error.message, '\0', sizeof error.message));
		assert(!policy_anchor_key(policy, 0));
	}
	for (size_t i = 0; policy_anchor_key(policy, i); i++)
		assert(policy_anchor_key(policy, i)->name &&
			policy_anchor_key(policy, i)->spki_len >= 2);
	ask(policy, "www.example.com", 0);
	ask(policy, "a.b", 1600000000);
	return 0;
}
