/* Community ID: the value of the specification's README, and others computed with Python's hashlib.
 */
#include "check.h"

#include <arpa/inet.h>

#include "util/community.h"

static struct onpath_addr addr_of(const char *text)
{
	struct onpath_addr addr = { .family = strchr(text, ':') ? 6 : 4 };

	CHECK_INT(inet_pton(addr.family == 6 ? AF_INET6 : AF_INET, text, addr.bytes), 1);
	return addr;
}

static void known_values(void **state)
{
	(void)state;
	static const struct {
		uint8_t proto;
		const char *src;
		uint16_t sport;
		const char *dst;
		uint16_t dport;
		const char *want;
	} rows[] = {
		{ 6, "128.232.110.120", 34855, "66.35.250.204", 80,
			"1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
		{ 6, "192.0.2.1", 40000, "198.51.100.7", 443, "1:lWOTJwBjzASkHgo+w0kukpG9z0M=" },
		{ 17, "2001:db8::1", 5000, "2001:db8::2", 443, "1:0A0N1wjVowBxN97cFCCexFXJ5sc=" },
		{ 6, "192.0.2.1", 443, "192.0.2.1", 1000, "1:+SRX9JfiNmW4pMv74DQiOHAqNQg=" },
	};
	struct community *c;

	CHECK_INT(community_new(&c), 0);
	for (int round = 0; round < 2; round++) /* the context is used again */
		for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
			struct onpath_addr src = addr_of(rows[i].src);
			struct onpath_addr dst = addr_of(rows[i].dst);
			char id[COMMUNITY_ID_SIZE];
			community_id(
				c, id, &src, &dst, rows[i].sport, rows[i].dport, rows[i].proto);
			CHECK_TEXT(id, rows[i].want);
			community_id(
				c, id, &dst, &src, rows[i].dport, rows[i].sport, rows[i].proto);
			CHECK_TEXT(id, rows[i].want);
		}
	community_free(c);
	community_free(NULL);
}

RUN(test(known_values))
