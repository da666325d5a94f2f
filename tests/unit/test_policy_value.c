/* Dates, pins, networks, host patterns and base64 of a policy. */
#include "policy/value.h"

#include "check.h"

static void dates(void **state)
{
	int64_t at = 1;

	(void)state;
	/* date -u -d … +%s */
	CHECK(value_date(&at, "1970-01-01") && at == 0);
	CHECK(value_date(&at, "2014-10-04") && at == 1412380800);
	CHECK(value_date(&at, "2020-02-29") && at == 1582934400);
	CHECK(value_date(&at, "2000-02-29") && at == 951782400);
	CHECK(value_date(&at, "1969-12-31") && at == -86400);
	CHECK(value_date(&at, "9999-12-31") && at == 253402214400);
}

static void dates_that_are_none(void **state)
{
	static const char *const bad[] = { "", "2020", "2020-1-01", "2020-13-01", "2020-00-10",
		"2020-02-30", "2019-02-29", "1900-02-29", "2020-04-31", "2020-04-00", "2020/04/01",
		"2020-04-01T00:00:00Z", "20-04-2020", "2020-04-1x", "-020-04-01" };
	int64_t at = 7;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK(!value_date(&at, bad[i]));
	CHECK(at == 7);
}

static void pins(void **state)
{
	/* printf 'abc' | openssl dgst -sha256 -binary | base64, and the hash itself from FIPS
	 * 180-4's example */
	static const char good[] = "sha256/ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
	uint8_t want[32], got[32];

	(void)state;
	CHECK_INT(
		unhex(want, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
		32);
	CHECK(value_pin(got, good));
	CHECK_BYTES(got, want, 32);
	CHECK(!value_pin(got, good + 7));
	CHECK(!value_pin(got, "sha1/ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="));
	CHECK(!value_pin(got, "sha256/ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0"));
	CHECK(!value_pin(got, "sha256/ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=="));
	CHECK(!value_pin(
		got, "sha256/ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa1=")); /* bits left over */
	CHECK(!value_pin(got, "sha256/ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0="));
	CHECK(!value_pin(got, "sha256/ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAF a0="));
}

static void base64(void **state)
{
	/* RFC 4648 10 */
	static const struct {
		const char *text, *bytes;
	} vectors[] = { { "", "" }, { "Zg==", "f" }, { "Zm8=", "fo" }, { "Zm9v", "foo" },
		{ "Zm9vYg==", "foob" }, { "Zm9v\n YmE=", "fooba" }, { "Zm9vYmFy", "foobar" } };
	static const char *const bad[] = { "Z", "Zg", "Zg=", "Zh==", "Zm9=", "=m9v", "Zm=v",
		"Zm9v=", "Zg===", "Zm9v!" };
	uint8_t out[8];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		n = sizeof out;
		CHECK(value_base64(out, &n, vectors[i].text, strlen(vectors[i].text)));
		CHECK_INT(n, strlen(vectors[i].bytes));
		CHECK_BYTES(out, vectors[i].bytes, n);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		n = sizeof out;
		CHECK(!value_base64(out, &n, bad[i], strlen(bad[i])));
	}
	n = 5;
	CHECK(!value_base64(out, &n, "Zm9vYmFy", 8)); /* no room */
}

static struct onpath_addr v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (struct onpath_addr) { 4, { a, b, c, d } };
}

static void networks(void **state)
{
	struct onpath_addr in = v4(10, 255, 0, 1), out = v4(11, 0, 0, 0), half = v4(10, 128, 0, 0);
	struct network network;

	(void)state;
	CHECK(value_network(&network, "10.0.0.0/8") && network_has(&network, &in) &&
		!network_has(&network, &out));
	CHECK(value_network(&network, "10.0.0.0/9") && !network_has(&network, &in));
	CHECK(value_network(&network, "10.128.0.0/9") && network_has(&network, &in) &&
		network_has(&network, &half));
	CHECK(value_network(&network, "10.255.0.1") && network_has(&network, &in) &&
		!network_has(&network, &half));
	CHECK(value_network(&network, "0.0.0.0/0") && network_has(&network, &in) &&
		network_has(&network, &out));
	CHECK(value_network(&network, "2001:db8::/32") && network.prefix == 32 &&
		!network_has(&network, &in));
	CHECK(value_network(&network, "::1") && network.prefix == 128);
}

static void networks_that_are_none(void **state)
{
	static const char *const bad[] = { "", "10.0.0.0/33", "10.0.0.1/8", "10.0.0/8", "10.0.0.0/",
		"10.0.0.0/-1", "10.0.0.0/ 8", "10.0.0.0/8/8", "2001:db8::/129", "2001:db8::1/64",
		"all", "10.0.0.0/0x8", "::ffff:1.2.3.4.5/128" };
	struct network network;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK(!value_network(&network, bad[i]));
}

static void hosts(void **state)
{
	char out[256];

	(void)state;
	CHECK(value_host(out, "WWW.Example.com"));
	CHECK_TEXT(out, "www.example.com");
	CHECK(value_host(out, "*.example.com"));
	CHECK_TEXT(out, ".example.com");
	CHECK(value_host(out, "xn--e1afmkfd.xn--p1ai") && value_host(out, "_dmarc.example.com") &&
		value_host(out, "localhost"));
}

static void hosts_that_are_none(void **state)
{
	static const char *const bad[] = { "", "*", "*.", "*.*.example.com", "www.*.com",
		"*example.com", "a..b", ".example.com", "example.com.", "exa mple.com",
		"ex\xc3\xa4mple.com", "http://example.com", "example.com:443",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com" };
	char out[256], longest[300];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK(!value_host(out, bad[i]));
	for (size_t i = 0; i < sizeof longest; i++)
		longest[i] = i % 50 == 49 ? '.' : 'a';
	longest[253] = '\0';
	CHECK(value_host(out, longest)); /* RFC 1035 2.3.4 */
	longest[253] = 'a';
	longest[254] = '\0';
	CHECK(!value_host(out, longest));
}

RUN(test(dates), test(dates_that_are_none), test(pins), test(base64), test(networks),
	test(networks_that_are_none), test(hosts), test(hosts_that_are_none))
