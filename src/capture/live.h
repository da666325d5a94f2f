/* Interfaces, through libpcap, read together. */
#ifndef CAPTURE_LIVE_H
#define CAPTURE_LIVE_H

#include "capture/capture.h"

struct live;

/* As capture_open_live. */
CHECKED int live_new(struct live **out, struct capture_problem *why, const char *const *interfaces,
	size_t n, const struct capture_options *options);

/* As capture_next. */
enum capture_next live_next(
	struct live *live, struct onpath_packet *out, struct capture_problem *why, int timeout_ms);

/* Adds what the kernel and the interfaces counted. */
void live_counts(struct live *live, struct capture_counts *out);

void live_free(struct live *live);
OWN_CLEANUP(struct live *, live_free)

#endif
