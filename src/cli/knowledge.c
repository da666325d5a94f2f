/* Files of trust anchors and expectations -> engine. */
#include "cli/knowledge.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/exit.h"
#include "cli/message.h"
#include "util/limits.h"
#include "util/own.h"

#define ROOTS_BYTES_MAX (64u << 20)

int knowledge_read_file(char **out, size_t *n, const char *path, size_t max)
{
	FILE *file = fopen(path, "re");
	size_t have = 0, room = 0;
	char *text = NULL;
	int error = 0;

	if (!file)
		return -errno;
	while (error == 0 && !feof(file)) {
		if (have == room) {
			room = room ? 2 * room : 65536;
			char *more = realloc(text, room + 1);
			if (!more) {
				error = -ENOMEM;
				break;
			}
			text = more;
		}
		have += fread(text + have, 1, room - have, file);
		if (ferror(file))
			error = errno ? -errno : -EIO;
		else if (have > max)
			error = -EFBIG;
	}
	fclose(file);
	if (error) {
		free(text);
		return error;
	}
	text[have] = '\0';
	*out = text;
	*n = have;
	return 0;
}

static int cannot_read(const char *path, int error)
{
	message("cannot read %s: %s", path, strerror(-error));
	return EXIT_FAILED;
}

static int load_roots(struct onpath_engine *engine, const char *path)
{
	CLEANUP(free) char *pem = NULL;
	size_t n = 0, added;
	int error = knowledge_read_file(&pem, &n, path, ROOTS_BYTES_MAX);

	if (error)
		return cannot_read(path, error);
	error = onpath_engine_add_roots(engine, &added, pem, n);
	if (error == -EBADMSG)
		message("%s: no certificate in it (PEM is expected)", path);
	else if (error)
		message("%s: %s", path, strerror(-error));
	return error ? EXIT_FAILED : 0;
}

static int load_expectations_file(struct onpath_engine *engine, const char *path)
{
	struct onpath_error why = { 0 };
	int error = onpath_engine_add_policy_file(engine, &why, path);

	if (error && why.line > 0)
		message("%s:%u:%u: %s", path, why.line, why.column, why.message);
	else if (error)
		message("%s: %s", path, why.message[0] != '\0' ? why.message : strerror(-error));
	return error ? EXIT_FAILED : 0;
}

static int is_yaml(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && entry->d_name[0] != '.' &&
	       (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

static int load_expectations_dir(struct onpath_engine *engine, const char *dir)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, is_yaml, alphasort);
	int failed = 0;

	if (n < 0)
		return cannot_read(dir, -errno);
	if (n == 0) {
		message("%s: no .yaml file in it", dir);
		failed = EXIT_FAILED;
	}
	for (int i = 0; i < n; i++) {
		char path[4096];
		if (!failed && (size_t)snprintf(path, sizeof path, "%s/%s", dir,
				       entries[i]->d_name) < sizeof path)
			failed = load_expectations_file(engine, path);
		free(entries[i]);
	}
	free(entries);
	return failed;
}

static int load_expectations(struct onpath_engine *engine, const char *path)
{
	struct stat info;

	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		return load_expectations_dir(engine, path);
	return load_expectations_file(engine, path);
}

int knowledge_load(struct onpath_engine *engine, const struct settings *settings)
{
	int failed = 0;

	for (size_t i = 0; i < settings->roots.n && !failed; i++)
		failed = load_roots(engine, settings->roots.item[i]);
	if (settings->roots.n == 0)
		failed = load_roots(engine, ONPATH_SYSTEM_ROOTS);
	if (failed && settings->roots.n == 0)
		message("without trust anchors nothing can be verified: install ca-certificates or give --roots");
	if (!failed && !settings->no_shipped && onpath_engine_add_shipped_policy(engine) != 0) {
		message("out of memory");
		failed = EXIT_FAILED;
	}
	for (size_t i = 0; i < settings->expectations.n && !failed; i++)
		failed = load_expectations(engine, settings->expectations.item[i]);
	return failed;
}
