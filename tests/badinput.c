/* Damaged captures through the whole library, in one process: files as they are, cut at every byte,
 * with bits flipped; TAP. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <onpath/onpath.h>

#include "capture/capture.h"
#include "output/sink.h"

/* What one input may cost at most. Sanitizers on a busy machine need most of it. */
#define SECONDS_MAX      20
#define RESIDENT_KIB_MAX (1536 * 1024)
/* Captures larger than this are not damaged, only read. */
#define DAMAGE_BYTES_MAX (256u << 10)
#define POLICY_EVERY     256

struct file {
	char *path;
	uint8_t *data;
	size_t size;
};

struct files {
	struct file *item;
	size_t n;
};

struct run {
	struct sink *sinks[2];
	uint64_t events;
	uint64_t inputs;
};

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *must(void *p)
{
	if (!p)
		die("memory");
	return p;
}

static void on_event(void *user, const struct onpath_event *event)
{
	struct run *run = user;

	run->events++;
	for (size_t i = 0; i < 2; i++)
		if (sink_event(run->sinks[i], event) != 0)
			die("output");
}

/* The sums that the statistics promise. */
static bool adds_up(const struct onpath_stats *s, uint64_t events)
{
	uint64_t verdicts = s->verdict_expected + s->verdict_trusted + s->verdict_opaque +
			    s->verdict_misconfigured + s->verdict_suspect + s->verdict_inspected +
			    s->verdict_intercepted;
	uint64_t certificates = s->certificate_seen + s->certificate_decrypted +
				s->certificate_encrypted + s->certificate_resumed +
				s->certificate_lost + s->certificate_none;

	return s->connections == events && verdicts == events && certificates == events &&
	       s->tls_tcp + s->tls_dtls + s->tls_quic == events;
}

/* The capture stays open: it owns the sources that connections point to. NULL if it is no capture
 * any more. */
static struct capture *feed(struct onpath_engine *engine, const char *path)
{
	const struct capture_options options = { .filter = NULL };
	struct capture *capture = NULL;
	struct capture_problem why;
	struct onpath_packet packet;

	if (capture_open_files(&capture, &why, &path, 1, &options) != 0)
		return NULL;
	for (;;) {
		enum capture_next next = capture_next(capture, &packet, &why, 0);
		if (next == CAPTURE_END)
			return capture;
		if (next == CAPTURE_PACKET && onpath_engine_packet(engine, &packet) != 0)
			die("engine");
	}
}

/* Judges the capture at path with an engine of its own. */
static bool judge(struct run *run, const char *path, const char *name)
{
	const struct onpath_options options = { .max_flows = 4096 };
	struct onpath_engine *engine;
	struct timespec begin, end;

	alarm(SECONDS_MAX); /* a hang ends the process */
	clock_gettime(CLOCK_MONOTONIC, &begin);
	run->events = 0;
	if (onpath_engine_new(&engine, &options, on_event, run) != 0)
		die("engine");
	/* Reading it takes longer than judging: some inputs must do. */
	if (run->inputs++ % POLICY_EVERY == 0 && onpath_engine_add_shipped_policy(engine) != 0)
		die("engine");
	struct capture *capture = feed(engine, path);
	onpath_engine_finish(engine);
	bool good = adds_up(onpath_engine_stats(engine), run->events);
	if (!good)
		printf("# %s: the sums do not add up\n", name);
	onpath_engine_free(engine);
	capture_close(capture);
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (end.tv_sec - begin.tv_sec > SECONDS_MAX / 2) {
		printf("# %s: %ld seconds\n", name, (long)(end.tv_sec - begin.tv_sec));
		good = false;
	}
	return good;
}

static bool judge_bytes(
	struct run *run, int memory, const uint8_t *data, size_t size, const char *name)
{
	char path[64];

	if (ftruncate(memory, 0) != 0 || pwrite(memory, data, size, 0) != (ssize_t)size)
		die("memory file");
	snprintf(path, sizeof path, "/proc/self/fd/%d", memory);
	return judge(run, path, name);
}

static void file_read(struct files *files, const char *path, size_t size)
{
	struct file file = { .path = must(strdup(path)), .size = size };

	if (size <= DAMAGE_BYTES_MAX) {
		FILE *in = fopen(path, "rb");
		file.data = must(malloc(size + 1));
		if (!in || fread(file.data, 1, size, in) != size)
			die(path);
		fclose(in);
	}
	files->item = must(realloc(files->item, (files->n + 1) * sizeof *files->item));
	files->item[files->n++] = file;
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void files_add(struct files *files, const char *path)
{
	struct stat status;
	struct dirent **entries;

	if (stat(path, &status) != 0)
		die(path);
	if (!S_ISDIR(status.st_mode)) {
		file_read(files, path, (size_t)status.st_size);
		return;
	}
	int n = scandir(path, &entries, visible, alphasort);
	if (n < 0)
		die(path);
	for (int i = 0; i < n; i++) {
		char *inside;
		if (asprintf(&inside, "%s/%s", path, entries[i]->d_name) < 0)
			die("memory");
		files_add(files, inside);
		free(inside);
		free(entries[i]);
	}
	free(entries);
}

static void files_free(struct files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		free(files->item[i].path);
		free(files->item[i].data);
	}
	free(files->item);
}

static bool read_all(struct run *run, const struct files *files)
{
	bool good = true;

	for (size_t i = 0; i < files->n; i++)
		good &= judge(run, files->item[i].path, files->item[i].path);
	return good;
}

static bool cut_everywhere(struct run *run, int memory, const struct file *file)
{
	bool good = true;

	for (size_t n = 0; file->data && n < file->size; n++)
		good &= judge_bytes(run, memory, file->data, n, file->path);
	return good;
}

/* xorshift64*: the same seed gives the same damage everywhere. */
static uint64_t draw(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545F4914F6CDD1Du;
}

static bool flip(struct run *run, int memory, const struct files *files, uint64_t times)
{
	uint8_t *damaged = must(malloc(DAMAGE_BYTES_MAX));
	uint64_t state = 0x6f6e70617468; /* "onpath" */
	bool good = true;

	for (uint64_t done = 0; done < times; done++) {
		const struct file *file = &files->item[done % files->n];
		char name[64];
		if (!file->data || file->size == 0)
			continue;
		snprintf(name, sizeof name, "flip %" PRIu64, done);
		memcpy(damaged, file->data, file->size);
		for (uint64_t bits = 1 + draw(&state) % 4; bits > 0; bits--)
			damaged[draw(&state) % file->size] ^= (uint8_t)(1u << draw(&state) % 8);
		good &= judge_bytes(run, memory, damaged, file->size, name);
	}
	free(damaged);
	return good;
}

static bool lean(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("# %ld MiB at most\n", usage.ru_maxrss / 1024);
	return usage.ru_maxrss < RESIDENT_KIB_MAX;
}

static bool result(unsigned number, bool good, const char *text)
{
	printf("%sok %u - %s\n", good ? "" : "not ", number, text);
	return good;
}

static void run_open(struct run *run)
{
	static const char *const specs[] = { "json,chain:/dev/null", "eve:/dev/null" };
	char why[256];

	*run = (struct run) { .events = 0 };
	for (size_t i = 0; i < 2; i++)
		if (sink_open(&run->sinks[i], why, specs[i], false) != 0)
			die(why);
}

/* badinput read FILE… | cut FILE… | flip N FILE… */
int main(int argc, char **argv)
{
	bool flips = argc > 3 && strcmp(argv[1], "flip") == 0;
	bool cuts = argc > 2 && strcmp(argv[1], "cut") == 0;
	struct files files = { .n = 0 };
	struct run run;
	bool good = true;
	unsigned number = 0;

	if (!flips && !cuts && (argc < 3 || strcmp(argv[1], "read") != 0)) {
		fprintf(stderr, "usage: %s read FILE… | cut FILE… | flip N FILE…\n", argv[0]);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = flips ? 3 : 2; i < argc; i++)
		files_add(&files, argv[i]);
	run_open(&run);
	int memory = memfd_create("capture", MFD_CLOEXEC);
	if (memory < 0 || files.n == 0)
		die("nothing to read");

	printf("1..%zu\n", cuts ? files.n + 1 : 2);
	if (flips)
		good &= result(++number, flip(&run, memory, &files, strtoull(argv[2], NULL, 10)),
			"flipped bits");
	else if (!cuts)
		good &= result(++number, read_all(&run, &files), "files as they are");
	for (size_t i = 0; cuts && i < files.n; i++)
		good &= result(
			++number, cut_everywhere(&run, memory, &files.item[i]), files.item[i].path);
	good &= result(++number, lean(), "memory stays within its bound");

	for (size_t i = 0; i < 2; i++)
		good &= sink_close(run.sinks[i]) == 0;
	close(memory);
	files_free(&files);
	return good ? 0 : 1;
}
