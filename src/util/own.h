/* Ownership of locals: CLEANUP frees at the end of the scope, TAKE hands over. */
#ifndef UTIL_OWN_H
#define UTIL_OWN_H

#include <stdlib.h>

/* CLEANUP(cert_free) struct cert *cert = …; calls cert_free(cert) when cert goes out of scope. */
#define CLEANUP(fn) __attribute__((cleanup(own_cleanup_##fn)))

/* Defines what CLEANUP(fn) needs, once for each type, beside the declaration of fn. */
#define OWN_CLEANUP(type, fn)                                                \
	__attribute__((unused)) static inline void own_cleanup_##fn(type *p) \
	{                                                                    \
		fn(*p);                                                      \
	}

/* Gives the pointer away and leaves NULL behind. */
#define TAKE(p)                                \
	({                                     \
		__typeof__(p) own_taken = (p); \
		(p) = NULL;                    \
		own_taken;                     \
	})

__attribute__((unused)) static inline void own_cleanup_free(void *p)
{
	void *const *owner = p;
	free(*owner);
}

/* The system failed: the caller must act. */
#define CHECKED __attribute__((warn_unused_result))

#endif
