/* YAML text -> a tree of nodes that know their line and column. */
#ifndef POLICY_TREE_H
#define POLICY_TREE_H

#include <onpath/engine.h>

#include "policy/memory.h"
#include "util/limits.h"

enum tree_kind { TREE_SCALAR, TREE_LIST, TREE_MAP };

struct tree {
	enum tree_kind kind;
	unsigned line; /* from 1 */
	unsigned column;
	const char *text;   /* scalar: NUL-terminated */
	size_t len;         /* bytes of text */
	struct tree *next;  /* in its list, or the next key of its map */
	struct tree *first; /* list: elements; map: keys */
	struct tree *value; /* of a key */
};

/*
 * Reads every document of the text as a list of roots. Aliases, tags and keys given twice are
 * errors. 0, -EINVAL (error filled), -ENOMEM. *out is NULL when there is no document; it lives in
 * memory.
 */
CHECKED int tree_read(struct tree **out, struct memory *memory, struct onpath_error *error,
	const char *yaml, size_t n);

/* Fills the error from a node and a format; -EINVAL. */
__attribute__((format(printf, 3, 4))) int tree_error(
	struct onpath_error *error, const struct tree *at, const char *format, ...);

#endif
