"""Certificates to the byte: names, string types, serials, dates and the order of extensions are the caller's.

Keys and signatures come from the openssl command line; the DER is built here, so that a certificate can be as odd as
those of a real forger.
"""
import base64
import datetime
import hashlib
import os
import subprocess

OIDS = {
    "C": "2.5.4.6", "ST": "2.5.4.8", "L": "2.5.4.7", "O": "2.5.4.10", "OU": "2.5.4.11", "CN": "2.5.4.3",
    "emailAddress": "1.2.840.113549.1.9.1",
    "md5WithRSAEncryption": "1.2.840.113549.1.1.4", "sha1WithRSAEncryption": "1.2.840.113549.1.1.5",
    "sha256WithRSAEncryption": "1.2.840.113549.1.1.11", "ecdsa-with-SHA256": "1.2.840.10045.4.3.2",
    "basicConstraints": "2.5.29.19", "keyUsage": "2.5.29.15", "extendedKeyUsage": "2.5.29.37",
    "subjectKeyIdentifier": "2.5.29.14", "authorityKeyIdentifier": "2.5.29.35", "subjectAltName": "2.5.29.17",
    "nsCertType": "2.16.840.1.113730.1.1", "nsComment": "2.16.840.1.113730.1.13",
    "serverAuth": "1.3.6.1.5.5.7.3.1", "clientAuth": "1.3.6.1.5.5.7.3.2",
    "certificatePolicies": "2.5.29.32", "domain-validated": "2.23.140.1.2.1",
    "authorityInfoAccess": "1.3.6.1.5.5.7.1.1", "ocsp": "1.3.6.1.5.5.7.48.1", "caIssuers": "1.3.6.1.5.5.7.48.2",
}
DIGESTS = {"md5WithRSAEncryption": "md5", "sha1WithRSAEncryption": "sha1", "sha256WithRSAEncryption": "sha256",
           "ecdsa-with-SHA256": "sha256"}

UTF8, PRINTABLE, IA5 = 0x0C, 0x13, 0x16


def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    if n < 0x80:
        return bytes([tag, n]) + body
    length = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def seq(*parts):
    return tlv(0x30, *parts)


def octets(*parts):
    return tlv(0x04, *parts)


def bits(data, unused=0):
    return tlv(0x03, bytes([unused]), data)


def integer(value):
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(name):
    arcs = [int(arc) for arc in OIDS[name].split(".")]
    body = bytearray([arcs[0] * 40 + arcs[1]])
    for arc in arcs[2:]:
        part = [arc & 0x7F]
        while arc := arc >> 7:
            part.append(arc & 0x7F | 0x80)
        body += bytes(reversed(part))
    return tlv(0x06, bytes(body))


def utc(text):
    """'2014-10-04 10:35:47' as UTCTime, from 2050 on as GeneralizedTime (RFC 5280 4.1.2.5)."""
    when = datetime.datetime.fromisoformat(text)
    if when.year >= 2050:
        return tlv(0x18, when.strftime("%Y%m%d%H%M%SZ").encode())
    return tlv(0x17, when.strftime("%y%m%d%H%M%SZ").encode())


def name(attributes):
    """[("CN", PRINTABLE, "host"), …], one attribute an RDN, in this order."""
    return seq(*(tlv(0x31, seq(oid(kind), tlv(tag, text.encode()))) for kind, tag, text in attributes))


def signature_algorithm(algorithm):
    return seq(oid(algorithm)) if algorithm.startswith("ecdsa") else seq(oid(algorithm), b"\x05\x00")


def openssl(*args, data=None):
    return subprocess.run(["openssl", *args], input=data, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


class Key:
    """A private key in a file, made anew."""

    def __init__(self, folder, label, kind):
        self.path = os.path.join(folder, label + ".key")
        options = {"EC": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]}.get(kind)
        if options is None:
            options = ["RSA", "-pkeyopt", "rsa_keygen_bits:" + kind.removeprefix("RSA")]
        openssl("genpkey", "-algorithm", *options, "-out", self.path)
        self.spki = openssl("pkey", "-in", self.path, "-pubout", "-outform", "DER")

    def identifier(self):
        """SHA-1 of the key's bits without the count of unused ones (RFC 5280 4.2.1.2, method 1)."""
        _algorithm, bit_string = children(content(self.spki)[0])
        return hashlib.sha1(bit_string[1:]).digest()

    def sign(self, algorithm, data):
        return openssl("dgst", "-" + DIGESTS[algorithm], "-sign", self.path, data=data)


def content(data):
    """Content of the first TLV, and what follows it."""
    length, head = data[1], 2
    if length & 0x80:
        width = length & 0x7F
        length, head = int.from_bytes(data[2:2 + width], "big"), 2 + width
    return data[head:head + length], data[head + length:]


def children(data):
    """Contents of the TLVs that data consists of."""
    found = []
    while data:
        inside, data = content(data)
        found.append(inside)
    return found


def extension(kind, value, critical=False):
    return seq(oid(kind), b"\x01\x01\xff" if critical else b"", octets(value))


def alt_names(hosts):
    return extension("subjectAltName", seq(*(tlv(0x82, host.encode()) for host in hosts)))


def purposes(*kinds):
    return extension("extendedKeyUsage", seq(*(oid(kind) for kind in kinds)))


def certificate(*, subject, issuer, serial, start, end, key, signer, algorithm, extensions=None):
    """DER of a certificate; without extensions it is of version 1."""
    tbs = seq(b"" if extensions is None else tlv(0xA0, integer(2)), integer(serial), signature_algorithm(algorithm),
              name(issuer), seq(utc(start), utc(end)), name(subject), key.spki,
              b"" if extensions is None else tlv(0xA3, seq(*extensions)))
    return seq(tbs, signature_algorithm(algorithm), bits(signer.sign(algorithm, tbs)))


def pem(*ders):
    text = ""
    for one in ders:
        lines = base64.encodebytes(one).decode().replace("\n", "")
        body = "\n".join(lines[i:i + 64] for i in range(0, len(lines), 64))
        text += f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
    return text
