/* The table of detectors: adding one is a function and a row. */
#include "classify/detect.h"

const struct detector detectors[] = {
	{ { "issuer-unexpected", "issuer", 5,
		  "The certificate is not vouched for by an authority that signs for this host." },
		detect_issuer_unexpected },
	{ { "pin-mismatch", "issuer", 5,
		  "None of the keys that are pinned for the host stands in the chain." },
		detect_pin_mismatch },
	{ { "copycat-ca", "issuer", 5,
		  "A CA in the chain bears a public authority's name without its key." },
		detect_copycat_ca },
	{ { "known-interceptor", "issuer", 5,
		  "The issuer is that of a known product, tool or event of interception." },
		detect_known_interceptor },
	{ { "impossible-for-public-ca", "issuer", 2,
		  "No public authority of that day made such a certificate." },
		detect_impossible },
	{ { "sct-missing", "issuer", 0.5,
		  "A public certificate without proof of Certificate Transparency." },
		detect_sct_missing },

	{ { "chain-untrusted", "trust", 3,
		  "The chain does not lead to an authority that is known." },
		detect_chain_untrusted },
	{ { "self-signed", "trust", 3, "The certificate is signed by nobody but itself." },
		detect_self_signed },
	{ { "self-issued-not-signed", "trust", 3,
		  "The certificate names itself as issuer, but another key signed it." },
		detect_self_issued },
	{ { "name-mismatch", "trust", 0.5, "The certificate is for another host." },
		detect_name_mismatch },
	{ { "expired", "trust", 1, "A date in the chain has passed." }, detect_expired },
	{ { "not-yet-valid", "trust", 0.5, "A date in the chain lies ahead." },
		detect_not_yet_valid },
	{ { "bad-signature", "trust", 5,
		  "A signature in the chain does not fit, or its key is made to deceive." },
		detect_bad_signature },
	{ { "tor-relay", "trust", -3, "The made-up names of a Tor relay." }, detect_tor_relay },

	{ { "leaf-key-is-ca-key", "forgery", 5,
		  "The certificate's own key signed it, under another name." },
		detect_leaf_is_ca },
	{ { "freshly-minted", "forgery", 2, "The certificate was made just before it was sent." },
		detect_freshly_minted },
	{ { "minter-shape", "forgery", 3, "The certificate is made as forging tools do." },
		detect_minter_shape },

	{ { "downgrade-sentinel", "handshake", 3,
		  "The server marked a fallback that the client's offer does not explain." },
		detect_downgrade },
	{ { "client-refused", "client", 0.5, "The client refused the certificate, in the clear." },
		detect_client_refused },
	{ { "segments-conflict", "wire", 2,
		  "Bytes of the handshake came twice, with other values." },
		detect_conflict },
	{ { "hops-split", "path", 2, "The SYN-ACK and the data came from different distances." },
		detect_hops_split },
};

const size_t detector_count = sizeof detectors / sizeof detectors[0];

const struct onpath_detector_info *classify_detector(size_t index)
{
	return index < detector_count ? &detectors[index].info : NULL;
}
