/* All that is known of one connection: what a detector sees. */
#ifndef CLASSIFY_OBSERVATION_H
#define CLASSIFY_OBSERVATION_H

#include "policy/policy.h"
#include "x509/x509.h"

struct observation {
	const struct onpath_connection *facts; /* everything but the verdict */
	const struct policy *policy;
	bool has_expectation;
	struct expectation expectation;
	enum policy_match match; /* of the verified path to the expectation */
	bool leaf_signs_itself;  /* see x509_leaf_signs_itself */
	bool public_name; /* the host lies under a public suffix, so a public CA could have signed
			     for it */
	bool public_address;    /* the server's address is globally routable */
	int64_t at;             /* packet time, seconds */
	const char *authorised; /* name of the authorised inspection, or NULL */
};

#endif
