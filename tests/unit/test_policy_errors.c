/* What is wrong in a policy is said with its place. */
#include "policy/policy.h"

#include <errno.h>
#include <unistd.h>

#include "check.h"

static const struct {
	unsigned line, column;
	const char *says;
	const char *yaml;
} faults[] = {
	{ 1, 1, "unknown key \"expects\"", "expects: []" },
	{ 1, 1, "expect, owners, authorise, mute", "x: y" },
	{ 1, 9, "list expected here, not text", "expect: yes" },
	{ 1, 9, "empty list", "expect: []" },
	{ 1, 1, "keys with values expected", "- expect" },
	{ 2, 5, "keys with values expected here, not text", "expect:\n  - icloud.com" },
	{ 2, 5, "needs hosts", "expect:\n  - issuers: [A]" },
	{ 2, 5, "needs issuers, pins or anchors", "expect:\n  - hosts: [a.b]" },
	{ 2, 13, "not a host name", "expect:\n  - hosts: [\"a b\"]\n    issuers: [A]" },
	{ 2, 12, "list expected", "expect:\n  - hosts: a.b\n    issuers: [A]" },
	{ 3, 5, "unknown key \"issuer\"", "expect:\n  - hosts: [a.b]\n    issuer: [A]" },
	{ 4, 27, "\"2020-02-30\" is not a date",
		"expect:\n  - hosts: [a.b]\n    issuers:\n      - {owner: A, from:  2020-02-30}" },
	{ 4, 9, "later than from",
		"expect:\n  - hosts: [a.b]\n    issuers:\n      - {owner: A, from: 2020-01-01, until: 2020-01-01}" },
	{ 4, 9, "needs an owner",
		"expect:\n  - hosts: [a.b]\n    issuers:\n      - {from: 2020-01-01}" },
	{ 4, 17, "text expected here, not nothing",
		"expect:\n  - hosts: [a.b]\n    issuers:\n      - {owner: }" },
	{ 3, 13, "a pin is sha256/", "expect:\n  - hosts: [a.b]\n    pins: [ sha256/abc ]" },
	{ 3, 13, "not the number of a network",
		"expect:\n  - hosts: [a.b]\n    asns: [ AS714 ]\n    issuers: [A]" },
	{ 3, 13, "not the number of a network",
		"expect:\n  - hosts: [a.b]\n    asns: [ 4294967296 ]\n    issuers: [A]" },
	{ 3, 16, "PEM text expected", "expect:\n  - hosts: [a.b]\n    anchors: [ corp.pem ]" },
	{ 3, 16, "no PEM certificate",
		"expect:\n  - hosts: [a.b]\n    anchors: [ \"-----BEGIN CERTIFICATE-----\" ]" },
	{ 2, 11, "given twice, first in line 1",
		"expect: [{hosts: [a.b], issuers: [A],\n          hosts: [c.d]}]" },
	{ 3, 0, "has a rule already",
		"expect:\n  - {hosts: [a.b], issuers: [A]}\n  - {hosts: [A.B], issuers: [A]}" },
	{ 2, 0, "\"*.a.b\" has a rule already",
		"expect:\n  - {hosts: [\"*.a.b\", a.b, \"*.a.b\"], issuers: [A]}" },
	{ 2, 16, "is not a network", "authorise:\n  - {clients: [10.0.0.1/8], name: x, pins: []}" },
	{ 2, 5, "needs a name", "authorise:\n  - {clients: [10.0.0.0/8]}" },
	{ 2, 5, "needs pins or anchors", "authorise:\n  - {name: proxy}" },
	{ 2, 5, "needs hosts or evidence", "mute:\n  - {note: nothing}" },
	{ 2, 17, "not the id of a detector", "mute:\n  - {evidence: [self signed]}" },
	{ 2, 5, "needs a name", "owners:\n  - {aliases: [A]}" },
	{ 3, 13, "needs a name and an spki",
		"owners:\n  - name: A\n    keys: [ {until: 2020-01-01} ]" },
	{ 3, 34, "not a SubjectPublicKeyInfo",
		"owners:\n  - name: A\n    keys: [ {name: \"CN=A\", spki: xyz} ]" },
	{ 3, 34, "true or false",
		"owners:\n  - name: A\n    keys: [ {name: B, limited:   perhaps} ]" },
	{ 1, 14, "aliases are not known", "expect: &a [ *a ]" },
	{ 3, 1, "did not find expected", "expect: [\nmute: {" },
	{ 1, 3, "key must be plain text", "? [ a ] : b" },
};

static void every_fault_has_a_place(void **state)
{
	struct policy *fresh;

	(void)state;
	CHECK_INT(policy_new(&fresh), 0);
	CLEANUP(policy_free) struct policy *policy = fresh;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		struct onpath_error error = { 77, 77, "nothing" };
		int r = policy_add(policy, &error, "test", faults[i].yaml, strlen(faults[i].yaml));

		if (r != -EINVAL || error.line != faults[i].line ||
			error.column != faults[i].column || !strstr(error.message, faults[i].says))
			fail_msg("%zu: %d, %u:%u: %s", i, r, error.line, error.column,
				error.message);
	}
	CHECK(!policy_anchor_key(policy, 0));
}

static void nothing_is_no_fault(void **state)
{
	static const char *const texts[] = { "", "# only a comment\n", "---\n", "---\n...\n---\n" };
	struct policy *fresh;

	(void)state;
	CHECK_INT(policy_new(&fresh), 0);
	CLEANUP(policy_free) struct policy *policy = fresh;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		CHECK_INT(policy_add(policy, NULL, "test", texts[i], strlen(texts[i])), 0);
}

static void too_deep(void **state)
{
	char yaml[400] = "mute: ";
	struct onpath_error error;
	struct policy *fresh;

	(void)state;
	CHECK_INT(policy_new(&fresh), 0);
	CLEANUP(policy_free) struct policy *policy = fresh;
	memset(yaml + 6, '[', 100);
	memset(yaml + 106, ']', 100);
	CHECK_INT(policy_add(policy, &error, "test", yaml, strlen(yaml)), -EINVAL);
	CHECK(strstr(error.message, "deep"));
}

/* Each beginning of a good text is a policy of its own or an error with a place, and never half of
 * a rule. */
static void every_cut(void **state)
{
	static const char yaml[] =
		"expect: [{hosts: [\"*.a.b\"], issuers: [{owner: A, from: 2020-01-01}], note: \"x\"}]\n";

	(void)state;
	for (size_t n = 0; n < sizeof yaml - 1; n++) {
		struct onpath_error error;
		struct expectation expectation;
		struct policy *fresh;

		CHECK_INT(policy_new(&fresh), 0);
		CLEANUP(policy_free) struct policy *policy = fresh;
		int r = policy_add(policy, &error, "test", yaml, n);
		bool whole = n >= sizeof yaml - 2;
		CHECK(r == (whole || n == 0 ? 0 : -EINVAL));
		CHECK(policy_expect(policy, &expectation, "x.a.b", 1600000000) == whole);
	}
}

/* The file of a policy, and of an anchor beside it. */
static void files(void **state)
{
	char directory[] = "/tmp/onpath-policy-XXXXXX", path[64];
	struct onpath_error error;
	struct policy *fresh;

	(void)state;
	CHECK(mkdtemp(directory));
	CHECK_INT(policy_new(&fresh), 0);
	CLEANUP(policy_free) struct policy *policy = fresh;
	snprintf(path, sizeof path, "%s/p.yaml", directory);
	CHECK_INT(policy_add_file(policy, &error, path), -ENOENT);
	FILE *file = fopen(path, "w");
	CHECK(file && fputs("expect:\n  - {hosts: [a.b], anchors: [corp.pem]}\n", file) >= 0 &&
		fclose(file) == 0);
	CHECK_INT(policy_add_file(policy, &error, path), -EINVAL);
	CHECK(error.line == 2 && strstr(error.message, "corp.pem") &&
		strstr(error.message, "No such file"));
	unlink(path);
	rmdir(directory);
}

RUN(test(every_fault_has_a_place), test(nothing_is_no_fault), test(too_deep), test(every_cut),
	test(files))
