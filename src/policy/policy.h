/* What is expected of a host at a time, which interception is authorised, and what shall be silent.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <onpath/engine.h>
#include <onpath/event.h>

#include "util/own.h"

struct policy;

CHECKED int policy_new(struct policy **out);
void policy_free(struct policy *policy);
OWN_CLEANUP(struct policy *, policy_free)

/* Adds the rules of one YAML text. All or nothing: on an error policy is as before. 0, -EINVAL
 * (error filled), -ENOMEM. */
CHECKED int policy_add(struct policy *policy, struct onpath_error *error, const char *name,
	const char *yaml, size_t n);

/*
 * The same from a file; `anchors` may then name PEM files, relative to it. 0, -EINVAL (error
 * filled), -ENOMEM, or what opening and reading gave (error says which file).
 */
CHECKED int policy_add_file(struct policy *policy, struct onpath_error *error, const char *path);

/* The YAML that onpath ships, added under the name "shipped": the user's rules go before its. */
extern const char policy_shipped[];
extern const size_t policy_shipped_len;

/* Adds it. 0 or -ENOMEM. */
CHECKED int policy_add_shipped(struct policy *policy);

/* Anchor keys of the policy's owners (roots of the past), for x509_add_anchor_key; NULL after the
 * last. */
struct policy_anchor_key {
	const char *name;
	const char *owner;
	const uint8_t *spki;
	size_t spki_len;
	int64_t from;  /* INT64_MIN: always */
	int64_t until; /* INT64_MAX: always */
	bool limited;  /* vouches only for hosts that expect it: a private CA */
};
const struct policy_anchor_key *policy_anchor_key(const struct policy *policy, size_t index);

/* A rule of `expect`, as it stands at one time. Strings are owned by the policy. */
struct expectation {
	const char *from;   /* "shipped" or name:line */
	const char *owners; /* those expected at the time, "Apple, Sectigo"; NULL: none given */
	bool has_owners;
	bool has_pins;
	bool has_anchors;
	const void *rule; /* policy's own */
	int64_t at;
};

/* The rule for a host (lower case) at a time; the most specific name wins, the user's before the
 * shipped. False: none. */
bool policy_expect(
	const struct policy *policy, struct expectation *out, const char *host, int64_t at);

/* How a chain stands to an expectation. path: verified signatures, leaf first, anchor last. */
enum policy_match {
	POLICY_MET,
	POLICY_OTHER_OWNER,  /* verified, to an owner that is not in the set */
	POLICY_PIN_MISMATCH, /* none of the keys of the path is pinned */
	POLICY_UNVERIFIED,   /* no verified path, so no owner counts */
};
enum policy_match policy_meets(const struct policy *policy, const struct expectation *expectation,
	const struct onpath_cert *const *path, size_t path_len);

/* The key of this certificate is itself among the pins of the rule: it needs no verified path. */
bool policy_pinned(const struct expectation *expectation, const struct onpath_cert *cert);

/* The path ends at a private CA, whose word counts only for the hosts that expect it. */
bool policy_limited(
	const struct policy *policy, const struct onpath_cert *const *path, size_t path_len);

/* A CA that we know signs under this subject (DN as in onpath_cert), but with other keys than this
 * certificate's. */
bool policy_copies_anchor(const struct policy *policy, const struct onpath_cert *ca);

/* The owner that an organisation's name stands for at a time, whoever wrote it; NULL: none that we
 * know. */
const char *policy_owner_of_name(const struct policy *policy, const char *organisation, int64_t at);

/* The CA owner of a verified path at a time ("DigiCert"), or the anchor's O or CN; NULL: path is
 * empty. */
const char *policy_owner(const struct policy *policy, const struct onpath_cert *const *path,
	size_t path_len, int64_t at);

/*
 * Authorised inspection for this client at a time: its name, or NULL. chain as sent or as verified:
 * it must lead by its names from the leaf to the authorised key, and whether its signatures hold is
 * for the caller to know.
 */
const char *policy_authorised(const struct policy *policy, const struct onpath_addr *client,
	const struct onpath_cert *const *chain, size_t chain_len, int64_t at);

/* The user does not want to hear this evidence about this host (NULL: unknown) at this time. */
bool policy_muted(const struct policy *policy, const char *host, const char *evidence, int64_t at);

#endif
