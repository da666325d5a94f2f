/* tls/prelude: chunks of both sides; offsets stay inside the chunk, unwrapped bytes are bytes of
 * it, an end is an end. */
#include "tls/prelude.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_names(const struct prelude *p)
{
	const char *name = prelude_proto(p);

	assert(!name || (strlen(name) > 0 && strlen(name) < 16));
	assert(!name || prelude_may_upgrade(p));
	assert(!prelude_wraps(p) || strcmp(name, "tds") == 0);
	assert(p->head_n[CLIENT] <= PRELUDE_HEAD && p->head_n[SERVER] <= PRELUDE_HEAD);
}

static void unwrap(struct prelude *p, enum side side, struct wire bytes)
{
	const uint8_t *at = bytes.p, *end = bytes.p + bytes.n;
	size_t before = bytes.n, sum = 0;
	struct wire out;

	while (prelude_unwrap(p, side, &bytes, &out)) {
		assert(out.n > 0 && out.p >= at && out.p + out.n <= end);
		at = out.p + out.n;
		sum += out.n;
	}
	assert(bytes.n == 0 && sum <= before);
	assert(prelude_wraps(p) || sum == before);
}

/* Each chunk stands behind a byte: side in the top bit, length in the others. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct prelude p = { .flags = 0 };
	struct wire input = wire_of(data, size);
	bool tls[2] = { false, false };

	while (input.n > 0) {
		uint8_t control = wire_u8(&input);
		enum side side = control & 0x80 ? SERVER : CLIENT;
		size_t n = control & 0x7f, tls_at = SIZE_MAX;
		uint8_t *copy = malloc(n + 1); /* so that a read too far is seen */
		if (!copy)
			return 0;
		struct wire chunk = wire_cut(&input, n < input.n ? n : input.n);
		if (chunk.n > 0)
			memcpy(copy, chunk.p, chunk.n);
		chunk.p = copy;

		enum prelude_answer answer = PRELUDE_TLS;
		if (!tls[side]) {
			answer = prelude_bytes(&p, side, chunk, &tls_at);
			assert(answer != PRELUDE_TLS || tls_at <= chunk.n);
			if (answer == PRELUDE_TLS)
				wire_skip(&chunk, tls_at);
		}
		check_names(&p);
		if (answer == PRELUDE_TLS) {
			tls[side] = true;
			unwrap(&p, side, chunk);
		}
		free(copy);
		if (answer == PRELUDE_NOT)
			return 0;
	}
	return 0;
}
