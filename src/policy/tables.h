/* All rulesets of a policy under the keys by which they are asked. */
#ifndef POLICY_TABLES_H
#define POLICY_TABLES_H

#include "policy/index.h"
#include "policy/policy.h"
#include "policy/ruleset.h"

/* Rebuilt for each ruleset that is added. */
struct tables {
	struct index hosts;    /* struct host, of rules */
	struct index aliases;  /* struct alias */
	struct index keys;     /* struct known_key, by its hash */
	struct index subjects; /* struct known_key, by its name */
	struct policy_anchor_key *anchors;
	size_t anchor_count;
	bool dn_aliases;
};

struct policy {
	struct ruleset **sets;
	size_t count;
	struct tables tables;
};

#endif
