/* Compressed captures: hostile gzip and zstd give sane packets or a reason, and the same however
 * they are cut into blocks. */
#include "fuzz_capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_file(data, size);
	return 0;
}
