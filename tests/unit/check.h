/* cmocka, with the few things every unit test wants. Output is TAP. */
#ifndef UNIT_CHECK_H
#define UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define CHECK(x)             assert_true(x)
#define CHECK_INT(a, b)      assert_int_equal(a, b)
#define CHECK_TEXT(a, b)     assert_string_equal(a, b)
#define CHECK_BYTES(a, b, n) assert_memory_equal(a, b, n)

/* cmocka writes "not ok" for a skipped test; TAP wants "ok" and the directive. */
__attribute__((unused)) static void check_report(FILE *from, int to)
{
	char line[4096];
	FILE *out = fdopen(to, "w");

	if (!out)
		abort();
	rewind(from);
	while (fgets(line, sizeof line, from)) {
		bool skipped = strncmp(line, "not ok", 6) == 0 && strstr(line, "# SKIP");
		fputs(skipped ? line + 4 : line, out);
	}
	fclose(out);
}

/* Runs the tests with their report going through check_report; what else they print is in it too.
 */
__attribute__((unused)) static int check_run(int (*run)(void))
{
	FILE *report = tmpfile();
	int out = dup(STDOUT_FILENO);

	if (!report || out < 0 || dup2(fileno(report), STDOUT_FILENO) < 0)
		abort();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	int failed = run();
	fflush(stdout);
	check_report(report, out);
	fclose(report);
	return failed;
}

/* Every test file ends with RUN(test(a), test(b)). */
#define test(fn) cmocka_unit_test(fn)
#define RUN(...)                                                   \
	static int run_all(void)                                   \
	{                                                          \
		const struct CMUnitTest tests[] = { __VA_ARGS__ }; \
		return cmocka_run_group_tests(tests, NULL, NULL);  \
	}                                                          \
	int main(void)                                             \
	{                                                          \
		return check_run(run_all);                         \
	}

/* "16 03 01" -> bytes; returns how many. Everything that is not a hex digit is skipped. */
__attribute__((unused)) static size_t unhex(uint8_t *out, size_t max, const char *hex)
{
	size_t n = 0;
	int high = -1;

	for (; *hex != '\0' && n < max; hex++) {
		const char *digits = "0123456789abcdef";
		const char *at = strchr(digits, *hex | 0x20);

		if (!at || *hex < '0')
			continue;
		int v = (int)(at - digits);
		if (high < 0) {
			high = v;
			continue;
		}
		out[n++] = (uint8_t)(high << 4 | v);
		high = -1;
	}
	return n;
}

#endif
