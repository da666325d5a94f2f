/* Numbers of TLS to the names that people know. */
#ifndef OUTPUT_TLS_NAMES_H
#define OUTPUT_TLS_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* "TLS 1.2", "SSL 3.0", "DTLS 1.2" …; NULL: no version of TLS. Constant. */
const char *tls_version_name(uint16_t version);

/* The same in Suricata's spelling: "TLS 1.2", "TLSv1", "SSLv3"; NULL as above. */
const char *tls_version_suricata(uint16_t version);

/* "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" …, NULL: not in the registry. Constant. */
const char *tls_cipher_name(uint16_t cipher);

/* "unknown_ca" …, NULL: not in the registry. Constant. */
const char *tls_alert_name(uint8_t description);

/* "0x1234". */
#define TLS_CODE_SIZE 7
void tls_code_text(char out[TLS_CODE_SIZE], uint16_t code);

#endif
