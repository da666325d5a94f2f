"""The honest operator of the samples: root, intermediate and server certificate of 2024, and its handshakes."""
import os

import der
import handshake as hs

HOST = "shop.example.net"


class Pki:
    """Root, intermediate and server certificate of an honest operator of 2024; files in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        key = {label: der.Key(folder, label, "RSA2048") for label in ("root", "intermediate", "leaf", "client", "small")}
        root = [("C", der.PRINTABLE, "NO"), ("O", der.UTF8, "Onpath Samples"), ("CN", der.UTF8, "Onpath Samples Root R1")]
        middle = [("C", der.PRINTABLE, "NO"), ("O", der.UTF8, "Onpath Samples"), ("CN", der.UTF8, "Onpath Samples TLS CA 1")]
        self.middle_name = middle
        make = self.make
        self.root = make("root", key["root"], key["root"], root, root, 0x1001, "2020-01-01 00:00:00", "2040-01-01 00:00:00",
                         self.ca_extensions(key["root"], key["root"], None))
        self.middle = make("intermediate", key["intermediate"], key["root"], middle, root, 0x73A0C4E19B52D80F,
                           "2022-03-01 00:00:00", "2032-03-01 00:00:00",
                           self.ca_extensions(key["intermediate"], key["root"], 0))
        self.leaf = make("leaf", key["leaf"], key["intermediate"], [("CN", der.UTF8, HOST)], middle,
                         0x06C41F7A2E9B83D5500CE2A17F34B961, "2024-04-02 08:12:40", "2024-07-01 08:12:39",
                         self.leaf_extensions(key["leaf"], key["intermediate"], [HOST, "mail.example.net"]))
        self.client = make("client", key["client"], key["intermediate"], [("CN", der.UTF8, "device 17")], middle,
                           0x11223344556677, "2024-01-10 00:00:00", "2025-01-10 00:00:00",
                           [der.purposes("clientAuth")])
        self.chain = self.file("chain.pem", der.pem(self.leaf, self.middle))
        self.middle_file = self.file("intermediate.pem", der.pem(self.middle))
        self.client_chain = self.file("client.pem", der.pem(self.client, self.middle))
        self.roots = self.file("roots.pem", der.pem(self.root))
        self.key = key

    def file(self, label, text):
        path = os.path.join(self.folder, label)
        with open(path, "w", encoding="ascii") as out:
            out.write(text)
        return path

    @staticmethod
    def make(_label, key, signer, subject, issuer, serial, start, end, extensions):
        return der.certificate(subject=subject, issuer=issuer, serial=serial, start=start, end=end, key=key,
                               signer=signer, algorithm="sha256WithRSAEncryption", extensions=extensions)

    @staticmethod
    def ca_extensions(key, signer, path_len):
        limit = der.integer(path_len) if path_len is not None else b""
        found = [der.extension("keyUsage", b"\x03\x02\x01\x06", critical=True),
                 der.extension("basicConstraints", der.seq(b"\x01\x01\xff", limit), critical=True),
                 der.extension("subjectKeyIdentifier", der.octets(key.identifier()))]
        if signer is not key:
            found.insert(1, der.purposes("serverAuth", "clientAuth"))
            found.append(der.extension("authorityKeyIdentifier", der.seq(der.tlv(0x80, signer.identifier()))))
        return found

    @staticmethod
    def leaf_extensions(key, signer, hosts):
        places = der.seq(der.seq(der.oid("ocsp"), der.tlv(0x86, b"http://ocsp.example.net")),
                         der.seq(der.oid("caIssuers"), der.tlv(0x86, b"http://ca.example.net/tls1.der")))
        return [der.extension("keyUsage", b"\x03\x02\x05\xa0", critical=True),
                der.purposes("serverAuth", "clientAuth"),
                der.extension("basicConstraints", der.seq(), critical=True),
                der.extension("subjectKeyIdentifier", der.octets(key.identifier())),
                der.extension("authorityKeyIdentifier", der.seq(der.tlv(0x80, signer.identifier()))),
                der.extension("authorityInfoAccess", places),
                der.alt_names(hosts),
                der.extension("certificatePolicies", der.seq(der.seq(der.oid("domain-validated"))))]

    def server(self, **options):
        return hs.server_context(self.chain, self.key["leaf"].path, **options)

    def flights(self, name=HOST, **limits):
        """Handshake of a client that trusts the root with the server, under these limits of version or cipher."""
        client = hs.client_context(roots=self.roots, ciphers=hs.WEAK if limits.pop("weak", False) else None, **limits)
        return hs.handshake(self.server(), client, name)[0]
