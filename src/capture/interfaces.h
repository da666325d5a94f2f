/* What can be captured on this machine, for the user to choose from. */
#ifndef CAPTURE_INTERFACES_H
#define CAPTURE_INTERFACES_H

#include <stddef.h>

/* Writes the names of all interfaces, as many as fit, with commas between them. */
void interfaces_name(char *out, size_t size);

#endif
