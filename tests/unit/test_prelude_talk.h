/* Conversations before TLS, given in pieces of any size to one struct prelude, and what they come
 * to. */
#ifndef TEST_PRELUDE_TALK_H
#define TEST_PRELUDE_TALK_H

#include "check.h"

#include "tls/prelude.h"

/* One chunk of one side. Those that begin with a handshake record are TLS, all others come before
 * it. */
struct say {
	enum side side;
	const char *bytes;
	size_t n;
};

#define C(text)                                \
	{                                      \
		CLIENT, text, sizeof(text) - 1 \
	}
#define S(text)                                \
	{                                      \
		SERVER, text, sizeof(text) - 1 \
	}
#define HELLO    "\x16\x03\x01\x00\x05"
#define TLS      C(HELLO), S(HELLO)
#define COUNT(a) (sizeof(a) / sizeof *(a))

static bool is_tls(const struct say *say)
{
	return say->bytes[0] == '\x16';
}

/* What a conversation came to. */
struct result {
	struct prelude p;
	bool tls[2];
	size_t tls_at[2]; /* bytes of the side before TLS */
	bool not ;
	bool not_at_once; /* by the first chunk */
};

/* Gives one chunk, in pieces of cut bytes, until the side speaks TLS. */
__attribute__((unused)) static void give(
	struct result *r, const struct say *say, size_t cut, size_t before)
{
	for (size_t at = 0; at < say->n && !r->tls[say->side] && !r->not ; at += cut) {
		size_t n = say->n - at < cut ? say->n - at : cut;
		size_t tls_at = 0;
		uint8_t *copy = malloc(n); /* so that a read too far is seen */
		assert_non_null(copy);
		memcpy(copy, say->bytes + at, n);

		switch (prelude_bytes(&r->p, say->side, wire_of(copy, n), &tls_at)) {
		case PRELUDE_TLS:
			CHECK(tls_at <= n);
			r->tls[say->side] = true;
			r->tls_at[say->side] = before + at + tls_at;
			break;
		case PRELUDE_NOT:
			r->not = true;
			break;
		case PRELUDE_MORE:
			break;
		}
		free(copy);
	}
}

/* Only chunks of the sides in the mask (1 << side) are given. */
__attribute__((unused)) static struct result talk(
	const struct say *says, size_t count, size_t cut, unsigned sides)
{
	struct result r = { .not = false };
	size_t sum[2] = { 0, 0 };

	for (size_t i = 0; i < count; i++) {
		if (!(sides & 1u << says[i].side))
			continue;
		give(&r, &says[i], cut, sum[says[i].side]);
		sum[says[i].side] += says[i].n;
		if (i == 0)
			r.not_at_once = r.not ;
	}
	return r;
}

enum { BOTH = 1 << CLIENT | 1 << SERVER };

/* The side speaks TLS from where the first chunk of TLS begins, and not before. */
__attribute__((unused)) static void check_tls_at(
	const struct result *r, const struct say *says, size_t count, enum side side)
{
	size_t before = 0;

	for (size_t i = 0; i < count && !(says[i].side == side && is_tls(&says[i])); i++)
		before += says[i].side == side ? says[i].n : 0;
	CHECK(!r->not );
	CHECK(r->tls[side]);
	CHECK_INT(r->tls_at[side], before);
}

__attribute__((unused)) static void comes_to_tls(
	const char *proto, const struct say *says, size_t count)
{
	static const size_t cuts[] = { SIZE_MAX / 2, 1, 2, 3, 7, 23 };

	for (size_t i = 0; i < COUNT(cuts); i++) {
		struct result r = talk(says, count, cuts[i], BOTH);
		check_tls_at(&r, says, count, CLIENT);
		check_tls_at(&r, says, count, SERVER);
		CHECK_TEXT(prelude_proto(&r.p), proto);
		CHECK(prelude_may_upgrade(&r.p));
		CHECK(!prelude_refused(&r.p));
	}
}

__attribute__((unused)) static void one_side_comes_to_tls(
	const char *proto, const struct say *says, size_t count, enum side side)
{
	for (size_t cut = 1; cut < 40; cut++) {
		struct result r = talk(says, count, cut, 1u << side);
		check_tls_at(&r, says, count, side);
		if (proto)
			CHECK_TEXT(prelude_proto(&r.p), proto);
	}
}

__attribute__((unused)) static void goes_on(const struct say *says, size_t count, bool refused)
{
	for (size_t cut = 1; cut < 40; cut++) {
		struct result r = talk(says, count, cut, BOTH);
		CHECK(!r.not &&!r.tls[CLIENT] && !r.tls[SERVER]);
		CHECK_INT(prelude_refused(&r.p), refused);
		CHECK(!prelude_agreed(&r.p));
	}
}

__attribute__((unused)) static void is_not(const struct say *says, size_t count)
{
	for (size_t cut = 1; cut < 40; cut++) {
		struct result r = talk(says, count, cut, BOTH);
		CHECK(r.not &&!r.tls[CLIENT] && !r.tls[SERVER]);
	}
}

#define STARTTLS_OID "1.3.6.1.4.1.1466.20037"
/* Protocol::HandshakeV10. */
#define MYSQL_GREETING                     \
	"\x4a\x00\x00\x00\x0a"             \
	"8.0.32\0"                         \
	"\x0b\x00\x00\x00"                 \
	"abcdefgh\0"                       \
	"\xff\xff\xff\x02\x00\xff\xdf\x15" \
	"\0\0\0\0\0\0\0\0\0\0"             \
	"abcdefghijkl\0"                   \
	"caching_sha2_password\0"

#define TO_TLS(proto, says)    comes_to_tls(proto, says, COUNT(says))
#define GOES_ON(says, refused) goes_on(says, COUNT(says), refused)
#define IS_NOT(says)           is_not(says, COUNT(says))

#endif
