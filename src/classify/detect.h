/* What detectors share: the observation as they see it, what they find, and the table of them all.
 */
#ifndef CLASSIFY_DETECT_H
#define CLASSIFY_DETECT_H

#include "classify/classify.h"

/* Questions that several detectors ask, answered once. */
struct view {
	const struct observation *seen;
	const struct onpath_connection *facts;
	const struct onpath_cert *leaf; /* NULL: no certificate to judge */
	struct classify_scratch *scratch;
	enum onpath_chain_status
		status;    /* a private CA is no anchor for hosts that do not expect it */
	bool vouched;      /* signatures lead to an anchor, whatever the dates say */
	bool public_place; /* public name on the public Internet: a public CA's certificate is due
			    */
	bool clear_clock;  /* the packet's time lies in the leaf's validity */
	bool has_expectation;
	bool claimed;     /* no name was asked for: it is what the leaf claims to be */
	const char *host; /* asked for, or claimed by the leaf; may be NULL */
	struct expectation expectation;
	enum policy_match match;
};

struct finding {
	double points; /* multiples of 0.5 */
	enum onpath_kind kind;
	const char *by;
	const char *text;
	const char *expected;
	const char *seen;
};

typedef bool detect_fn(struct finding *found, const struct view *view);

struct detector {
	struct onpath_detector_info info;
	detect_fn *detect;
};

extern const struct detector detectors[];
extern const size_t detector_count;

detect_fn detect_issuer_unexpected, detect_pin_mismatch, detect_copycat_ca,
	detect_known_interceptor, detect_impossible, detect_sct_missing;
detect_fn detect_chain_untrusted, detect_self_signed, detect_self_issued, detect_name_mismatch,
	detect_expired, detect_not_yet_valid, detect_bad_signature, detect_tor_relay;
detect_fn detect_leaf_is_ca, detect_freshly_minted, detect_minter_shape;
detect_fn detect_downgrade, detect_client_refused, detect_conflict, detect_hops_split;

void view_of(struct view *out, struct classify_scratch *scratch, const struct observation *seen);

/* The leaf has what public CAs have put into every certificate of its day, and what forging tools
 * leave out. */
bool view_looks_public(const struct view *view);

/* The owner of a known public CA that the leaf's issuer claims to be, or NULL. */
const char *view_claimed_owner(const struct view *view);

/* A text in the scratch; "" if that is full. */
__attribute__((format(printf, 2, 3))) const char *say(
	struct classify_scratch *scratch, const char *format, ...);

#define DAY 86400

#endif
