/* Packets in: files, directories, standard input, FIFOs, interfaces. A user of the public engine
 * API like any other. */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include <onpath/packet.h>

#include "util/own.h"

struct capture;

struct capture_options {
	const char *filter; /* BPF expression, or NULL */
	bool follow;        /* files: wait for more at their end */
	bool promiscuous;
	uint32_t snaplen;      /* live; 0: 262144 */
	uint32_t buffer_bytes; /* live, kernel buffer; 0: the system's default */
};

/* What happened, in words for the user. */
struct capture_problem {
	char text[512];
};

/* Operands: files, directories (their captures, recursively), "-" for standard input; opened in the
 * order of their first packets. */
CHECKED int capture_open_files(struct capture **out, struct capture_problem *why,
	const char *const *operands, size_t n, const struct capture_options *options);

/* Interfaces, read together. */
CHECKED int capture_open_live(struct capture **out, struct capture_problem *why,
	const char *const *interfaces, size_t n, const struct capture_options *options);

enum capture_next {
	CAPTURE_PACKET,  /* *out is filled; its data is valid until the next call */
	CAPTURE_IDLE,    /* no packet within the time allowed: look at signals, tick, call again */
	CAPTURE_PROBLEM, /* *why says what: a source ended early or is lost; others go on, call
			    again */
	CAPTURE_END,     /* no more */
};

/* Waits at most timeout_ms for a packet (live, FIFO, follow). */
enum capture_next capture_next(
	struct capture *c, struct onpath_packet *out, struct capture_problem *why, int timeout_ms);

/*
 * Further packets that are at hand, at most n: no waiting, no problem. Those handed out since the
 * last capture_next stay valid with them. 0 does not mean the end.
 */
size_t capture_at_hand(struct capture *c, struct onpath_packet *out, size_t n);

/* Progress and loss. total 0: not known. */
struct capture_counts {
	uint64_t bytes_done;
	uint64_t bytes_total;
	uint64_t kernel_received;
	uint64_t kernel_dropped;
	uint64_t interface_dropped;
	uint64_t filtered; /* packets that the filter did not let through */
};
void capture_counts(struct capture *c, struct capture_counts *out);

void capture_close(struct capture *c);
OWN_CLEANUP(struct capture *, capture_close)

/* Writes the interfaces that can be captured, one a line, to out. 0 or -errno. */
CHECKED int capture_list(char **text, struct capture_problem *why);

#endif
