/* Events out: a format makes bytes, a transport takes them. */
#ifndef OUTPUT_SINK_H
#define OUTPUT_SINK_H

#include <stdio.h>

#include <onpath/event.h>
#include <onpath/stats.h>

#include "util/own.h"

/* What an output did: created = delivered + dropped. */
struct sink_counts {
	uint64_t created;
	uint64_t delivered;
	uint64_t dropped;
};

/* One -o of the user. */
struct sink;

/*
 * Opens an output from FORMAT[,OPTION…][:TARGET]. Formats: table, json, eve. Targets: "-" (also
 * none) standard output, a path, unix:PATH (stream socket). terminal: standard output is one
 * (colour, width). 0 or -errno with a plain sentence in why.
 */
CHECKED int sink_open(struct sink **out, char why[256], const char *spec, bool terminal);

/* 0, or -errno when the output cannot go on (EPIPE, ENOSPC): the caller says so once. */
CHECKED int sink_event(struct sink *sink, const struct onpath_event *event);

/* Statistics: formats that have a record for them write one. now_ns: packet time. */
struct sink_stats {
	const struct onpath_stats *engine;
	uint64_t now_ns;
	uint64_t uptime_s;
	uint64_t kernel_received;
	uint64_t kernel_dropped;
	uint64_t interface_dropped;
};
CHECKED int sink_stats(struct sink *sink, const struct sink_stats *stats);

/* Time to write what is buffered, e.g. on an idle link. */
CHECKED int sink_flush(struct sink *sink);

/* Opens the file anew (log rotation). */
CHECKED int sink_reopen(struct sink *sink);

const struct sink_counts *sink_counts(const struct sink *sink);
const char *sink_name(const struct sink *sink);

/* The end: writes what waits, or gives it up after a few seconds. Then created = delivered +
 * dropped. As sink_event. */
CHECKED int sink_finish(struct sink *sink);

/* Finishes and closes. 0 or -errno of the last write. NULL is fine. */
int sink_close(struct sink *sink);

#endif
