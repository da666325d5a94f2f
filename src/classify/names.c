/* The public suffix list, and the special-purpose registries of names and addresses. */
#include "classify/names.h"

#include <errno.h>
#include <string.h>

#include <libpsl.h>

struct names {
	const psl_ctx_t *psl;
};

int names_new(struct names **out)
{
	struct names *names = calloc(1, sizeof *names);

	if (!names)
		return -ENOMEM;
	names->psl = psl_builtin(); /* constant; needs no file */
	*out = names;
	return 0;
}

void names_free(struct names *names)
{
	free(names);
}

/* RFC 6761, 6762, 7686, 8375, 9476 and ICANN's .internal: no public CA may sign for these. */
static const char *const special_suffixes[] = {
	".local",
	".localhost",
	".internal",
	".test",
	".example",
	".invalid",
	".onion",
	".alt",
	".home.arpa",
	".arpa",
	".lan",
	".home",
	".corp",
	".intranet",
	".localdomain",
};

static bool ends_with(const char *text, size_t n, const char *end)
{
	size_t len = strlen(end);

	return n >= len && memcmp(text + n - len, end, len) == 0;
}

static bool is_special(const char *host, size_t n)
{
	for (size_t i = 0; i < sizeof special_suffixes / sizeof special_suffixes[0]; i++) {
		const char *suffix = special_suffixes[i];

		if (ends_with(host, n, suffix) || strcmp(host, suffix + 1) == 0)
			return true;
	}
	return false;
}

bool names_public_host(const struct names *names, const char *host)
{
	size_t n = strlen(host);
	const char *last = strrchr(host, '.');

	/* A last label of digits is an IPv4 address, a colon one of IPv6 (RFC 3696 2). */
	if (!last || last[1] == '\0' || strspn(last + 1, "0123456789") == strlen(last + 1) ||
		strchr(host, ':') || is_special(host, n))
		return false;
	if (!names->psl)
		return true;
	/* Without the implied rule "*", a top-level domain that is not in the list is not one of
	 * ICANN's. */
	if (!psl_is_public_suffix2(names->psl, last + 1, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE))
		return false;
	return !psl_is_public_suffix2(names->psl, host, PSL_TYPE_ICANN);
}

struct block {
	uint8_t family;
	uint8_t prefix;
	uint8_t bytes[16];
};

/* Not globally reachable, or not unicast. */
static const struct block special_blocks[] = {
	{ 4, 8, { 0 } },                       /* RFC 791: this network */
	{ 4, 8, { 10 } },                      /* RFC 1918 */
	{ 4, 10, { 100, 64 } },                /* RFC 6598: shared */
	{ 4, 8, { 127 } },                     /* RFC 1122: loopback */
	{ 4, 16, { 169, 254 } },               /* RFC 3927: link local */
	{ 4, 12, { 172, 16 } },                /* RFC 1918 */
	{ 4, 24, { 192, 0, 0 } },              /* RFC 6890: protocol assignments */
	{ 4, 24, { 192, 0, 2 } },              /* RFC 5737: documentation */
	{ 4, 24, { 192, 88, 99 } },            /* RFC 7526: 6to4 relays, given up */
	{ 4, 16, { 192, 168 } },               /* RFC 1918 */
	{ 4, 15, { 198, 18 } },                /* RFC 2544: benchmarking */
	{ 4, 24, { 198, 51, 100 } },           /* RFC 5737 */
	{ 4, 24, { 203, 0, 113 } },            /* RFC 5737 */
	{ 4, 4, { 224 } },                     /* RFC 5771: multicast */
	{ 4, 4, { 240 } },                     /* RFC 1112: reserved, and broadcast */
	{ 6, 32, { 0x20, 0x01, 0x0d, 0xb8 } }, /* RFC 3849: documentation */
	{ 6, 20, { 0x3f, 0xff } },             /* RFC 9637: documentation */
	{ 6, 48, { 0x20, 0x01, 0, 2 } },       /* RFC 5180: benchmarking */
	{ 6, 28, { 0x20, 0x01, 0, 0x10 } },    /* RFC 4843: ORCHID */
	{ 6, 28, { 0x20, 0x01, 0, 0x20 } },    /* RFC 7343: ORCHIDv2 */
};

/* RFC 4291 2.4 and its registry: global unicast is 2000::/3; NAT64's well-known prefix leads to
 * IPv4 (RFC 6052). */
static const struct block global_6 = { 6, 3, { 0x20 } };
static const struct block nat64 = { 6, 96, { 0, 0x64, 0xff, 0x9b } };

static bool in_block(const struct block *block, const struct onpath_addr *addr)
{
	size_t whole = block->prefix / 8u;
	unsigned bits = block->prefix % 8u;

	if (block->family != addr->family || memcmp(block->bytes, addr->bytes, whole) != 0)
		return false;
	return bits == 0 || ((block->bytes[whole] ^ addr->bytes[whole]) >> (8 - bits)) == 0;
}

bool names_public_address(const struct onpath_addr *addr)
{
	struct onpath_addr inner = { .family = 4 };

	if (in_block(&nat64, addr)) {
		memcpy(inner.bytes, addr->bytes + 12, 4);
		return names_public_address(&inner);
	}
	if (addr->family != 4 && !in_block(&global_6, addr))
		return false;
	for (size_t i = 0; i < sizeof special_blocks / sizeof special_blocks[0]; i++)
		if (in_block(&special_blocks[i], addr))
			return false;
	return true;
}
