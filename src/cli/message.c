/* Format and arguments in, one safe line on standard error out. */
#include "cli/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/text.h"

#define MESSAGE_MAX 2048

void message(const char *format, ...)
{
	char raw[MESSAGE_MAX];
	struct text safe = { .max = 8 * MESSAGE_MAX };
	va_list args;

	va_start(args, format);
	int n = vsnprintf(raw, sizeof raw, format, args);
	va_end(args);
	if (n < 0)
		return;
	text_add_safe(&safe, raw, strlen(raw));
	fprintf(stderr, "onpath: %.*s\n", (int)safe.n, safe.p ? safe.p : "");
	text_deinit(&safe);
}
