/* Observation -> verdict with evidence: a table of small detectors. */
#ifndef CLASSIFY_CLASSIFY_H
#define CLASSIFY_CLASSIFY_H

#include "classify/observation.h"

/* Memory for the texts of one verdict; valid until the next classify with it. */
struct classify_scratch {
	char text[16384];
	size_t used;
};

/*
 * Judges: fills verdict, kind, tcp_terminated, confidence, points, by and evidence of *out, which
 * is the connection that seen->facts points to. Pure: the same observation gives the same verdict.
 */
void classify(struct onpath_connection *out, struct classify_scratch *scratch,
	const struct observation *seen);

/* One row of the table of detectors, NULL after the last. */
const struct onpath_detector_info *classify_detector(size_t index);

#endif
