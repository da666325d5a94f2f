/* Who is known to intercept: products, tools, adware, states, by what their certificates say. */
#ifndef CLASSIFY_KNOWN_H
#define CLASSIFY_KNOWN_H

#include <onpath/event.h>

enum known_class {
	KNOWN_INSPECTION, /* network products: firewalls, gateways, filters */
	KNOWN_ANTIVIRUS,  /* software on the client that inspects its traffic */
	KNOWN_TOOL,       /* debugging and attack tools, test generators */
	KNOWN_ADWARE,
	KNOWN_STATE,
	KNOWN_NATIONAL, /* a state's CA that sites of that state use, too */
};

struct known_interceptor {
	const char *by;
	enum known_class class;
	/* Each that is given must fit the name of the certificate's issuer; a last '*' stands for
	 * anything. */
	const char *cn;
	const char *o;
	const char *dn;      /* somewhere in the whole name */
	const char *comment; /* Netscape comment of the certificate */
};

/* The row that fits who issued a certificate, or NULL. */
const struct known_interceptor *known_issuer(const struct onpath_cert *cert);

/* The event that a certificate itself is known from, or NULL. */
const char *known_certificate(const struct onpath_cert *cert);

#endif
