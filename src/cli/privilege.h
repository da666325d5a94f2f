/* Giving up privileges for good, once everything is open. */
#ifndef CLI_PRIVILEGE_H
#define CLI_PRIVILEGE_H

/* Becomes this user, with its group, without capabilities and without a way back. 0, or an exit
 * code; told on stderr. */
int privilege_drop(const char *user);

#endif
