/* A main for fuzz targets: runs files, and with -m N SEED also N mutations of each, through
 * LLVMFuzzerTestOneInput; TAP. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Larger inputs than this are no seeds. */
#define INPUT_MAX        (1u << 20)
/* A hang fails the test after so many seconds. */
#define SECONDS_PER_FILE 60

struct corpus {
	struct input {
		uint8_t *data;
		size_t size;
		char *path;
	} * inputs;
	size_t count;
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

static void corpus_read(struct corpus *corpus, const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		die(path);
	uint8_t *data = must(malloc(INPUT_MAX));
	size_t size = fread(data, 1, INPUT_MAX, file);
	if (ferror(file))
		die(path);
	fclose(file);

	corpus->inputs =
		must(realloc(corpus->inputs, (corpus->count + 1) * sizeof *corpus->inputs));
	/* Exactly as large as the input, so that AddressSanitizer sees one byte too many. */
	corpus->inputs[corpus->count++] = (struct input) {
		.data = must(realloc(data, size > 0 ? size : 1)),
		.size = size,
		.path = must(strdup(path)),
	};
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* In the order of names, so that a failure can be repeated. */
static void corpus_add(struct corpus *corpus, const char *path)
{
	struct stat status;
	if (stat(path, &status) != 0)
		die(path);
	if (!S_ISDIR(status.st_mode)) {
		corpus_read(corpus, path);
		return;
	}
	struct dirent **entries;
	int n = scandir(path, &entries, visible, alphasort);
	if (n < 0)
		die(path);
	for (int i = 0; i < n; i++) {
		char *inside;
		if (asprintf(&inside, "%s/%s", path, entries[i]->d_name) < 0)
			die("memory");
		corpus_add(corpus, inside);
		free(inside);
		free(entries[i]);
	}
	free(entries);
}

static void corpus_free(struct corpus *corpus)
{
	for (size_t i = 0; i < corpus->count; i++) {
		free(corpus->inputs[i].data);
		free(corpus->inputs[i].path);
	}
	free(corpus->inputs);
}

/* xorshift64*: the same seed gives the same mutations everywhere. */
static uint64_t draw(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545F4914F6CDD1Du;
}

static size_t below(uint64_t *state, size_t n)
{
	return n > 0 ? (size_t)(draw(state) % n) : 0;
}

static void change_bytes(uint8_t *data, size_t size, uint64_t *state)
{
	static const uint8_t odd[] = { 0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff };

	for (size_t times = 1 + below(state, 8); times > 0; times--) {
		uint8_t *at = data + below(state, size);
		uint8_t bit = (uint8_t)(1u << draw(state) % 8);
		uint8_t value = odd[draw(state) % sizeof odd];
		*at = draw(state) % 2 != 0 ? *at ^ bit : value;
	}
}

/* Writes a relative of the input to out, which has room for twice INPUT_MAX; returns its size. */
static size_t mutate(
	uint8_t *out, const struct corpus *corpus, const struct input *input, uint64_t *state)
{
	const struct input *other = &corpus->inputs[below(state, corpus->count)];
	size_t size = input->size, from = 0, keep = 0;

	memcpy(out, input->data, size);
	switch (draw(state) % 5) {
	case 0: /* cut off */
		size = below(state, size + 1);
		break;
	case 1: /* take out of the middle */
		from = below(state, size + 1);
		keep = below(state, size - from + 1);
		memmove(out + from, out + size - keep, keep);
		size = from + keep;
		break;
	case 2: /* go on as another input does */
		keep = below(state, size + 1);
		from = below(state, other->size + 1);
		memcpy(out + keep, other->data + from, other->size - from);
		size = keep + other->size - from;
		break;
	default:
		break;
	}
	if (size > 0 && draw(state) % 4 != 0)
		change_bytes(out, size, state);
	return size;
}

static void run_mutations(
	const struct corpus *corpus, const struct input *input, size_t times, uint64_t *state)
{
	uint8_t *scratch = must(malloc(2 * (size_t)INPUT_MAX));

	for (size_t i = 0; i < times; i++) {
		size_t size = mutate(scratch, corpus, input, state);
		uint8_t *exact = must(malloc(size > 0 ? size : 1));
		memcpy(exact, scratch, size);
		LLVMFuzzerTestOneInput(exact, size);
		free(exact);
	}
	free(scratch);
}

int main(int argc, char **argv)
{
	struct corpus corpus = { .count = 0 };
	uint64_t state = 1;
	size_t times = 0;
	int at = 1;

	if (argc > 3 && strcmp(argv[1], "-m") == 0) {
		times = strtoull(argv[2], NULL, 10);
		state = strtoull(argv[3], NULL, 10) | 1; /* xorshift must not start at 0 */
		at = 4;
	}
	if (at >= argc) {
		fprintf(stderr, "usage: %s [-m N SEED] FILE|DIRECTORY…\n", argv[0]);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (; at < argc; at++)
		corpus_add(&corpus, argv[at]);
	if (corpus.count == 0) {
		printf("Bail out! no inputs\n"); /* a test of nothing must not pass */
		return 1;
	}

	printf("1..%zu\n", corpus.count);
	for (size_t i = 0; i < corpus.count; i++) {
		const struct input *input = &corpus.inputs[i];
		printf("# %s, %zu bytes, then %zu mutations from %llu\n", input->path, input->size,
			times, (unsigned long long)state);
		alarm(SECONDS_PER_FILE);
		LLVMFuzzerTestOneInput(input->data, input->size);
		run_mutations(&corpus, input, times, &state);
		printf("ok %zu - %s\n", i + 1, input->path);
	}
	corpus_free(&corpus);
	return 0;
}
