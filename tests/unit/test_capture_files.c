/* Files, directories, pipes, compressed and growing files: what is read, in which order, and what
 * is said. */
#include "test_capture.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "capture/capture.h"

static char *dir; /* each test has its own */

static int make_dir(void **state)
{
	(void)state;
	dir = strdup("capture-XXXXXX");
	return !dir || !mkdtemp(dir) || chdir(dir) < 0;
}

static int remove_dir(void **state)
{
	char command[64];

	(void)state;
	(void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
	int failed = chdir("..") < 0 || system(command) != 0;
	free(dir);
	return failed;
}

static void write_file(const char *name, const void *p, size_t n, const char *mode)
{
	FILE *f = fopen(name, mode);

	assert_non_null(f);
	CHECK_INT(fwrite(p, 1, n, f), n);
	CHECK_INT(fclose(f), 0);
}

/* A pcap file of n packets of 60 bytes, the first at the given second, one each second; the first
 * byte counts them. */
static struct bytes pcap_of(uint32_t second, uint8_t n)
{
	struct bytes b = { .n = 0 };

	put_hex(&b, "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000");
	for (uint8_t i = 0; i < n; i++) {
		put(&b, second + i, 4);
		put(&b, 0, 4);
		put(&b, 60, 4);
		put(&b, 60, 4);
		put_data(&b, i, 60);
	}
	return b;
}

static void write_pcap(const char *name, uint32_t second, uint8_t n)
{
	struct bytes b = pcap_of(second, n);

	write_file(name, b.p, b.n, "w");
}

struct account {
	char packets[512]; /* "a:1 a:2 b:1 " */
	char problems[1024];
	size_t idle;
	size_t n;
	struct capture_counts counts;
};

static void note(char *text, size_t size, const char *name, uint64_t number)
{
	size_t used = strlen(text);

	(void)snprintf(text + used, size - used, "%s:%d ", name, (int)number);
}

/* Reads until the end, or until it was idle more often than allowed. */
static void drain(struct account *a, struct capture *c, size_t idle_allowed)
{
	struct onpath_packet packet;
	struct capture_problem why;
	size_t used;

	for (;;) {
		switch (capture_next(c, &packet, &why, 20)) {
		case CAPTURE_PACKET:
			a->n++;
			note(a->packets, sizeof a->packets, packet.source->name, packet.number);
			continue;
		case CAPTURE_PROBLEM:
			used = strlen(a->problems);
			(void)snprintf(
				a->problems + used, sizeof a->problems - used, "%s\n", why.text);
			continue;
		case CAPTURE_IDLE:
			if (a->idle++ < idle_allowed)
				continue;
			break;
		case CAPTURE_END:
			break;
		}
		capture_counts(c, &a->counts);
		return;
	}
}

static struct account read_operands(const char *const *operands, size_t n, const char *filter)
{
	struct account a = { .n = 0 };
	struct capture_options options = { .filter = filter };
	struct capture_problem why;
	struct capture *c = NULL;

	CHECK_INT(capture_open_files(&c, &why, operands, n, &options), 0);
	drain(&a, c, 1000);
	capture_close(c);
	return a;
}

#define READ(...)                                            \
	read_operands((const char *const[]) { __VA_ARGS__ }, \
		sizeof((const char *const[]) { __VA_ARGS__ }) / sizeof(char *), NULL)

static void orders_operands_by_time(void **state)
{
	(void)state;
	write_pcap("late", 300, 2);
	write_pcap("early", 100, 1);
	write_pcap("same", 300, 1);
	write_pcap("none", 1, 0);
	struct account a = READ("same", "none", "late", "early");
	CHECK_TEXT(a.packets, "early:1 same:1 late:1 late:2 ");
	CHECK_TEXT(a.problems, "");
	CHECK_INT(a.counts.bytes_total, 4 * 24 + 4 * 76);
	CHECK_INT(a.counts.bytes_done, 4 * 24 + 4 * 76);
	a = READ("late", "same"); /* equal times: as named */
	CHECK_TEXT(a.packets, "late:1 late:2 same:1 ");
}

static void finds_captures_in_directories(void **state)
{
	(void)state;
	CHECK_INT(mkdir("d", 0700) | mkdir("d/e", 0700) | mkdir("d/e/f", 0700), 0);
	CHECK_INT(mkdir("nothing", 0700), 0);
	write_pcap("d/b", 200, 1);
	write_pcap("d/e/a", 300, 1);
	write_pcap("d/e/f/.hidden.txt", 100, 1);
	write_file("d/readme.pcap", "no capture", 10, "w");
	write_file("d/empty.pcap", "", 0, "w");
	CHECK_INT(symlink("..", "d/e/circle") | symlink("../b", "d/e/link"), 0);
	CHECK_INT(mkfifo("d/fifo", 0600), 0);
	struct account a = READ("d");
	CHECK_TEXT(a.packets, "d/e/f/.hidden.txt:1 d/b:1 d/e/link:1 d/e/a:1 ");
	CHECK_TEXT(a.problems, "");
	a = READ("nothing", "d/b");
	CHECK_TEXT(a.packets, "d/b:1 ");
	CHECK_TEXT(a.problems, "nothing: no capture in this directory\n");
}

static void goes_on_after_a_problem(void **state)
{
	struct bytes b = pcap_of(10, 3);

	(void)state;
	write_file("cut", b.p, b.n - 10, "w");
	write_file("text", "hello", 5, "w");
	write_pcap("good", 20, 1);
	struct account a = READ("text", "good", "cut");
	CHECK_TEXT(a.packets, "cut:1 cut:2 cut:3 good:1 ");
	CHECK_TEXT(a.problems, "cut: byte 242: the file ends in the middle of packet 3\n"
			       "text: byte 0: not a capture file: it begins with 68 65 6c 6c 6f\n");
}

static void refuses_what_cannot_be_opened(void **state)
{
	const char *const operands[] = { "missing" };
	struct capture_options options = { .filter = NULL };
	struct capture_problem why;
	struct capture *c = NULL;

	(void)state;
	CHECK_INT(capture_open_files(&c, &why, operands, 1, &options), -ENOENT);
	CHECK_TEXT(why.text, "missing: No such file or directory");
	CHECK_INT(capture_open_files(&c, &why, operands, 0, &options), -EINVAL);
	write_pcap("missing", 1, 1);
	options.filter = "tcp and and";
	CHECK_INT(capture_open_files(&c, &why, operands, 1, &options), -EINVAL);
	CHECK(strstr(why.text, "missing: filter: ") == why.text);
	CHECK(!c);
}

/* A message keeps its reason, however long the name. */
static void shortens_long_names(void **state)
{
	char name[800];
	const char *const operands[] = { name };
	struct capture_options options = { .filter = NULL };
	struct capture_problem why;
	struct capture *c = NULL;

	(void)state;
	memset(name, 'x', sizeof name);
	name[sizeof name - 1] = '\0';
	CHECK_INT(capture_open_files(&c, &why, operands, 1, &options), -ENAMETOOLONG);
	CHECK(strstr(why.text, "...x") == why.text);
	CHECK(strstr(why.text, "xxx: File name too long") != NULL);
}

static void filters(void **state)
{
	struct bytes b = pcap_of(1, 5);

	(void)state;
	write_file("f", b.p, b.n, "w");
	/* The first byte of a packet is its number less one. */
	struct account a = read_operands((const char *const[]) { "f" }, 1, "ether[0] >= 3");
	CHECK_TEXT(a.packets, "f:4 f:5 ");
	CHECK_INT(a.counts.filtered, 3);
	/* A second file, whose link type has no such thing as an Ethernet address. */
	b.n = 20;
	put(&b, 101, 4);
	b.n = 24 + 76;
	write_file("raw", b.p, b.n, "w");
	a = read_operands((const char *const[]) { "f", "raw" }, 2, "ether src 3:4:5:6:7:8");
	CHECK_INT(a.n, 0);
	CHECK(strstr(a.problems, "raw: filter: ") == a.problems);
}

static size_t gzip(uint8_t *to, size_t room, const uint8_t *p, size_t n)
{
	z_stream z = { .next_in = (uint8_t *)p,
		.avail_in = (uInt)n,
		.next_out = to,
		.avail_out = (uInt)room };

	CHECK_INT(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	CHECK_INT(deflate(&z, Z_FINISH), Z_STREAM_END);
	CHECK_INT(deflateEnd(&z), Z_OK);
	return z.total_out;
}

static void reads_compressed(void **state)
{
	struct bytes b = pcap_of(1, 12);
	uint8_t z[8192];
	size_t half = b.n / 2;

	(void)state;
	/* Two members, an empty one between them, and the padding of a tape. */
	size_t n = gzip(z, sizeof z, b.p, half);
	n += gzip(z + n, sizeof z - n, b.p, 0);
	n += gzip(z + n, sizeof z - n, b.p + half, b.n - half);
	struct reading plain = read_all(b.p, b.n, READER_BLOCK);
	struct reading r = read_in_all_ways(z, n);
	CHECK_TEXT(r.why, "");
	CHECK_BYTES(&r, &plain, sizeof r);
	memset(z + n, 0, 512);
	r = read_in_all_ways(z, n + 512);
	CHECK_BYTES(&r, &plain, sizeof r);
	for (size_t cut = 1; cut < n; cut++) {
		r = read_all(z, n - cut, READER_BLOCK);
		CHECK(r.why[0] != '\0');
	}
	r = read_in_all_ways(z, 30);
	CHECK(strstr(r.why, "the compressed data ends early") != NULL);
	z[40] ^= 0x55;
	z[41] ^= 0x55;
	z[42] ^= 0xff;
	r = read_all(z, n, READER_BLOCK);
	CHECK(r.why[0] != '\0');

	/* Two frames, a frame to be skipped before them (RFC 8878 3.1.2). */
	struct bytes skip = { .n = 0 };
	put_hex(&skip, "50 2a 4d 18 03 00 00 00 61 62 63");
	memcpy(z, skip.p, skip.n);
	n = skip.n;
	n += ZSTD_compress(z + n, sizeof z - n, b.p, half, 3);
	n += ZSTD_compress(z + n, sizeof z - n, b.p + half, b.n - half, 3);
	r = read_in_all_ways(z, n);
	CHECK_BYTES(&r, &plain, sizeof r);
	r = read_in_all_ways(z, n - 1);
	CHECK(strstr(r.why, "the compressed data ends early") != NULL);
	r = read_in_all_ways(z, skip.n + 20);
	CHECK(strstr(r.why, "the compressed data ends early") != NULL);
}

static void waits_for_a_pipe(void **state)
{
	struct bytes b = pcap_of(1, 2);
	const char *const operands[] = { "fifo" };
	struct capture_options options = { .filter = NULL };
	struct capture_problem why;
	struct capture *c = NULL;
	struct account a = { .n = 0 };

	(void)state;
	CHECK_INT(mkfifo("fifo", 0600), 0);
	CHECK_INT(capture_open_files(&c, &why, operands, 1, &options), 0);
	drain(&a, c, 2); /* nobody writes yet */
	CHECK_INT(a.n, 0);
	CHECK_INT(a.idle, 3);
	FILE *f = fopen("fifo", "w");
	assert_non_null(f);
	(void)setvbuf(f, NULL, _IONBF, 0);
	for (size_t i = 0; i < b.n; i += 7) {
		size_t n = b.n - i < 7 ? b.n - i : 7;

		CHECK_INT(fwrite(b.p + i, 1, n, f), n);
		a.idle = 0;
		drain(&a, c, 0);
		CHECK_INT(a.n, (i + n >= 100) + (i + n >= 176));
	}
	CHECK_INT(a.counts.bytes_total, 0);
	CHECK_INT(fclose(f), 0);
	a.idle = 0;
	drain(&a, c, 5);
	CHECK_INT(a.idle, 0); /* it ended */
	CHECK_TEXT(a.packets, "fifo:1 fifo:2 ");
	CHECK_TEXT(a.problems, "");
	capture_close(c);
}

/* A new account of what is there now. */
static struct account look(struct capture *c)
{
	struct account a = { .n = 0 };

	drain(&a, c, 1);
	CHECK_INT(a.idle, 2); /* it waits; it never ends */
	return a;
}

static void follows_files_that_grow(void **state)
{
	struct bytes b = pcap_of(1, 3);
	const char *const operands[] = { "grows", "other" };
	struct capture_options options = { .follow = true };
	struct capture_problem why;
	struct capture *c = NULL;

	(void)state;
	write_file("grows", "", 0, "w");
	write_pcap("other", 7, 1);
	CHECK_INT(capture_open_files(&c, &why, operands, 2, &options), 0);
	CHECK_TEXT(look(c).packets, "other:1 ");
	write_file("grows", b.p, 90, "a"); /* in the middle of the first packet */
	CHECK_TEXT(look(c).packets, "");
	write_file("grows", b.p + 90, 100, "a");
	CHECK_TEXT(look(c).packets, "grows:1 grows:2 ");
	write_file("other", b.p + 24, 76, "a");
	write_file("grows", b.p + 190, b.n - 190, "a");
	CHECK_INT(look(c).n, 2);
	capture_close(c);
}

static void follows_files_that_are_replaced(void **state)
{
	struct bytes b = pcap_of(1, 3);
	const char *const operands[] = { "log" };
	struct capture_options options = { .follow = true };
	struct capture_problem why;
	struct capture *c = NULL;

	(void)state;
	write_file("log", b.p, 24 + 76, "w");
	CHECK_INT(capture_open_files(&c, &why, operands, 1, &options), 0);
	CHECK_TEXT(look(c).packets, "log:1 ");
	CHECK_INT(rename("log", "log.1"), 0);
	CHECK_TEXT(look(c).packets, ""); /* no new one yet */
	write_file("log.1", b.p + 24 + 76, 76, "a");
	write_file("log", b.p, b.n, "w");
	struct account a = look(c); /* the rest of the old one, then the new one */
	CHECK_TEXT(a.packets, "log:2 log:1 log:2 log:3 ");
	CHECK_TEXT(a.problems, "");
	write_file("log", b.p, 24, "w"); /* cut in place, as copytruncate does */
	CHECK_TEXT(look(c).packets, "");
	write_file("log", b.p + 24, 80, "a");
	CHECK_TEXT(look(c).packets, "log:1 ");
	CHECK_INT(unlink("log"), 0);
	write_file("log", b.p, b.n, "w");
	a = look(c); /* four bytes of a packet were left in the old one */
	CHECK_TEXT(a.packets, "log:1 log:2 log:3 ");
	CHECK_TEXT(a.problems, "log: byte 104: the file ends in the middle of packet 2\n");
	capture_close(c);
}

static void reads_standard_input(void **state)
{
	int saved = dup(STDIN_FILENO);

	(void)state;
	write_pcap("in", 1, 2);
	assert_non_null(freopen("in", "r", stdin));
	struct account a = READ("-");
	CHECK_TEXT(a.packets, "-:1 -:2 ");
	assert_non_null(freopen("in", "r", stdin));
	write_file("in", "x", 1, "w");
	a = READ("-");
	CHECK_TEXT(a.problems, "standard input: byte 0: not a capture file: it begins with 78\n");
	CHECK_INT(dup2(saved, STDIN_FILENO), STDIN_FILENO);
	CHECK_INT(close(saved), 0);
}

#define in_dir(fn) cmocka_unit_test_setup_teardown(fn, make_dir, remove_dir)

RUN(in_dir(orders_operands_by_time), in_dir(finds_captures_in_directories),
	in_dir(goes_on_after_a_problem), in_dir(refuses_what_cannot_be_opened),
	in_dir(shortens_long_names), in_dir(filters), in_dir(reads_compressed),
	in_dir(waits_for_a_pipe), in_dir(follows_files_that_grow),
	in_dir(follows_files_that_are_replaced), in_dir(reads_standard_input))
