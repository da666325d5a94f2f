/* The program onpath: captures in, judged connections out. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <onpath/onpath.h>

#include "capture/capture.h"
#include "cli/exit.h"
#include "cli/message.h"
#include "cli/knowledge.h"
#include "cli/outputs.h"
#include "cli/privilege.h"
#include "cli/settings.h"
#include "cli/summary.h"

#define POLL_MS            200
/* On a busy interface records wait at most so long. */
#define FLUSH_NS           1000000000
#define PACKETS_AT_ONCE    32
#define RUNS_BETWEEN_LOOKS 1024

/* Set by signals, read by the loop. */
static volatile sig_atomic_t got_stop, got_reopen, got_print;

static void on_stop(int number)
{
	(void)number;
	got_stop = 1;
}

static void on_reopen(int number)
{
	(void)number;
	got_reopen = 1;
}

static void on_print(int number)
{
	(void)number;
	got_print = 1;
}

struct run {
	struct settings settings;
	struct onpath_engine *engine;
	struct capture *capture;
	struct outputs outputs;
	struct progress progress;
	uint64_t last_packet_ns;
	uint64_t next_stats_ns;
	uint64_t first_packet_ns;
	uint64_t next_flush_ns;
	uint32_t known_link; /* the last that can be decoded */
	uint32_t strange_link;
	const struct onpath_source *strange_source;
	bool failed;
};

static void on_event(void *user, const struct onpath_event *event)
{
	struct run *run = user;

	outputs_event(&run->outputs, event);
}

static void watch_signals(void)
{
	struct sigaction stop = { .sa_handler = on_stop }, reopen = { .sa_handler = on_reopen },
			 print = { .sa_handler = on_print }, ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &reopen, NULL);
	sigaction(SIGUSR1, &print, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static void write_stats(struct run *run)
{
	struct capture_counts counts;

	capture_counts(run->capture, &counts);
	struct sink_stats stats = {
		.engine = onpath_engine_stats(run->engine),
		.now_ns = run->last_packet_ns,
		.uptime_s = (run->last_packet_ns - run->first_packet_ns) / 1000000000,
		.kernel_received = counts.kernel_received,
		.kernel_dropped = counts.kernel_dropped,
		.interface_dropped = counts.interface_dropped,
	};
	outputs_stats(&run->outputs, &stats);
}

/* Statistics come by packet time, so that the same packets give the same bytes. */
static void stats_if_due(struct run *run)
{
	uint64_t every = (uint64_t)run->settings.stats_seconds * 1000000000;

	if (every == 0 || run->last_packet_ns < run->next_stats_ns)
		return;
	if (run->next_stats_ns != 0)
		write_stats(run);
	run->next_stats_ns = run->last_packet_ns + every;
}

static void print_summary(struct run *run)
{
	struct capture_counts counts;

	capture_counts(run->capture, &counts);
	progress_clear(&run->progress);
	summary_print(
		onpath_engine_stats(run->engine), &counts, &run->outputs, run->settings.verbose);
}

static void answer_signals(struct run *run)
{
	if (got_reopen) {
		got_reopen = 0;
		outputs_reopen(&run->outputs);
	}
	if (got_print) {
		got_print = 0;
		print_summary(run);
	}
}

static bool is_live(const struct run *run)
{
	return run->settings.interfaces.n > 0;
}

static void on_idle(struct run *run)
{
	if (is_live(run)) {
		struct timespec now;
		clock_gettime(CLOCK_REALTIME, &now);
		onpath_engine_tick(
			run->engine, (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
	}
	outputs_flush(&run->outputs);
}

/* A link type that cannot be decoded is told once for each source; its packets are counted all the
 * same. */
static void check_link(struct run *run, const struct onpath_packet *packet)
{
	if (packet->linktype == run->known_link ||
		(packet->source == run->strange_source && packet->linktype == run->strange_link))
		return;
	if (onpath_link_name(packet->linktype)) {
		run->known_link = packet->linktype;
		return;
	}
	progress_clear(&run->progress);
	message("%s: packets of link type %u cannot be decoded", packet->source->name,
		packet->linktype);
	run->strange_source = packet->source;
	run->strange_link = packet->linktype;
	run->failed = true;
}

/* Packets that are at hand go to the engine together; one by one where statistics are due by their
 * time. */
static void on_packets(struct run *run, struct onpath_packet *packets)
{
	size_t more = run->settings.stats_seconds
			      ? 0
			      : capture_at_hand(run->capture, packets + 1, PACKETS_AT_ONCE - 1);

	if (run->first_packet_ns == 0)
		run->first_packet_ns = packets[0].time_ns;
	if (packets[more].time_ns > run->last_packet_ns)
		run->last_packet_ns = packets[more].time_ns;
	for (size_t i = 0; i <= more; i++)
		check_link(run, &packets[i]);
	int error = onpath_engine_packets(run->engine, packets, 1 + more);
	if (error) {
		message("%s", strerror(-error));
		run->failed = true;
		got_stop = 1;
	}
	if (run->settings.stats_seconds)
		stats_if_due(run);
	if (is_live(run) && run->last_packet_ns >= run->next_flush_ns) {
		outputs_flush(&run->outputs);
		run->next_flush_ns = run->last_packet_ns + FLUSH_NS;
	}
}

static void loop(struct run *run)
{
	struct onpath_packet packets[PACKETS_AT_ONCE];
	struct capture_problem problem;
	unsigned until_look = RUNS_BETWEEN_LOOKS;

	for (;;) {
		if (got_stop | got_reopen | got_print) {
			answer_signals(run);
			if (got_stop)
				return;
		}
		switch (capture_next(run->capture, &packets[0], &problem, POLL_MS)) {
		case CAPTURE_PACKET:
			on_packets(run, packets);
			break;
		case CAPTURE_IDLE:
			on_idle(run);
			until_look = 1;
			break;
		case CAPTURE_PROBLEM:
			progress_clear(&run->progress);
			message("%s", problem.text);
			run->failed = true;
			break;
		case CAPTURE_END:
			return;
		}
		if (--until_look == 0) {
			until_look = RUNS_BETWEEN_LOOKS;
			progress_show(
				&run->progress, run->capture, onpath_engine_stats(run->engine));
			if (outputs_all_dead(&run->outputs))
				return;
		}
	}
}

static int open_engine(struct run *run)
{
	if (getrandom(run->settings.engine.hash_key, sizeof run->settings.engine.hash_key, 0) < 0) {
		message("no random numbers: %s", strerror(errno));
		return EXIT_FAILED;
	}
	int error = onpath_engine_new(&run->engine, &run->settings.engine, on_event, run);
	if (error) {
		message("%s", strerror(-error));
		return EXIT_FAILED;
	}
	return knowledge_load(run->engine, &run->settings);
}

static int open_capture(struct run *run)
{
	const struct settings *s = &run->settings;
	struct capture_problem why;
	int error = is_live(run) ? capture_open_live(&run->capture, &why, s->interfaces.item,
					   s->interfaces.n, &s->capture)
				 : capture_open_files(&run->capture, &why, s->files.item,
					   s->files.n, &s->capture);

	if (error)
		message("%s", why.text);
	return error ? EXIT_FAILED : 0;
}

/* Opens everything, then gives up privileges; only then packets are read. */
static int open_all(struct run *run)
{
	int failed = open_engine(run);

	if (!failed)
		failed = outputs_open(&run->outputs, &run->settings);
	if (failed || run->settings.action == ACTION_TEST)
		return failed;
	failed = open_capture(run);
	if (!failed && run->settings.user)
		failed = privilege_drop(run->settings.user);
	return failed;
}

static int run_captures(struct run *run)
{
	watch_signals();
	int failed = open_all(run);

	if (!failed && run->settings.action == ACTION_RUN) {
		progress_begin(&run->progress, !run->settings.quiet);
		loop(run);
		onpath_engine_finish(run->engine);
		if (run->settings.stats_seconds)
			write_stats(run);
		outputs_finish(&run->outputs);
		if (!run->settings.quiet)
			print_summary(run);
		progress_clear(&run->progress);
	}
	bool intercepted = run->engine && onpath_engine_stats(run->engine)->verdict_intercepted > 0;
	outputs_close(&run->outputs);
	capture_close(run->capture);
	onpath_engine_free(run->engine);
	if (failed)
		return failed;
	if (run->settings.exit_code && intercepted)
		return EXIT_INTERCEPTED;
	return run->failed || run->outputs.failed ? EXIT_FAILED : EXIT_RAN;
}

static int list_interfaces(void)
{
	struct capture_problem why;
	CLEANUP(free) char *text = NULL;

	if (capture_list(&text, &why) != 0) {
		message("%s", why.text);
		return EXIT_FAILED;
	}
	fputs(text, stdout);
	return EXIT_RAN;
}

static int list_detectors(void)
{
	const struct onpath_detector_info *row;

	printf("%-24s %-10s %6s  %s\n", "detector", "family", "points", "fires when");
	for (size_t i = 0; (row = onpath_detector(i)); i++)
		printf("%-24s %-10s %+6.1f  %s\n", row->id, row->family, row->points, row->text);
	return EXIT_RAN;
}

int main(int argc, char **argv)
{
	struct run run = { .known_link = UINT32_MAX };
	CLEANUP(free) char *filter = NULL;
	int code = settings_read(&run.settings, argc, argv);

	if (code == 0 && run.settings.filter_file) {
		size_t n;
		int error = knowledge_read_file(&filter, &n, run.settings.filter_file, 1 << 20);
		if (error) {
			message("cannot read %s: %s", run.settings.filter_file, strerror(-error));
			code = EXIT_FAILED;
		}
		run.settings.capture.filter = filter;
	}
	if (code == 0) {
		switch (run.settings.action) {
		case ACTION_HELP:
			settings_help();
			break;
		case ACTION_VERSION:
			printf("onpath %s\n", onpath_version());
			break;
		case ACTION_INTERFACES:
			code = list_interfaces();
			break;
		case ACTION_DETECTORS:
			code = list_detectors();
			break;
		case ACTION_RUN:
		case ACTION_TEST:
			code = run_captures(&run);
			break;
		}
	}
	settings_deinit(&run.settings);
	return code;
}
