/* JA3, JA3S (salesforce/ja3, BSD-3) and JA4 (FoxIO, BSD-3): hello in, text out. */
#include "tls/fingerprint.h"

#include <errno.h>
#include <openssl/evp.h>

struct fingerprinter {
	EVP_MD *md5;
	EVP_MD *sha256;
	EVP_MD_CTX *md5_ctx;
	EVP_MD_CTX *sha256_ctx;
};

void fingerprinter_free(struct fingerprinter *f)
{
	if (!f)
		return;
	EVP_MD_CTX_free(f->md5_ctx);
	EVP_MD_CTX_free(f->sha256_ctx);
	EVP_MD_free(f->md5);
	EVP_MD_free(f->sha256);
	free(f);
}

static bool fetch(struct fingerprinter *f)
{
	f->md5 = EVP_MD_fetch(NULL, "MD5", NULL);
	f->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	f->md5_ctx = EVP_MD_CTX_new();
	f->sha256_ctx = EVP_MD_CTX_new();
	return f->md5 && f->sha256 && f->md5_ctx && f->sha256_ctx &&
	       EVP_DigestInit_ex2(f->md5_ctx, f->md5, NULL) &&
	       EVP_DigestInit_ex2(f->sha256_ctx, f->sha256, NULL);
}

int fingerprinter_new(struct fingerprinter **out)
{
	struct fingerprinter *f = calloc(1, sizeof *f);

	if (!f || !fetch(f)) {
		fingerprinter_free(f);
		return -ENOMEM;
	}
	*out = f;
	return 0;
}

/* Text that is written forwards; what does not fit is left out. */
struct text {
	char *at;
	char *end; /* room for a NUL stays behind it */
};

static void put(struct text *t, char c)
{
	if (t->at < t->end)
		*t->at++ = c;
}

static void put_decimal(struct text *t, uint16_t v)
{
	unsigned digits = v < 10 ? 1 : v < 100 ? 2 : v < 1000 ? 3 : v < 10000 ? 4 : 5;

	if ((size_t)(t->end - t->at) < digits)
		return;
	t->at += digits;
	for (unsigned i = 1; i <= digits; i++, v /= 10)
		t->at[-(ptrdiff_t)i] = (char)('0' + v % 10);
}

static char hex_digit(unsigned v)
{
	return "0123456789abcdef"[v & 0xf];
}

static void put_hex16(struct text *t, uint16_t v)
{
	if (t->end - t->at < 4)
		return;
	t->at[0] = hex_digit(v >> 12);
	t->at[1] = hex_digit(v >> 8);
	t->at[2] = hex_digit(v >> 4);
	t->at[3] = hex_digit(v);
	t->at += 4;
}

/* digits of hex, and a NUL. A digest that fails gives zeros: there is no input that makes it fail.
 */
static void put_digest(char *out, size_t digits, EVP_MD_CTX *ctx, const char *text, size_t n)
{
	uint8_t md[EVP_MAX_MD_SIZE] = { 0 };

	if (!EVP_DigestUpdate(ctx, text, n) || !EVP_DigestFinal_ex(ctx, md, NULL))
		memset(md, 0, sizeof md);
	for (size_t i = 0; i < digits; i++)
		out[i] = hex_digit(i % 2 == 0 ? md[i / 2] >> 4 : md[i / 2]);
	out[digits] = '\0';
}

/* The digest of text, with the context ready for the next one again. */
static void digest(char *out, size_t digits, EVP_MD_CTX *ctx, const char *text, size_t n)
{
	if (EVP_DigestInit_ex2(ctx, NULL, NULL)) {
		put_digest(out, digits, ctx, text, n);
		return;
	}
	memset(out, '0', digits);
	out[digits] = '\0';
}

static void put_list(struct text *t, const uint16_t *list, size_t n, bool grease)
{
	bool first = true;

	for (size_t i = 0; i < n; i++) {
		if (!grease && tls_is_grease(list[i]))
			continue;
		if (!first)
			put(t, '-');
		put_decimal(t, list[i]);
		first = false;
	}
}

/* Three lists of five digits and a separator, point formats, version: no hello is longer. */
static_assert(3 * TLS_LIST_MAX * 6 + UINT8_MAX * 4 + 16 <= JA3_TEXT_MAX, "JA3 text fits");

void tls_ja3(struct fingerprinter *f, char text[JA3_TEXT_MAX], char hash[33],
	const struct tls_client_hello *hello)
{
	struct text t = { text, text + JA3_TEXT_MAX - 1 };

	put_decimal(&t, hello->legacy_version);
	put(&t, ',');
	put_list(&t, hello->ciphers, hello->cipher_count, false);
	put(&t, ',');
	put_list(&t, hello->extensions, hello->extension_count, false);
	put(&t, ',');
	put_list(&t, hello->groups, hello->group_count, false);
	put(&t, ',');
	for (size_t i = 0; i < hello->point_formats.n; i++) {
		if (i > 0)
			put(&t, '-');
		put_decimal(&t, hello->point_formats.p[i]);
	}
	*t.at = '\0';
	digest(hash, 32, f->md5_ctx, text, (size_t)(t.at - text));
}

void tls_ja3s(struct fingerprinter *f, char text[JA3_TEXT_MAX], char hash[33],
	const struct tls_server_hello *hello)
{
	struct text t = { text, text + JA3_TEXT_MAX - 1 };

	put_decimal(&t, hello->legacy_version);
	put(&t, ',');
	put_decimal(&t, hello->cipher);
	put(&t, ',');
	put_list(&t, hello->extensions, hello->extension_count, true);
	*t.at = '\0';
	digest(hash, 32, f->md5_ctx, text, (size_t)(t.at - text));
}

static const char *ja4_version(uint16_t version)
{
	static const struct {
		uint16_t version;
		char name[3];
	} names[] = {
		{ TLS_1_3, "13" },
		{ TLS_1_2, "12" },
		{ TLS_1_1, "11" },
		{ TLS_1_0, "10" },
		{ TLS_SSL3, "s3" },
		{ TLS_SSL2, "s2" },
		{ DTLS_1_0, "d1" },
		{ DTLS_1_2, "d2" },
		{ DTLS_1_3, "d3" },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (names[i].version == version)
			return names[i].name;
	}
	return "00";
}

static size_t count_real(const uint16_t *list, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += !tls_is_grease(list[i]);
	return count;
}

/* Two digits, 99 at most. */
static void put_count(struct text *t, size_t n)
{
	unsigned v = n > 99 ? 99 : (unsigned)n;

	put(t, (char)('0' + v / 10));
	put(t, (char)('0' + v % 10));
}

static bool alphanumeric(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* First and last character of the first ALPN value; of its hex form if one of them is not
 * alphanumeric. */
static void put_alpn(struct text *t, const struct tls_client_hello *hello)
{
	if (hello->alpn_count == 0 || hello->alpn[0].n == 0) {
		put(t, '0');
		put(t, '0');
		return;
	}
	uint8_t first = hello->alpn[0].p[0];
	uint8_t last = hello->alpn[0].p[hello->alpn[0].n - 1];

	if (alphanumeric(first) && alphanumeric(last)) {
		put(t, (char)first);
		put(t, (char)last);
		return;
	}
	put(t, hex_digit(first >> 4));
	put(t, hex_digit(last));
}

/* Insertion: lists are short, and most come nearly sorted. */
static void sort(uint16_t *list, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		uint16_t v = list[i];
		size_t at = i;

		for (; at > 0 && list[at - 1] > v; at--)
			list[at] = list[at - 1];
		list[at] = v;
	}
}

static void put_hex_list(struct text *t, const uint16_t *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			put(t, ',');
		put_hex16(t, list[i]);
	}
}

/* Without GREASE; without SNI and ALPN too if they are to be left out. Returns how many. */
static size_t copy_real(uint16_t out[TLS_LIST_MAX], const uint16_t *list, size_t n, bool extensions)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		bool left_out = extensions && (list[i] == 0 || list[i] == 16);

		if (!tls_is_grease(list[i]) && !left_out)
			out[count++] = list[i];
	}
	return count;
}

/* Twelve characters of the digest; twelve zeros for an empty text. */
static void put_part(struct text *t, struct fingerprinter *f, const char *text, size_t n)
{
	char hex[13] = "000000000000";

	if (n > 0)
		digest(hex, 12, f->sha256_ctx, text, n);
	put(t, '_');
	for (size_t i = 0; i < 12; i++)
		put(t, hex[i]);
}

static void put_ciphers(
	struct text *t, struct fingerprinter *f, const struct tls_client_hello *hello)
{
	uint16_t list[TLS_LIST_MAX];
	char text[5 * TLS_LIST_MAX];
	struct text part = { text, text + sizeof text };
	size_t n = copy_real(list, hello->ciphers, hello->cipher_count, false);

	sort(list, n);
	put_hex_list(&part, list, n);
	put_part(t, f, text, (size_t)(part.at - text));
}

static void put_extensions(
	struct text *t, struct fingerprinter *f, const struct tls_client_hello *hello)
{
	uint16_t list[TLS_LIST_MAX];
	char text[10 * TLS_LIST_MAX];
	struct text part = { text, text + sizeof text };
	size_t n = copy_real(list, hello->extensions, hello->extension_count, true);

	sort(list, n);
	put_hex_list(&part, list, n);
	n = copy_real(list, hello->sigalgs, hello->sigalg_count, false);
	if (n > 0) { /* without any the text ends without an underscore */
		put(&part, '_');
		put_hex_list(&part, list, n);
	}
	put_part(t, f, text, (size_t)(part.at - text));
}

void tls_ja4(
	struct fingerprinter *f, char out[37], const struct tls_client_hello *hello, char carrier)
{
	struct text t = { out, out + 36 };
	const char *version = ja4_version(hello->version);
	bool sni = false;

	for (size_t i = 0; i < hello->extension_count; i++)
		sni = sni || hello->extensions[i] == 0;
	put(&t, carrier);
	put(&t, version[0]);
	put(&t, version[1]);
	put(&t, sni ? 'd' : 'i');
	put_count(&t, count_real(hello->ciphers, hello->cipher_count));
	put_count(&t, count_real(hello->extensions, hello->extension_count));
	put_alpn(&t, hello);
	put_ciphers(&t, f, hello);
	put_extensions(&t, f, hello);
	out[36] = '\0';
}
