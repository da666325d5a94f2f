/* DER: whatever comes, the walk ends, and what it accepts can be cut into elements without anything
 * left over. */
#include <assert.h>

#include "x509/der.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An element that was walked: all elements within it are whole. */
static size_t count(struct wire w, unsigned depth)
{
	size_t n = 0;

	assert(depth < 64);
	while (w.n > 0) {
		uint8_t tag;
		struct wire body = der_any(&w, &tag);
		assert(!w.bad);
		n += 1 + ((tag & 0x20) != 0 ? count(body, depth + 1) : 0);
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (der_check(wire_of(data, size)) == DER_GOOD)
		assert(count(wire_of(data, size), 0) <= size / 2);
	return 0;
}
