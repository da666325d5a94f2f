/* PEM and the outermost layers of a certificate in, spans out. */
#include "policy/pem.h"

#include <errno.h>
#include <stdio.h>

#include "policy/value.h"

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END   "-----END CERTIFICATE-----"

int pem_next(struct wire *der, struct memory *memory, struct wire *text)
{
	const uint8_t *begin =
		text->n > 0 ? memmem(text->p, text->n, BEGIN, sizeof BEGIN - 1) : NULL;

	if (!begin)
		return 0;
	wire_skip(text, (size_t)(begin - text->p) + sizeof BEGIN - 1);
	const uint8_t *end = text->n > 0 ? memmem(text->p, text->n, END, sizeof END - 1) : NULL;
	if (!end)
		return -EBADMSG;
	struct wire body = wire_cut(text, (size_t)(end - text->p));
	size_t n = body.n / 4 * 3 + 3;
	uint8_t *bytes = memory_get(memory, n);
	if (!bytes)
		return -ENOMEM;
	if (body.n == 0 || !value_base64(bytes, &n, (const char *)body.p, body.n))
		return -EBADMSG;
	*der = wire_of(bytes, n);
	return 1;
}

/* X.690 8.1: one element with this tag; *whole (may be NULL) has its header too. */
static struct wire element(struct wire *whole, struct wire *w, uint8_t tag)
{
	struct wire start = *w;

	if (wire_u8(w) != tag) {
		*w = (struct wire) { .bad = true };
		return *w;
	}
	uint64_t len = wire_u8(w);
	if (len > 0x84)
		len = UINT64_MAX;
	else if (len >= 0x80)
		len = wire_uint(w, (unsigned)len - 0x80);
	struct wire body = wire_cut(w, len);
	if (whole)
		*whole = wire_cut(&start, body.bad ? UINT64_MAX : start.n - w->n);
	return body;
}

bool pem_spki(struct wire *spki, struct wire der)
{
	static const uint8_t before[] = { 0x02, 0x30, 0x30, 0x30, 0x30 };
	struct wire certificate = element(NULL, &der, 0x30);
	struct wire tbs = element(NULL, &certificate, 0x30);
	struct wire peek = tbs;

	if (wire_u8(&peek) == 0xa0)
		(void)element(NULL, &tbs, 0xa0);
	for (size_t i = 0; i < sizeof before;
		i++) /* serial, algorithm, issuer, validity, subject */
		(void)element(NULL, &tbs, before[i]);
	(void)element(spki, &tbs, 0x30);
	return !tbs.bad;
}

int pem_read_file(char **out, size_t *n, const char *path, size_t max)
{
	FILE *file = fopen(path, "re");
	size_t used = 0, size = 65536;
	int r = 0;

	if (!file)
		return -errno;
	char *text = malloc(size);
	while (text && !feof(file) && !ferror(file)) {
		if (used == size) {
			char *bigger = realloc(text, size *= 2);
			if (!bigger)
				free(text);
			text = bigger;
			continue;
		}
		used += fread(text + used, 1, size - used, file);
		if (used > max)
			break;
	}
	if (!text)
		r = -ENOMEM;
	else if (ferror(file))
		r = -EIO;
	else if (used > max)
		r = -EFBIG;
	fclose(file);
	if (r != 0) {
		free(text);
		return r;
	}
	*out = text;
	*n = used;
	return 0;
}
