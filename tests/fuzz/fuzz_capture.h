/* What must hold of every capture file, whatever is in it. */
#ifndef FUZZ_CAPTURE_H
#define FUZZ_CAPTURE_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "capture/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A digest of all that was read: packets, their facts and data, and the reason of the end. */
struct fuzz_digest {
	uint64_t hash;
	uint64_t packets;
	bool unpacking; /* it ended because decompression failed */
};

static inline void fuzz_mix(struct fuzz_digest *d, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n; i++)
		d->hash = (d->hash ^ p[i]) * UINT64_C(1099511628211);
}

static inline void fuzz_packet(struct fuzz_digest *d, const struct onpath_packet *p)
{
	assert(p->caplen <= PACKET_MAX);
	assert(p->caplen <= p->len);
	assert(p->linktype <= 0xffff);
	assert(p->number == ++d->packets);
	assert(p->source != NULL);
	fuzz_mix(d, &p->time_ns, sizeof p->time_ns);
	fuzz_mix(d, &p->len, sizeof p->len);
	fuzz_mix(d, &p->caplen, sizeof p->caplen);
	fuzz_mix(d, &p->linktype, sizeof p->linktype);
	fuzz_mix(d, p->data, p->caplen); /* reads every byte of it */
}

static inline struct fuzz_digest fuzz_read(const uint8_t *data, size_t size, size_t block)
{
	static const struct onpath_source source = { .name = "fuzz" };
	struct fuzz_digest d = { .packets = 0 };
	struct file f;
	struct onpath_packet packet;

	if (file_init_memory(&f, &source, wire_of(data, size), block) < 0)
		return d;
	enum next next;
	while ((next = file_next(&f, &packet)) == NEXT_READY && d.packets < 100000)
		fuzz_packet(&d, &packet);
	if (d.packets < 100000) {
		assert(next == NEXT_BAD); /* memory never says "not yet" */
		assert(file_next(&f, &packet) == NEXT_BAD);
	}
	assert(strlen(f.why) < sizeof f.why);
	fuzz_mix(&d, f.why, strlen(f.why));
	d.unpacking = strstr(f.why, "the compressed data is broken") != NULL;
	file_deinit(&f);
	return d;
}

static inline void fuzz_file(const uint8_t *data, size_t size)
{
	struct fuzz_digest whole = fuzz_read(data, size, READER_BLOCK_PEEK);
	struct fuzz_digest cut = fuzz_read(data, size, 61);

	/* libzstd gives nothing of a broken frame that it was handed whole, and its beginning of
	 * one handed in parts. */
	if (whole.unpacking || cut.unpacking)
		return;
	assert(whole.packets == cut.packets);
	assert(whole.hash == cut.hash);
}

#endif
