/* Certificates and chains by content: each is read once, and dropped when memory is short and
 * nobody asked again. */
#include <errno.h>

#include "x509/trust.h"

static void list_init(struct link *head)
{
	head->before = head->after = head;
}

static void list_remove(struct link *link)
{
	link->before->after = link->after;
	link->after->before = link->before;
}

static void list_push(struct link *head, struct link *link)
{
	link->before = head;
	link->after = head->after;
	head->after->before = link;
	head->after = link;
}

int x509_new(struct x509 **out, uint64_t max_bytes, struct onpath_stats *stats)
{
	struct x509 *memory = calloc(1, sizeof *memory);

	if (!memory)
		return -ENOMEM;
	memory->max_bytes = max_bytes;
	memory->stats = stats;
	list_init(&memory->new_chains);
	list_init(&memory->kept_chains);
	CLEANUP(x509_free) struct x509 *x = memory;
	int err = content_key_init(&x->content_key);
	if (err == 0)
		err = crypto_init(&x->crypto);
	if (err < 0)
		return err;
	*out = TAKE(x);
	return 0;
}

static void free_all_verdicts(struct x509 *x)
{
	while (x->retired) {
		struct verdict *next = x->retired->retired;
		free(x->retired);
		x->retired = next;
	}
}

void x509_free(struct x509 *x)
{
	struct node *node;

	if (!x)
		return;
	free_all_verdicts(x);
	while ((node = table_pop(&x->chains))) {
		struct x509_chain *chain = NODE_IN(struct x509_chain, by_content, node);
		free(chain->state->verdict);
		free(chain);
	}
	while ((node = table_pop(&x->certs)))
		cert_free(NODE_IN(struct cert, by_content, node));
	while ((node = table_pop(&x->anchor_keys)))
		cert_free(NODE_IN(struct cert, by_subject, node));
	table_deinit(&x->chains);
	table_deinit(&x->certs);
	table_deinit(&x->issuers);
	table_deinit(&x->anchor_keys);
	crypto_deinit(&x->crypto);
	free(x);
}

static bool same_bytes(struct onpath_bytes known, struct wire der)
{
	return known.len == der.n && (der.n == 0 || memcmp(known.data, der.p, der.n) == 0);
}

static int fill_hashes(struct x509 *x, struct cert *cert)
{
	struct onpath_cert *facts = &cert->facts;
	struct wire der = wire_of(facts->der.data, facts->der.len);
	int err = crypto_sha256(&x->crypto, facts->sha256, der);

	if (err == 0)
		err = crypto_sha1(&x->crypto, facts->sha1, der);
	if (err == 0 && facts->parsed)
		err = crypto_sha256(&x->crypto, facts->spki_sha256, cert->spki);
	return err;
}

struct cert *cache_cert(struct x509 *x, bool *known, struct wire der)
{
	uint64_t hash = hash_bytes(&x->content_key, der);

	*known = true;
	for (struct node *node = table_first(&x->certs, hash); node; node = table_next(node)) {
		struct cert *cert = NODE_IN(struct cert, by_content, node);
		if (same_bytes(cert->facts.der, der)) {
			cert->refs++;
			return cert;
		}
	}
	*known = false;
	CLEANUP(cert_free) struct cert *cert = cert_new(der, &x->content_key);
	if (!cert || fill_hashes(x, cert) < 0 || table_add(&x->certs, &cert->by_content, hash) < 0)
		return NULL;
	cert->facts.id = ++x->next_id;
	cert->refs = 1;
	x->bytes += cert->bytes;
	return TAKE(cert);
}

void cache_unref(struct x509 *x, struct cert *cert)
{
	if (--cert->refs > 0)
		return;
	table_remove(&x->certs, &cert->by_content);
	x->bytes -= cert->bytes;
	if (cert->counted)
		x->stats->certs_evicted++;
	cert_free(cert);
}

void verdict_free(struct x509 *x, struct verdict *verdict)
{
	if (!verdict)
		return;
	for (size_t i = 0; i < verdict->path_len; i++)
		cache_unref(x, verdict->certs[i]);
	x->bytes -= sizeof *verdict;
	free(verdict);
}

void verdict_retire(struct x509 *x, struct verdict *verdict)
{
	if (!verdict)
		return;
	verdict->retired = x->retired;
	x->retired = verdict;
}

static void chain_free(struct x509 *x, struct x509_chain *chain)
{
	verdict_free(x, chain->state->verdict);
	for (size_t i = 0; i < chain->n; i++)
		cache_unref(x, chain->certs[i]);
	free(chain);
}

static void count_cert(struct onpath_stats *stats, struct cert *cert, bool known)
{
	if (known) {
		stats->certs_known++;
		return;
	}
	cert->counted = true;
	stats->certs_cached++;
	if (cert->over_limit)
		stats->certs_over_limit++;
	else if (!cert->facts.parsed)
		stats->certs_unparsed++;
}

/* One block: the chain, its state and its two arrays. */
static struct x509_chain *chain_alloc(size_t n)
{
	size_t arrays = n * (sizeof(struct cert *) + sizeof(const struct onpath_cert *));
	struct x509_chain *chain = calloc(1, sizeof *chain + sizeof *chain->state + arrays);

	if (!chain)
		return NULL;
	chain->state = (struct chain_state *)(chain + 1);
	chain->certs = (struct cert **)(chain->state + 1);
	chain->facts = (const struct onpath_cert **)(chain->certs + n);
	chain->bytes = sizeof *chain + sizeof *chain->state + arrays + sizeof(struct verdict);
	return chain;
}

static struct x509_chain *chain_new(struct x509 *x, const struct wire *der, size_t n)
{
	struct x509_chain *chain = chain_alloc(n);
	unsigned budget = CHAIN_SIGNATURES_MAX;

	while (chain && chain->n < n) {
		bool known;
		struct cert *cert = cache_cert(x, &known, der[chain->n]);
		if (!cert) {
			chain_free(x, chain);
			return NULL;
		}
		if (!known)
			chain->bytes += cert->bytes;
		count_cert(x->stats, cert, known);
		settle(x, cert, &budget);
		chain->certs[chain->n] = cert;
		chain->facts[chain->n++] = &cert->facts;
	}
	return chain;
}

static bool same_chain(const struct x509_chain *chain, const struct wire *der, size_t n)
{
	if (chain->n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!same_bytes(chain->facts[i]->der, der[i]))
			return false;
	return true;
}

const struct x509_chain *x509_chain_get(struct x509 *x, const struct wire *der, size_t n)
{
	uint64_t hash = 0;

	if (n > CERTS_PARSED_MAX)
		n = CERTS_PARSED_MAX;
	for (size_t i = 0; i < n; i++)
		hash = hash_join(&x->content_key, hash, hash_bytes(&x->content_key, der[i]));
	for (struct node *node = table_first(&x->chains, hash); node; node = table_next(node)) {
		struct x509_chain *chain = NODE_IN(struct x509_chain, by_content, node);
		if (same_chain(chain, der, n)) {
			chain->recent = true;
			x->stats->certs_known += n;
			return chain;
		}
	}
	struct x509_chain *chain = chain_new(x, der, n);
	if (!chain)
		return NULL;
	if (table_add(&x->chains, &chain->by_content, hash) < 0) {
		chain_free(x, chain);
		return NULL;
	}
	list_push(&x->new_chains, &chain->link);
	x->bytes += sizeof *chain;
	return chain;
}

const struct onpath_cert *const *x509_chain_certs(const struct x509_chain *chain, size_t *n)
{
	*n = chain->n;
	return chain->facts;
}

#define CHAIN_OF(at) NODE_IN(struct x509_chain, link, at)

static void chain_drop(struct x509 *x, struct x509_chain *chain)
{
	list_remove(&chain->link);
	table_remove(&x->chains, &chain->by_content);
	if (chain->kept)
		x->kept_bytes -= chain->bytes;
	x->bytes -= sizeof *chain;
	chain_free(x, chain);
}

/* To the front of the other list, or of its own. */
static void chain_move(struct x509 *x, struct x509_chain *chain, bool keep)
{
	list_remove(&chain->link);
	list_push(keep ? &x->kept_chains : &x->new_chains, &chain->link);
	if (keep && !chain->kept)
		x->kept_bytes += chain->bytes;
	if (!keep && chain->kept)
		x->kept_bytes -= chain->bytes;
	chain->kept = keep;
	chain->recent = false;
}

/* Chains that were used again may fill three quarters; the rest is for new ones, so that a flood
 * only drops itself. */
static void bound_kept(struct x509 *x)
{
	while (x->kept_bytes > x->max_bytes / 4 * 3 && x->kept_chains.before != &x->kept_chains) {
		struct x509_chain *oldest = CHAIN_OF(x->kept_chains.before);
		chain_move(x, oldest, oldest->recent);
	}
}

/* Looks at the oldest chain: one that was used again is kept, another dropped. False: there is
 * none. */
static bool drop_some(struct x509 *x)
{
	bool no_new = x->new_chains.before == &x->new_chains;
	struct link *oldest = no_new ? x->kept_chains.before : x->new_chains.before;

	if (oldest == &x->kept_chains)
		return false;
	struct x509_chain *chain = CHAIN_OF(oldest);
	if (!chain->recent) {
		chain_drop(x, chain);
		return true;
	}
	chain_move(x, chain, true);
	bound_kept(x);
	return true;
}

void intermediate_learn(struct x509 *x, struct cert *cert)
{
	cert->recent = true;
	if (cert->anchor || cert->intermediate || x->intermediate_count == INTERMEDIATES_MAX ||
		table_add(&x->issuers, &cert->by_subject, cert->subject_digest) < 0)
		return; /* when all places are taken, x509_trim makes room for the next */
	cert->intermediate = true;
	cert->refs++;
	x->intermediates[x->intermediate_count++] = cert;
	x->intermediate_bytes += cert->bytes;
	x->generation++;
}

/* One that was not used since the hand came by last. */
static void drop_intermediate(struct x509 *x)
{
	struct cert *cert;

	while (true) {
		x->intermediate_hand %= x->intermediate_count;
		cert = x->intermediates[x->intermediate_hand];
		if (!cert->recent)
			break;
		cert->recent = false;
		x->intermediate_hand++;
	}
	x->intermediates[x->intermediate_hand] = x->intermediates[--x->intermediate_count];
	x->intermediate_bytes -= cert->bytes;
	cert->intermediate = false;
	table_remove(&x->issuers, &cert->by_subject);
	cache_unref(x, cert);
}

void x509_trim(struct x509 *x)
{
	while (x->retired) {
		struct verdict *verdict = x->retired;
		x->retired = verdict->retired;
		verdict_free(x, verdict);
	}
	while (x->intermediate_count > INTERMEDIATES_MAX - CERTS_PATH_MAX ||
		(x->intermediate_count > 0 && x->intermediate_bytes > x->max_bytes / 4))
		drop_intermediate(x);
	while (x->bytes > x->max_bytes && drop_some(x))
		;
}
