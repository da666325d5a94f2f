/* argv in, struct settings out: one table of options, from which also --help comes. */
#include "cli/settings.h"

#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exit.h"
#include "cli/message.h"

static bool add(struct settings_list *list, const char *item)
{
	if (list->n >= SETTINGS_LIST_MAX)
		return false;
	const char **items = realloc(list->item, (list->n + 1) * sizeof *items);
	if (!items)
		return false;
	items[list->n++] = item;
	list->item = items;
	return true;
}

/* A positive number with an optional K, M or G (powers of 1024). */
static bool number(uint64_t *out, const char *text, uint64_t max)
{
	char *end;

	errno = 0;
	unsigned long long v = strtoull(text, &end, 10);
	if (errno || end == text || *text == '-')
		return false;
	unsigned shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
	if (shift)
		end++;
	if (*end != '\0' || v > max >> shift || v == 0)
		return false;
	*out = v << shift;
	return true;
}

static bool take_u32(uint32_t *out, const char *arg)
{
	uint64_t v;

	if (!number(&v, arg, UINT32_MAX))
		return false;
	*out = (uint32_t)v;
	return true;
}

static bool on_read(struct settings *s, const char *arg)
{
	return add(&s->files, arg);
}

static bool on_interface(struct settings *s, const char *arg)
{
	return add(&s->interfaces, arg);
}

static bool on_output(struct settings *s, const char *arg)
{
	return add(&s->outputs, arg);
}

static bool on_expect(struct settings *s, const char *arg)
{
	return add(&s->expectations, arg);
}

static bool on_roots(struct settings *s, const char *arg)
{
	return add(&s->roots, arg);
}

static bool on_filter(struct settings *s, const char *arg)
{
	s->capture.filter = arg;
	return true;
}

static bool on_filter_file(struct settings *s, const char *arg)
{
	s->filter_file = arg;
	return true;
}

static bool on_follow(struct settings *s, const char *arg)
{
	(void)arg;
	s->capture.follow = true;
	return true;
}

static bool on_no_promiscuous(struct settings *s, const char *arg)
{
	(void)arg;
	s->capture.promiscuous = false;
	return true;
}

static bool on_snaplen(struct settings *s, const char *arg)
{
	return take_u32(&s->capture.snaplen, arg);
}

static bool on_buffer(struct settings *s, const char *arg)
{
	return take_u32(&s->capture.buffer_bytes, arg);
}

static bool on_checksums(struct settings *s, const char *arg)
{
	(void)arg;
	s->engine.demand_checksums = true;
	return true;
}

static bool on_ignore_vlan(struct settings *s, const char *arg)
{
	(void)arg;
	s->engine.ignore_vlan = true;
	return true;
}

static bool on_max_flows(struct settings *s, const char *arg)
{
	return take_u32(&s->engine.max_flows, arg);
}

static bool on_max_memory(struct settings *s, const char *arg)
{
	return number(&s->engine.max_stream_bytes, arg, UINT64_MAX);
}

static bool on_no_shipped(struct settings *s, const char *arg)
{
	(void)arg;
	s->no_shipped = true;
	return true;
}

static bool on_stats(struct settings *s, const char *arg)
{
	return take_u32(&s->stats_seconds, arg);
}

static bool on_user(struct settings *s, const char *arg)
{
	s->user = arg;
	return true;
}

static bool on_quiet(struct settings *s, const char *arg)
{
	(void)arg;
	s->quiet = true;
	return true;
}

static bool on_verbose(struct settings *s, const char *arg)
{
	(void)arg;
	s->verbose = true;
	return true;
}

static bool on_wide(struct settings *s, const char *arg)
{
	(void)arg;
	s->wide = true;
	return true;
}

static bool on_exit_code(struct settings *s, const char *arg)
{
	(void)arg;
	s->exit_code = true;
	return true;
}

static bool on_test(struct settings *s, const char *arg)
{
	(void)arg;
	s->action = ACTION_TEST;
	return true;
}

static bool on_interfaces(struct settings *s, const char *arg)
{
	(void)arg;
	s->action = ACTION_INTERFACES;
	return true;
}

static bool on_detectors(struct settings *s, const char *arg)
{
	(void)arg;
	s->action = ACTION_DETECTORS;
	return true;
}

static bool on_version(struct settings *s, const char *arg)
{
	(void)arg;
	s->action = ACTION_VERSION;
	return true;
}

static bool on_help(struct settings *s, const char *arg)
{
	(void)arg;
	s->action = ACTION_HELP;
	return true;
}

/* One row an option: letter (0: none), name, argument, help, what it does. The order is that of
 * --help. */
static const struct row {
	char letter;
	const char *name;
	const char *arg;
	const char *help;
	bool (*take)(struct settings *s, const char *arg);
} rows[] = {
	{ 'r', "read", "FILE", "read a capture file, a directory of them, or - (standard input)",
		on_read },
	{ 'i', "interface", "IFACE", "listen on an interface; any: on all of them", on_interface },
	{ 'f', "filter", "FILTER", "look only at packets that this BPF filter lets through",
		on_filter },
	{ 'F', "filter-file", "FILE", "the same, from a file", on_filter_file },
	{ 0, "follow", NULL, "at the end of a file, wait for more", on_follow },
	{ 's', "snaplen", "BYTES", "bytes to capture of a packet (262144)", on_snaplen },
	{ 'B', "buffer", "BYTES", "kernel buffer of each interface (2M)", on_buffer },
	{ 'p', "no-promiscuous", NULL, "leave interfaces out of promiscuous mode",
		on_no_promiscuous },
	{ 0, "checksums", NULL, "refuse packets with wrong IP, TCP or UDP checksums",
		on_checksums },
	{ 0, "ignore-vlan", NULL, "VLAN tags do not tell connections apart", on_ignore_vlan },
	{ 'o', "output", "FORMAT[,OPTION][:TARGET]",
		"write table, json or eve to a path, - or unix:PATH", on_output },
	{ 0, "wide", NULL, "table: no column is cut, evidence of every connection", on_wide },
	{ 0, "stats", "SECONDS", "write statistics records this often", on_stats },
	{ 'e', "expect", "FILE", "expectations (YAML), a file or a directory of them", on_expect },
	{ 0, "no-shipped", NULL, "without the expectations that onpath ships", on_no_shipped },
	{ 0, "roots", "FILE", "trust these anchors (PEM) instead of the system's", on_roots },
	{ 0, "max-flows", "NUMBER", "connections followed at once (4194304)", on_max_flows },
	{ 0, "max-memory", "BYTES", "memory for putting streams together (1G)", on_max_memory },
	{ 0, "user", "NAME", "once all is open, become this user", on_user },
	{ 'T', "test", NULL, "read expectations, roots and outputs, then stop", on_test },
	{ 'D', "interfaces", NULL, "list the interfaces", on_interfaces },
	{ 0, "list-detectors", NULL, "list the detectors, their families and points",
		on_detectors },
	{ 0, "exit-code", NULL, "exit with 10 when a connection was intercepted", on_exit_code },
	{ 'q', "quiet", NULL, "no summary, no progress", on_quiet },
	{ 'v', "verbose", NULL, "all counters in the summary", on_verbose },
	{ 'V', "version", NULL, "the version", on_version },
	{ 'h', "help", NULL, "this text", on_help },
};

#define ROWS      (sizeof rows / sizeof rows[0])
#define LONG_BASE 256 /* what getopt_long returns for row 0 without a letter */

void settings_help(void)
{
	puts("usage: onpath [options] -r FILE ... | FILE ...\n"
	     "       onpath [options] -i IFACE ...\n\n"
	     "Reads traffic and judges every TLS connection: who was asked for, who signed, who should\n"
	     "have, and whether somebody stood in between. It sends nothing.\n");
	for (size_t i = 0; i < ROWS; i++) {
		char left[64];
		snprintf(left, sizeof left, "%c%c%s --%s%s%s", rows[i].letter ? '-' : ' ',
			rows[i].letter ? rows[i].letter : ' ', rows[i].letter ? "," : " ",
			rows[i].name, rows[i].arg ? " " : "", rows[i].arg ? rows[i].arg : "");
		if (strlen(left) > 27)
			printf("  %s\n  %-27s %s\n", left, "", rows[i].help);
		else
			printf("  %-27s %s\n", left, rows[i].help);
	}
	puts("\nExit: 0 it ran, 1 something failed, 2 wrong usage, 10 intercepted (with --exit-code).\n"
	     "More: man onpath, man onpath-expect");
}

static void fill_getopt(char letters[2 * ROWS + 2], struct option longs[ROWS + 1])
{
	*letters++ = ':';
	for (size_t i = 0; i < ROWS; i++) {
		longs[i] = (struct option) { .name = rows[i].name,
			.has_arg = rows[i].arg ? required_argument : no_argument,
			.val = LONG_BASE + (int)i };
		if (!rows[i].letter)
			continue;
		*letters++ = rows[i].letter;
		if (rows[i].arg)
			*letters++ = ':';
	}
	*letters = '\0';
	longs[ROWS] = (struct option) { 0 };
}

static const struct row *row_of(int got)
{
	if (got >= LONG_BASE)
		return &rows[got - LONG_BASE];
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].letter == got)
			return &rows[i];
	return NULL;
}

static int usage(const char *what, const char *which)
{
	message("%s%s\nTry 'onpath --help'.", what, which);
	return EXIT_USAGE;
}

static int check(const struct settings *s)
{
	if (s->action != ACTION_RUN)
		return 0;
	if (s->files.n == 0 && s->interfaces.n == 0)
		return usage(
			"nothing to read: name a capture (-r FILE) or an interface (-i IFACE)", "");
	if (s->files.n > 0 && s->interfaces.n > 0)
		return usage("either captures (-r) or interfaces (-i), not both", "");
	if (s->capture.filter && s->filter_file)
		return usage("either -f or -F, not both", "");
	return 0;
}

int settings_read(struct settings *out, int argc, char **argv)
{
	char letters[2 * ROWS + 2];
	struct option longs[ROWS + 1];
	int got;

	*out = (struct settings) { .capture = { .promiscuous = true } };
	fill_getopt(letters, longs);
	opterr = 0;
	while ((got = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (got == ':')
			return usage("this option needs an argument: ", argv[optind - 1]);
		const struct row *row = row_of(got);
		if (!row)
			return usage("unknown option: ", argv[optind - 1]);
		if (!row->take(out, optarg)) {
			message("--%s: bad value: %s\nTry 'onpath --help'.", row->name,
				optarg ? optarg : "");
			return EXIT_USAGE;
		}
	}
	for (; optind < argc; optind++)
		if (!add(&out->files, argv[optind]))
			return usage("too many operands", "");
	return check(out);
}

void settings_deinit(struct settings *settings)
{
	free(settings->files.item);
	free(settings->interfaces.item);
	free(settings->outputs.item);
	free(settings->expectations.item);
	free(settings->roots.item);
}
