/* Events to all outputs of the run. */
#include "cli/outputs.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/exit.h"
#include "cli/message.h"

static int open_one(struct outputs *out, const char *spec, bool terminal)
{
	char why[256];

	if (out->n == OUTPUTS_MAX) {
		message("more than %d outputs", OUTPUTS_MAX);
		return EXIT_USAGE;
	}
	int error = sink_open(&out->sink[out->n], why, spec, terminal);
	if (error) {
		message("-o %s: %s", spec, why);
		return error == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
	}
	out->n++;
	return 0;
}

int outputs_open(struct outputs *out, const struct settings *settings)
{
	bool terminal = isatty(STDOUT_FILENO);
	int failed = 0;

	*out = (struct outputs) { .n = 0 };
	for (size_t i = 0; i < settings->outputs.n && !failed; i++) {
		const char *spec = settings->outputs.item[i];
		failed = open_one(out,
			settings->wide && strcmp(spec, "table") == 0 ? "table,wide" : spec,
			terminal);
	}
	if (settings->outputs.n == 0)
		failed = open_one(out,
			settings->wide ? "table,wide"
			: terminal     ? "table"
				       : "json",
			terminal);
	return failed;
}

/* A reader that has gone away (EPIPE) is no fault of ours, but there is nobody to write to. */
static void on_result(struct outputs *outputs, size_t i, int error)
{
	if (error == 0)
		return;
	outputs->dead[i] = true;
	if (error == -EPIPE)
		return;
	outputs->failed = true;
	message("%s: %s", sink_name(outputs->sink[i]), strerror(-error));
}

void outputs_event(struct outputs *outputs, const struct onpath_event *event)
{
	for (size_t i = 0; i < outputs->n; i++)
		if (!outputs->dead[i])
			on_result(outputs, i, sink_event(outputs->sink[i], event));
}

void outputs_stats(struct outputs *outputs, const struct sink_stats *stats)
{
	for (size_t i = 0; i < outputs->n; i++)
		if (!outputs->dead[i])
			on_result(outputs, i, sink_stats(outputs->sink[i], stats));
}

void outputs_flush(struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->n; i++)
		if (!outputs->dead[i])
			on_result(outputs, i, sink_flush(outputs->sink[i]));
}

void outputs_reopen(struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->n; i++) {
		outputs->dead[i] = false;
		on_result(outputs, i, sink_reopen(outputs->sink[i]));
	}
}

void outputs_finish(struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->n; i++) {
		int error = sink_finish(outputs->sink[i]);
		if (!outputs->dead[i])
			on_result(outputs, i, error);
	}
}

void outputs_close(struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->n; i++) {
		int error = sink_close(outputs->sink[i]);
		if (!outputs->dead[i] && error && error != -EPIPE)
			outputs->failed = true; /* said by outputs_finish */
	}
	outputs->n = 0;
}

bool outputs_all_dead(const struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->n; i++)
		if (!outputs->dead[i])
			return false;
	return true;
}
