/* For people: one line for each connection, the verdict first, and the reasons below it where
 * somebody should look. */
#include <errno.h>
#include <stdlib.h>

#include <onpath/engine.h>

#include "output/format.h"
#include "output/tls_names.h"
#include "util/text.h"

/* Everything is written for at least so many columns. */
#define TABLE_COLUMNS 100

enum column { VERDICT, CONFIDENCE, TIME, HOST, SIGNER, EXPECTED, KIND, VERSION, COLUMNS };

/* width: at TABLE_COLUMNS; share: of what a wider terminal has more, in sixths. */
static const struct {
	const char *title;
	unsigned width;
	unsigned share;
} columns[COLUMNS] = {
	[VERDICT] = { "VERDICT", 13, 0 },
	[CONFIDENCE] = { "CONF", 4, 0 },
	[TIME] = { "TIME UTC", 8, 0 },
	[HOST] = { "HOST", 25, 3 },
	[SIGNER] = { "SIGNED BY", 16, 2 },
	[EXPECTED] = { "EXPECTED", 10, 1 },
	[KIND] = { "KIND", 9, 0 },
	[VERSION] = { "VERSION", 8, 0 },
};

struct table {
	struct text line;
	struct text cell;
	unsigned width[COLUMNS];
	bool wide;
	bool colour;
	bool begun;  /* the titles are written */
	int64_t day; /* of the last line, days since 1970 */
};

static int table_open(void **state, const struct format_options *options)
{
	struct table *t = calloc(1, sizeof *t);

	if (!t)
		return -ENOMEM;
	t->wide = options->wide;
	t->colour = options->terminal;
	t->day = INT64_MIN;
	unsigned more = options->columns > TABLE_COLUMNS ? options->columns - TABLE_COLUMNS : 0;
	for (unsigned i = 0; i < COLUMNS; i++)
		t->width[i] = columns[i].width + more * columns[i].share / 6;
	if (t->wide)
		t->width[TIME] = sizeof "2014-03-13T21:45:26.862484Z" - 1;
	*state = t;
	return 0;
}

static void table_close(void *state)
{
	struct table *t = state;

	if (!t)
		return;
	text_deinit(&t->line);
	text_deinit(&t->cell);
	free(t);
}

/* The cell as it is so far: cut or filled to the width of its column, then a space. Leaves the cell
 * empty. */
static void end_cell(struct table *t, enum column column)
{
	size_t width = t->width[column];
	size_t points = text_points(t->cell.p, t->cell.n);

	t->line.failed = t->line.failed || t->cell.failed;
	if (points > width && !t->wide) {
		text_add(&t->line, t->cell.p, text_cut(t->cell.p, t->cell.n, width - 1));
		text_add_str(&t->line, "…");
	} else {
		text_add(&t->line, t->cell.p, t->cell.n);
		for (; points < width && column + 1 < COLUMNS; points++)
			text_add(&t->line, " ", 1);
	}
	text_add(&t->line, column + 1 < COLUMNS ? " " : "\n", 1);
	text_reset(&t->cell);
}

static void put_titles(struct table *t)
{
	t->begun = true;
	for (enum column i = 0; i < COLUMNS; i++) {
		text_add_str(&t->cell, columns[i].title);
		end_cell(t, i);
	}
}

/* The date stands on a line of its own when it changes, so that the time needs eight columns only.
 */
static void put_day(struct table *t, uint64_t ns)
{
	char date[TEXT_DATE_MAX];
	int64_t day = (int64_t)(ns / 1000000000 / 86400);

	if (day == t->day || t->wide)
		return;
	t->day = day;
	size_t n = text_date(date, day * 86400);
	text_add(&t->line, "-- ", 3);
	text_add(&t->line, date, n - sizeof "T00:00:00" + 1);
	text_add_str(&t->line, " --\n");
}

static void safe(struct text *out, const char *s)
{
	text_add_safe(out, s, strlen(s));
}

static void put_verdict(struct table *t, const struct onpath_connection *c)
{
	static const char *const colours[ONPATH_VERDICTS] = {
		[ONPATH_EXPECTED] = "\033[32m",
		[ONPATH_TRUSTED] = "\033[32m",
		[ONPATH_OPAQUE] = "\033[2m",
		[ONPATH_MISCONFIGURED] = "\033[33m",
		[ONPATH_SUSPECT] = "\033[1;33m",
		[ONPATH_INSPECTED] = "\033[36m",
		[ONPATH_INTERCEPTED] = "\033[1;31m",
	};
	bool colour = t->colour && c->verdict < ONPATH_VERDICTS;
	char number[TEXT_FIXED_MAX];

	if (colour)
		text_add_str(&t->line, colours[c->verdict]);
	text_add_str(&t->cell, onpath_verdict_name(c->verdict));
	end_cell(t, VERDICT);
	if (colour)
		text_add_str(&t->line, "\033[0m");
	text_add(&t->cell, number, text_fixed(number, c->confidence, 2));
	end_cell(t, CONFIDENCE);
}

static void put_time(struct table *t, uint64_t ns)
{
	char time[TEXT_DATE_MAX + 12];
	size_t n = text_time(time, ns);

	if (t->wide) {
		text_add(&t->cell, time, n);
		text_add(&t->cell, "Z", 1);
	} else {
		n -= sizeof ".000000" - 1;
		text_add(&t->cell, time + n - 8, 8);
	}
	end_cell(t, TIME);
}

static void add_end(struct text *out, const struct onpath_addr *addr, uint16_t port)
{
	char text[TEXT_ADDR_MAX];

	if (addr->family == 6)
		text_add(out, "[", 1);
	text_add(out, text, text_addr(text, addr));
	text_add_str(out, addr->family == 6 ? "]:" : ":");
	text_add(out, text, text_u64(text, port));
}

static void put_host(struct table *t, const struct onpath_connection *c)
{
	const char *quote =
		c->host ? "" : "\""; /* what is no host name might look like other cells */

	if (c->sni.len > 0) {
		text_add_str(&t->cell, quote);
		text_add_safe(&t->cell, (const char *)c->sni.data, c->sni.len);
		text_add_str(&t->cell, quote);
	} else {
		add_end(&t->cell, &c->dst, c->dport);
	}
	end_cell(t, HOST);
}

/* An owner is proved by signatures; any other name is only what the certificate says of itself:
 * "?". */
static void put_signer(struct table *t, const struct onpath_connection *c)
{
	const struct onpath_cert *leaf = c->chain_len > 0 ? c->chain[0] : NULL;

	if (c->owner) {
		safe(&t->cell, c->owner);
	} else if (leaf && leaf->parsed) {
		const char *name = leaf->issuer_o    ? leaf->issuer_o
				   : leaf->issuer_cn ? leaf->issuer_cn
						     : leaf->issuer;
		text_add(&t->cell, "?", 1);
		safe(&t->cell, name ? name : "");
	} else if (leaf) {
		text_add_str(&t->cell, "(unreadable)");
	} else {
		text_add(&t->cell, "(", 1);
		text_add_str(&t->cell, onpath_certificate_state_name(c->certificate));
		text_add(&t->cell, ")", 1);
	}
	end_cell(t, SIGNER);
}

static void put_kind(struct table *t, const struct onpath_connection *c)
{
	if (c->kind != ONPATH_KIND_NONE)
		text_add_str(&t->cell, onpath_kind_name(c->kind));
	if (c->tcp_terminated)
		text_add_str(&t->cell, c->kind != ONPATH_KIND_NONE ? "+tcp" : "tcp");
	if (t->cell.n == 0)
		text_add(&t->cell, "-", 1);
	end_cell(t, KIND);
}

static void put_version(struct table *t, const struct onpath_connection *c)
{
	char code[TLS_CODE_SIZE];
	const char *name = tls_version_name(c->version);

	if (c->carrier == ONPATH_CARRIER_QUIC)
		name = "QUIC";
	if (!name) {
		tls_code_text(code, c->version);
		name = c->version > 0 ? code : "-";
	}
	text_add_str(&t->cell, name);
	end_cell(t, VERSION);
}

/* "  expected Apple (shipped), signed by O=X; by FortiGate; 10.0.0.1:1234 to 192.0.2.1:443, a.pcap
 * packet 7" */
static void put_summary(struct table *t, const struct onpath_connection *c)
{
	struct text *line = &t->line;
	char number[TEXT_U64_MAX];

	text_add_str(line, "    ");
	add_end(line, &c->src, c->sport);
	text_add_str(line, " to ");
	add_end(line, &c->dst, c->dport);
	if (c->source) {
		text_add_str(line, ", ");
		safe(line, c->source->name);
		text_add_str(line, " packet ");
		text_add(line, number, text_u64(number, c->packet));
	}
	if (c->by) {
		text_add_str(line, "; by ");
		safe(line, c->by);
	}
	if (c->expected.present) {
		text_add_str(line, "; expected ");
		safe(line, c->expected.owners ? c->expected.owners : "pinned keys");
		text_add_str(line, " (");
		safe(line, c->expected.from ? c->expected.from : "?");
		text_add_str(line, ")");
	}
	text_add_str(line, "\n");
}

static void put_evidence(struct table *t, const struct onpath_connection *c)
{
	char number[TEXT_FIXED_MAX];

	for (size_t i = 0; i < c->evidence_count && i < ONPATH_EVIDENCE_MAX; i++) {
		const struct onpath_evidence *e = &c->evidence[i];
		text_add_str(&t->line, "    ");
		if (e->points >= 0)
			text_add(&t->line, "+", 1);
		text_add(&t->line, number, text_fixed(number, e->points, 1));
		text_add(&t->line, " ", 1);
		text_add_str(&t->line, e->id);
		text_add_str(&t->line, ": ");
		safe(&t->line, e->text ? e->text : "");
		text_add_str(&t->line, "\n");
	}
}

static int table_event(void *state, struct transport *to, const struct onpath_event *event)
{
	struct table *t = state;
	const struct onpath_connection *c = event->connection;

	if (event->type != ONPATH_EVENT_CONNECTION)
		return 0;
	text_reset(&t->line);
	text_reset(&t->cell);
	if (!t->begun)
		put_titles(t);
	put_day(t, c->time_ns);
	put_verdict(t, c);
	put_time(t, c->time_ns);
	put_host(t, c);
	put_signer(t, c);
	safe(&t->cell, c->expected.present && c->expected.owners ? c->expected.owners : "-");
	end_cell(t, EXPECTED);
	put_kind(t, c);
	put_version(t, c);
	if (t->wide || c->verdict >= ONPATH_SUSPECT) {
		put_summary(t, c);
		put_evidence(t, c);
	}
	if (t->line.failed)
		return transport_put(to, NULL, 0);
	return transport_put(to, t->line.p, t->line.n);
}

const struct format_ops format_table = {
	.name = "table",
	.options = "wide",
	.open = table_open,
	.event = table_event,
	.close = table_close,
};
