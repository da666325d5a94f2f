/* Writes records with hostile strings, for schema.py to judge: an output as for -o and a number in,
 * records out. */
#include <stdio.h>
#include <stdlib.h>

#include "hostile.h"
#include "output/sink.h"

int main(int argc, char **argv)
{
	char why[256];
	struct sink *sink;
	struct onpath_stats counters = { .packets = UINT64_MAX >> 11, .verdict_suspect = 3 };
	struct sink_stats stats = { .engine = &counters, .now_ns = 1 };
	struct hostile *h = calloc(1, sizeof *h);
	int error = 0;

	if (argc != 3 || !h) {
		fprintf(stderr, "usage: hostile_records OUTPUT COUNT\n");
		return 2;
	}
	if (sink_open(&sink, why, argv[1], false) < 0) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	h->from.seed = 1;
	for (long i = strtol(argv[2], NULL, 10); i > 0 && error == 0; i--) {
		struct onpath_event event = hostile_event(h);
		error = sink_event(sink, &event);
	}
	if (error == 0)
		error = sink_stats(sink, &stats);
	if (error == 0)
		error = sink_finish(sink);
	const struct sink_counts counts = *sink_counts(sink);
	if (sink_close(sink) < 0 || counts.created != counts.delivered)
		error = -1;
	fprintf(stderr, "%llu created, %llu dropped\n", (unsigned long long)counts.created,
		(unsigned long long)counts.dropped);
	free(h);
	return error < 0;
}
