/* What the readers of the parts of a policy share: tables of keys, and readers of the values they
 * have in common. */
#ifndef POLICY_BUILD_H
#define POLICY_BUILD_H

#include "policy/ruleset.h"
#include "policy/tree.h"

struct build {
	struct ruleset *set;
	struct onpath_error *error;
	const char *directory; /* of PEM files, or NULL */
};

/* Every take returns 0, -EINVAL (error filled) or -ENOMEM. object: what the map or list is read
 * into. */
typedef int take_fn(struct build *build, void *object, const struct tree *node);

/* One key of a map; a table ends with a zeroed row. */
struct field {
	const char *key;
	take_fn *take;
};

take_fn take_nothing; /* known, and kept for people */
int take_map(
	struct build *build, void *object, const struct tree *node, const struct field *fields);
int take_list(struct build *build, void *object, const struct tree *node, take_fn *each);
int take_text(struct build *build, const char **out, const struct tree *node);
int take_date(struct build *build, int64_t *out, const struct tree *node);
int take_bool(struct build *build, bool *out, const struct tree *node);
int take_host(struct build *build, struct list *hosts, const struct tree *node);
int take_pin(struct build *build, struct list *pins, const struct tree *node);

/* PEM text or the name of a PEM file; their keys become pins of the list, and known keys that vouch
 * for nobody else. */
int take_anchor(struct build *build, struct list *pins, const struct tree *node);

/* until must come after from. */
int check_span(struct build *build, struct span when, const struct tree *node);
#define SPAN_ALWAYS ((struct span) { INT64_MIN, INT64_MAX })

struct owner *owner_get(struct build *build, const char *name, size_t len);

/* The top-level keys. */
take_fn read_expect, read_owners, read_authorise, read_mute;

#endif
