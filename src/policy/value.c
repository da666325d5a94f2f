/* Texts of a policy in, values out. */
#include "policy/value.h"

#include <string.h>

#include <arpa/inet.h>

static bool digits(unsigned *out, const char *text, size_t n)
{
	unsigned v = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		v = v * 10 + (unsigned)(text[i] - '0');
	}
	*out = v;
	return true;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar; counting years from March puts the
 * leap day last. */
static int64_t days_since_1970(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = y / 400;
	int64_t in_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t in_era =
		(y - era * 400) * 365 + (y - era * 400) / 4 - (y - era * 400) / 100 + in_year;

	return era * 146097 + in_era - 719468;
}

bool value_date(int64_t *out, const char *text)
{
	static const uint8_t month_days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned year, month, day;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || !digits(&year, text, 4) ||
		!digits(&month, text + 5, 2) || !digits(&day, text + 8, 2))
		return false;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (year < 1950 || month < 1 || month > 12 || day < 1 ||
		day > month_days[month - 1] + (month == 2 && leap ? 1u : 0u))
		return false;
	*out = days_since_1970(year, month, day) * 86400;
	return true;
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool value_base64(uint8_t *out, size_t *n, const char *text, size_t len)
{
	uint32_t bits = 0;
	unsigned have = 0; /* bits not yet written */
	size_t chars = 0, pads = 0, written = 0;

	for (size_t i = 0; i < len; i++) {
		if (is_space(text[i]))
			continue;
		int digit = base64_digit(text[i]);
		if (text[i] == '=' ? ++pads > 2 : digit < 0 || pads > 0)
			return false;
		chars++;
		if (text[i] == '=')
			continue;
		bits = bits << 6 | (uint32_t)digit;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		if (written == *n)
			return false;
		out[written++] = (uint8_t)(bits >> have);
	}
	/* Bits that are left over must be zero, so that one value has one text. */
	if (chars % 4 != 0 || have != 2 * pads || (bits & ((1u << have) - 1)) != 0)
		return false;
	*n = written;
	return true;
}

bool value_pin(uint8_t out[32], const char *text)
{
	uint8_t bytes[33];
	size_t n = sizeof bytes;

	if (strncmp(text, "sha256/", 7) != 0 || strlen(text) != 7 + 44 ||
		!value_base64(bytes, &n, text + 7, 44) || n != 32)
		return false;
	memcpy(out, bytes, 32);
	return true;
}

static size_t addr_bytes(const struct onpath_addr *addr)
{
	return addr->family == 4 ? 4 : 16;
}

/* Byte i of a mask of prefix ones. */
static uint8_t mask_byte(unsigned prefix, size_t i)
{
	size_t ones = prefix > 8 * i ? prefix - 8 * i : 0;

	return (uint8_t)(0xff00u >> (ones > 8 ? 8 : ones));
}

bool value_network(struct network *out, const char *text)
{
	struct network network = { 0 };
	char addr[64];
	size_t n = strcspn(text, "/");

	if (n >= sizeof addr)
		return false;
	memcpy(addr, text, n);
	addr[n] = '\0';
	network.addr.family = strchr(addr, ':') ? 6 : 4;
	if (inet_pton(network.addr.family == 4 ? AF_INET : AF_INET6, addr, network.addr.bytes) != 1)
		return false;
	unsigned all = (unsigned)(8 * addr_bytes(&network.addr));
	network.prefix = all;
	if (text[n] == '/') {
		size_t len = strlen(text + n + 1);

		if (len < 1 || len > 3 || !digits(&network.prefix, text + n + 1, len) ||
			network.prefix > all)
			return false;
	}
	for (size_t i = 0; i < addr_bytes(&network.addr); i++)
		if ((network.addr.bytes[i] & (uint8_t)~mask_byte(network.prefix, i)) != 0)
			return false; /* 10.1.2.3/8 is a mistake more often than it is meant */
	*out = network;
	return true;
}

bool network_has(const struct network *network, const struct onpath_addr *addr)
{
	if (network->addr.family != addr->family)
		return false;
	for (size_t i = 0; i < addr_bytes(addr); i++)
		if ((addr->bytes[i] & mask_byte(network->prefix, i)) != network->addr.bytes[i])
			return false;
	return true;
}

bool value_host(char out[256], const char *text)
{
	size_t n = 0, label = 0, len = strlen(text);
	bool wild = text[0] == '*' && text[1] == '.';

	if (len > 253 || len <= (wild ? 2 : 0))
		return false;
	if (wild)
		out[n++] = '.';
	for (size_t i = wild ? 2 : 0; i < len; i++) {
		char c = text[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		bool letter =
			(c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
		if (c == '.' ? label == 0 : !letter || ++label > 63)
			return false;
		if (c == '.')
			label = 0;
		out[n++] = c;
	}
	out[n] = '\0';
	return label > 0;
}
