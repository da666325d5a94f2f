/* Trust anchors: PEM text or single keys in, certificates at which paths end. */
#include <errno.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "x509/name.h"
#include "x509/trust.h"

OWN_CLEANUP(BIO *, BIO_free_all)

/* One PEM block, all parts owned. */
struct block {
	char *name;
	char *header;
	unsigned char *data;
	long n;
};

static void block_deinit(struct block *block)
{
	OPENSSL_free(block->name);
	OPENSSL_free(block->header);
	OPENSSL_free(block->data);
}

/* False: no block is left. A block that does not decode is passed over. */
static bool block_next(struct block *out, BIO *pem)
{
	while (true) {
		*out = (struct block) { .name = NULL };
		if (PEM_read_bio(pem, &out->name, &out->header, &out->data, &out->n) == 1)
			return true;
		bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE ||
			     BIO_eof(pem);
		ERR_clear_error();
		if (ended)
			return false;
	}
}

static bool is_certificate(const struct block *block)
{
	return strcmp(block->name, PEM_STRING_X509) == 0 ||
	       strcmp(block->name, PEM_STRING_X509_OLD) == 0;
}

/* Added once; one that does not parse is no anchor. 0 or -ENOMEM. */
static int add_certificate(struct x509 *x, size_t *added, struct wire der)
{
	bool known;
	struct cert *cert = cache_cert(x, &known, der);

	if (!cert)
		return -ENOMEM;
	if (cert->anchor || !cert->facts.parsed) {
		cache_unref(x, cert);
		return 0;
	}
	if (table_add(&x->issuers, &cert->by_subject, cert->subject_digest) < 0) {
		cache_unref(x, cert);
		return -ENOMEM;
	}
	cert->anchor = true;
	x->bytes -= cert->bytes; /* an anchor is never dropped */
	(*added)++;
	return 0;
}

int x509_add_anchors(struct x509 *x, size_t *added, const char *pem, size_t n)
{
	struct block block;
	size_t count = 0;
	int err = 0;

	if (n == 0 || n > INT_MAX)
		return -EBADMSG;
	CLEANUP(BIO_free_all) BIO *bio = BIO_new_mem_buf(pem, (int)n);
	if (!bio)
		return -ENOMEM;
	while (err == 0 && block_next(&block, bio)) {
		if (is_certificate(&block))
			err = add_certificate(x, &count, wire_of(block.data, (size_t)block.n));
		block_deinit(&block);
	}
	if (added)
		*added = count;
	return err < 0 ? err : count > 0 ? 0 : -EBADMSG;
}

int x509_add_anchor_key(
	struct x509 *x, const char *name, struct wire spki, int64_t from, int64_t until)
{
	struct public_key key;

	if (!key_read(&key, spki))
		return -EBADMSG;
	CLEANUP(cert_free) struct cert *cert = cert_new_anchor(name, spki, from, until);
	if (!cert || crypto_sha256(&x->crypto, cert->facts.spki_sha256, cert->spki) < 0)
		return -ENOMEM;
	cert->facts.id = ++x->next_id;
	cert->refs = 1;
	cert->subject_digest = name_text_digest(&x->content_key, name);
	cert->issuer_digest = cert->subject_digest;
	if (table_add(&x->anchor_keys, &cert->by_subject, cert->subject_digest) < 0)
		return -ENOMEM;
	(void)TAKE(cert);
	return 0;
}
