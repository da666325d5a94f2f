/* Each detector: when it must speak, and when it must not. */
#include "test_classify_make.h"

static void issuer_unexpected(void **state)
{
	(void)state;
	SCENE(s);
	scene_host(s, "www.bank.com");
	s->leaf.issuer_o = s->ca.issuer_o = s->root.issuer_o = "Other CA Ltd";
	CHECK_INT(judge(s), ONPATH_SUSPECT); /* another public CA */
	CHECK_INT(s->facts.kind, ONPATH_KIND_REISSUED);
	CHECK_INT(points_of(s, "issuer-unexpected"), 30);
	CHECK_TEXT(s->facts.evidence[0].expected, "Good");
	scene_forge(s, "CN=Evil");
	judge(s);
	CHECK_INT(points_of(s, "issuer-unexpected"), 50);
}

static void issuer_unexpected_traps(void **state)
{
	(void)state;
	SCENE(s);
	scene_host(s, "old.com"); /* another owner in another time */
	CHECK_INT(judge(s), ONPATH_SUSPECT);
	s->seen.at = s->leaf.not_before = 1546300800; /* 2019 */
	s->leaf.not_after = s->seen.at + 90 * DAY;
	CHECK_INT(judge(s), ONPATH_EXPECTED);
	scene_host(s, "www.bank.com"); /* nothing is known of its 2019 */
	CHECK_INT(judge(s), ONPATH_TRUSTED);
	/* A server that forgets its intermediate. */
	s->seen.at = s->leaf.not_before = NOW;
	s->leaf.not_after = NOW + 6 * DAY;
	s->facts.chain_status = ONPATH_CHAIN_NO_ISSUER;
	s->facts.chain_len = 1;
	s->facts.path_len = 0;
	CHECK_INT(judge(s), ONPATH_MISCONFIGURED);
	CHECK_INT(points_of(s, "issuer-unexpected"), 5);
	s->leaf.has_aia = false; /* but not one that forgets what public CAs put in */
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
}

static void issuer_by_a_wrong_clock(void **state)
{
	(void)state;
	SCENE(s);
	scene_host(s, "old.com");
	s->seen.at = 0; /* 1970 */
	s->leaf.issuer_o = s->ca.issuer_o = s->root.issuer_o = "Other CA Ltd";
	s->facts.chain_status = ONPATH_CHAIN_NOT_YET_VALID;
	CHECK_INT(judge(s), ONPATH_MISCONFIGURED);
	CHECK_INT(points_of(s, "issuer-unexpected"), 0);
	CHECK_INT(points_of(s, "not-yet-valid"), 5);
}

static void issuer_of_a_claimed_name(void **state)
{
	(void)state;
	SCENE(s);
	scene_host(s, NULL);
	s->names[0] = "*.bank.com";
	scene_self_sign(s);
	s->seen.public_name = false;
	CHECK_INT(judge(s), ONPATH_SUSPECT);
	CHECK_INT(points_of(s, "issuer-unexpected"), 30);
	s->seen.public_address = false; /* a laboratory */
	CHECK_INT(judge(s), ONPATH_MISCONFIGURED);
	s->names[0] = "anything.com";
	s->seen.public_address = true;
	CHECK_INT(judge(s),
		ONPATH_MISCONFIGURED); /* VPNs, devices, malware: self-signed, but nobody else's */
}

static void pin_mismatch(void **state)
{
	(void)state;
	SCENE(s);
	scene_host(s, "pinned.com");
	CHECK_INT(judge(s), ONPATH_SUSPECT);
	CHECK_INT(points_of(s, "pin-mismatch"), 30);
	s->ca.spki_sha256[0] = 2;
	CHECK_INT(judge(s), ONPATH_EXPECTED);
}

static void copycat_ca(void **state)
{
	(void)state;
	SCENE(s);
	scene_forge(s, "C=XX, O=Anchor, CN=Root");
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
	CHECK_INT(points_of(s, "copycat-ca"), 50);
	scene_forge(s, "O=Good CA Ltd, CN=Good CA 7");
	s->ca.subject_o = "Good CA Ltd";
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
	CHECK_INT(points_of(s, "copycat-ca"), 30);
	/* A root that is newer than the list of them signs leafs that look as they should. */
	s->leaf.has_sct = s->leaf.has_aia = s->leaf.has_policies = true;
	CHECK_INT(judge(s), ONPATH_MISCONFIGURED);
	/* The anchor's own key: an old root, and no namesake. */
	scene_forge(s, "C=XX, O=Anchor, CN=Root");
	/* printf '\x30\x01\x00' | openssl dgst -sha256: the key MAEA of the policy */
	CHECK_INT(unhex(s->ca.spki_sha256, 32,
			  "edc8c1efa9b3a9dc08b95dd0236472be2167c4eb4994fc1edda33e8deefc1a45"),
		32);
	judge(s);
	CHECK_INT(points_of(s, "copycat-ca"), 0);
}

static void known_interceptor(void **state)
{
	(void)state;
	SCENE(s);
	scene_forge(s, "CN=mitmproxy, O=mitmproxy");
	s->leaf.issuer_cn = s->leaf.issuer_o = "mitmproxy";
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
	CHECK_INT(s->facts.kind, ONPATH_KIND_PRODUCT);
	CHECK_TEXT(s->facts.by, "mitmproxy");
	scene_forge(s, "C=KZ, CN=Security Certificate");
	s->leaf.issuer_cn = "Security Certificate";
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
	CHECK_INT(s->facts.kind, ONPATH_KIND_FORGED);
	CHECK_TEXT(s->facts.by, "Kazakhstan, Qaznet (2019)");
	s->leaf.issuer = "C=DE, CN=Security Certificate";
	s->ca.issuer = s->ca.subject = "C=DE, CN=Security Certificate";
	judge(s);
	CHECK_INT(points_of(s, "known-interceptor"), 0);
}

static void known_interceptor_traps(void **state)
{
	(void)state;
	SCENE(s);
	/* A gateway's own page, asked for by its address. */
	scene_forge(s, "O=Fortinet, CN=support");
	s->leaf.issuer_o = "Fortinet";
	scene_host(s, "192.0.2.1");
	s->seen.public_name = false;
	CHECK_INT(judge(s), ONPATH_MISCONFIGURED);
	CHECK_INT(points_of(s, "known-interceptor"), 5);
	/* A Russian bank under the state's CA. */
	scene_forge(s, "CN=Russian Trusted Sub CA");
	s->leaf.issuer_cn = "Russian Trusted Sub CA";
	scene_host(s, "www.bank.ru");
	s->seen.public_name = true;
	CHECK_INT(judge(s), ONPATH_SUSPECT);
	CHECK_INT(points_of(s, "known-interceptor"), -10);
	scene_host(s, "www.shop.com");
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
	/* A public CA whose name merely resembles. */
	SCENE(good);
	good->leaf.issuer_o = good->ca.issuer_o = "Zscaler Inc.";
	CHECK_INT(judge(good), ONPATH_TRUSTED);
}

static void impossible_for_public_ca(void **state)
{
	(void)state;
	SCENE(s);
	scene_forge(s, "O=Good CA Ltd, CN=Good TLS 2");
	s->leaf.issuer_o = "Good CA Ltd";
	judge(s);
	CHECK_INT(points_of(s, "impossible-for-public-ca"), 0);
	s->leaf.not_after = s->leaf.not_before + 400 * DAY; /* 398 since 2020-09-01 */
	judge(s);
	CHECK_INT(points_of(s, "impossible-for-public-ca"), 20);
	s->leaf.not_after = s->leaf.not_before + 398 * DAY;
	judge(s);
	CHECK_INT(points_of(s, "impossible-for-public-ca"), 0);
	s->leaf.not_before = 1577836800; /* 2020-01-01: 825 days were allowed */
	s->leaf.not_after = s->leaf.not_before + 820 * DAY;
	judge(s);
	CHECK_INT(points_of(s, "impossible-for-public-ca"), 0);
	s->leaf.signature_alg = "sha1WithRSAEncryption";
	judge(s);
	CHECK_INT(points_of(s, "impossible-for-public-ca"), 20);
	s->leaf.issuer_o = "Our own CA"; /* which may do as it likes */
	judge(s);
	CHECK_INT(points_of(s, "impossible-for-public-ca"), 0);
}

static void impossible_traps(void **state)
{
	(void)state;
	SCENE(s);
	s->leaf.signature_alg =
		"sha1WithRSAEncryption"; /* an authority vouches for it: it was possible */
	s->leaf.key_bits = 1024;
	CHECK_INT(judge(s), ONPATH_TRUSTED);
	CHECK_INT(s->facts.evidence_count, 0);
}

static void sct_missing(void **state)
{
	(void)state;
	SCENE(s);
	s->leaf.has_sct = false;
	CHECK_INT(judge(s), ONPATH_TRUSTED); /* weak */
	CHECK_INT(points_of(s, "sct-missing"), 5);
	s->facts.owner = "Our Own Root"; /* no public authority: its certificates are in no log */
	judge(s);
	CHECK_INT(points_of(s, "sct-missing"), 0);
	s->facts.owner = "Good";
	s->facts.ocsp_staple = (struct onpath_bytes) { (const uint8_t *)"x", 1 };
	judge(s);
	CHECK_INT(points_of(s, "sct-missing"), 0);
	s->facts.ocsp_staple.len = 0;
	s->facts.scts = (struct onpath_bytes) { (const uint8_t *)"x", 1 };
	judge(s);
	CHECK_INT(points_of(s, "sct-missing"), 0);
	s->facts.scts.len = 0;
	s->leaf.not_before = 1525046399; /* the last second before */
	judge(s);
	CHECK_INT(points_of(s, "sct-missing"), 0);
}

RUN(test(issuer_unexpected), test(issuer_unexpected_traps), test(issuer_by_a_wrong_clock),
	test(issuer_of_a_claimed_name), test(pin_mismatch), test(copycat_ca),
	test(known_interceptor), test(known_interceptor_traps), test(impossible_for_public_ca),
	test(impossible_traps), test(sct_missing))
