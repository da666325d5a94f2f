/* Converts ASN.1 strings to UTF-8, and folds them for comparison. */
#include "x509/string.h"

#include "x509/der.h"

#define REPLACEMENT 0xfffd

void string_bytes(struct string *text, const char *p, size_t n)
{
	if (text->cut || n > text->max - text->n) {
		text->cut = true;
		return;
	}
	if (n > 0)
		memcpy(text->p + text->n, p, n);
	text->n += n;
}

void string_add(struct string *text, const char *string)
{
	string_bytes(text, string, strlen(string));
}

/* RFC 3629 3. */
void string_rune(struct string *text, uint32_t rune)
{
	if (rune == 0 || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
		rune = REPLACEMENT;
	if (rune < 0x80) {
		string_bytes(text, (char[]) { (char)rune }, 1);
		return;
	}
	char out[4];
	size_t n = rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, rune >>= 6)
		out[i] = (char)(0x80 | (rune & 0x3f));
	out[0] = (char)((0xf00u >> n) | rune);
	string_bytes(text, out, n);
}

void string_add_hex(struct string *text, struct wire bytes)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes.n && !text->cut; i++)
		string_bytes(
			text, (char[]) { digits[bytes.p[i] >> 4], digits[bytes.p[i] & 15] }, 2);
}

/* RFC 3629 4: the length of the UTF-8 sequence at the front, 0 if there is none. */
static size_t utf8_length(struct wire w)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	if (w.n == 0)
		return 0;
	uint8_t first = w.p[0];
	if (first < 0x80)
		return 1;
	size_t n = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	if (first < 0xc2 || first > 0xf4 || n > w.n)
		return 0;
	uint32_t rune = first & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((w.p[i] & 0xc0) != 0x80)
			return 0;
		rune = rune << 6 | (w.p[i] & 0x3f);
	}
	bool surrogate = rune >= 0xd800 && rune <= 0xdfff;
	return rune < least[n] || rune > 0x10ffff || surrogate ? 0 : n;
}

static bool is_utf8(struct wire w)
{
	while (w.n > 0) {
		size_t n = utf8_length(w);
		if (n == 0)
			return false;
		wire_skip(&w, n);
	}
	return true;
}

/* Each byte that starts no sequence is one U+FFFD. */
static void add_utf8(struct string *text, struct wire w)
{
	while (w.n > 0 && !text->cut) {
		size_t n = w.p[0] == 0 ? 0 : utf8_length(w);
		if (n == 0)
			string_rune(text, REPLACEMENT);
		struct wire rune = wire_cut(&w, n > 0 ? n : 1);
		if (n > 0)
			string_bytes(text, (const char *)rune.p, rune.n);
	}
}

static void add_latin1(struct string *text, struct wire w)
{
	while (w.n > 0 && !text->cut)
		string_rune(text, wire_u8(&w));
}

/* Big-endian code units; pairs of surrogates are accepted though UCS-2 has none. */
static void add_wide(struct string *text, struct wire w, unsigned width)
{
	while (w.n >= width && !text->cut) {
		uint32_t rune = (uint32_t)wire_uint(&w, width);
		if (width == 2 && rune >> 10 == 0x36 && w.n >= 2) {
			struct wire ahead = w;
			uint32_t low = wire_u16(&ahead);
			if (low >> 10 == 0x37) {
				rune = 0x10000 + ((rune & 0x3ff) << 10 | (low & 0x3ff));
				w = ahead;
			}
		}
		string_rune(text, rune);
	}
	if (w.n > 0 && !text->cut)
		string_rune(text, REPLACEMENT);
}

bool string_value(struct string *text, uint8_t tag, struct wire value)
{
	switch (tag) {
	case DER_TELETEX_STRING: /* in practice Latin-1, or UTF-8 of those who did not know */
		if (!is_utf8(value)) {
			add_latin1(text, value);
			return true;
		}
		add_utf8(text, value);
		return true;
	case DER_UTF8_STRING:
	case DER_NUMERIC_STRING:
	case DER_PRINTABLE_STRING:
	case DER_VIDEOTEX_STRING:
	case DER_IA5_STRING:
	case DER_GRAPHIC_STRING:
	case DER_VISIBLE_STRING:
	case DER_GENERAL_STRING:
		add_utf8(text, value);
		return true;
	case DER_BMP_STRING:
		add_wide(text, value, 2);
		return true;
	case DER_UNIVERSAL_STRING:
		add_wide(text, value, 4);
		return true;
	default:
		return false;
	}
}

void string_fold(struct string *text, const char *in, size_t n)
{
	bool gap = false, begun = false;

	for (size_t i = 0; i < n; i++) {
		char c = in[i];
		if (c == ' ' || (c >= '\t' && c <= '\r')) {
			gap = begun;
			continue;
		}
		if (gap)
			string_bytes(text, " ", 1);
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		string_bytes(text, &c, 1);
		gap = false;
		begun = true;
	}
}
