/* What the user named -> a list of sources, in the order in which they are read. */
#ifndef CAPTURE_OPERANDS_H
#define CAPTURE_OPERANDS_H

#include "capture/capture.h"
#include "capture/file.h"

/* A time that is not known before a packet is read. */
#define FIRST_UNKNOWN UINT64_MAX

struct source {
	struct onpath_source self;
	char *name;
	size_t order;      /* as named, or as found in a directory */
	uint64_t first_ns; /* time of the first packet, or FIRST_UNKNOWN */
	uint32_t linktype; /* of the first packet; only when first_ns is known */
	uint64_t bytes;    /* as stored; 0 for a pipe */
	bool regular;
	bool over;
	bool replaced;     /* followed: a new file has its name, the old one is read to its end */
	char *trouble;     /* to be told in its turn, in place of reading it */
	struct file *file; /* while it is open */
};

struct sources {
	struct source *list;
	size_t n;
	size_t room;
};

void sources_deinit(struct sources *sources);

/* 0 or -errno and why: an operand that cannot be opened. With look, the first packet of regular
 * files is always read. */
CHECKED int sources_collect(struct sources *out, struct capture_problem *why,
	const char *const *operands, size_t n, bool look);

/* Opens a source's file anew. fd or -errno. */
CHECKED int source_open(const struct source *source);

/* Puts "NAME: what" into a problem: a name that is too long loses its beginning, not the reason. */
__attribute__((format(printf, 3, 4))) void problem_set(
	struct capture_problem *why, const char *name, const char *what, ...);

#endif
