/* The command line, read and checked. */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include <onpath/engine.h>

#include "capture/capture.h"

#define SETTINGS_LIST_MAX 4096 /* operands and repeated options */

/* A list of arguments; the strings are argv's. */
struct settings_list {
	const char **item;
	size_t n;
};

enum settings_action {
	ACTION_RUN,
	ACTION_TEST,
	ACTION_HELP,
	ACTION_VERSION,
	ACTION_INTERFACES,
	ACTION_DETECTORS
};

struct settings {
	enum settings_action action;
	struct settings_list files;
	struct settings_list interfaces;
	struct settings_list outputs;
	struct settings_list expectations;
	struct settings_list roots;
	struct capture_options capture;
	struct onpath_options engine;
	const char *filter_file;
	const char *user;
	unsigned stats_seconds; /* 0: no statistics records while running */
	bool no_shipped;
	bool quiet;
	bool verbose;
	bool wide;
	bool exit_code;
};

/* Reads argv. 0, or the exit code for a usage error, which has been told on stderr. Free with
 * settings_deinit. */
int settings_read(struct settings *out, int argc, char **argv);
void settings_deinit(struct settings *settings);

/* The text of --help, on standard output. */
void settings_help(void);

#endif
