/* Facts of whole certificates: those made here, and real ones where they are at hand. */
#include "test_x509_make.h"

#include "x509/x509.h"

struct reader {
	struct x509 *x;
	struct onpath_stats stats;
};

static void reader_open(struct reader *r)
{
	*r = (struct reader) { .x = NULL };
	CHECK_INT(x509_new(&r->x, 64 << 20, &r->stats), 0);
}

static const struct onpath_cert *read_der(struct reader *r, struct wire der)
{
	size_t n;
	const struct x509_chain *chain = x509_chain_get(r->x, &der, 1);

	assert_non_null(chain);
	const struct onpath_cert *const *certs = x509_chain_certs(chain, &n);
	CHECK_INT(n, 1);
	return certs[0];
}

static bool has_extension(const struct onpath_cert *cert, size_t at, const char *oid, bool critical)
{
	return at < cert->extension_count && strcmp(cert->extensions[at].oid, oid) == 0 &&
	       cert->extensions[at].critical == critical;
}

static void facts_of_a_server_certificate(void **state)
{
	struct reader r;

	(void)state;
	reader_open(&r);
	struct made root = MAKE(.subject = "/C=US/O=Example CA/CN=Root",
		.ext = { { "subjectKeyIdentifier", "hash" } });
	struct made made = MAKE(
			.subject =
				"/C=DE/ST=Bayern/O=Example/OU=Web/CN=www.example.com/emailAddress=a@b.example",
		.issuer = &root, .key = make_rsa(1024), .digest = "SHA1", .from = 951825600,
		.until = 4102444800,
		.ext = { { "basicConstraints", "critical,CA:FALSE" },
			{ "keyUsage", "critical,digitalSignature,keyEncipherment" },
			{ "extendedKeyUsage", "serverAuth" },
			{ "subjectAltName",
				"DNS:www.example.com,DNS:*.example.net,IP:192.0.2.7,IP:2001:db8::7,email:x@y.example" },
			{ "tlsfeature", "status_request" }, { "nsComment", "made for a test" } });
	const struct onpath_cert *cert = read_der(&r, made_der(&made));
	CHECK(cert->parsed);
	assert_null(cert->problem);
	CHECK_INT(cert->version, 3);
	CHECK_TEXT(cert->subject,
		"C=DE, ST=Bayern, O=Example, OU=Web, CN=www.example.com, emailAddress=a@b.example");
	CHECK_TEXT(cert->issuer, "C=US, O=Example CA, CN=Root");
	CHECK_TEXT(cert->subject_cn, "www.example.com");
	CHECK_TEXT(cert->subject_o, "Example");
	CHECK_TEXT(cert->issuer_cn, "Root");
	CHECK_TEXT(cert->issuer_o, "Example CA");
	CHECK(cert->not_before == 951825600);
	CHECK(cert->not_after == 4102444800);
	CHECK(cert->has_san && !cert->names_truncated);
	CHECK_INT(cert->dns_name_count, 2);
	CHECK_TEXT(cert->dns_names[1], "*.example.net");
	CHECK_INT(cert->ip_addr_count, 2);
	CHECK_BYTES(cert->ip_addrs[0].bytes, "\xc0\x00\x02\x07", 4);
	CHECK_INT(cert->ip_addrs[1].family, 6);
	CHECK_INT(cert->key_type, ONPATH_KEY_RSA);
	CHECK_INT(cert->key_bits, 1024);
	CHECK_INT(cert->rsa_exponent, 65537);
	assert_null(cert->curve);
	CHECK_TEXT(cert->signature_alg, "ecdsa-with-SHA1");
	CHECK(!cert->is_ca && cert->path_len == -1);
	CHECK(cert->has_key_usage);
	CHECK_INT(cert->key_usage, 1 << 0 | 1 << 2);
	CHECK(cert->has_eku && cert->eku_server);
	CHECK(cert->has_must_staple && !cert->has_sct && !cert->has_aia && !cert->has_crldp);
	CHECK_TEXT(cert->comment, "made for a test");
	CHECK(!cert->self_issued && !cert->self_signed);
	CHECK_INT(cert->extension_count, 6);
	CHECK(has_extension(cert, 0, "2.5.29.19", true));
	CHECK(has_extension(cert, 5, "2.16.840.1.113730.1.13", false));

	uint8_t hash[32];
	unsigned n;
	X509_digest(made.x509, EVP_sha256(), hash, &n);
	CHECK_BYTES(cert->sha256, hash, 32);
	X509_digest(made.x509, EVP_sha1(), hash, &n);
	CHECK_BYTES(cert->sha1, hash, 20);
	uint8_t *spki = NULL;
	int spki_n = i2d_PUBKEY(made.key, &spki);
	EVP_Digest(spki, (size_t)spki_n, hash, &n, EVP_sha256(), NULL);
	CHECK_BYTES(cert->spki_sha256, hash, 32);
	OPENSSL_free(spki);

	cert = read_der(&r, made_der(&root));
	CHECK(cert->self_issued && cert->self_signed);
	CHECK_INT(strlen(cert->ski), 40);
	CHECK_TEXT(cert->curve, "P-256");
	x509_free(r.x);
	made_free(&made, true);
	made_free(&root, true);
}

static void serials(void **state)
{
	static const struct {
		const char *hex;
		const char *text;
	} cases[] = {
		{ "0", "00" },
		{ "1", "01" },
		{ "7F", "7f" },
		{ "80", "80" },
		{ "0FA5", "0fa5" },
		{ "-1", "-01" },
		{ "-80", "-80" },
		{ "-0100", "-0100" },
		{ "D2FC1387A944DCE7", "d2fc1387a944dce7" },
	};
	struct reader r;

	(void)state;
	reader_open(&r);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct made made = MAKE(.subject = "/CN=s");
		BIGNUM *number = NULL;
		BN_hex2bn(&number, cases[i].hex);
		BN_to_ASN1_INTEGER(number, X509_get_serialNumber(made.x509));
		X509_sign(made.x509, made.key, EVP_sha256());
		uint8_t *der = NULL;
		int n = i2d_X509(made.x509, &der);
		CHECK_TEXT(read_der(&r, wire_of(der, (size_t)n))->serial, cases[i].text);
		OPENSSL_free(der);
		BN_free(number);
		made_free(&made, true);
	}
	x509_free(r.x);
}

static void refuses_every_cut(void **state)
{
	struct reader r;
	struct made made =
		MAKE(.subject = "/CN=cut", .ext = { { "subjectAltName", "DNS:a.example" } });

	(void)state;
	reader_open(&r);
	CHECK(read_der(&r, made_der(&made))->parsed);
	for (size_t n = 0; n < made.n; n++) {
		const struct onpath_cert *cert = read_der(&r, wire_of(made.der, n));
		CHECK(!cert->parsed);
		assert_non_null(cert->problem);
		CHECK_INT(cert->der.len, n);
		CHECK_TEXT(cert->subject, "");
	}
	CHECK_INT(r.stats.certs_unparsed, made.n);
	uint8_t *longer = malloc(made.n + 1);
	memcpy(longer, made.der, made.n);
	longer[made.n] = 0;
	CHECK(!read_der(&r, wire_of(longer, made.n + 1))->parsed);
	free(longer);
	x509_free(r.x);
	made_free(&made, true);
}

/* "DNS:a0.example,DNS:a1.example …" */
static char *many_names(size_t n)
{
	char *text = malloc(n * 24), *at = text;

	for (size_t i = 0; i < n; i++)
		at += sprintf(at, "%sDNS:a%zu.example", i > 0 ? "," : "", i);
	return text;
}

static void limits(void **state)
{
	struct reader r;
	uint8_t *large = calloc(1, CERT_DER_MAX + 1);

	(void)state;
	reader_open(&r);
	char *names = many_names(CERT_NAMES_MAX + 1);
	struct made made = MAKE(.subject = "/CN=many", .ext = { { "subjectAltName", names } });
	const struct onpath_cert *cert = read_der(&r, made_der(&made));
	CHECK(cert->parsed);
	CHECK(cert->names_truncated);
	CHECK_INT(cert->dns_name_count, CERT_NAMES_MAX);
	CHECK(x509_name_matches(cert, "a0.example"));
	CHECK(x509_name_matches(cert, "a512.example")); /* beyond the limit of the facts */
	CHECK(!x509_name_matches(cert, "a513.example"));
	cert = read_der(&r, wire_of(large, CERT_DER_MAX + 1));
	CHECK(!cert->parsed);
	CHECK_INT(r.stats.certs_over_limit, 1);
	CHECK_INT(r.stats.certs_unparsed, 0);
	x509_free(r.x);
	made_free(&made, true);
	free(names);
	free(large);
}

static void too_many_extensions(void **state)
{
	struct reader r;

	(void)state;
	reader_open(&r);
	for (int extra = 0; extra < 2; extra++) {
		struct made made = MAKE(.subject = "/CN=x");
		for (int i = 0; i < CERT_EXTENSIONS_MAX + extra; i++) {
			char oid[32];
			snprintf(oid, sizeof oid, "1.2.3.%d", i);
			X509_EXTENSION *ext = X509V3_EXT_nconf(NULL, NULL, oid, "DER:05:00");
			X509_add_ext(made.x509, ext, -1);
			X509_EXTENSION_free(ext);
		}
		X509_sign(made.x509, made.key, EVP_sha256());
		uint8_t *der = NULL;
		int n = i2d_X509(made.x509, &der);
		CHECK_INT(read_der(&r, wire_of(der, (size_t)n))->parsed, extra == 0);
		CHECK_INT(r.stats.certs_over_limit, extra);
		OPENSSL_free(der);
		made_free(&made, true);
	}
	x509_free(r.x);
}

/* A NUL in a name never ends it. */
static void embedded_nul(void **state)
{
	struct reader r;
	struct made made = MAKE(.subject = "/CN=x",
		.ext = { { "subjectAltName",
			"DER:30:1c:82:1a:77:77:77:2e:62:61:6e:6b:2e:65:78:61:6d:70:6c:65:00"
			":2e:65:76:69:6c:2e:65:78:61" } });

	(void)state;
	reader_open(&r);
	const struct onpath_cert *cert = read_der(&r, made_der(&made));
	CHECK_TEXT(cert->dns_names[0], "www.bank.example\xef\xbf\xbd.evil.exa");
	CHECK(!x509_name_matches(cert, "www.bank.example"));
	x509_free(r.x);
	made_free(&made, true);
}

/* What decoding of the real certificates gave, by others. */
static const struct {
	const char *file;
	const char *subject;
	const char *serial;
	int64_t not_before;
	int64_t not_after;
	unsigned bits;
	const char *signature;
	const char *sha1;
	bool self_issued;
	bool self_signed;
	const char *comment;
} known[] = {
	{ "FakeWwwIcloudCom_201410", "C=cn, O=www.icloud.com, CN=www.icloud.com", "2c", 1412418947,
		1443954947, 1024, "md5WithRSAEncryption",
		"f468b5f3fed807974476a22b32ea3137d924f7ba", true, true,
		"example comment extension" },
	{ "FakeGitHubCom_201301", "C=US, ST=Some-State, O=github.com, OU=github.com, CN=github.com",
		"03", 1359095352, 1390631352, 1024, "sha1WithRSAEncryption",
		"27a29c3a8b3261770e8b59448557dc9e9339e68c", true, false,
		"OpenSSL Generated Certificate" },
	{ "FakeGoogleCom_201407", "C=cn, CN=google.com", "17", 1406193516, 1437729516, 1024,
		"md5WithRSAEncryption", "f6beadb9bc02e0a152d71c318739cdecfc1c085d", true, true,
		"example comment extension" },
	{ "FakeYahooCom_201409", "C=cn, O=yahoo.com, CN=yahoo.com", "27", 1411471817, 1443007817,
		1024, "md5WithRSAEncryption", "2290c311ea0f3f57e06df45b698e18e828e59bc3", true,
		true, "example comment extension" },
	{ "github2020_leaf",
		"C=CN, ST=GD, L=SZ, O=COM, OU=NSP, CN=SERVER, emailAddress=346608453@qq.com",
		"38c6c1950e7ebaf5f925874791b127faf05ec1d9", 1569490393, 1884850393, 256,
		"ecdsa-with-SHA256", "9e0d4d8b078d7df0da18efc23517911447b5ee8c", false, false,
		NULL },
	{ "github2020_ca", "C=CN, ST=GD, L=SZ, O=COM, OU=NSP, CN=CA, emailAddress=346608453@qq.com",
		"0fa5096a1d11783ac922ec61aab4dad020006c03", 1569490357, 1884850357, 256,
		"ecdsa-with-SHA256", "03346f4c61e7b5120e5db4a7bbbf1a3558358562", true, true, NULL },
	{ "kz2019_root_qaznet", "C=KZ, CN=Qaznet Trust Network",
		"3d957fca1f8c0fc8692c01994eb55231035b9df1", 1454391660, 2401162860, 4096,
		"sha256WithRSAEncryption", "5811835eefaa2028835ab955da6829bf043a756d", true, true,
		NULL },
	{ "superfish_root", "O=Superfish, Inc., L=SF, ST=CA, C=US, CN=Superfish, Inc.",
		"d2fc1387a944dce7", 1399911926, 2030631926, 1024, "sha1WithRSAEncryption",
		"c864484869d41d2b0d32319c5a62f9315aaf2cbd", true, true, NULL },
};

static size_t load_pem(uint8_t *out, size_t max, const char *shared, const char *name)
{
	char path[512];

	snprintf(path, sizeof path, "%s/certs/%s.pem", shared, name);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	X509 *x509 = PEM_read_X509(file, NULL, NULL, NULL);
	uint8_t *der = NULL;
	int der_n = i2d_X509(x509, &der);
	CHECK(der_n > 0 && (size_t)der_n <= max);
	memcpy(out, der, (size_t)der_n);
	OPENSSL_free(der);
	X509_free(x509);
	fclose(file);
	return (size_t)der_n;
}

static const char *shared_or_skip(void)
{
	const char *shared = getenv("ONPATH_SHARED");

	if (!shared) {
		print_message("# ONPATH_SHARED is not set: real certificates are not read\n");
		skip();
	}
	return shared;
}

static void real_forgeries(void **state)
{
	const char *shared = shared_or_skip();
	uint8_t der[8192], sha1[20];
	struct reader r;

	(void)state;
	reader_open(&r);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const struct onpath_cert *cert = read_der(
			&r, wire_of(der, load_pem(der, sizeof der, shared, known[i].file)));
		CHECK_TEXT(cert->subject, known[i].subject);
		CHECK_TEXT(cert->serial, known[i].serial);
		CHECK(cert->not_before == known[i].not_before);
		CHECK(cert->not_after == known[i].not_after);
		CHECK_INT(cert->key_bits, known[i].bits);
		CHECK_TEXT(cert->signature_alg, known[i].signature);
		CHECK_INT(unhex(sha1, sizeof sha1, known[i].sha1), 20);
		CHECK_BYTES(cert->sha1, sha1, 20);
		CHECK_INT(cert->self_issued, known[i].self_issued);
		CHECK_INT(cert->self_signed, known[i].self_signed);
		if (known[i].comment)
			CHECK_TEXT(cert->comment, known[i].comment);
		else
			assert_null(cert->comment);
	}
	x509_free(r.x);
}

/* Kazakhstan 2019: the names are copied, key exponent and serial are not. */
static void a_near_copy(void **state)
{
	const char *shared = shared_or_skip();
	uint8_t genuine_der[8192], forged_der[8192];
	struct reader r;

	(void)state;
	reader_open(&r);
	const struct onpath_cert *genuine =
		read_der(&r, wire_of(genuine_der, load_pem(genuine_der, sizeof genuine_der, shared,
							  "kz2019_genuine_rcku.kz")));
	const struct onpath_cert *forged = read_der(&r,
		wire_of(forged_der,
			load_pem(forged_der, sizeof forged_der, shared, "kz2019_leaf_rcku.kz")));
	CHECK_TEXT(forged->subject, genuine->subject);
	CHECK_INT(forged->dns_name_count, 2);
	CHECK_TEXT(forged->dns_names[0], genuine->dns_names[0]);
	CHECK_TEXT(forged->dns_names[1], genuine->dns_names[1]);
	CHECK_TEXT(genuine->serial, "0d04ed93debd7f87ad349e95858043e8");
	CHECK_TEXT(forged->serial, "0d04ed93debd7f87ad349e963333f23a");
	CHECK(genuine->not_before - forged->not_before == 6 * 3600);
	CHECK(genuine->not_after - forged->not_after == 6 * 3600);
	CHECK_INT(genuine->rsa_exponent, 65537);
	CHECK_INT(forged->rsa_exponent, 3);
	CHECK(genuine->has_sct && genuine->has_aia && genuine->has_policies && genuine->has_crldp);
	CHECK(!forged->has_sct && !forged->has_aia && !forged->has_policies && !forged->has_crldp);
	CHECK_TEXT(forged->issuer, "C=KZ, CN=Security Certificate");
	x509_free(r.x);
}

RUN(test(facts_of_a_server_certificate), test(serials), test(refuses_every_cut), test(limits),
	test(too_many_extensions), test(embedded_nul), test(real_forgeries), test(a_near_copy))
