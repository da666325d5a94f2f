/* What each certificate of a path may do: each rule kept and broken, with OpenSSL as the judge. */
#include "test_x509_bench.h"

/* One certificate under a root that signs a CA that signs a leaf, with these extensions. */
static struct x509_trust verify_with(struct make *root, struct make *middle, struct make *leaf)
{
	struct bench b;
	struct made m[3];

	bench_open(&b);
	root->subject = "/O=Root";
	m[ROOT] = make(root);
	middle->subject = "/O=Middle";
	middle->issuer = &m[ROOT];
	m[MIDDLE] = make(middle);
	leaf->subject = leaf->subject ? leaf->subject : "/CN=leaf";
	leaf->issuer = &m[MIDDLE];
	m[LEAF] = make(leaf);
	trust(&b, &m[ROOT]);
	struct x509_trust t = verify(&b, SENT(&m[LEAF], &m[MIDDLE]), NOW);
	bench_close(&b);
	t.path = NULL;
	t.bad = NULL;
	free_all(m, 3);
	return t;
}

#define CASE(expected, root_make, middle_make, leaf_make)                                       \
	CHECK_INT(verify_with(&(struct make)UNPACK root_make, &(struct make)UNPACK middle_make, \
			  &(struct make)UNPACK leaf_make)                                       \
			  .status,                                                              \
		expected)
#define UNPACK(...)         \
	{                   \
		__VA_ARGS__ \
	}
#define PLAIN_CA   (.ext = { CA_EXT })
#define PLAIN_LEAF (.ext = { SAN_EXT("DNS:a.good.example") })

static void who_may_sign(void **state)
{
	(void)state;
	CASE(ONPATH_CHAIN_VERIFIED, PLAIN_CA, PLAIN_CA, PLAIN_LEAF);
	CASE(ONPATH_CHAIN_VERIFIED, (.v1 = true), PLAIN_CA, PLAIN_LEAF); /* anchors of old */
	CASE(ONPATH_CHAIN_NOT_A_CA, PLAIN_CA, (.v1 = true), PLAIN_LEAF);
	CASE(ONPATH_CHAIN_NOT_A_CA, PLAIN_CA, (.ext = { { "basicConstraints", "CA:FALSE" } }),
		PLAIN_LEAF);
	CASE(ONPATH_CHAIN_NOT_A_CA, PLAIN_CA, (.ext = { SAN_EXT("DNS:mine.example") }), PLAIN_LEAF);
	CASE(ONPATH_CHAIN_NOT_A_CA, PLAIN_CA,
		(.ext = { CA_EXT, { "keyUsage", "digitalSignature" } }), PLAIN_LEAF);
	CASE(ONPATH_CHAIN_VERIFIED, PLAIN_CA, (.ext = { CA_EXT, { "keyUsage", "keyCertSign" } }),
		PLAIN_LEAF);
	CASE(ONPATH_CHAIN_NOT_A_CA, (.ext = { { "basicConstraints", "CA:TRUE,pathlen:0" } }),
		PLAIN_CA, PLAIN_LEAF);
	CASE(ONPATH_CHAIN_VERIFIED, (.ext = { { "basicConstraints", "CA:TRUE,pathlen:1" } }),
		(.ext = { { "basicConstraints", "CA:TRUE,pathlen:0" } }), PLAIN_LEAF);
}

static void what_it_is_for(void **state)
{
	(void)state;
#define EKU(value) { "extendedKeyUsage", value }
	CASE(ONPATH_CHAIN_VERIFIED, PLAIN_CA, PLAIN_CA, (.ext = { EKU("serverAuth,clientAuth") }));
	CASE(ONPATH_CHAIN_CONSTRAINED, PLAIN_CA, PLAIN_CA, (.ext = { EKU("clientAuth") }));
	CASE(ONPATH_CHAIN_VERIFIED, PLAIN_CA, (.ext = { CA_EXT, EKU("serverAuth") }), PLAIN_LEAF);
	CASE(ONPATH_CHAIN_VERIFIED, PLAIN_CA, (.ext = { CA_EXT, EKU("msSGC,nsSGC") }), PLAIN_LEAF);
	CASE(ONPATH_CHAIN_CONSTRAINED, PLAIN_CA, (.ext = { CA_EXT, EKU("emailProtection") }),
		PLAIN_LEAF);
	CASE(ONPATH_CHAIN_CONSTRAINED, PLAIN_CA, PLAIN_CA, (.ext = { { "keyUsage", "cRLSign" } }));
	CASE(ONPATH_CHAIN_VERIFIED, PLAIN_CA, PLAIN_CA,
		(.ext = { { "keyUsage", "keyAgreement" } }));
	CASE(ONPATH_CHAIN_CONSTRAINED, PLAIN_CA, PLAIN_CA,
		(.ext = { { "1.2.3.4.5", "critical,DER:05:00" } }));
	CASE(ONPATH_CHAIN_VERIFIED, PLAIN_CA, PLAIN_CA, (.ext = { { "1.2.3.4.5", "DER:05:00" } }));
	CASE(ONPATH_CHAIN_VERIFIED, PLAIN_CA, PLAIN_CA,
		(.ext = { { "certificatePolicies", "critical,DER:30:06:30:04:06:02:2a:03" } }));
}

static void name_constraints(void **state)
{
	(void)state;
#define UNDER(list)  (.ext = { CA_EXT, { "nameConstraints", list } })
#define NAMED(names) (.ext = { SAN_EXT(names) })
	CASE(ONPATH_CHAIN_VERIFIED, PLAIN_CA, UNDER("critical,permitted;DNS:good.example"),
		PLAIN_LEAF);
	CASE(ONPATH_CHAIN_VERIFIED, PLAIN_CA, UNDER("critical,permitted;DNS:A.Good.Example"),
		PLAIN_LEAF);
	CASE(ONPATH_CHAIN_CONSTRAINED, PLAIN_CA, UNDER("critical,permitted;DNS:d.example"),
		PLAIN_LEAF);
	CASE(ONPATH_CHAIN_CONSTRAINED, PLAIN_CA, UNDER("permitted;DNS:bad.example"), PLAIN_LEAF);
	CASE(ONPATH_CHAIN_CONSTRAINED, PLAIN_CA, UNDER("excluded;DNS:example"), PLAIN_LEAF);
	CASE(ONPATH_CHAIN_VERIFIED, PLAIN_CA, UNDER("excluded;DNS:xample"), PLAIN_LEAF);
	CASE(ONPATH_CHAIN_CONSTRAINED, PLAIN_CA, UNDER("permitted;DNS:good.example"),
		NAMED("DNS:a.good.example,DNS:b.evil.example"));
	CASE(ONPATH_CHAIN_VERIFIED, PLAIN_CA, UNDER("permitted;IP:10.1.0.0/255.255.0.0"),
		NAMED("IP:10.1.2.3"));
	CASE(ONPATH_CHAIN_CONSTRAINED, PLAIN_CA, UNDER("permitted;IP:10.1.0.0/255.255.0.0"),
		NAMED("IP:10.2.2.3"));
	CASE(ONPATH_CHAIN_CONSTRAINED, PLAIN_CA, UNDER("permitted;DNS:good.example"),
		(.subject = "/CN=b.evil.example"));
	CASE(ONPATH_CHAIN_VERIFIED, PLAIN_CA, UNDER("permitted;DNS:good.example"),
		(.subject = "/CN=b.good.example"));
	CASE(ONPATH_CHAIN_CONSTRAINED, UNDER("permitted;DNS:other.example"), PLAIN_CA, PLAIN_LEAF);
	CASE(ONPATH_CHAIN_VERIFIED, PLAIN_CA, UNDER("critical,permitted;email:good.example"),
		PLAIN_LEAF);
	CASE(ONPATH_CHAIN_CONSTRAINED, PLAIN_CA, UNDER("critical,permitted;email:good.example"),
		NAMED("DNS:a.good.example,email:a@bad.example"));
}

/* dirName needs a section of a file, so the DER is given. */
static void directory_constraints(void **state)
{
	(void)state;
	/* permitted: O=AC */
#define ACME "DER:30:15:a0:13:30:11:a4:0f:30:0d:31:0b:30:09:06:03:55:04:0a:0c:02:41:43"
	CASE(ONPATH_CHAIN_VERIFIED, PLAIN_CA, UNDER(ACME), (.subject = "/O=ac/CN=x"));
	CASE(ONPATH_CHAIN_CONSTRAINED, PLAIN_CA, UNDER(ACME), (.subject = "/O=acx/CN=x"));
	CASE(ONPATH_CHAIN_CONSTRAINED, PLAIN_CA, UNDER(ACME), (.subject = "/CN=x/O=AC"));
}

RUN(test(who_may_sign), test(what_it_is_for), test(name_constraints), test(directory_constraints))
