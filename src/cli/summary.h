/* What is told on stderr: progress while it runs, the sums at the end. */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include <stdint.h>

#include "capture/capture.h"
#include "cli/outputs.h"

/* One line, rewritten in place. */
struct progress {
	bool shown;
	bool on; /* stderr is a terminal and the user wants it */
	uint64_t start_ns;
	uint64_t next_ns;
};

void progress_begin(struct progress *progress, bool wanted);
void progress_show(
	struct progress *progress, struct capture *capture, const struct onpath_stats *stats);
void progress_clear(struct progress *progress);

/* Packets, connections, verdicts, what could not be seen and why, and what each output did. */
void summary_print(const struct onpath_stats *stats, const struct capture_counts *counts,
	const struct outputs *outputs, bool verbose);

#endif
