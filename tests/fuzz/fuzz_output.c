/* Every format over a connection made of the input: each record of JSON is one valid line, and none
 * is lost. */
#include <assert.h>

#include "../unit/hostile.h"
#include "../unit/json_check.h"
#include "output/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int check_json(struct transport *t, const char *record, size_t n)
{
	(void)t;
	assert(json_check_line(record, n));
	return 0;
}

static int check_text(struct transport *t, const char *record, size_t n)
{
	(void)t;
	assert(n > 0 && record[n - 1] == '\n');
	for (size_t i = 0; i < n; i++)
		assert(record[i] == '\n' || (uint8_t)record[i] >= 0x20);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		const struct format_ops *format;
		struct format_options options;
		struct transport_ops ops;
	} rows[] = {
		{ &format_json, { .chain = false }, { .put = check_json } },
		{ &format_json, { .chain = true }, { .put = check_json } },
		{ &format_eve, { .level = 7 }, { .put = check_json } },
		{ &format_eve, { .level = 8, .chain = true }, { .put = check_json } },
		{ &format_table, { .wide = false }, { .put = check_text } },
		{ &format_table, { .wide = true }, { .put = check_text } },
	};
	struct hostile *h = calloc(1, sizeof *h);

	if (!h)
		return 0;
	h->from = (struct hostile_bytes) { .p = data, .n = size, .seed = size };
	struct onpath_event event = hostile_event(h);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct transport to = { .ops = &rows[i].ops };
		void *state = NULL;
		if (rows[i].format->open(&state, &rows[i].options) < 0)
			continue;
		int error = rows[i].format->event(state, &to, &event);
		assert(error == 0 && to.counts.dropped == 0 && to.counts.created > 0);
		rows[i].format->close(state);
	}
	free(h);
	return 0;
}
