/* Detectors of failing chains, of forging tools, and of signs outside the certificate: when they
 * speak, and when not. */
#include "test_classify_make.h"

static void chain_untrusted(void **state)
{
	(void)state;
	SCENE(s);
	scene_forge(s, "CN=Evil");
	CHECK_INT(judge(s), ONPATH_SUSPECT);
	CHECK_INT(points_of(s, "chain-untrusted"), 30);
	s->facts.chain_status = ONPATH_CHAIN_NOT_A_CA;
	judge(s);
	CHECK_INT(points_of(s, "chain-untrusted"), 30);
	s->facts.chain_status = ONPATH_CHAIN_CONSTRAINED;
	judge(s);
	CHECK_INT(points_of(s, "chain-untrusted"), 10);
}

static void chain_untrusted_traps(void **state)
{
	(void)state;
	SCENE(s);
	scene_forge(s, "CN=Corp Root");
	s->seen.public_address = false;
	CHECK_INT(judge(s), ONPATH_MISCONFIGURED);
	CHECK_INT(points_of(s, "chain-untrusted"), 5);
	s->facts.from_proto = "http-connect"; /* the address is the proxy's, then */
	CHECK_INT(judge(s), ONPATH_SUSPECT);
	s->facts.from_proto = NULL;
	s->seen.public_address = true;
	s->seen.public_name = false;
	CHECK_INT(judge(s), ONPATH_MISCONFIGURED);
	/* A missing intermediate. */
	SCENE(t);
	t->facts.chain_status = ONPATH_CHAIN_NO_ISSUER;
	t->facts.path_len = 0;
	CHECK_INT(judge(t), ONPATH_MISCONFIGURED);
	CHECK_INT(points_of(t, "chain-untrusted"), 5);
}

static void self_signed(void **state)
{
	(void)state;
	SCENE(s);
	scene_self_sign(s);
	CHECK_INT(judge(s), ONPATH_SUSPECT);
	CHECK_INT(points_of(s, "self-signed"), 30);
	CHECK_INT(points_of(s, "chain-untrusted"), 0);
	s->seen.public_name = false; /* devices, WebRTC, VPNs */
	CHECK_INT(judge(s), ONPATH_MISCONFIGURED);
	CHECK_INT(points_of(s, "self-signed"), 5);
}

static void self_issued_not_signed(void **state)
{
	(void)state;
	SCENE(s);
	scene_self_sign(s);
	s->leaf.self_signed = false;
	s->facts.chain_status = ONPATH_CHAIN_NO_ISSUER;
	CHECK_INT(judge(s), ONPATH_SUSPECT);
	CHECK_INT(points_of(s, "self-issued-not-signed"), 30);
	CHECK_INT(points_of(s, "self-signed"), 0);
	s->facts.chain_status = ONPATH_CHAIN_SKIPPED; /* nobody computed it */
	judge(s);
	CHECK_INT(points_of(s, "self-issued-not-signed"), 0);
}

static void dates(void **state)
{
	(void)state;
	SCENE(s);
	s->facts.chain_status = ONPATH_CHAIN_EXPIRED;
	s->seen.at = s->leaf.not_after + 1;
	judge(s);
	CHECK_INT(points_of(s, "expired"), 5);
	scene_host(s, "www.bank.com");
	CHECK_INT(judge(s), ONPATH_MISCONFIGURED);
	CHECK_INT(points_of(s, "expired"), 10);
	CHECK_INT(points_of(s, "not-yet-valid"), 0);
}

static void bad_signature(void **state)
{
	(void)state;
	SCENE(s);
	scene_forge(s, "O=Good CA Ltd, CN=Good TLS");
	s->facts.chain_status = ONPATH_CHAIN_BAD_SIGNATURE;
	s->ca.self_signed = s->ca.self_issued = false;
	judge(s);
	CHECK_INT(points_of(s, "bad-signature"), 30);
	s->seen.public_name = false;
	judge(s);
	CHECK_INT(points_of(s, "bad-signature"), 5);
	s->ca.key_type = ONPATH_KEY_EC; /* CVE-2020-0601 */
	s->ca.key_bits = 384;
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
	CHECK_INT(points_of(s, "bad-signature"), 50);
	s->ca.curve = "P-384";
	CHECK_INT(judge(s), ONPATH_MISCONFIGURED);
}

static void tor_relay(void **state)
{
	(void)state;
	SCENE(s);
	scene_forge(s, "CN=www.a3uycdf3rn5md.com");
	s->facts.chain_status = ONPATH_CHAIN_NO_ISSUER;
	s->facts.chain_len = 1;
	s->leaf.issuer_cn = "www.a3uycdf3rn5md.com";
	s->leaf.subject = "CN=www.l7xvysfnvkb.net";
	s->leaf.has_san = false;
	s->leaf.dns_name_count = 0;
	s->facts.name_matches = false;
	scene_host(s, "www.6gyip7tqim7sieb.com");
	s->leaf.subject_cn = "www.l7xvysfnvkb.net";
	CHECK_INT(judge(s), ONPATH_MISCONFIGURED);
	CHECK_INT(points_of(s, "tor-relay"), -30);
	scene_host(s, "www.bank.com"); /* a host with an owner is no relay */
	s->leaf.subject_cn = "www.l7xvysfnvkb.net";
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
	CHECK_INT(points_of(s, "tor-relay"), 0);
}

static void leaf_key_is_ca_key(void **state)
{
	(void)state;
	SCENE(s);
	scene_forge(s, "CN=Anything");
	s->seen.leaf_signs_itself = true;
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
	CHECK_INT(points_of(s, "leaf-key-is-ca-key"), 50);
	s->seen.public_name = s->seen.public_address = false; /* test keys in a laboratory */
	CHECK_INT(judge(s), ONPATH_MISCONFIGURED);
}

static void freshly_minted(void **state)
{
	(void)state;
	SCENE(s);
	scene_forge(s, "CN=Anything");
	s->leaf.not_before = NOW - 2 * DAY - 60;
	s->leaf.not_after = s->leaf.not_before + 367 * DAY;
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
	CHECK_INT(points_of(s, "freshly-minted"), 20);
	s->leaf.not_after = s->leaf.not_before + 90 * DAY;
	judge(s);
	CHECK_INT(points_of(s, "freshly-minted"), 5);
	s->leaf.not_after = s->leaf.not_before + 6 * DAY; /* a corporate proxy of 2019 */
	judge(s);
	CHECK_INT(points_of(s, "freshly-minted"), 15);
	s->leaf.not_before = NOW - 4 * DAY;
	judge(s);
	CHECK_INT(points_of(s, "freshly-minted"), 0);
}

static void freshly_minted_traps(void **state)
{
	(void)state;
	SCENE(s);
	s->leaf.not_before = NOW - 3600; /* renewed by ACME */
	s->leaf.not_after = NOW + 6 * DAY;
	CHECK_INT(judge(s), ONPATH_TRUSTED);
	CHECK_INT(s->facts.evidence_count, 0);
	scene_self_sign(s); /* a server on its first day */
	CHECK_INT(judge(s), ONPATH_SUSPECT);
	CHECK_INT(points_of(s, "freshly-minted"), 0);
}

static void minter_shape(void **state)
{
	(void)state;
	SCENE(s);
	scene_forge(s, "CN=Anything");
	judge(s);
	CHECK_INT(points_of(s, "minter-shape"), 5);
	s->leaf.rsa_exponent = 3;
	CHECK_INT(judge(s), ONPATH_INTERCEPTED);
	CHECK_INT(points_of(s, "minter-shape"), 15);
	s->leaf.rsa_exponent = 65537;
	s->leaf.key_bits = 1024;
	judge(s);
	CHECK_INT(points_of(s, "minter-shape"), 15);
	s->leaf.comment = "example comment extension";
	judge(s);
	CHECK_INT(points_of(s, "minter-shape"), 20);
	s->leaf.subject_cn = "104.75.229.172";
	judge(s);
	CHECK_INT(points_of(s, "minter-shape"), 30);
}

static void minter_shape_traps(void **state)
{
	(void)state;
	SCENE(s);
	/* A hobbyist's own CA, made with OpenSSL's defaults: odd, but nobody's forgery. */
	scene_self_sign(s);
	s->leaf.comment = "OpenSSL Generated Certificate";
	s->leaf.key_bits = 1024;
	CHECK_INT(judge(s), ONPATH_SUSPECT);
	CHECK_INT(points_of(s, "minter-shape"), 5);
	SCENE(good);
	good->leaf.rsa_exponent = 3; /* an authority signed it */
	CHECK_INT(judge(good), ONPATH_TRUSTED);
	CHECK_INT(good->facts.evidence_count, 0);
}

static void downgrade_sentinel(void **state)
{
	(void)state;
	SCENE(s);
	s->facts.downgrade_sentinel = true;
	s->facts.client_version = 0x0304;
	CHECK_INT(judge(s), ONPATH_SUSPECT);
	CHECK_INT(points_of(s, "downgrade-sentinel"), 30);
	s->facts.client_version =
		0x0303; /* the mark is due to every client; only one that offered 1.3 is wronged */
	CHECK_INT(judge(s), ONPATH_TRUSTED);
	s->facts.client_version = 0x7f17; /* draft 23 */
	CHECK_INT(judge(s), ONPATH_TRUSTED);
	s->facts.client_version = s->facts.version = 0x0304;
	CHECK_INT(judge(s), ONPATH_TRUSTED);
}

static void client_refused(void **state)
{
	(void)state;
	SCENE(s);
	s->facts.client_alert = (struct onpath_alert_seen) { true, 2, 48 };
	CHECK_INT(judge(s), ONPATH_TRUSTED); /* alone it says nothing */
	CHECK_INT(points_of(s, "client-refused"), 5);
	s->facts.client_alert.description = 40; /* handshake_failure */
	judge(s);
	CHECK_INT(points_of(s, "client-refused"), 0);
	s->facts.client_alert.description = 47; /* illegal_parameter */
	judge(s);
	CHECK_INT(points_of(s, "client-refused"), 0);
}

static void segments_conflict(void **state)
{
	(void)state;
	SCENE(s);
	s->facts.conflicts = 3;
	s->facts.completeness = ONPATH_AMBIGUOUS;
	CHECK_INT(judge(s), ONPATH_SUSPECT);
	CHECK_INT(s->facts.kind, ONPATH_KIND_INJECTED);
}

static int hops(struct scene *s, uint8_t syn, uint8_t data, uint8_t min, uint8_t max)
{
	s->facts.server_hops = (struct onpath_hops) { syn, data, min, max, false };
	judge(s);
	return points_of(s, "hops-split");
}

static void hops_split(void **state)
{
	(void)state;
	SCENE(s);
	CHECK_INT(hops(s, 53, 47, 47, 47), 20); /* GitHub, 2020 */
	CHECK_INT(hops(s, 42, 31, 30, 32),
		0); /* another start: a system that answers SYNs for others */
	CHECK_INT(hops(s, 43, 41, 41, 41), 10); /* a balancer, measured */
	CHECK_INT(hops(s, 112, 114, 114, 114), 10);
	CHECK_INT(hops(s, 54, 53, 53, 53), 0);     /* a route of one hop more */
	CHECK_INT(hops(s, 54, 50, 50, 54), 0);     /* a route that wavers */
	CHECK_INT(hops(s, 248, 142, 142, 143), 0); /* no start that we know */
	CHECK_INT(hops(s, 0, 47, 47, 47), 0);
	CHECK_INT(hops(s, 53, 0, 0, 0), 0);
}

RUN(test(chain_untrusted), test(chain_untrusted_traps), test(self_signed),
	test(self_issued_not_signed), test(dates), test(bad_signature), test(tor_relay),
	test(leaf_key_is_ca_key), test(freshly_minted), test(freshly_minted_traps),
	test(minter_shape), test(minter_shape_traps), test(downgrade_sentinel),
	test(client_refused), test(segments_conflict), test(hops_split))
