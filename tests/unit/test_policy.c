/* Policies: what is expected of whom and when, what is authorised, what is muted. */
#include "policy/policy.h"

#include <errno.h>

#include "check.h"

#define DAY     86400
#define AT_2014 1413590400 /* 2014-10-18 */
#define AT_2019 1546300800 /* 2019-01-01 */
#define AT_2024 1704067200 /* 2024-01-01 */

static const char text[] =
	"owners:\n"
	"  - name: Big\n"
	"    aliases: [Big Inc, {name: Small Ltd, from: 2018-01-01}, \"C=XX, CN=Nameless Root\"]\n"
	"  - name: Small\n"
	"    aliases: [Small Ltd]\n"
	"    pins: [\"sha256/AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"]\n"
	"expect:\n"
	"  - hosts: [example.com, \"*.example.com\"]\n"
	"    issuers:\n"
	"      - {owner: Small, until: 2018-06-01}\n"
	"      - {owner: Big, from: 2018-01-01, until: 2023-01-01}\n"
	"  - hosts: [www.example.com]\n"
	"    issuers: [Other]\n"
	"  - hosts: [pinned.example]\n"
	"    pins: [\"sha256/AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"]\n"
	"  - hosts: [any.example]\n"
	"    issuers: [any public CA]\n"
	"authorise:\n"
	"  - name: office\n"
	"    pins: [\"sha256/AwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"]\n"
	"    clients: [10.0.0.0/8]\n"
	"    until: 2020-01-01\n"
	"mute:\n"
	"  - {hosts: [printer.example, \"*.lab.example\"], evidence: [self-signed]}\n"
	"  - {evidence: [sct-missing], from: 2024-01-01}\n";

static struct policy *policy_of(const char *yaml)
{
	struct policy *policy;
	struct onpath_error error;

	CHECK_INT(policy_new(&policy), 0);
	int r = policy_add(policy, &error, "test", yaml, strlen(yaml));
	if (r != 0)
		print_error("%u:%u: %s\n", error.line, error.column, error.message);
	CHECK_INT(r, 0);
	return policy;
}

static struct onpath_cert cert_of(const char *issuer_o, uint8_t key)
{
	return (struct onpath_cert) { .parsed = true,
		.issuer_o = issuer_o,
		.issuer = "O=?",
		.subject = "CN=?",
		.spki_sha256 = { key } };
}

static enum policy_match match(const struct policy *policy, const char *host, int64_t at,
	const char *intermediate, const char *root, uint8_t key)
{
	struct onpath_cert leaf = cert_of(intermediate, 99), ca = cert_of(root, key),
			   top = cert_of(root, 98);
	const struct onpath_cert *const path[] = { &leaf, &ca, &top };
	struct expectation expectation;

	CHECK(policy_expect(policy, &expectation, host, at));
	return policy_meets(policy, &expectation, path, 3);
}

static void owners_by_date(void **state)
{
	CLEANUP(policy_free) struct policy *policy = policy_of(text);
	struct expectation expectation;

	(void)state;
	CHECK(policy_expect(policy, &expectation, "example.com", AT_2014));
	CHECK_TEXT(expectation.owners, "Small");
	CHECK_TEXT(expectation.from, "test:8");
	CHECK(expectation.has_owners && !expectation.has_pins && !expectation.has_anchors);
	CHECK(policy_expect(
		policy, &expectation, "a.b.example.com", 1519862400)); /* 2018-03-01: both */
	CHECK_TEXT(expectation.owners, "Small, Big");
	CHECK(policy_expect(
		policy, &expectation, "example.com", 1514764800)); /* the first second of 2018 */
	CHECK_TEXT(expectation.owners, "Small, Big");
	CHECK(policy_expect(policy, &expectation, "example.com", 1514764799));
	CHECK_TEXT(expectation.owners, "Small");
	CHECK(policy_expect(
		policy, &expectation, "example.com", 1672531199)); /* the last second of 2022 */
	CHECK_TEXT(expectation.owners, "Big");
	/* Outside of all ranges nothing is known, so nothing is expected. */
	CHECK(!policy_expect(policy, &expectation, "example.com", 1672531200));
}

static void most_specific_host(void **state)
{
	CLEANUP(policy_free) struct policy *policy = policy_of(text);
	struct expectation expectation;

	(void)state;
	CHECK(policy_expect(policy, &expectation, "www.example.com", AT_2014));
	CHECK_TEXT(expectation.owners, "Other");
	CHECK(policy_expect(policy, &expectation, "x.www.example.com", AT_2014));
	CHECK_TEXT(expectation.owners, "Small");
	CHECK(!policy_expect(policy, &expectation, "notexample.com", AT_2014));
	CHECK(!policy_expect(policy, &expectation, "com", AT_2014));
	CHECK(!policy_expect(policy, &expectation, "", AT_2014));
	CHECK(!policy_expect(policy, &expectation, "a.pinned.example", AT_2014));
}

static void user_before_shipped(void **state)
{
	CLEANUP(policy_free) struct policy *policy = policy_of(text);
	static const char shipped[] =
		"expect: [{hosts: [a.www.example.com, \"*.example.com\"], issuers: [Shipped]}]";
	struct expectation expectation;

	(void)state;
	CHECK_INT(policy_add(policy, NULL, "shipped", shipped, strlen(shipped)), 0);
	CHECK(policy_expect(policy, &expectation, "a.www.example.com", AT_2014));
	CHECK_TEXT(expectation.owners, "Small");
	CHECK(policy_expect(policy, &expectation, "a.www.example.com",
		AT_2024)); /* the user's rule says nothing then */
	CHECK_TEXT(expectation.owners, "Shipped");
	CHECK_TEXT(expectation.from, "shipped");
}

static void meeting_owners(void **state)
{
	CLEANUP(policy_free) struct policy *policy = policy_of(text);

	(void)state;
	CHECK_INT(match(policy, "example.com", AT_2014, "Small Ltd", "Else", 0), POLICY_MET);
	CHECK_INT(match(policy, "example.com", AT_2014, "Else", "SMALL LTD", 0),
		POLICY_MET); /* the root's name counts as well */
	CHECK_INT(match(policy, "example.com", AT_2014, "Else", "Else", 1),
		POLICY_MET); /* by its key */
	CHECK_INT(match(policy, "example.com", AT_2014, "Big Inc", "Else", 0), POLICY_OTHER_OWNER);
	CHECK_INT(match(policy, "example.com", AT_2019, "Big Inc", "Else", 0), POLICY_MET);
	CHECK_INT(match(policy, "example.com", AT_2019, "Small Ltd", "Else", 0),
		POLICY_MET); /* Big bought it */
	CHECK_INT(match(policy, "example.com", AT_2019, "Else", NULL, 0), POLICY_OTHER_OWNER);
	CHECK_INT(match(policy, "www.example.com", AT_2019, "Other", NULL, 0),
		POLICY_MET); /* an owner that no table knows */
	CHECK_INT(match(policy, "www.example.com", AT_2019, "Others", NULL, 0), POLICY_OTHER_OWNER);
	CHECK_INT(match(policy, "any.example", AT_2019, "Whoever", NULL, 0), POLICY_MET);
}

static void meeting_nothing_unverified(void **state)
{
	CLEANUP(policy_free) struct policy *policy = policy_of(text);
	struct expectation expectation;

	(void)state;
	CHECK(policy_expect(policy, &expectation, "any.example", AT_2019));
	CHECK_INT(policy_meets(policy, &expectation, NULL, 0), POLICY_UNVERIFIED);
}

static void meeting_pins(void **state)
{
	CLEANUP(policy_free) struct policy *policy = policy_of(text);
	struct onpath_cert pinned = cert_of("X", 2), other = cert_of("X", 3);
	struct expectation expectation;

	(void)state;
	CHECK_INT(match(policy, "pinned.example", AT_2019, "X", "X", 2), POLICY_MET);
	CHECK_INT(match(policy, "pinned.example", AT_2019, "X", "X", 3), POLICY_PIN_MISMATCH);
	CHECK(policy_expect(policy, &expectation, "pinned.example", AT_2019));
	CHECK(policy_pinned(&expectation, &pinned) && !policy_pinned(&expectation, &other));
}

static void owner_for_people(void **state)
{
	CLEANUP(policy_free) struct policy *policy = policy_of(text);
	struct onpath_cert leaf = cert_of("Small Ltd", 0), top = cert_of("Small Ltd", 0),
			   stranger = cert_of("Stranger", 0);
	const struct onpath_cert *path[] = { &leaf, &top }, *strange[] = { &stranger };

	(void)state;
	CHECK_TEXT(policy_owner(policy, path, 2, AT_2014), "Small");
	CHECK_TEXT(policy_owner(policy, path, 2, AT_2019), "Big"); /* the latest owner */
	CHECK_TEXT(policy_owner(policy, strange, 1, AT_2019), "Stranger");
	CHECK(!policy_owner(policy, NULL, 0, AT_2019));
	CHECK_TEXT(policy_owner_of_name(policy, "big inc", AT_2014), "Big");
	CHECK(!policy_owner_of_name(policy, "Big Inc 2", AT_2014));
	CHECK(!policy_owner_of_name(policy, NULL, AT_2014));
}

static void authorised_inspection(void **state)
{
	CLEANUP(policy_free) struct policy *policy = policy_of(text);
	struct onpath_addr inside = { 4, { 10, 1, 2, 3 } }, outside = { 4, { 192, 0, 2, 1 } };
	struct onpath_cert leaf = cert_of("Proxy", 7), ca = cert_of("Proxy", 3),
			   fake = cert_of("Proxy", 4);
	const struct onpath_cert *chain[] = { &leaf, &ca, &fake };

	(void)state;
	leaf.issuer = ca.subject = "CN=Proxy CA";
	ca.issuer = "CN=Proxy CA";
	fake.subject = "CN=Another";
	CHECK_TEXT(policy_authorised(policy, &inside, chain, 3, AT_2019), "office");
	CHECK(!policy_authorised(policy, &outside, chain, 3, AT_2019));
	CHECK(!policy_authorised(policy, &inside, chain, 3, AT_2024)); /* until 2020 */
	CHECK(!policy_authorised(policy, &inside, chain, 1, AT_2019));
	/* The authorised CA is there, but the names do not lead to it, or lead to two. */
	fake.subject = "cn=proxy  ca";
	CHECK(!policy_authorised(policy, &inside, chain, 3, AT_2019));
	fake.subject = "CN=Another";
	leaf.issuer = "CN=Another";
	CHECK(!policy_authorised(policy, &inside, chain, 3, AT_2019));
}

static void muted_evidence(void **state)
{
	CLEANUP(policy_free) struct policy *policy = policy_of(text);

	(void)state;
	CHECK(policy_muted(policy, "printer.example", "self-signed", AT_2019));
	CHECK(policy_muted(policy, "a.lab.example", "self-signed", AT_2019));
	CHECK(!policy_muted(policy, "lab.example", "self-signed", AT_2019));
	CHECK(!policy_muted(policy, "printer.example", "bad-signature", AT_2019));
	CHECK(!policy_muted(policy, NULL, "self-signed", AT_2019));
	CHECK(policy_muted(policy, NULL, "sct-missing", AT_2024));
	CHECK(!policy_muted(policy, "a.example", "sct-missing", AT_2019));
}

static void keys_of_old_anchors(void **state)
{
	static const char yaml[] =
		"owners:\n"
		"  - name: Old\n"
		"    keys:\n"
		"      - {name: \"C=XX, O=Old, CN=Root\", spki: MAA=, until: 2019-01-01}\n"
		"      - {name: \"O=Private\", spki: MAEA, limited: true}\n";
	CLEANUP(policy_free) struct policy *policy = policy_of(yaml);
	const struct policy_anchor_key *key = policy_anchor_key(policy, 0);

	(void)state;
	CHECK_TEXT(key->name, "C=XX, O=Old, CN=Root");
	CHECK_TEXT(key->owner, "Old");
	CHECK(key->from == INT64_MIN && key->until == AT_2019 && !key->limited);
	CHECK(key->spki_len == 2 && memcmp(key->spki, "\x30", 2) == 0);
	CHECK(policy_anchor_key(policy, 1)->limited &&
		policy_anchor_key(policy, 1)->until == INT64_MAX);
	CHECK(!policy_anchor_key(policy, 2));

	struct onpath_cert namesake = cert_of(NULL, 5);
	namesake.subject = "C=XX, O=Old, CN=Root";
	CHECK(policy_copies_anchor(policy, &namesake));
	/* printf '\x30\x00' | openssl dgst -sha256 */
	CHECK_INT(unhex(namesake.spki_sha256, 32,
			  "e4f60d0aa6d7f3d3b6a6494b1c861b99f649c6f9ec51abaf201b20f297327c95"),
		32);
	CHECK(!policy_copies_anchor(policy, &namesake));
	namesake.spki_sha256[31]++;
	CHECK(policy_copies_anchor(policy, &namesake));
	namesake.subject = "C=XX, O=Old, CN=Root 2";
	CHECK(!policy_copies_anchor(policy, &namesake));
}

static void shipped_loads(void **state)
{
	struct policy *loaded;
	struct onpath_error error = { 0 };
	struct expectation expectation;

	(void)state;
	CHECK_INT(policy_new(&loaded), 0);
	CLEANUP(policy_free) struct policy *policy = loaded;
	int r = policy_add(policy, &error, "shipped", policy_shipped, policy_shipped_len);
	if (r != 0)
		print_error("%u:%u: %s\n", error.line, error.column, error.message);
	CHECK_INT(r, 0);
	CHECK(policy_expect(policy, &expectation, "www.icloud.com", AT_2014));
	CHECK(strstr(expectation.owners, "VeriSign"));
	CHECK(policy_expect(policy, &expectation, "github.com", 1585267200)); /* 2020-03-27 */
	CHECK_TEXT(expectation.owners, "DigiCert");
	CHECK(policy_expect(policy, &expectation, "facebook.com", 1563494400)); /* 2019-07-19 */
	CHECK(!strstr(expectation.owners, "any public CA"));
	CHECK_INT(match(policy, "facebook.com", 1563494400, "DigiCert Inc", "DigiCert Inc", 0),
		POLICY_MET);
	CHECK_INT(match(policy, "facebook.com", 1563494400, NULL, "Security Certificate", 0),
		POLICY_OTHER_OWNER);
	CHECK_INT(match(policy, "www.google.com", AT_2024, "Google Trust Services LLC",
			  "GlobalSign nv-sa", 0),
		POLICY_MET);
	CHECK_INT(match(policy, "www.google.com", AT_2024, "Let's Encrypt",
			  "Internet Security Research Group", 0),
		POLICY_OTHER_OWNER);
}

static void all_or_nothing(void **state)
{
	CLEANUP(policy_free) struct policy *policy = policy_of(text);
	static const char again[] =
		"expect: [{hosts: [new.example], issuers: [X]},\n  {hosts: [example.com], issuers: [X]}]";
	struct expectation expectation;
	struct onpath_error error;

	(void)state;
	CHECK_INT(policy_add(policy, &error, "again", again, strlen(again)), -EINVAL);
	CHECK_INT(error.line, 2);
	CHECK(strstr(error.message, "example.com") && strstr(error.message, "test:8"));
	CHECK(!policy_expect(policy, &expectation, "new.example", AT_2014));
	CHECK(policy_expect(policy, &expectation, "example.com", AT_2014));
}

RUN(test(owners_by_date), test(most_specific_host), test(user_before_shipped), test(meeting_owners),
	test(meeting_nothing_unverified), test(meeting_pins), test(owner_for_people),
	test(authorised_inspection), test(muted_evidence), test(keys_of_old_anchors),
	test(shipped_loads), test(all_or_nothing))
