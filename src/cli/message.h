/* Messages to the user, on standard error: one line each, harmless on a terminal whatever stands in
 * names. */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

/* "onpath: " and the text, and a line end. */
__attribute__((format(printf, 1, 2))) void message(const char *format, ...);

#endif
