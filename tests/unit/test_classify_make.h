/* A connection to a public host whose every fact is as it should be; tests change what they are
 * about. */
#ifndef TEST_CLASSIFY_MAKE_H
#define TEST_CLASSIFY_MAKE_H

#include "check.h"

#include "classify/classify.h"

#define NOW 1704067200 /* 2024-01-01 */
#define DAY 86400LL

struct scene {
	struct onpath_cert leaf, ca, root;
	const struct onpath_cert *chain[3];
	const struct onpath_cert *path[3];
	const char *names[1];
	struct onpath_connection facts;
	struct observation seen;
	struct classify_scratch scratch;
	struct policy *policy;
};

static const char scene_policy[] =
	"owners:\n"
	"  - {name: Good, aliases: [Good CA Ltd]}\n"
	"  - {name: Other, aliases: [Other CA Ltd]}\n"
	"  - name: Private\n"
	"    keys: [{name: \"O=Private\", spki: MAA=, limited: true}]\n"
	"  - name: Anchor\n"
	"    keys: [{name: \"C=XX, O=Anchor, CN=Root\", spki: MAEA}]\n"
	"expect:\n"
	"  - {hosts: [bank.com, \"*.bank.com\"], issuers: [{owner: Good, from: 2020-01-01}]}\n"
	"  - {hosts: [old.com], issuers: [{owner: Good, until: 2020-01-01}, {owner: Other, from: 2020-01-01}]}\n"
	"  - {hosts: [pinned.com], pins: [\"sha256/AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"]}\n"
	"  - {hosts: [private.com], issuers: [Private]}\n"
	"authorise:\n"
	"  - {name: office, pins: [\"sha256/AwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"]}\n"
	"mute:\n"
	"  - {hosts: [muted.com], evidence: [self-signed, minter-shape]}\n";

static void scene_host(struct scene *scene, const char *host)
{
	scene->facts.host = host;
	scene->facts.sni = (struct onpath_bytes) { (const uint8_t *)host, host ? strlen(host) : 0 };
	scene->names[0] = host;
	scene->leaf.subject_cn = host;
}

/* A chain of leaf, intermediate and root that an anchor vouches for. */
static void scene_init(struct scene *scene)
{
	memset(scene, 0, sizeof *scene);
	scene->leaf = (struct onpath_cert) {
		.parsed = true,
		.version = 3,
		.subject = "CN=www.shop.com",
		.issuer = "O=Good CA Ltd, CN=Good TLS",
		.issuer_o = "Good CA Ltd",
		.issuer_cn = "Good TLS",
		.serial = "01",
		.not_before = NOW - 30 * DAY,
		.not_after = NOW + 60 * DAY,
		.dns_names = scene->names,
		.dns_name_count = 1,
		.has_san = true,
		.key_type = ONPATH_KEY_RSA,
		.key_bits = 2048,
		.rsa_exponent = 65537,
		.signature_alg = "sha256WithRSAEncryption",
		.extension_count = 9,
		.has_sct = true,
		.has_aia = true,
		.has_crldp = true,
		.has_policies = true,
		.spki_sha256 = { 10 },
	};
	scene->ca = (struct onpath_cert) {
		.parsed = true,
		.version = 3,
		.subject = "O=Good CA Ltd, CN=Good TLS",
		.issuer = "O=Good CA Ltd, CN=Good Root",
		.subject_o = "Good CA Ltd",
		.issuer_o = "Good CA Ltd",
		.issuer_cn = "Good Root",
		.is_ca = true,
		.spki_sha256 = { 11 },
	};
	scene->root = (struct onpath_cert) {
		.parsed = true,
		.version = 3,
		.subject = "O=Good CA Ltd, CN=Good Root",
		.issuer = "O=Good CA Ltd, CN=Good Root",
		.subject_o = "Good CA Ltd",
		.issuer_o = "Good CA Ltd",
		.issuer_cn = "Good Root",
		.is_ca = true,
		.self_issued = true,
		.self_signed = true,
		.spki_sha256 = { 12 },
	};
	scene->chain[0] = scene->path[0] = &scene->leaf;
	scene->chain[1] = scene->path[1] = &scene->ca;
	scene->chain[2] = scene->path[2] = &scene->root;
	scene->facts.chain = scene->chain;
	scene->facts.chain_len = 2;
	scene->facts.path = scene->path;
	scene->facts.path_len = 3;
	scene->facts.chain_status = ONPATH_CHAIN_VERIFIED;
	scene->facts.name_matches = true;
	scene->facts.owner = "Good";
	scene->facts.certificate = ONPATH_CERT_SEEN;
	scene->facts.version = scene->facts.client_version = 0x0303;
	scene_host(scene, "www.shop.com");
	CHECK_INT(policy_new(&scene->policy), 0);
	CHECK_INT(policy_add(scene->policy, NULL, "test", scene_policy, strlen(scene_policy)), 0);
	scene->seen = (struct observation) {
		.policy = scene->policy, .public_name = true, .public_address = true, .at = NOW
	};
}

/* An unknown CA of this name signed; nothing leads to an anchor. */
static void scene_forge(struct scene *scene, const char *issuer)
{
	scene->facts.chain_status = ONPATH_CHAIN_UNKNOWN_ROOT;
	scene->facts.path_len = 0;
	scene->facts.owner = NULL;
	scene->leaf.issuer = scene->ca.subject = scene->ca.issuer = issuer;
	scene->leaf.issuer_o = scene->leaf.issuer_cn = scene->ca.subject_o = scene->ca.issuer_o =
		scene->ca.issuer_cn = NULL;
	scene->ca.self_issued = scene->ca.self_signed = true;
	scene->leaf.has_sct = scene->leaf.has_aia = scene->leaf.has_crldp =
		scene->leaf.has_policies = false;
}

/* The leaf signed itself. */
static void scene_self_sign(struct scene *scene)
{
	scene_forge(scene, scene->leaf.subject);
	scene->facts.chain_status = ONPATH_CHAIN_SELF_SIGNED;
	scene->facts.chain_len = 1;
	scene->leaf.self_issued = scene->leaf.self_signed = true;
}

static enum onpath_verdict judge(struct scene *scene)
{
	struct observation *seen = &scene->seen;
	struct onpath_connection *facts = &scene->facts;

	seen->facts = facts;
	seen->has_expectation = facts->host && policy_expect(scene->policy, &seen->expectation,
						       facts->host, seen->at);
	if (seen->has_expectation)
		seen->match = policy_meets(
			scene->policy, &seen->expectation, facts->path, facts->path_len);
	classify(facts, &scene->scratch, seen);
	return facts->verdict;
}

/* Points of a piece of evidence, times ten to compare as a number; 0: it is not there. */
static int points_of(const struct scene *scene, const char *id)
{
	for (size_t i = 0; i < scene->facts.evidence_count; i++)
		if (strcmp(scene->facts.evidence[i].id, id) == 0)
			return (int)(scene->facts.evidence[i].points * 10);
	return 0;
}

static void scene_deinit(struct scene *scene)
{
	policy_free(scene->policy);
}
OWN_CLEANUP(struct scene *, scene_deinit)

/* A scene for the test, that frees itself. */
#define SCENE(name)                                                \
	struct scene name##_memory;                                \
	CLEANUP(scene_deinit) struct scene *name = &name##_memory; \
	scene_init(name)

#endif
