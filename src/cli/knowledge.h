/* Loads what the engine judges by: trust anchors and expectations, from files and directories. */
#ifndef CLI_KNOWLEDGE_H
#define CLI_KNOWLEDGE_H

#include <onpath/engine.h>

#include "cli/settings.h"

/* 0, or an exit code; what is wrong has then been told on stderr. */
int knowledge_load(struct onpath_engine *engine, const struct settings *settings);

/* Reads a whole file of at most max bytes. 0 or -errno (-EFBIG: larger); free *out. */
int knowledge_read_file(char **out, size_t *n, const char *path, size_t max);

#endif
