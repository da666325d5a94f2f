/* How records look: events in, whole records to a transport out. */
#ifndef OUTPUT_FORMAT_H
#define OUTPUT_FORMAT_H

#include "output/transport.h"

/* What the user wrote behind the format's name, every format its own selection. */
struct format_options {
	bool chain;       /* json, eve: certificates in full */
	bool wide;        /* table: uncut, all evidence */
	unsigned level;   /* eve: Suricata's major version */
	bool terminal;    /* the output is one: colour */
	unsigned columns; /* of the terminal; 0: not known */
};

struct format_ops {
	const char *name;
	const char *options; /* those it knows, as "chain level=7|8": names apart by spaces, values
				by | */
	/* 0 or -ENOMEM. */
	int (*open)(void **state, const struct format_options *options);
	int (*event)(void *state, struct transport *to, const struct onpath_event *event);
	/* NULL: the format has no record for statistics. */
	int (*stats)(void *state, struct transport *to, const struct sink_stats *stats);
	void (*close)(void *state); /* takes NULL */
};

extern const struct format_ops format_table;
extern const struct format_ops format_json;
extern const struct format_ops format_eve;

#endif
