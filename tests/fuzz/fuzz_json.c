/* The JSON writer and the terminal escaper: whatever the bytes, the text is one valid line and
 * harmless. */
#include <assert.h>

#include "../unit/json_check.h"
#include "util/json.h"
#include "util/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text j = { .max = 0 };
	struct text safe = { .max = 0 };

	json_open(&j, '{');
	json_key(&j, "bytes");
	json_bytes(&j, wire_of(data, size));
	json_key(&j, "half");
	json_bytes(&j, wire_of(data, size / 2));
	json_key(&j, "hex");
	json_hex(&j, data, size);
	json_key(&j, "der");
	json_base64(&j, data, size);
	json_close(&j, '}');
	if (json_end(&j))
		assert(json_check_line(j.p, j.n));
	else
		assert(size > RECORD_BYTES_MAX / 8);

	text_add_safe(&safe, (const char *)data, size);
	assert(safe.failed || safe.n >= size);
	for (size_t at = 0; at < safe.n;) {
		uint32_t point = 0;
		unsigned len = text_utf8(&point, safe.p + at, safe.n - at);
		assert(len > 0 && !text_hidden(point));
		at += len;
	}
	text_deinit(&safe);
	text_deinit(&j);
	return 0;
}
