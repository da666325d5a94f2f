/* Outputs: specifications, files, sockets, and that created = delivered + dropped whatever happens
 * to them. */
#include "output_sample.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

static size_t lines_of(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void check_refused(const char *spec, int error, const char *part)
{
	struct sink *sink = NULL;
	char why[256];

	CHECK_INT(sink_open(&sink, why, spec, false), error);
	CHECK(sink == NULL);
	CHECK(strstr(why, part) != NULL);
}

static void specifications(void **state)
{
	(void)state;
	char folder[64];

	check_refused(
		"yaml", -EINVAL, "unknown output format \"yaml\"; there are table, json and eve");
	check_refused("", -EINVAL, "unknown output format \"\"");
	check_refused("json,wide", -EINVAL, "no option \"wide\"; it has: chain wait");
	check_refused("table,chain", -EINVAL, "it has: wide wait");
	check_refused(
		"eve,level=9", -EINVAL, "no option \"level=9\"; it has: chain level=7|8 wait");
	check_refused("eve,level", -EINVAL, "no option \"level\"");
	check_refused("eve,level=", -EINVAL, "no option \"level=\"");
	check_refused("json,chain=1", -EINVAL, "no option \"chain=1\"");
	check_refused("json,chai", -EINVAL, "no option \"chai\"");
	check_refused("json:", -EINVAL, "target is empty");
	check_refused("json:unix:", -EINVAL, "target is empty");
	check_refused(
		"json:redis://localhost", -EINVAL, "unknown output target \"redis://localhost\"");
	check_refused("json:/nonexistent/folder/x", -ENOENT,
		"cannot write to /nonexistent/folder/x: No such file");
	sample_folder(folder);
	char spec[128];
	snprintf(spec, sizeof spec, "json:%s", folder);
	check_refused(spec, -EISDIR, "Is a directory");
	sample_remove(folder);
	char longest[200] = "json:unix:/";
	memset(longest + 11, 'x', 150);
	check_refused(longest, -ENAMETOOLONG, "cannot connect to unix:/xxx");

	struct sink *sink;
	char why[256];
	CHECK_INT(sink_open(&sink, why, "eve,chain,level=8,wait:-", false), 0);
	CHECK_TEXT(sink_name(sink), "eve,chain,level=8,wait:-");
	CHECK_INT(sink_close(sink), 0);
	CHECK_INT(sink_close(NULL), 0);
}

/* Rotation: what was written before is in the old file, what comes after in the new one. */
static void files_are_reopened_and_appended(void **state)
{
	(void)state;
	char folder[64], a[128], b[128], spec[160], why[256];
	struct sample *s = sample_new();
	struct sink *sink;

	sample_folder(folder);
	snprintf(a, sizeof a, "%s/a", folder);
	snprintf(b, sizeof b, "%s/b", folder);
	snprintf(spec, sizeof spec, "json:%s", a);
	CHECK_INT(sink_open(&sink, why, spec, false), 0);
	CHECK_INT(sink_event(sink, &s->event), 0);
	CHECK_INT(sink_counts(sink)->created, 1);
	CHECK_INT(sink_counts(sink)->delivered, 0); /* buffered */
	CHECK_INT(sink_flush(sink), 0);
	CHECK_INT(sink_counts(sink)->delivered, 1);
	CHECK_INT(sink_event(sink, &s->event), 0);
	CHECK_INT(rename(a, b), 0);
	CHECK_INT(sink_reopen(sink), 0);
	CHECK_INT(sink_event(sink, &s->event), 0);
	CHECK_INT(sink_finish(sink), 0);
	CHECK_INT(sink_counts(sink)->delivered, 3);
	CHECK_INT(sink_close(sink), 0);
	CHECK_INT(sink_open(&sink, why, spec, false), 0);
	CHECK_INT(sink_event(sink, &s->event), 0);
	CHECK_INT(sink_close(sink), 0);

	char *first = sample_read(b);
	char *second = sample_read(a);
	CHECK_INT(lines_of(first), 2);
	CHECK_INT(lines_of(second), 2);
	free(first);
	free(second);
	sample_remove(folder);
	free(s);
}

/* A file that may grow no more stands for a full disk: told once, counted, and no torn line when it
 * goes on. */
static void full_disks_are_told_once(void **state)
{
	(void)state;
	char folder[64], path[128], spec[160], why[256];
	struct sample *s = sample_new();
	struct sink *sink;
	struct rlimit old, small;
	int told = 0;

	signal(SIGXFSZ, SIG_IGN);
	sample_folder(folder);
	snprintf(path, sizeof path, "%s/a", folder);
	snprintf(spec, sizeof spec, "json:%s", path);
	CHECK_INT(sink_open(&sink, why, spec, false), 0);
	CHECK_INT(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 5001;
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (int i = 0; i < 1000; i++) {
		int error = sink_event(sink, &s->event);
		CHECK(error == 0 || error == -EFBIG);
		told += error != 0;
	}
	CHECK_INT(told, 1);
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &old), 0);
	CHECK_INT(sink_flush(sink), 0);
	CHECK_INT(sink_event(sink, &s->event), 0);
	CHECK_INT(sink_finish(sink), 0);

	const struct sink_counts counts = *sink_counts(sink);
	CHECK_INT(counts.created, 1001);
	CHECK_INT(counts.created, counts.delivered + counts.dropped);
	CHECK(counts.dropped > 0 && counts.delivered > 1);
	CHECK_INT(sink_close(sink), 0);
	char *text = sample_read(path);
	size_t whole = 0;
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
		whole += end > line && end[-1] == '}';
	CHECK_INT(whole, counts.delivered); /* the torn one is on a line of its own */
	CHECK_INT(lines_of(text), counts.delivered + 1);
	free(text);
	sample_remove(folder);
	free(s);
}

/* Standard output that nobody reads any more. */
static void broken_pipes_are_told_once(void **state)
{
	(void)state;
	struct sample *s = sample_new();
	struct sink *sink;
	char why[256];
	int ends[2];
	int old = dup(STDOUT_FILENO);
	int told = 0;

	signal(SIGPIPE, SIG_IGN);
	fflush(stdout);
	CHECK_INT(pipe(ends), 0);
	CHECK_INT(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
	close(ends[0]);
	int opened = sink_open(&sink, why, "json", false);
	for (int i = 0; i < 1000; i++)
		told += sink_event(sink, &s->event) == -EPIPE;
	int finish = sink_finish(sink);
	const struct sink_counts counts = *sink_counts(sink);
	int closed = sink_close(sink);
	dup2(old, STDOUT_FILENO);
	close(old);
	close(ends[1]);
	CHECK_INT(opened, 0);
	CHECK_INT(told, 1);
	CHECK_INT(finish, -EPIPE);
	CHECK_INT(closed, -EPIPE);
	CHECK(counts.created == 1000 && counts.dropped == 1000 && counts.delivered == 0);
	free(s);
}

static int listen_at(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(addr.sun_path, sizeof addr.sun_path, "%s", path);
	CHECK(fd >= 0);
	CHECK_INT(bind(fd, (struct sockaddr *)&addr, sizeof addr), 0);
	CHECK_INT(listen(fd, 4), 0);
	return fd;
}

/* Reads all that is there. Returns the lines; *torn: the end is not that of a line. */
static size_t read_lines(int fd, bool *torn)
{
	static char bytes[65536];
	size_t lines = 0;
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			lines += bytes[i] == '\n';
		*torn = bytes[n - 1] != '\n';
	}
	return lines;
}

static void sockets_get_whole_records(void **state)
{
	(void)state;
	char folder[64], path[128], spec[160], why[256];
	struct sample *s = sample_new();
	struct sink *sink;
	bool torn = false;

	sample_folder(folder);
	snprintf(path, sizeof path, "%s/a", folder);
	snprintf(spec, sizeof spec, "eve:unix:%s", path);
	CHECK_INT(sink_open(&sink, why, spec, false), 0); /* nobody is there yet */
	CHECK_INT(sink_event(sink, &s->event), 0);
	int server = listen_at(path);
	CHECK_INT(sink_finish(sink), 0);
	CHECK_INT(sink_counts(sink)->delivered, 2); /* tls and alert */
	int peer = accept(server, NULL, NULL);
	CHECK(peer >= 0);
	CHECK_INT(read_lines(peer, &torn), 2);
	CHECK(!torn);

	close(peer); /* the reader goes and a new one comes */
	CHECK_INT(sink_event(sink, &s->event), 0);
	CHECK_INT(sink_flush(sink), 0); /* notices it */
	CHECK_INT(sink_finish(sink), 0);
	peer = accept(server, NULL, NULL);
	CHECK_INT(read_lines(peer, &torn), 2);
	CHECK_INT(sink_counts(sink)->created, 4);
	CHECK_INT(sink_counts(sink)->delivered, 4);
	CHECK_INT(sink_close(sink), 0);
	close(peer);
	close(server);
	sample_remove(folder);
	free(s);
}

/* A reader that stands still costs records, never time; what it gets in the end is whole. */
static void slow_readers_cost_whole_records(void **state)
{
	(void)state;
	char folder[64], path[128], spec[160], why[256];
	struct sample *s = sample_new();
	struct sink *sink;
	bool torn = true;

	sample_folder(folder);
	snprintf(path, sizeof path, "%s/a", folder);
	snprintf(spec, sizeof spec, "json:unix:%s", path);
	int server = listen_at(path);
	CHECK_INT(sink_open(&sink, why, spec, false), 0);
	int peer = accept(server, NULL, NULL);
	for (int i = 0; i < 8000; i++)
		CHECK_INT(sink_event(sink, &s->event), 0);
	CHECK_INT(sink_counts(sink)->created, 8000);
	CHECK(sink_counts(sink)->dropped > 0);

	size_t lines = 0;
	for (int turn = 0; turn < 1000; turn++) { /* by turns until the queue is empty */
		size_t n = read_lines(peer, &torn);
		CHECK_INT(sink_flush(sink), 0);
		lines += n;
		if (n == 0)
			break;
	}
	CHECK_INT(sink_finish(sink), 0);
	const struct sink_counts counts = *sink_counts(sink);
	CHECK_INT(counts.created, counts.delivered + counts.dropped);
	CHECK_INT(sink_close(sink), 0);
	lines += read_lines(peer, &torn);
	CHECK_INT(lines, counts.delivered);
	CHECK(!torn);
	close(peer);
	close(server);
	sample_remove(folder);
	free(s);
}

static void nobody_at_the_socket(void **state)
{
	(void)state;
	struct sample *s = sample_new();
	struct sink *sink;
	char why[256];

	CHECK_INT(sink_open(&sink, why, "json:unix:/nonexistent/socket", false), 0);
	CHECK_INT(sink_event(sink, &s->event), 0);
	CHECK_INT(sink_finish(sink), -ENOENT);
	CHECK_INT(sink_counts(sink)->created, 1);
	CHECK_INT(sink_counts(sink)->dropped, 1);
	(void)!sink_close(sink);
	free(s);
}

RUN(test(specifications), test(files_are_reopened_and_appended), test(full_disks_are_told_once),
	test(broken_pipes_are_told_once), test(sockets_get_whole_records),
	test(slow_readers_cost_whole_records), test(nobody_at_the_socket))
