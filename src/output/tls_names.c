/* Numbers of TLS to the names that people know; see tls_names.h. */
#include <string.h>

#include "output/tls_names.h"
#include "util/text.h"

static const struct {
	uint16_t version;
	const char *name;
	const char *suricata;
} versions[] = {
	{ 0x0002, "SSL 2.0", "SSLv2" },
	{ 0x0300, "SSL 3.0", "SSLv3" },
	{ 0x0301, "TLS 1.0", "TLSv1" },
	{ 0x0302, "TLS 1.1", "TLS 1.1" },
	{ 0x0303, "TLS 1.2", "TLS 1.2" },
	{ 0x0304, "TLS 1.3", "TLS 1.3" },
	{ 0x0100, "DTLS 1.0", "DTLS 1.0" }, /* before RFC 4347, as OpenSSL 0.9.8 sent it */
	{ 0xfeff, "DTLS 1.0", "DTLS 1.0" },
	{ 0xfefd, "DTLS 1.2", "DTLS 1.2" },
	{ 0xfefc, "DTLS 1.3", "DTLS 1.3" },
};

const char *tls_version_name(uint16_t version)
{
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
		if (versions[i].version == version)
			return versions[i].name;
	return NULL;
}

const char *tls_version_suricata(uint16_t version)
{
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
		if (versions[i].version == version)
			return versions[i].suricata;
	return NULL;
}

/* RFC 8446 6 and the registry of alerts. */
const char *tls_alert_name(uint8_t description)
{
	static const char *const names[] = {
		[0] = "close_notify",
		[10] = "unexpected_message",
		[20] = "bad_record_mac",
		[21] = "decryption_failed",
		[22] = "record_overflow",
		[30] = "decompression_failure",
		[40] = "handshake_failure",
		[41] = "no_certificate",
		[42] = "bad_certificate",
		[43] = "unsupported_certificate",
		[44] = "certificate_revoked",
		[45] = "certificate_expired",
		[46] = "certificate_unknown",
		[47] = "illegal_parameter",
		[48] = "unknown_ca",
		[49] = "access_denied",
		[50] = "decode_error",
		[51] = "decrypt_error",
		[52] = "too_many_cids_requested",
		[60] = "export_restriction",
		[70] = "protocol_version",
		[71] = "insufficient_security",
		[80] = "internal_error",
		[86] = "inappropriate_fallback",
		[90] = "user_canceled",
		[100] = "no_renegotiation",
		[109] = "missing_extension",
		[110] = "unsupported_extension",
		[111] = "certificate_unobtainable",
		[112] = "unrecognized_name",
		[113] = "bad_certificate_status_response",
		[114] = "bad_certificate_hash_value",
		[115] = "unknown_psk_identity",
		[116] = "certificate_required",
		[117] = "general_error",
		[120] = "no_application_protocol",
		[121] = "ech_required",
	};

	return description < sizeof names / sizeof names[0] ? names[description] : NULL;
}

void tls_code_text(char out[TLS_CODE_SIZE], uint16_t code)
{
	uint8_t bytes[2] = { (uint8_t)(code >> 8), (uint8_t)code };

	memcpy(out, "0x", 2);
	out[2 + text_hex(out + 2, bytes, 2)] = '\0';
}
