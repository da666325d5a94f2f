/* Observation in, evidence of all detectors added up, verdict out. */
#include "classify/classify.h"

#include <string.h>

#include "classify/detect.h"

#define CONVICTS 4
#define SUSPECTS 2

/* What was found in one family: of those that speak against the connection only the strongest
 * counts, so of the others. */
struct family {
	const char *name;
	double against;
	double for_it;
};

#define FAMILIES_MAX 16

struct sum {
	struct family families[FAMILIES_MAX];
	size_t count;
	double strongest; /* evidence that has a kind */
	enum onpath_kind kind;
	const char *by;
};

static struct family *family_of(struct sum *sum, const char *name)
{
	for (size_t i = 0; i < sum->count; i++)
		if (strcmp(sum->families[i].name, name) == 0)
			return &sum->families[i];
	if (sum->count == FAMILIES_MAX)
		return NULL;
	sum->families[sum->count].name = name;
	return &sum->families[sum->count++];
}

static void add(
	struct sum *sum, const struct onpath_detector_info *info, const struct finding *found)
{
	struct family *family = family_of(sum, info->family);

	if (family && found->points > family->against)
		family->against = found->points;
	if (family && found->points < family->for_it)
		family->for_it = found->points;
	if (found->by && !sum->by)
		sum->by = found->by;
	bool product = found->kind == ONPATH_KIND_PRODUCT;
	if (found->kind == ONPATH_KIND_NONE || sum->kind == ONPATH_KIND_PRODUCT ||
		(!product && found->points <= sum->strongest))
		return;
	sum->strongest = found->points;
	sum->kind = found->kind;
}

static void put(struct onpath_connection *out, const struct onpath_detector_info *info,
	const struct finding *found)
{
	if (out->evidence_count == ONPATH_EVIDENCE_MAX)
		return;
	out->evidence[out->evidence_count++] = (struct onpath_evidence) {
		.id = info->id,
		.family = info->family,
		.points = found->points,
		.text = found->text,
		.expected = found->expected,
		.seen = found->seen,
	};
}

static void run(struct onpath_connection *out, struct sum *sum, const struct view *view)
{
	for (size_t i = 0; i < detector_count; i++) {
		const struct onpath_detector_info *info = &detectors[i].info;
		struct finding found = { 0 };

		if (!detectors[i].detect(&found, view))
			continue;
		if (view->seen->policy &&
			policy_muted(view->seen->policy, view->host, info->id, view->seen->at))
			continue;
		add(sum, info, &found);
		put(out, info, &found);
	}
}

/* Path evidence alone never convicts: there must be enough beside it to suspect. */
static double total(const struct sum *sum)
{
	double points = 0, path = 0;

	for (size_t i = 0; i < sum->count; i++) {
		double family = sum->families[i].against + sum->families[i].for_it;

		if (strcmp(sum->families[i].name, "path") == 0)
			path += family;
		else
			points += family;
	}
	if (points < SUSPECTS && points + path >= CONVICTS)
		return CONVICTS - 0.5;
	return points + path;
}

/* 1 / (1 + e^(2 - points)). Points are halves, so powers of the root of e do, and are the same on
 * every machine. */
static double confidence(double points)
{
	static const double root_of_e = 1.6487212707001282;
	int halves = (int)(2 * (2 - points));
	double power = 1;

	for (int i = halves < 0 ? -halves : halves; i > 0; i--)
		power *= root_of_e;
	return 1 / (1 + (halves < 0 ? 1 / power : power));
}

/* An inspection CA that the user authorised, and whose signature was checked. */
static const char *authorised(const struct view *view)
{
	const struct onpath_connection *facts = view->facts;
	const struct policy *policy = view->seen->policy;

	if (!view->leaf)
		return NULL;
	if (view->seen->authorised && (view->status == ONPATH_CHAIN_UNKNOWN_ROOT || view->vouched))
		return view->seen->authorised;
	if (!policy)
		return NULL;
	const char *name = policy_authorised(
		policy, &facts->src, facts->path, facts->path_len, view->seen->at);
	return name ? name
		    : policy_authorised(policy, &facts->src, facts->chain, 1, view->seen->at);
}

static bool is_met(const struct view *view)
{
	return view->has_expectation && !view->claimed && view->leaf &&
	       ((view->vouched && view->match == POLICY_MET) ||
		       policy_pinned(&view->expectation, view->leaf));
}

/* Nothing speaks against the connection: what then can be said for it? */
static enum onpath_verdict harmless(const struct view *view)
{
	const struct onpath_connection *facts = view->facts;

	if (!view->leaf && facts->chain_len > 0 && facts->certificate == ONPATH_CERT_SEEN)
		return ONPATH_MISCONFIGURED; /* it cannot be read */
	if (!view->leaf || view->status == ONPATH_CHAIN_SKIPPED ||
		view->status == ONPATH_CHAIN_NONE)
		return is_met(view) ? ONPATH_EXPECTED : ONPATH_OPAQUE;
	if (is_met(view) && policy_pinned(&view->expectation, view->leaf))
		return ONPATH_EXPECTED;
	bool named = facts->sni.len == 0 || facts->name_matches || facts->ech_offered;
	if (view->status != ONPATH_CHAIN_VERIFIED || !view->vouched || !named)
		return ONPATH_MISCONFIGURED;
	return is_met(view) ? ONPATH_EXPECTED : ONPATH_TRUSTED;
}

static enum onpath_verdict decide(const struct view *view, double points)
{
	if (points >= CONVICTS)
		return ONPATH_INTERCEPTED;
	return points >= SUSPECTS ? ONPATH_SUSPECT : harmless(view);
}

/* A key that the user pinned is known: what its certificate looks like does not matter. */
static void know(struct view *view)
{
	if (!view->has_expectation || view->claimed || !view->leaf ||
		!policy_pinned(&view->expectation, view->leaf))
		return;
	view->match = POLICY_MET;
	view->vouched = true;
	view->status = ONPATH_CHAIN_VERIFIED;
}

void classify(struct onpath_connection *out, struct classify_scratch *scratch,
	const struct observation *seen)
{
	struct sum sum = { .count = 0 };
	struct view view;

	scratch->used = 0;
	out->evidence_count = 0;
	view_of(&view, scratch, seen);
	know(&view);
	run(out, &sum, &view);
	out->points = total(&sum);
	out->confidence = confidence(out->points);
	out->verdict = decide(&view, out->points);
	out->tcp_terminated = false;
	const char *inspection = out->verdict == ONPATH_EXPECTED || out->verdict == ONPATH_TRUSTED
					 ? NULL
					 : authorised(&view);
	if (inspection)
		out->verdict = ONPATH_INSPECTED;
	bool bad = out->verdict >= ONPATH_SUSPECT;
	out->kind = inspection ? ONPATH_KIND_PRODUCT : bad ? sum.kind : ONPATH_KIND_NONE;
	out->by = !bad ? NULL : sum.by || !inspection ? sum.by : inspection;
}
