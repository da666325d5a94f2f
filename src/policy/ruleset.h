/* One policy text as rules: what it expects, whom it knows, what it authorises and mutes. */
#ifndef POLICY_RULESET_H
#define POLICY_RULESET_H

#include <onpath/engine.h>

#include "policy/memory.h"
#include "policy/value.h"

/* From a first second on, until a last one that is no more in it. */
struct span {
	int64_t from;
	int64_t until;
};

static inline bool span_has(struct span span, int64_t at)
{
	return at >= span.from && at < span.until;
}

/* Everything below lives in the memory of its ruleset, and lists keep the order of the text. */

/* A name that stands for an owner: an organisation, the CN of a CA without one, or a whole DN. */
struct alias {
	struct alias *next;
	const char *key; /* lower case */
	size_t len;
	struct owner *owner;
	struct span when;
};

/* A key that stands for an owner, or for the rule that brought it along (owner NULL). */
struct known_key {
	struct known_key *next;
	uint8_t sha256[32]; /* of its SubjectPublicKeyInfo */
	struct owner *owner;
	struct span when;
	const char *name; /* subject DN; NULL: only its hash is known, and it is no anchor */
	const uint8_t *spki;
	size_t spki_len;
	bool limited; /* vouches only for hosts that expect it */
};

struct owner {
	struct owner *next;
	const char *name;
	struct alias self;  /* its own name */
	bool any_public;    /* "any public CA": whoever the root store trusts */
	struct owner *same; /* the first of this name in the whole policy */
};

struct pin {
	struct pin *next;
	uint8_t sha256[32];
};

struct issuer {
	struct issuer *next;
	struct owner *owner;
	struct span when;
};

/* Who is expected in a stretch of time. */
struct stretch {
	struct stretch *next;
	struct span when;
	const char *owners; /* "Apple, Sectigo" */
};

struct host {
	struct host *next;
	const char *pattern; /* see value_host */
	size_t len;
	struct rule *rule;
	unsigned line;
};

struct rule {
	struct rule *next;
	const char *from; /* "shipped", or name:line */
	bool shipped;
	struct list hosts;
	struct list issuers;
	struct list stretches;
	struct list pins;
	struct list anchors; /* keys of our own PKI */
	const char *note;
};

struct client {
	struct client *next;
	struct network network;
};

struct authorisation {
	struct authorisation *next;
	const char *name;
	struct list pins;    /* those of its anchors too */
	struct list clients; /* none: everybody */
	struct span when;
};

struct evidence_id {
	struct evidence_id *next;
	const char *id;
};

struct mute {
	struct mute *next;
	struct list hosts;    /* none: every host */
	struct list evidence; /* none: all of it */
	struct span when;
};

struct ruleset {
	struct memory memory;
	const char *name;
	bool shipped;
	struct list rules;
	struct list owners;
	struct list aliases;
	struct list keys;
	struct list authorisations;
	struct list mutes;
};

/*
 * Reads a text. directory: where PEM files of `anchors` lie; NULL: only PEM text is taken.
 * 0, -EINVAL (error filled), -ENOMEM; free with ruleset_free.
 */
CHECKED int ruleset_new(struct ruleset **out, struct onpath_error *error, const char *name,
	const char *directory, const char *yaml, size_t n);
void ruleset_free(struct ruleset *set);
OWN_CLEANUP(struct ruleset *, ruleset_free)

/* Lower case for ASCII; the copy has room for a NUL. */
void index_lower(char *out, const char *text, size_t n);

#endif
