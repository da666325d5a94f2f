/* Finds a path of signatures from a leaf to an anchor, and judges it at a time (RFC 5280 6). */
#include "x509/name.h"
#include "x509/trust.h"

/* Issuers tried for one certificate, and certificates looked at for one chain: bounds what a
 * stranger can make us do. */
#define CANDIDATES_MAX 32
#define STEPS_MAX      256

#define KEY_CERT_SIGN (1u << 5)

/* What was found so far. Statuses compare by rank: less is better. */
struct outcome {
	enum onpath_chain_status status;
	unsigned rank;
	const struct onpath_cert *bad;
	struct cert *path[CERTS_PATH_MAX];
	size_t len;
};

struct search {
	struct x509 *x;
	const struct x509_chain *chain;
	int64_t at;
	int64_t from; /* no date that was looked at lies between from and until */
	int64_t until;
	unsigned signatures;
	unsigned steps;
	unsigned unproven; /* links of path whose signature we could not compute */
	struct cert *path[CERTS_PATH_MAX];
	size_t len;
	struct outcome best;
};

#define RANK_NONE 9

/* Which of several failures counts: the one that is nearest to a chain that verifies. */
static unsigned rank_of(enum onpath_chain_status status)
{
	static const uint8_t ranks[ONPATH_CHAIN_STATUSES] = {
		[ONPATH_CHAIN_VERIFIED] = 0,
		[ONPATH_CHAIN_EXPIRED] = 1,
		[ONPATH_CHAIN_NOT_YET_VALID] = 1,
		[ONPATH_CHAIN_CONSTRAINED] = 2,
		[ONPATH_CHAIN_NOT_A_CA] = 3,
		[ONPATH_CHAIN_SKIPPED] = 4,
		[ONPATH_CHAIN_UNKNOWN_ROOT] = 5,
		[ONPATH_CHAIN_SELF_SIGNED] = 5,
		[ONPATH_CHAIN_NO_ISSUER] = 6,
		[ONPATH_CHAIN_BAD_SIGNATURE] = 7,
		[ONPATH_CHAIN_UNPARSED] = 8,
		[ONPATH_CHAIN_NONE] = RANK_NONE,
	};

	return ranks[status];
}

static void settle_for(
	struct search *s, enum onpath_chain_status status, const struct onpath_cert *bad)
{
	unsigned rank = rank_of(status);

	if (rank >= s->best.rank)
		return;
	s->best = (struct outcome) { .status = status, .rank = rank, .bad = bad, .len = s->len };
	for (size_t i = 0; i < s->len; i++)
		s->best.path[i] = s->path[i];
}

/* Whether a moment has come. Remembers it, for how long this answer holds. */
static bool reached(struct search *s, int64_t moment)
{
	if (moment <= s->at) {
		if (moment > s->from)
			s->from = moment;
		return true;
	}
	if (moment - 1 < s->until)
		s->until = moment - 1;
	return false;
}

static bool is_over(struct search *s, const struct onpath_cert *cert)
{
	return cert->not_after != INT64_MAX && reached(s, cert->not_after + 1);
}

/* A date that does not convert makes a certificate expired: ONPATH_TIME_BAD is always over. */
static enum onpath_chain_status check_dates(struct search *s, const struct onpath_cert **bad)
{
	for (size_t i = 0; i < s->len; i++) {
		const struct onpath_cert *cert = &s->path[i]->facts;
		bool anchor = i == s->len - 1;
		*bad = cert;
		if (is_over(s, cert))
			return ONPATH_CHAIN_EXPIRED;
		if (anchor && i > 0) /* issued anew, a root stands for those before it */
			break;
		if (cert->not_before == ONPATH_TIME_BAD)
			return ONPATH_CHAIN_EXPIRED;
		if (!reached(s, cert->not_before))
			return ONPATH_CHAIN_NOT_YET_VALID;
	}
	*bad = NULL;
	return ONPATH_CHAIN_VERIFIED;
}

/* RFC 5280 4.2.1.9 and 4.2.1.3; anchors of the time before there were extensions have none. */
static bool may_sign(const struct cert *cert)
{
	if (cert->facts.has_key_usage && (cert->facts.key_usage & KEY_CERT_SIGN) == 0)
		return false;
	return cert->has_basic ? cert->facts.is_ca : cert->anchor;
}

/* RFC 5280 6.1.4 (k) to (n). */
static bool check_authority(const struct search *s, const struct onpath_cert **bad)
{
	int below = 0; /* intermediates that are not self-issued */

	for (size_t i = 1; i < s->len; i++) {
		const struct cert *cert = s->path[i];
		*bad = &cert->facts;
		if (!may_sign(cert) || (cert->facts.path_len >= 0 && below > cert->facts.path_len))
			return false;
		if (!cert->facts.self_issued)
			below++;
	}
	*bad = NULL;
	return true;
}

/* The path ends in an anchor. */
static void judge(struct search *s)
{
	const struct onpath_cert *bad = NULL;

	if (s->unproven > 0) {
		settle_for(s, ONPATH_CHAIN_SKIPPED, NULL);
		return;
	}
	if (!check_authority(s, &bad)) {
		settle_for(s, ONPATH_CHAIN_NOT_A_CA, bad);
		return;
	}
	enum onpath_chain_status status =
		constraints_check(&s->x->content_key, &bad, s->path, s->len);
	if (status == ONPATH_CHAIN_VERIFIED)
		status = check_dates(s, &bad);
	settle_for(s, status, bad);
}

/* Certificates that may have issued another. */
struct candidates {
	struct cert *list[CANDIDATES_MAX];
	size_t n;
};

static bool key_ids_differ(const struct cert *child, const struct cert *issuer)
{
	return child->facts.aki && issuer->facts.ski &&
	       strcmp(child->facts.aki, issuer->facts.ski) != 0;
}

/* One name with one key twice in a path is a circle. */
static bool in_path(const struct search *s, const struct cert *cert)
{
	for (size_t i = 0; i < s->len; i++) {
		const struct cert *member = s->path[i];
		if (member == cert || (member->subject_digest == cert->subject_digest &&
					      memcmp(member->facts.spki_sha256,
						      cert->facts.spki_sha256, 32) == 0))
			return true;
	}
	return false;
}

static void add_candidate(struct search *s, struct candidates *out, struct cert *cert)
{
	if (in_path(s, cert))
		return;
	for (size_t i = 0; i < out->n; i++)
		if (out->list[i] == cert)
			return;
	if (out->n < CANDIDATES_MAX)
		out->list[out->n++] = cert;
}

static void add_known(
	struct search *s, struct candidates *out, const struct cert *child, bool anchors)
{
	struct node *node = table_first(&s->x->issuers, child->issuer_digest);

	for (; node; node = table_next(node)) {
		struct cert *cert = NODE_IN(struct cert, by_subject, node);
		if (cert->anchor == anchors)
			add_candidate(s, out, cert);
	}
}

/* Keys that were anchors in their time are known by the text of a name. */
static void add_anchor_keys(struct search *s, struct candidates *out, const struct cert *child)
{
	if (s->x->anchor_keys.count == 0 || !child->facts.issuer[0])
		return;
	uint64_t digest = name_text_digest(&s->x->content_key, child->facts.issuer);
	struct node *node = table_first(&s->x->anchor_keys, digest);

	for (; node; node = table_next(node)) {
		struct cert *cert = NODE_IN(struct cert, by_subject, node);
		if (reached(s, cert->facts.not_before) && !is_over(s, &cert->facts))
			add_candidate(s, out, cert);
	}
}

static void add_sent(struct search *s, struct candidates *out, const struct cert *child)
{
	for (size_t i = 0; i < s->chain->n; i++) {
		struct cert *cert = s->chain->certs[i];
		if (cert->facts.parsed && cert->subject_digest == child->issuer_digest)
			add_candidate(s, out, cert);
	}
}

/* Anchors first, so that paths are short; then what was sent; then what others sent. */
static void find_candidates(struct search *s, struct candidates *out, const struct cert *child)
{
	out->n = 0;
	add_known(s, out, child, true);
	add_anchor_keys(s, out, child);
	add_sent(s, out, child);
	add_known(s, out, child, false);
}

/* What to say of a certificate that no candidate signed. That its own name is the issuer's makes it
 * no candidate. */
static void dead_end(struct search *s, bool bad_seen)
{
	const struct cert *last = s->path[s->len - 1];
	const struct onpath_cert *facts = &last->facts;
	bool is_root = facts->self_signed || (facts->self_issued && last->self_proof == PROOF_NONE);
	enum onpath_chain_status status = ONPATH_CHAIN_NO_ISSUER;

	if (bad_seen)
		status = ONPATH_CHAIN_BAD_SIGNATURE;
	if (is_root && s->len > 1)
		status = ONPATH_CHAIN_UNKNOWN_ROOT;
	else if (facts->self_signed)
		status = ONPATH_CHAIN_SELF_SIGNED;
	settle_for(s, status, facts);
}

static void search_from(struct search *s);

/*
 * Follows the candidates that signed, and those of whom we cannot tell: where no anchor is behind
 * them it does not matter. In the first round those whose key identifier fits. True: one was
 * followed.
 */
static bool follow(struct search *s, const struct candidates *candidates, bool differing, bool *bad)
{
	struct cert *child = s->path[s->len - 1];
	bool followed = false;

	for (size_t i = 0; i < candidates->n && s->best.rank > 0; i++) {
		struct cert *issuer = candidates->list[i];
		if (key_ids_differ(child, issuer) != differing)
			continue;
		enum proof proof = proof_of(s->x, child, issuer, &s->signatures);
		if (proof == PROOF_BAD) {
			*bad = *bad ||
			       !differing; /* another key of the same name is no contradiction */
			continue;
		}
		unsigned doubt = proof == PROOF_NONE ? 1 : 0;
		followed = true;
		s->unproven += doubt;
		s->path[s->len++] = issuer;
		search_from(s);
		s->len--;
		s->unproven -= doubt;
	}
	return followed;
}

/* Goes on from the last certificate of the path; at most CERTS_PATH_MAX deep. */
static void search_from(struct search *s)
{
	struct candidates candidates;
	bool bad = false;

	if (s->path[s->len - 1]->anchor) {
		judge(s);
		return;
	}
	if (s->steps == 0 || s->len == CERTS_PATH_MAX)
		return;
	s->steps--;
	find_candidates(s, &candidates, s->path[s->len - 1]);
	bool followed = follow(s, &candidates, false, &bad);
	if (s->best.rank > 0)
		followed = follow(s, &candidates, true, &bad) || followed;
	if (!followed)
		dead_end(s, bad);
}

/* A path is handed out where the keys stand behind the leaf and only time speaks against it. */
static bool has_path(enum onpath_chain_status status)
{
	return status == ONPATH_CHAIN_VERIFIED || status == ONPATH_CHAIN_EXPIRED ||
	       status == ONPATH_CHAIN_NOT_YET_VALID;
}

static struct verdict *verdict_new(struct search *s)
{
	struct verdict *verdict = calloc(1, sizeof *verdict);
	const struct outcome *best = &s->best;
	unsigned budget = CHAIN_SIGNATURES_MAX;

	if (!verdict)
		return NULL;
	s->x->bytes += sizeof *verdict;
	verdict->status = best->status;
	verdict->bad = best->bad;
	verdict->from = s->from;
	verdict->until = s->until;
	if (has_path(best->status)) {
		for (size_t i = 0; i < best->len; i++) {
			struct cert *cert = best->path[i];
			cert->refs++;
			settle(s->x, cert, &budget);
			verdict->certs[i] = cert;
			verdict->path[i] = &cert->facts;
			if (i > 0)
				intermediate_learn(s->x, cert);
		}
		verdict->path_len = best->len;
	}
	verdict->generation = s->x->generation;
	return verdict;
}

static struct verdict *verify(struct x509 *x, const struct x509_chain *chain, int64_t at)
{
	struct search s = {
		.x = x,
		.chain = chain,
		.at = at,
		.from = INT64_MIN,
		.until = INT64_MAX,
		.signatures = CHAIN_SIGNATURES_MAX,
		.steps = STEPS_MAX,
		.len = 1,
		.best = { .status = ONPATH_CHAIN_NONE, .rank = RANK_NONE },
	};

	if (chain->n == 0)
		return verdict_new(&s);
	s.path[0] = chain->certs[0];
	if (s.path[0]->facts.parsed)
		search_from(&s);
	else
		settle_for(&s, ONPATH_CHAIN_UNPARSED, &s.path[0]->facts);
	if (s.best.rank == RANK_NONE) /* nothing was found within the limits */
		settle_for(&s, ONPATH_CHAIN_SKIPPED, NULL);
	return verdict_new(&s);
}

static bool still_holds(const struct verdict *verdict, const struct x509 *x, int64_t at)
{
	return verdict && at >= verdict->from && at <= verdict->until &&
	       (verdict->status == ONPATH_CHAIN_VERIFIED || verdict->generation == x->generation);
}

void x509_verify(struct x509_trust *out, struct x509 *x, const struct x509_chain *chain, int64_t at)
{
	struct chain_state *state = chain->state;

	if (still_holds(state->verdict, x, at)) {
		x->stats->chains_known++;
	} else {
		struct verdict *verdict = verify(x, chain, at);
		if (!verdict) { /* out of memory */
			*out = (struct x509_trust) { .status = ONPATH_CHAIN_SKIPPED };
			return;
		}
		verdict_retire(x, state->verdict);
		state->verdict = verdict;
		x->stats->chains_verified++;
	}
	const struct verdict *verdict = state->verdict;
	*out = (struct x509_trust) {
		.status = verdict->status,
		.path = verdict->path,
		.path_len = verdict->path_len,
		.bad = verdict->bad,
	};
}

static struct known_proof *find_proof(struct cert *cert, const struct cert *issuer)
{
	for (size_t i = 0; i < PROOFS_KEPT; i++)
		if (cert->proofs[i].used &&
			memcmp(cert->proofs[i].spki_sha256, issuer->facts.spki_sha256, 32) == 0)
			return &cert->proofs[i];
	return NULL;
}

/* The key that is kept with an issuer takes memory, too. */
static void count_key(struct x509 *x, struct cert *issuer)
{
	issuer->bytes += SIGNATURE_KEY_BYTES;
	if (issuer->intermediate)
		x->intermediate_bytes += SIGNATURE_KEY_BYTES;
	if (!issuer->anchor)
		x->bytes += SIGNATURE_KEY_BYTES;
}

enum proof proof_of(struct x509 *x, struct cert *cert, struct cert *issuer, unsigned *budget)
{
	const struct known_proof *known = find_proof(cert, issuer);

	if (known)
		return known->proof;
	if (*budget == 0) {
		x->stats->signatures_skipped++;
		return PROOF_NONE;
	}
	(*budget)--;
	bool had_key = issuer->evp;
	enum proof proof = signature_check(&x->crypto, cert, issuer, cert != issuer);
	if (!had_key && issuer->evp)
		count_key(x, issuer);
	if (proof == PROOF_NONE)
		x->stats->signatures_skipped++;
	else
		x->stats->signatures_checked++;
	struct known_proof *place = &cert->proofs[cert->next_proof++ % PROOFS_KEPT];
	*place = (struct known_proof) { .used = true, .proof = proof };
	memcpy(place->spki_sha256, issuer->facts.spki_sha256, 32);
	return proof;
}

void settle(struct x509 *x, struct cert *cert, unsigned *budget)
{
	if (cert->settled)
		return;
	cert->settled = true;
	if (!cert->facts.parsed || !cert->facts.self_issued)
		return;
	cert->self_proof = proof_of(x, cert, cert, budget);
	cert->facts.self_signed = cert->self_proof == PROOF_GOOD;
}

bool x509_leaf_signs_itself(struct x509 *x, const struct x509_chain *chain)
{
	struct chain_state *state = chain->state;
	unsigned budget = 1;

	if (chain->n == 0 || !chain->facts[0]->parsed || chain->facts[0]->self_issued)
		return false;
	if (!state->signs_itself_known) {
		state->signs_itself = proof_of(x, chain->certs[0], chain->certs[0], &budget);
		state->signs_itself_known = true;
	}
	return state->signs_itself == PROOF_GOOD;
}
