/* root -> a user without capabilities, for good. */
#include "cli/privilege.h"

#include <cap-ng.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cli/exit.h"
#include "cli/message.h"

int privilege_drop(const char *user)
{
	const struct passwd *entry = getpwnam(user);

	if (!entry) {
		message("--user %s: no such user", user);
		return EXIT_FAILED;
	}
	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_change_id((int)entry->pw_uid, (int)entry->pw_gid,
		    CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING) != 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		message("--user %s: cannot give up privileges", user);
		return EXIT_FAILED;
	}
	/* Trying is the proof. */
	if (entry->pw_uid != 0 && setuid(0) == 0) {
		message("--user %s: privileges could be taken back", user);
		return EXIT_FAILED;
	}
	return 0;
}
