/* Exit codes of the program, as onpath(1) says. */
#ifndef CLI_EXIT_H
#define CLI_EXIT_H

enum { EXIT_RAN = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INTERCEPTED = 10 };

#endif
