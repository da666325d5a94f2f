/* Counters in, lines for people out. */
#include "cli/summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS 1000000000ull

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

void progress_begin(struct progress *progress, bool wanted)
{
	*progress =
		(struct progress) { .on = wanted && isatty(STDERR_FILENO), .start_ns = now_ns() };
	progress->next_ns = progress->start_ns + SECOND_NS;
}

void progress_show(
	struct progress *progress, struct capture *capture, const struct onpath_stats *stats)
{
	struct capture_counts counts;
	uint64_t now;

	if (!progress->on || (now = now_ns()) < progress->next_ns)
		return;
	progress->next_ns = now + SECOND_NS / 2;
	progress->shown = true;
	capture_counts(capture, &counts);
	double seconds = (double)(now - progress->start_ns) / 1e9;
	double rate = (double)counts.bytes_done / 1e6 / seconds;
	fprintf(stderr, "\r\033[K%.0f MB", (double)counts.bytes_done / 1e6);
	if (counts.bytes_total > counts.bytes_done && rate > 0)
		fprintf(stderr, " of %.0f MB, %.0f s left", (double)counts.bytes_total / 1e6,
			(double)(counts.bytes_total - counts.bytes_done) / 1e6 / rate);
	fprintf(stderr,
		", %.0f MB/s, %" PRIu64 " packets, %" PRIu64 " connections, %" PRIu64
		" intercepted",
		rate, stats->packets, stats->connections, stats->verdict_intercepted);
	fflush(stderr);
}

void progress_clear(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}

struct part {
	const char *text;
	uint64_t n;
};

/* "12 connections: 7 trusted, 5 opaque"; parts that are 0 are left out, and the sum is checked
 * where it is printed. */
static void print_parts(const char *what, uint64_t total, const struct part *parts, size_t n)
{
	uint64_t sum = 0;
	const char *between = ": ";

	fprintf(stderr, "%" PRIu64 " %s", total, what);
	for (size_t i = 0; i < n; i++) {
		sum += parts[i].n;
		if (parts[i].n == 0)
			continue;
		fprintf(stderr, "%s%" PRIu64 " %s", between, parts[i].n, parts[i].text);
		between = ", ";
	}
	if (sum != total)
		fprintf(stderr, " (the parts sum up to %" PRIu64 ": please report this)", sum);
	fputc('\n', stderr);
}

static void print_packets(const struct onpath_stats *s, const struct capture_counts *counts)
{
	const struct part parts[] = {
		{ "TCP", s->packets_tcp },
		{ "UDP", s->packets_udp },
		{ "other protocols", s->packets_other },
		{ "fragments held", s->packets_fragment },
		{ "malformed or cut short", s->packets_invalid },
		{ "of unknown link types", s->packets_unknown_link },
		{ "with wrong checksums", s->packets_bad_checksum },
	};

	print_parts("packets", s->packets, parts, sizeof parts / sizeof parts[0]);
	if (counts->filtered)
		fprintf(stderr, "%" PRIu64 " packets were left out by the filter\n",
			counts->filtered);
	if (counts->kernel_received)
		fprintf(stderr,
			"%" PRIu64 " packets dropped by the kernel, %" PRIu64 " by the interface\n",
			counts->kernel_dropped, counts->interface_dropped);
}

static void print_connections(const struct onpath_stats *s)
{
	const struct part verdicts[] = {
		{ "intercepted", s->verdict_intercepted },
		{ "suspect", s->verdict_suspect },
		{ "inspected", s->verdict_inspected },
		{ "misconfigured", s->verdict_misconfigured },
		{ "opaque", s->verdict_opaque },
		{ "trusted", s->verdict_trusted },
		{ "expected", s->verdict_expected },
	};
	const struct part states[] = {
		{ "seen", s->certificate_seen },
		{ "decrypted", s->certificate_decrypted },
		{ "encrypted (TLS 1.3, QUIC)", s->certificate_encrypted },
		{ "not sent (resumed session)", s->certificate_resumed },
		{ "lost or not captured", s->certificate_lost },
		{ "never sent", s->certificate_none },
	};

	print_parts(
		"TLS connections", s->connections, verdicts, sizeof verdicts / sizeof verdicts[0]);
	if (s->connections)
		print_parts("certificates of servers", s->connections, states,
			sizeof states / sizeof states[0]);
}

static void print_limits(const struct onpath_stats *s)
{
	const struct part limits[] = {
		{ "flows given up: table full", s->flows_evicted },
		{ "flows given up: no memory", s->flows_nomem },
		{ "segments dropped at a limit", s->segments_dropped },
		{ "stream bytes refused: memory", s->stream_memory_refused },
		{ "fragments dropped at a limit", s->fragments_dropped },
		{ "packets too deeply encapsulated", s->layers_exceeded },
		{ "handshake messages too large", s->tls_message_too_large },
		{ "certificates over a limit", s->certs_over_limit },
		{ "signatures skipped", s->signatures_skipped },
	};

	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
		if (limits[i].n)
			fprintf(stderr, "limit met: %" PRIu64 " %s\n", limits[i].n, limits[i].text);
}

static void print_outputs(const struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->n; i++) {
		const struct sink_counts *counts = sink_counts(outputs->sink[i]);
		if (counts->dropped)
			fprintf(stderr,
				"%s: %" PRIu64 " records: %" PRIu64 " delivered, %" PRIu64
				" dropped\n",
				sink_name(outputs->sink[i]), counts->created, counts->delivered,
				counts->dropped);
	}
}

void summary_print(const struct onpath_stats *stats, const struct capture_counts *counts,
	const struct outputs *outputs, bool verbose)
{
	print_packets(stats, counts);
	print_connections(stats);
	print_limits(stats);
	print_outputs(outputs);
	if (!verbose)
		return;
#define X(name, text) fprintf(stderr, "%-24s %12" PRIu64 "  %s\n", #name, stats->name, text);
	ONPATH_COUNTERS(X)
#undef X
}
