/* Hosts against the names of a certificate: RFC 9525 6.3, RFC 6125 6.4.3. */
#include "check.h"

#include "x509/x509.h"

static bool dns_matches(const char *pattern, const char *host)
{
	struct onpath_cert cert = {
		.parsed = true,
		.has_san = true,
		.subject_cn = "cn.example",
		.dns_names = &pattern,
		.dns_name_count = 1,
	};

	return x509_name_matches(&cert, host);
}

static void exact_names(void **state)
{
	(void)state;
	CHECK(dns_matches("www.example.com", "www.example.com"));
	CHECK(dns_matches("WWW.Example.COM", "www.example.com"));
	CHECK(dns_matches("xn--bcher-kva.example", "xn--bcher-kva.example"));
	CHECK(dns_matches("localhost", "localhost"));
	CHECK(!dns_matches("www.example.com", "example.com"));
	CHECK(!dns_matches("example.com", "www.example.com"));
	CHECK(!dns_matches("www.example.co", "www.example.com"));
	CHECK(!dns_matches("www.example.comm", "www.example.com"));
	CHECK(!dns_matches("", "www.example.com"));
	CHECK(!dns_matches("www.example.com", ""));
	CHECK(!dns_matches("www.example.com", NULL));
	CHECK(!dns_matches("b\xc3\xbc"
			   "cher.example",
		"b\xc3\xbc"
		"cher.example"));
	/* U+FFFD stands for NUL */
	CHECK(!dns_matches("www.bank.example\xef\xbf\xbd.evil.example", "www.bank.example"));
}

static void wildcards(void **state)
{
	(void)state;
	CHECK(dns_matches("*.example.com", "www.example.com"));
	CHECK(dns_matches("*.EXAMPLE.com", "www.example.com"));
	CHECK(dns_matches("*.example.com", "xn--bcher-kva.example.com"));
	CHECK(!dns_matches("*.example.com", "example.com"));
	CHECK(!dns_matches("*.example.com", "a.b.example.com"));
	CHECK(!dns_matches("*.example.com", ".example.com"));
	CHECK(!dns_matches("*.com", "example.com"));
	CHECK(!dns_matches("*.", "example."));
	CHECK(!dns_matches("*", "localhost"));
	CHECK(!dns_matches("w*.example.com", "www.example.com"));
	CHECK(!dns_matches("*w.example.com", "www.example.com"));
	CHECK(!dns_matches("www.*.com", "www.example.com"));
	CHECK(!dns_matches("*.*.com", "www.example.com"));
	CHECK(!dns_matches("*.*.example.com", "a.b.example.com"));
}

static void addresses(void **state)
{
	static const char *const names[] = { "10.0.0.1", "*.0.0.2", "host.example" };
	static const struct onpath_addr addrs[] = {
		{ .family = 4, .bytes = { 192, 0, 2, 1 } },
		{ .family = 6, .bytes = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } },
	};
	struct onpath_cert cert = {
		.parsed = true,
		.has_san = true,
		.dns_names = names,
		.dns_name_count = 3,
		.ip_addrs = addrs,
		.ip_addr_count = 2,
	};

	(void)state;
	CHECK(x509_name_matches(&cert, "192.0.2.1"));
	CHECK(x509_name_matches(&cert, "2001:db8::1"));
	CHECK(x509_name_matches(&cert, "2001:0db8:0:0::1"));
	CHECK(x509_name_matches(&cert, "host.example"));
	CHECK(!x509_name_matches(&cert, "192.0.2.2"));
	CHECK(!x509_name_matches(&cert, "2001:db8::2"));
	CHECK(!x509_name_matches(&cert, "10.0.0.1")); /* a dNSName is no address */
	CHECK(!x509_name_matches(&cert, "10.0.0.2"));
}

static void cn_counts_only_without_names(void **state)
{
	struct onpath_cert cert = { .parsed = true, .subject_cn = "*.example.com" };

	(void)state;
	CHECK(x509_name_matches(&cert, "www.example.com"));
	cert.has_san = true;
	CHECK(!x509_name_matches(&cert, "www.example.com"));
	cert = (struct onpath_cert) { .parsed = true };
	CHECK(!x509_name_matches(&cert, "www.example.com"));
	cert = (struct onpath_cert) { .parsed = true, .subject_cn = "192.0.2.1" };
	CHECK(!x509_name_matches(&cert, "192.0.2.1"));
	cert = (struct onpath_cert) { .parsed = false, .subject_cn = "www.example.com" };
	CHECK(!x509_name_matches(&cert, "www.example.com"));
}

RUN(test(exact_names), test(wildcards), test(addresses), test(cn_counts_only_without_names))
