/* Where records go: whole records in, bytes at a file or socket out. */
#ifndef OUTPUT_TRANSPORT_H
#define OUTPUT_TRANSPORT_H

#include "output/sink.h"

struct transport;

struct transport_ops {
	/* name: what follows the prefix in the target. 0 or -errno with a plain sentence in why. */
	int (*open)(struct transport *t, char why[256], const char *name);
	/* Takes one record; it may wait in a buffer. 0 or -errno when earlier or this one could not
	 * be written. */
	int (*put)(struct transport *t, const char *record, size_t n);
	int (*flush)(struct transport *t);
	int (*reopen)(struct transport *t);
	/* Writes or gives up all that waits. 0 or -errno of the last write. */
	int (*finish)(struct transport *t);
	/* After finish. 0 or -errno. */
	int (*close)(struct transport *t);
};

struct transport {
	const struct transport_ops *ops;
	void *state; /* of the transport in use */
	bool wait;   /* rather wait for a slow peer than drop */
	bool each;   /* write each record at once: a person is watching */
	struct sink_counts counts;
};

extern const struct transport_ops transport_file;
extern const struct transport_ops transport_unix;

/* For formats: hands over one whole record, counted as created. A record that could not be made is
 * given as NULL. */
CHECKED int transport_put(struct transport *t, const char *record, size_t n);

#endif
