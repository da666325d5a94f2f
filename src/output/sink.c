/* One -o of the user: FORMAT[,OPTION…][:TARGET] to a format and a transport. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "output/format.h"
#include "output/sink.h"

struct sink {
	const struct format_ops *format;
	void *state; /* of the format */
	struct transport transport;
	bool open; /* the transport is */
	char *name;
};

static const struct format_ops *const formats[] = { &format_table, &format_json, &format_eve };

/* A target is a transport by its prefix; without one it is a path. */
static const struct {
	const char *prefix;
	const struct transport_ops *ops;
} targets[] = {
	{ "unix:", &transport_unix },
	{ "", &transport_file },
};

/* A piece of the user's text. */
struct piece {
	const char *p;
	size_t n;
};

static bool piece_is(struct piece piece, const char *s)
{
	return piece.n == strlen(s) && memcmp(piece.p, s, piece.n) == 0;
}

/* Cuts up to the first of `stop` off the front, which is skipped; all of it if there is none. */
static struct piece cut(struct piece *from, char stop)
{
	const char *end = from->n > 0 ? memchr(from->p, stop, from->n) : NULL;
	struct piece front = { from->p, end ? (size_t)(end - from->p) : from->n };
	size_t skip = end ? front.n + 1 : front.n;

	*from = (struct piece) { from->p + skip, from->n - skip };
	return front;
}

static const struct format_ops *find_format(struct piece name)
{
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (piece_is(name, formats[i]->name))
			return formats[i];
	return NULL;
}

/* Whether the format's list of options has exactly this one ("level=7|8" has level=7 and level=8).
 */
static bool knows_option(const struct format_ops *format, struct piece option)
{
	struct piece value = option;
	struct piece key = cut(&value, '=');
	bool has_value = key.n < option.n;
	struct piece list = { format->options, strlen(format->options) };

	while (list.n > 0) {
		struct piece values = cut(&list, ' ');
		struct piece row = values;
		struct piece name = cut(&values, '=');
		if (name.n != key.n || memcmp(name.p, key.p, key.n) != 0 ||
			has_value != (name.n < row.n))
			continue;
		if (!has_value)
			return true;
		while (values.n > 0) {
			struct piece one = cut(&values, '|');
			if (one.n == value.n && memcmp(one.p, value.p, one.n) == 0)
				return true;
		}
	}
	return false;
}

static int read_options(struct format_options *out, bool *wait, char why[256],
	const struct format_ops *format, struct piece options)
{
	while (options.n > 0) {
		struct piece option = cut(&options, ',');
		if (piece_is(option, "wait")) {
			*wait = true;
			continue;
		}
		if (!knows_option(format, option)) {
			snprintf(why, 256,
				"output format %s has no option \"%.*s\"; it has: %s wait",
				format->name, (int)(option.n < 40 ? option.n : 40), option.p,
				format->options);
			return -EINVAL;
		}
		out->chain = out->chain || piece_is(option, "chain");
		out->wide = out->wide || piece_is(option, "wide");
		if (piece_is(option, "level=7"))
			out->level = 7;
		if (piece_is(option, "level=8"))
			out->level = 8;
	}
	return 0;
}

/* "redis://host", "syslog:local0": a scheme that we do not have, and not a path with a colon in it.
 */
static size_t scheme_len(const char *target)
{
	size_t n = strspn(target, "abcdefghijklmnopqrstuvwxyz");

	return n > 0 && target[n] == ':' ? n + 1 : 0;
}

static int open_target(struct sink *sink, char why[256], const char *target)
{
	for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
		size_t n = strlen(targets[i].prefix);
		if (strncmp(target, targets[i].prefix, n) != 0)
			continue;
		if (n == 0 && scheme_len(target) > 0)
			break;
		if (target[n] == '\0') {
			snprintf(why, 256,
				"the output's target is empty; give a path, or - for standard output");
			return -EINVAL;
		}
		sink->transport.ops = targets[i].ops;
		int error = targets[i].ops->open(&sink->transport, why, target + n);
		sink->open = error == 0;
		return error;
	}
	snprintf(why, 256,
		"unknown output target \"%.60s\"; there is a path, - (standard output) and unix:PATH; "
		"a path with a colon in it is written ./NAME",
		target);
	return -EINVAL;
}

static unsigned terminal_columns(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static int sink_read_spec(struct sink *sink, char why[256], const char *spec, bool terminal)
{
	struct piece rest = { spec, strlen(spec) };
	struct piece head = cut(&rest, ':');
	struct piece name = head;
	struct piece options = name;

	name = cut(&options, ',');
	sink->format = find_format(name);
	if (!sink->format) {
		snprintf(why, 256, "unknown output format \"%.*s\"; there are table, json and eve",
			(int)(name.n < 60 ? name.n : 60), name.p);
		return -EINVAL;
	}
	struct format_options parsed = { .level = 7 };
	int error = read_options(&parsed, &sink->transport.wait, why, sink->format, options);
	if (error < 0)
		return error;
	const char *target = spec[head.n] == ':' ? spec + head.n + 1 : "-";
	parsed.terminal = terminal && strcmp(target, "-") == 0;
	parsed.columns = parsed.terminal ? terminal_columns() : 0;
	sink->transport.each = parsed.terminal;
	error = open_target(sink, why, target);
	if (error < 0)
		return error;
	error = sink->format->open(&sink->state, &parsed);
	if (error < 0)
		snprintf(why, 256, "out of memory");
	return error;
}

int sink_open(struct sink **out, char why[256], const char *spec, bool terminal)
{
	struct sink *sink = calloc(1, sizeof *sink);
	int error = -ENOMEM;

	why[0] = '\0';
	if (sink && (sink->name = strdup(spec)))
		error = sink_read_spec(sink, why, spec, terminal);
	else
		snprintf(why, 256, "out of memory");
	if (error < 0) {
		(void)sink_close(sink);
		return error;
	}
	*out = sink;
	return 0;
}

int transport_put(struct transport *t, const char *record, size_t n)
{
	t->counts.created++;
	if (record)
		return t->ops->put(t, record, n);
	t->counts.dropped++;
	return 0;
}

int sink_event(struct sink *sink, const struct onpath_event *event)
{
	return sink->format->event(sink->state, &sink->transport, event);
}

int sink_stats(struct sink *sink, const struct sink_stats *stats)
{
	return sink->format->stats ? sink->format->stats(sink->state, &sink->transport, stats) : 0;
}

int sink_flush(struct sink *sink)
{
	return sink->transport.ops->flush(&sink->transport);
}

int sink_reopen(struct sink *sink)
{
	return sink->transport.ops->reopen(&sink->transport);
}

int sink_finish(struct sink *sink)
{
	return sink->transport.ops->finish(&sink->transport);
}

const struct sink_counts *sink_counts(const struct sink *sink)
{
	return &sink->transport.counts;
}

const char *sink_name(const struct sink *sink)
{
	return sink->name;
}

int sink_close(struct sink *sink)
{
	if (!sink)
		return 0;
	int error = 0;

	if (sink->open) {
		error = sink->transport.ops->finish(&sink->transport);
		int later = sink->transport.ops->close(&sink->transport);
		error = error < 0 ? error : later;
	}
	if (sink->format)
		sink->format->close(sink->state);
	free(sink->name);
	free(sink);
	return error;
}
