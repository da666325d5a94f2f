/* The outputs of one run: every event goes to all of them; one that fails is told once and left
 * out. */
#ifndef CLI_OUTPUTS_H
#define CLI_OUTPUTS_H

#include "cli/settings.h"
#include "output/sink.h"

#define OUTPUTS_MAX 16

struct outputs {
	struct sink *sink[OUTPUTS_MAX];
	bool dead[OUTPUTS_MAX];
	size_t n;
	bool failed;
};

/* 0, or an exit code; what is wrong has then been told on stderr. */
int outputs_open(struct outputs *out, const struct settings *settings);
void outputs_event(struct outputs *outputs, const struct onpath_event *event);
void outputs_stats(struct outputs *outputs, const struct sink_stats *stats);
void outputs_flush(struct outputs *outputs);
void outputs_reopen(struct outputs *outputs);

/* The end: writes what waits, so that the counts are final. */
void outputs_finish(struct outputs *outputs);
void outputs_close(struct outputs *outputs);

/* No output is left that takes events: there is no use in going on. */
bool outputs_all_dead(const struct outputs *outputs);

#endif
