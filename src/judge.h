/* A finished connection -> facts, chain, expectation, verdict: the observation that the classifier
 * judges. */
#ifndef JUDGE_H
#define JUDGE_H

#include <onpath/engine.h>

#include "conn.h"
#include "policy/policy.h"
#include "x509/x509.h"

/* Scratch and knowledge for judging; one for each engine. */
struct judge;

/* All borrowed but the scratch. 0 or -ENOMEM. */
CHECKED int judge_new(
	struct judge **out, struct x509 *x509, struct policy *policy, struct onpath_stats *stats);
void judge_free(struct judge *judge);
OWN_CLEANUP(struct judge *, judge_free)

/* The event of a connection, with its verdict; valid until the next call. */
const struct onpath_connection *judge_connection(struct judge *judge, struct conn *conn);

#endif
