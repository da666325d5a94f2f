/* Which names and addresses are of the public Internet. */
#include "classify/names.h"

#include <arpa/inet.h>

#include "check.h"

static void public_names(void **state)
{
	static const char *const good[] = { "example.com", "www.google.com", "a.b.c.co.uk",
		"rcku.kz", "user.github.io", "jabber.ru", "xn--e1afmkfd.xn--p1ai", "x.com",
		"www.6gyip7tqim7sieb.com" };
	/* No dot, an address, a suffix itself, RFC 6761, 6762, 7686, 8375, and top-level domains
	 * that are not delegated. */
	static const char *const bad[] = { "localhost", "bawmashbij", "192.168.1.70", "82.81.46.13",
		"2001:db8::1", "com", "co.uk", "kz", "printer.local", "local", "a.test",
		"a.invalid", "a.example", "x.onion", "host.home.arpa", "router.lan", "db.internal",
		"a.corp", "a.notatld", "", ".", "a." };
	struct names *made;

	(void)state;
	CHECK_INT(names_new(&made), 0);
	CLEANUP(names_free) struct names *names = made;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (!names_public_host(names, good[i]))
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (names_public_host(names, bad[i]))
			fail_msg("%s", bad[i]);
}

static bool is_public(const char *text)
{
	struct onpath_addr addr = { .family = strchr(text, ':') ? 6 : 4 };

	CHECK_INT(inet_pton(addr.family == 4 ? AF_INET : AF_INET6, text, addr.bytes), 1);
	return names_public_address(&addr);
}

static void public_addresses(void **state)
{
	static const char *const good[] = { "1.1.1.1", "23.59.94.46", "100.63.255.255",
		"100.128.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255",
		"198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1",
		"2a00:1450:4001::200e", "64:ff9b::101:101", "2001:4860:4860::8888" };
	static const char *const bad[] = { "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.255",
		"127.0.0.1", "169.254.1.1", "172.16.0.1", "172.31.255.255", "192.0.0.8",
		"192.0.2.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
		"203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "3fff::1",
		"64:ff9b::a00:1", "::ffff:1.2.3.4", "2001:20::1", "100::1" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (!is_public(good[i]))
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (is_public(bad[i]))
			fail_msg("%s", bad[i]);
}

static void no_address(void **state)
{
	struct onpath_addr none = { 0 };

	(void)state;
	CHECK(!names_public_address(&none));
}

RUN(test(public_names), test(public_addresses), test(no_address))
