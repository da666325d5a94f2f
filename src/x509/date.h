/* Dates of certificates: UTCTime and GeneralizedTime in, seconds since 1970 out. */
#ifndef X509_DATE_H
#define X509_DATE_H

#include "util/wire.h"

/* Takes one date of either type. ONPATH_TIME_BAD: it is none, though an element of some type was
 * there. */
int64_t date_take(struct wire *w);

#endif
