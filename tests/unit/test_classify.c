/* How evidence adds up to verdicts. */
#include "test_classify_make.h"

static void good_chains(void **state)
{
	(void)state;
	SCENE(s);
	CHECK_INT(judge(s), ONPATH_TRUSTED);
	CHECK(s->facts.evidence_count == 0 && s->facts.kind == ONPATH_KIND_NONE && !s->facts.by);
	scene_host(s, "www.bank.com");
	CHECK_INT(judge(s), ONPATH_EXPECTED);
	scene_host(s, NULL); /* no SNI: a chain that holds is all that can be asked */
	s->leaf.subject_cn = "www.shop.com";
	s->names[0] = "www.shop.com";
	CHECK_INT(judge(s), ONPATH_TRUSTED);
}

static void hidden_certificates(void **state)
{
	static const enum onpath_certificate_state hidden[] = { ONPATH_CERT_ENCRYPTED,
		ONPATH_CERT_RESUMED, ONPATH_CERT_LOST, ONPATH_CERT_NONE };

	(void)state;
	SCENE(s);
	scene_host(s, "www.bank.com");
	s->facts.chain_len = s->facts.path_len = 0;
	s->facts.chain_status = ONPATH_CHAIN_NONE;
	s->facts.name_matches = false;
	for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
		s->facts.certificate = hidden[i];
		CHECK_INT(judge(s), ONPATH_OPAQUE);
		CHECK_INT(s->facts.evidence_count, 0);
	}
	s->facts.client_alert = (struct onpath_alert_seen) { true, 2, 48 };
	CHECK_INT(judge(s), ONPATH_OPAQUE); /* a weak sign is no reason to suspect */
	s->facts.downgrade_sentinel = true;
	s->facts.client_version = 0x0304;
	CHECK_INT(judge(s), ONPATH_SUSPECT);
}

static void faults_of_operators(void **state)
{
	(void)state;
	SCENE(s);
	s->facts.chain_status = ONPATH_CHAIN_EXPIRED;
	s->seen.at = s->leaf.not_after + DAY;
	CHECK_INT(judge(s), ONPATH_MISCONFIGURED);
	s->seen.at = NOW;
	s->facts.chain_status = ONPATH_CHAIN_VERIFIED;
	s->facts.name_matches = false;
	CHECK_INT(judge(s), ONPATH_MISCONFIGURED);
	CHECK_INT(points_of(s, "name-mismatch"), 5);
	s->facts.ech_offered = true; /* the name in the clear is then not the one that was meant */
	CHECK_INT(judge(s), ONPATH_TRUSTED);
	CHECK_INT(s->facts.evidence_count, 0);
}

static void unreadable_or_unchecked(void **state)
{
	(void)state;
	SCENE(s);
	s->leaf.parsed = false;
	s->facts.chain_status = ONPATH_CHAIN_UNPARSED;
	s->facts.path_len = 0;
	CHECK_INT(judge(s), ONPATH_MISCONFIGURED);
	s->leaf.parsed = true;
	s->facts.chain_status = ONPATH_CHAIN_SKIPPED;
	CHECK_INT(judge(s), ONPATH_OPAQUE);
	scene_host(s, "www.bank.com");
	CHECK_INT(judge(s),
		ONPATH_SUSPECT); /* whoever makes a chain that cannot be checked for a bank … */
}

static void forged_for_an_expected_host(void **state)
{
	(void)state;
	SCENE(s);
	scene_host(s, "www.bank.com");
	scene_forge(s, "CN=Evil");
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
	CHECK_INT(s->facts.kind, ONPATH_KIND_FORGED);
	/* issuer 5, trust 3, forgery 0.5: families add */
	CHECK(s->facts.points == 8.5);
	CHECK(s->facts.confidence > 0.998 &&
		s->facts.confidence < 0.999); /* 1 / (1 + e^-6.5) = 0.99850 */
}

static void strongest_of_a_family(void **state)
{
	(void)state;
	SCENE(s);
	scene_forge(s, "CN=Home CA");
	s->facts.name_matches = false;
	CHECK_INT(judge(s), ONPATH_SUSPECT);
	CHECK_INT(points_of(s, "chain-untrusted"), 30);
	CHECK_INT(points_of(s, "name-mismatch"), 5);
	CHECK(s->facts.points == 3.5); /* trust 3, not 3.5; forgery 0.5 */
}

static void confidence_of_points(void **state)
{
	(void)state;
	SCENE(s);
	judge(s);
	CHECK(s->facts.confidence > 0.1192 && s->facts.confidence < 0.1193); /* 1 / (1 + e^2) */
	s->facts.conflicts = 1;
	judge(s);
	CHECK(s->facts.points == 2 && s->facts.confidence == 0.5);
}

static void path_never_convicts(void **state)
{
	(void)state;
	SCENE(s);
	s->facts.server_hops = (struct onpath_hops) { 53, 47, 47, 47, true };
	CHECK_INT(judge(s), ONPATH_SUSPECT);
	CHECK(s->facts.points == 2);
	s->facts.client_alert = (struct onpath_alert_seen) { true, 2, 48 };
	CHECK_INT(judge(s), ONPATH_SUSPECT);
	/* Beside a reason to suspect it counts in full. */
	s->facts.conflicts = 1;
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
}

static void inspection_with_leave(void **state)
{
	(void)state;
	SCENE(s);
	scene_host(s, "www.bank.com");
	scene_forge(s, "CN=Office");
	s->ca.spki_sha256[0] = 3;
	s->seen.authorised = "office";
	CHECK_INT(judge(s), ONPATH_INSPECTED);
	CHECK_INT(s->facts.kind, ONPATH_KIND_PRODUCT);
	CHECK_TEXT(s->facts.by, "office");
	/* The CA is in the chain, but its signature did not hold. */
	s->facts.chain_status = ONPATH_CHAIN_BAD_SIGNATURE;
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
	s->facts.chain_status = ONPATH_CHAIN_NO_ISSUER;
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
	s->leaf.spki_sha256[0] = 3; /* the leaf's own key is the authorised one, as mitmproxy's */
	CHECK_INT(judge(s), ONPATH_INSPECTED);
}

static void leave_does_not_taint_what_is_good(void **state)
{
	(void)state;
	SCENE(s);
	s->seen.authorised = "office";
	CHECK_INT(judge(s), ONPATH_TRUSTED);
}

static void muted(void **state)
{
	(void)state;
	SCENE(s);
	scene_self_sign(s);
	CHECK_INT(judge(s), ONPATH_SUSPECT);
	scene_host(s, "muted.com");
	CHECK_INT(judge(s), ONPATH_MISCONFIGURED);
	CHECK_INT(s->facts.evidence_count, 0);
	s->seen.leaf_signs_itself = true; /* other evidence is not muted */
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
}

static void pinned_keys(void **state)
{
	(void)state;
	SCENE(s);
	scene_host(s, "pinned.com");
	scene_self_sign(s);
	s->leaf.spki_sha256[0] = 2;
	CHECK_INT(judge(s), ONPATH_EXPECTED); /* the very key: no authority needed */
	s->leaf.spki_sha256[0] = 4;
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
}

static void private_authorities(void **state)
{
	(void)state;
	SCENE(s);
	/* sha256 of 30 00: the key of O=Private */
	CHECK_INT(unhex(s->root.spki_sha256, 32,
			  "e4f60d0aa6d7f3d3b6a6494b1c861b99f649c6f9ec51abaf201b20f297327c95"),
		32);
	s->leaf.issuer_o = s->ca.issuer_o = s->root.issuer_o = "Private";
	scene_host(s, "private.com");
	CHECK_INT(judge(s), ONPATH_EXPECTED);
	scene_host(s, "www.shop.com"); /* it vouches for its own, and for nobody else */
	CHECK_INT(judge(s), ONPATH_MISCONFIGURED);
	s->leaf.has_sct = s->leaf.has_aia = false;
	CHECK_INT(judge(s), ONPATH_SUSPECT);
	scene_host(s, "www.bank.com");
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
}

static void the_table(void **state)
{
	const struct onpath_detector_info *info;
	size_t n = 0;

	(void)state;
	for (; (info = classify_detector(n)); n++) {
		CHECK(info->id[0] && info->family[0] && info->text[0] && info->points != 0);
		CHECK(info->points * 2 ==
			(int)(info->points * 2)); /* halves, or confidence is not exact */
		for (size_t i = 0; i < n; i++)
			CHECK(strcmp(classify_detector(i)->id, info->id) != 0);
	}
	CHECK(n >= 20);
}

static void long_and_hostile_names(void **state)
{
	static char huge[6000];

	(void)state;
	SCENE(s);
	memset(huge, '%', sizeof huge - 1);
	scene_host(s, "www.bank.com");
	scene_forge(s, huge);
	s->leaf.subject = s->leaf.subject_cn = huge;
	s->names[0] = huge;
	s->facts.name_matches = false;
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
	for (size_t i = 0; i < s->facts.evidence_count; i++)
		CHECK(strlen(s->facts.evidence[i].text) < 1024);
}

RUN(test(good_chains), test(hidden_certificates), test(faults_of_operators),
	test(unreadable_or_unchecked), test(forged_for_an_expected_host),
	test(strongest_of_a_family), test(confidence_of_points), test(path_never_convicts),
	test(inspection_with_leave), test(leave_does_not_taint_what_is_good), test(muted),
	test(pinned_keys), test(private_authorities), test(the_table), test(long_and_hostile_names))
