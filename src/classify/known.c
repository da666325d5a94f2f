/* Tables of known interceptors. Names are forgeable, so a row speaks of who it looks like, not of
 * who it is. */
#include "classify/known.h"

#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

/*
 * Names as Chromium's SSL error assistant, the products' manuals, their sources and published
 * certificates give them. Rows that say more stand before those that say less.
 */
static const struct known_interceptor interceptors[] = {
	{ "Kazakhstan, Qaznet (2019)", KNOWN_STATE, .cn = "Qaznet Trust Network" },
	{ "Kazakhstan, Qaznet (2019)", KNOWN_STATE, .cn = "Security Certificate", .dn = "C=KZ" },
	{ "Kazakhstan, ISCA (2020-2024)", KNOWN_STATE,
		.cn = "Information Security Certification Authority*" },
	{ "Kazakhstan (2015)", KNOWN_STATE, .cn = "НЕГІЗГІ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ*" },
	{ "China, GitHub and CDNs (2020)", KNOWN_STATE, .dn = "346608453@qq.com" },
	{ "China (2014)", KNOWN_STATE, .dn = "C=cn, ", .comment = "example comment extension" },
	{ "Russian Trusted CA", KNOWN_NATIONAL, .cn = "Russian Trusted *" },

	{ "mitmproxy", KNOWN_TOOL, .cn = "mitmproxy", .o = "mitmproxy" },
	{ "bettercap", KNOWN_TOOL,
		.dn = "OU=https://certs.godaddy.com/repository/, CN=Go Daddy Secure Certificate Authority - G2" },
	{ "bettercap", KNOWN_TOOL, .o = "bettercap devteam" },
	{ "Burp Suite", KNOWN_TOOL, .cn = "PortSwigger CA" },
	{ "OWASP ZAP", KNOWN_TOOL, .cn = "OWASP Zed Attack Proxy Root CA" },
	{ "OWASP ZAP", KNOWN_TOOL, .cn = "ZAP Root CA" },
	{ "Fiddler", KNOWN_TOOL, .cn = "DO_NOT_TRUST_FiddlerRoot*" },
	{ "Fiddler", KNOWN_TOOL, .cn = "Fiddler* Root Certificate Authority" },
	{ "HTTP Debugger", KNOWN_TOOL, .cn = "HTTP Debugger Root CA" },
	{ "Charles", KNOWN_TOOL, .cn = "Charles Proxy*" },
	{ "Proxyman", KNOWN_TOOL, .cn = "Proxyman*" },
	{ "HTTP Toolkit", KNOWN_TOOL, .cn = "HTTP Toolkit CA" },
	{ "AnyProxy", KNOWN_TOOL, .cn = "AnyProxy*" },
	{ "goproxy", KNOWN_TOOL, .o = "GoProxy untrusted MITM proxy Inc" },
	{ "goproxy", KNOWN_TOOL, .cn = "goproxy.github.io" },
	{ "Spirent traffic generator", KNOWN_TOOL, .o = "Spirent Communications Inc." },
	{ "BadSSL test", KNOWN_TOOL, .cn = "BadSSL MITM Software Test" },

	{ "Superfish", KNOWN_ADWARE, .o = "Superfish, Inc." },
	{ "PrivDog", KNOWN_ADWARE, .o = "Adtrustmedia*" },
	{ "PrivDog", KNOWN_ADWARE, .cn = "PrivDog*" },
	{ "eDellRoot", KNOWN_ADWARE, .cn = "eDellRoot" },
	{ "DSDTestProvider", KNOWN_ADWARE, .cn = "DSDTestProvider" },
	{ "ZeroAccess", KNOWN_ADWARE, .cn = "IopFailZeroAccessCreate" },

	{ "Avast", KNOWN_ANTIVIRUS, .cn = "avast! Web/Mail Shield*" },
	{ "Avast", KNOWN_ANTIVIRUS, .cn = "Avast Web/Mail Shield*" },
	{ "AVG", KNOWN_ANTIVIRUS, .cn = "AVG Web/Mail Shield*" },
	{ "Norton", KNOWN_ANTIVIRUS, .cn = "Norton Web/Mail Shield*" },
	{ "Bitdefender", KNOWN_ANTIVIRUS, .cn = "Bitdefender Personal CA*" },
	{ "Kaspersky", KNOWN_ANTIVIRUS, .cn = "Kaspersky Anti-Virus Personal Root*" },
	{ "ESET", KNOWN_ANTIVIRUS, .cn = "ESET SSL Filter CA" },
	{ "ESET", KNOWN_ANTIVIRUS, .cn = "ESET_RootSslCert" },
	{ "Dr.Web", KNOWN_ANTIVIRUS, .cn = "Dr.Web SpIDer*" },
	{ "Net Nanny", KNOWN_ANTIVIRUS, .cn = "ContentWatch Root Certificate Authority" },
	{ "AdGuard", KNOWN_ANTIVIRUS, .cn = "Adguard Personal *" },
	{ "NetSpark", KNOWN_ANTIVIRUS, .cn = "www.netspark.com" },
	{ "NetSpark", KNOWN_ANTIVIRUS, .o = "NetSpark" },

	{ "Cisco Umbrella", KNOWN_INSPECTION, .cn = "Cisco Umbrella *" },
	{ "ContentKeeper", KNOWN_INSPECTION, .o = "ContentKeeper Technologies" },
	{ "Cyberoam", KNOWN_INSPECTION, .o = "Cyberoam*" },
	{ "Forcepoint", KNOWN_INSPECTION, .cn = "Forcepoint Cloud CA" },
	{ "FortiGate", KNOWN_INSPECTION, .cn = "FortiGate CA" },
	{ "FortiGate", KNOWN_INSPECTION, .o = "Fortinet" },
	{ "FortiGate", KNOWN_INSPECTION, .o = "Fortinet Ltd." },
	{ "McAfee Web Gateway", KNOWN_INSPECTION, .cn = "McAfee Web Gateway" },
	{ "Smoothwall", KNOWN_INSPECTION, .cn = "Smoothwall-default-root-certificate-authority" },
	{ "SonicWall", KNOWN_INSPECTION, .o = "HTTPS Management Certificate for SonicWALL*" },
	{ "Sophos", KNOWN_INSPECTION, .cn = "Sophos SSL CA_*" },
	{ "Sophos", KNOWN_INSPECTION, .cn = "Sophos_CA_*" },
	{ "Sophos", KNOWN_INSPECTION, .cn = "sophosutm Proxy CA" },
	{ "Sophos", KNOWN_INSPECTION, .cn = "Sophos Web Appliance" },
	{ "Blue Coat", KNOWN_INSPECTION, .o = "Blue Coat*" },
	{ "Trend Micro IWSS", KNOWN_INSPECTION, .cn = "IWSS.TREND" },
	{ "Zscaler", KNOWN_INSPECTION, .o = "Zscaler Inc." },
	{ "Zscaler", KNOWN_INSPECTION, .cn = "Zscaler *" },
	{ "Netskope", KNOWN_INSPECTION, .cn = "*.goskope.com" },
};

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

/* One star, anywhere; letters of ASCII in either case. */
static bool fits(const char *pattern, const char *text)
{
	if (!pattern)
		return true;
	if (!text)
		return false;
	while (*pattern != '*' && *pattern != '\0' && lower(*pattern) == lower(*text)) {
		pattern++;
		text++;
	}
	if (*pattern != '*')
		return *pattern == '\0' && *text == '\0';
	size_t rest = strlen(pattern + 1), left = strlen(text);
	return left >= rest && strcasecmp(text + left - rest, pattern + 1) == 0;
}

/* Whether it can fit at all: most rows end here. */
static inline bool may_fit(const char *pattern, const char *text)
{
	return !pattern || (text && (*pattern == '*' || lower(*pattern) == lower(*text)));
}

static bool row_fits(const struct known_interceptor *row, const struct onpath_cert *cert)
{
	if (!may_fit(row->cn, cert->issuer_cn) || !may_fit(row->o, cert->issuer_o))
		return false;
	return fits(row->cn, cert->issuer_cn) && fits(row->o, cert->issuer_o) &&
	       (!row->dn || strstr(cert->issuer, row->dn)) &&
	       (!row->comment || (cert->comment && strcmp(cert->comment, row->comment) == 0));
}

const struct known_interceptor *known_issuer(const struct onpath_cert *cert)
{
	for (size_t i = 0; i < ROWS(interceptors); i++)
		if (row_fits(&interceptors[i], cert))
			return &interceptors[i];
	return NULL;
}

/* Published by victims and researchers; SHA-1 of the DER. */
static const struct {
	const char *by;
	uint8_t sha1[20];
} certificates[] = {
	{ "China, GitHub (2013)",
		{ 0x27, 0xa2, 0x9c, 0x3a, 0x8b, 0x32, 0x61, 0x77, 0x0e, 0x8b, 0x59, 0x44, 0x85,
			0x57, 0xdc, 0x9e, 0x93, 0x39, 0xe6, 0x8c } },
	{ "China, Google (2014)",
		{ 0xf6, 0xbe, 0xad, 0xb9, 0xbc, 0x02, 0xe0, 0xa1, 0x52, 0xd7, 0x1c, 0x31, 0x87,
			0x39, 0xcd, 0xec, 0xfc, 0x1c, 0x08, 0x5d } },
	{ "China, Google (2014)",
		{ 0x31, 0x60, 0x76, 0xf2, 0x86, 0x65, 0x88, 0xdb, 0xb2, 0x33, 0xc7, 0xf9, 0xeb,
			0x68, 0xb5, 0x81, 0x25, 0x15, 0x0c, 0x21 } },
	{ "China, Yahoo (2014)", { 0x22, 0x90, 0xc3, 0x11, 0xea, 0x0f, 0x3f, 0x57, 0xe0, 0x6d, 0xf4,
					 0x5b, 0x69, 0x8e, 0x18, 0xe8, 0x28, 0xe5, 0x9b, 0xc3 } },
	{ "China, Hotmail (2014)",
		{ 0x30, 0xf3, 0xb3, 0xad, 0xc6, 0xe5, 0x70, 0xbd, 0xa6, 0x06, 0xb9, 0xf9, 0x6d,
			0xe2, 0x41, 0x90, 0xce, 0x26, 0x2c, 0x67 } },
	{ "China, iCloud (2014)",
		{ 0xf4, 0x68, 0xb5, 0xf3, 0xfe, 0xd8, 0x07, 0x97, 0x44, 0x76, 0xa2, 0x2b, 0x32,
			0xea, 0x31, 0x37, 0xd9, 0x24, 0xf7, 0xba } },
	{ "China, Facebook (2014)",
		{ 0xdc, 0x6e, 0xe6, 0xed, 0xc4, 0xc0, 0x78, 0xe1, 0xb2, 0xc1, 0x2f, 0x6d, 0x19,
			0x85, 0x00, 0x0e, 0x27, 0xcf, 0xd3, 0x18 } },
	{ "China, Outlook (2015)",
		{ 0x75, 0xf4, 0x11, 0x59, 0x5f, 0xe9, 0xa2, 0x1a, 0x17, 0xa4, 0x96, 0x7c, 0x7b,
			0x66, 0x6e, 0x51, 0x52, 0x79, 0x1a, 0x32 } },
	{ "China, GitHub and CDNs (2020)",
		{ 0x9e, 0x0d, 0x4d, 0x8b, 0x07, 0x8d, 0x7d, 0xf0, 0xda, 0x18, 0xef, 0xc2, 0x35,
			0x17, 0x91, 0x14, 0x47, 0xb5, 0xee, 0x8c } },
};

const char *known_certificate(const struct onpath_cert *cert)
{
	for (size_t i = 0; i < ROWS(certificates); i++)
		if (memcmp(certificates[i].sha1, cert->sha1, 20) == 0)
			return certificates[i].by;
	return NULL;
}
