/* Values of events to the names that stand for them in records. */
#include <onpath/engine.h>

#define NAME_OF(table, value) name_of(table, sizeof(table) / sizeof(table)[0], (size_t)(value))

static const char *name_of(const char *const *table, size_t n, size_t value)
{
	return value < n ? table[value] : "unknown";
}

const char *onpath_verdict_name(enum onpath_verdict verdict)
{
	static const char *const names[ONPATH_VERDICTS] = {
		[ONPATH_EXPECTED] = "expected",
		[ONPATH_TRUSTED] = "trusted",
		[ONPATH_OPAQUE] = "opaque",
		[ONPATH_MISCONFIGURED] = "misconfigured",
		[ONPATH_SUSPECT] = "suspect",
		[ONPATH_INSPECTED] = "inspected",
		[ONPATH_INTERCEPTED] = "intercepted",
	};

	return NAME_OF(names, verdict);
}

const char *onpath_kind_name(enum onpath_kind kind)
{
	static const char *const names[ONPATH_KINDS] = {
		[ONPATH_KIND_NONE] = "none",
		[ONPATH_KIND_FORGED] = "forged",
		[ONPATH_KIND_REISSUED] = "re-issued",
		[ONPATH_KIND_PRODUCT] = "product",
		[ONPATH_KIND_STRIPPED] = "stripped",
		[ONPATH_KIND_INJECTED] = "injected",
	};

	return NAME_OF(names, kind);
}

const char *onpath_completeness_name(enum onpath_completeness completeness)
{
	static const char *const names[ONPATH_COMPLETENESSES] = {
		[ONPATH_BOTH_SIDES] = "both-sides",
		[ONPATH_SERVER_ONLY] = "server-only",
		[ONPATH_CLIENT_ONLY] = "client-only",
		[ONPATH_GAP] = "gap",
		[ONPATH_TRUNCATED] = "truncated",
		[ONPATH_AMBIGUOUS] = "ambiguous",
	};

	return NAME_OF(names, completeness);
}

const char *onpath_certificate_state_name(enum onpath_certificate_state state)
{
	static const char *const names[ONPATH_CERT_STATES] = {
		[ONPATH_CERT_SEEN] = "seen",
		[ONPATH_CERT_DECRYPTED] = "decrypted",
		[ONPATH_CERT_ENCRYPTED] = "encrypted",
		[ONPATH_CERT_RESUMED] = "resumed",
		[ONPATH_CERT_LOST] = "lost",
		[ONPATH_CERT_NONE] = "none",
	};

	return NAME_OF(names, state);
}

const char *onpath_chain_status_name(enum onpath_chain_status status)
{
	static const char *const names[ONPATH_CHAIN_STATUSES] = {
		[ONPATH_CHAIN_NONE] = "none",
		[ONPATH_CHAIN_VERIFIED] = "verified",
		[ONPATH_CHAIN_EXPIRED] = "expired",
		[ONPATH_CHAIN_NOT_YET_VALID] = "not-yet-valid",
		[ONPATH_CHAIN_NO_ISSUER] = "no-issuer",
		[ONPATH_CHAIN_UNKNOWN_ROOT] = "unknown-root",
		[ONPATH_CHAIN_SELF_SIGNED] = "self-signed",
		[ONPATH_CHAIN_BAD_SIGNATURE] = "bad-signature",
		[ONPATH_CHAIN_NOT_A_CA] = "not-a-ca",
		[ONPATH_CHAIN_CONSTRAINED] = "constrained",
		[ONPATH_CHAIN_UNPARSED] = "unparsed",
		[ONPATH_CHAIN_SKIPPED] = "skipped",
	};

	return NAME_OF(names, status);
}

const char *onpath_carrier_name(enum onpath_carrier carrier)
{
	static const char *const names[ONPATH_CARRIERS] = {
		[ONPATH_CARRIER_TLS] = "tls",
		[ONPATH_CARRIER_DTLS] = "dtls",
		[ONPATH_CARRIER_QUIC] = "quic",
	};

	return NAME_OF(names, carrier);
}
