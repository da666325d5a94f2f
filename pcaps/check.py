"""Compares the samples with what they must hold, as tshark and openssl read them: an opinion other than ours. TAP."""
import glob
import os
import re
import subprocess
import tempfile

import der

SHOP, MAIL, BAD = "shop.example.net", "mail.example.net", None
T10, T11, T12, T13, D12 = "0x0301", "0x0302", "0x0303", "0x0304", "0xfefd"

# file: (names asked for, version of each ServerHello, certificates of each server's Certificate message)
SAMPLES = {
    "direct.pcap": ([SHOP], [T12], [2]), "direct.pcapng": ([SHOP], [T12], [2]), "direct.pcap.gz": ([SHOP], [T12], [2]),
    "direct.pcap.zst": ([SHOP], [T12], [2]), "direct-big-endian.pcap": ([SHOP], [T12], [2]),
    "truncated.pcap": ([SHOP], [T12], [2]), "two-interfaces.pcapng": ([SHOP, SHOP], [T12, T13], [2]),
    "tls10.pcap": ([SHOP], [T10], [2]), "tls11.pcap": ([SHOP], [T11], [2]), "tls13.pcap": ([SHOP], [T13], []),
    "resumed.pcap": ([SHOP, SHOP], [T12, T12], [2]), "hello-retry.pcap": ([SHOP, SHOP], [T13, T13], []),
    "client-cert.pcap": ([SHOP], [T12], [2, 2]), "refused.pcap": ([SHOP], [T12], [2]),
    "hostile-names.pcap": (BAD, [T12], [1]), "expired.pcap": ([SHOP], [T12], [2]),
    "wrong-host.pcap": (["stage.example.net"], [T12], [2]), "printer.pcap": (["printer.local"], [T12], [1]),
    "icloud-2014.pcap": (["www.icloud.com"], [T12], [1]), "github-2020.pcap": (["octocat.github.io"], [T12], [2]),
    "starttls-smtp.pcap": ([MAIL], [T12], [2]), "starttls-imap.pcap": ([MAIL], [T12], [2]),
    "starttls-xmpp.pcap": ([MAIL], [T12], [2]), "postgres.pcap": ([MAIL], [T12], [2]),
    "http-connect.pcap": ([SHOP], [T12], [2]), "tiny-segments.pcap": ([SHOP], [T12], [2]),
    "reordered.pcap": ([SHOP], [T12], [2]), "lossy.pcap": ([SHOP], [T12], []),
    "overlap-conflict.pcap": ([SHOP], [T12], [2]), "ip-fragments.pcap": ([SHOP], [T12], [2]),
    "vlan.pcap": ([SHOP], [T12], [2]), "gre.pcap": ([SHOP], [T12], [2]), "vxlan.pcap": ([SHOP], [T12], [2]),
    "ipv6.pcap": ([SHOP], [T12], [2]), "sll2.pcap": ([SHOP], [T12], [2]), "dtls.pcap": ([SHOP, SHOP], [D12], [2]),
    "quic.pcap": ([SHOP], [T13], []),
}


def tshark(path, display, *fields):
    """Values of the fields of the packets that match, a row each."""
    command = ["tshark", "-r", path, "-2", "-o", "tcp.reassemble_out_of_order:TRUE", "-Y", display, "-T", "fields",
               "-E", "separator=|"]
    for field in fields:
        command += ["-e", field]
    out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
    return [line.split("|") for line in out.decode("utf-8", "replace").splitlines()]


def hellos(path):
    rows = tshark(path, "tls.handshake.type == 1 || dtls.handshake.type == 1", "tls.handshake.extensions_server_name",
                  "dtls.handshake.extensions_server_name")
    return [row[0] or row[-1] for row in rows]


def versions(path):
    found = []
    for tls, dtls, supported in tshark(path, "tls.handshake.type == 2 || dtls.handshake.type == 2", "tls.handshake.version",
                                       "dtls.handshake.version", "tls.handshake.extensions.supported_version"):
        found.append((supported or tls or dtls).split(",")[0])
    return found


def certificates(path):
    rows = tshark(path, "tls.handshake.type == 11 || dtls.handshake.type == 11", "tls.handshake.certificate",
                  "dtls.handshake.certificate")
    return [[bytes.fromhex(one) for one in (row[0] or row[-1]).split(",")] for row in rows if row[0] or row[-1]]


def certificate_text(data, *options):
    return subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-text", "-nameopt", "RFC2253,sep_comma_plus_space",
                           *options], input=data, stdout=subprocess.PIPE, check=True).stdout.decode("utf-8", "replace")


def wants(text, *patterns):
    missing = [pattern for pattern in patterns if not re.search(pattern, text)]
    assert not missing, f"not in the certificate: {missing}\n{text}"


def basics(folder, file):
    path = os.path.join(folder, file)
    names, wanted_versions, counts = SAMPLES[file]
    if names is not BAD:
        assert hellos(path) == names, hellos(path)
    assert versions(path) == wanted_versions, versions(path)
    found = [len(chain) for chain in certificates(path)]
    assert found == counts, found


def verified(folder, file):
    """The chain leads to roots.pem at the time of the capture, for the name."""
    leaf, middle = certificates(os.path.join(folder, file))[0]
    with tempfile.NamedTemporaryFile() as others:
        others.write(der.pem(middle).encode())
        others.flush()
        done = subprocess.run(["openssl", "verify", "-attime", "1715680800", "-verify_hostname", SHOP, "-CAfile",
                               os.path.join(folder, "roots.pem"), "-untrusted", others.name], input=der.pem(leaf).encode(),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout


def ttls(path, display):
    return {int(row[0]) for row in tshark(path, display, "ip.ttl")}


def icloud(folder):
    path = os.path.join(folder, "icloud-2014.pcap")
    (leaf,), = certificates(path)
    text = certificate_text(leaf)
    wants(text, r"Version: 3", r"Serial Number: 44 \(0x2c\)", r"Issuer: CN=www.icloud.com, O=www.icloud.com, C=cn\n",
          r"Subject: CN=www.icloud.com, O=www.icloud.com, C=cn\n", r"Not Before: Oct  4 10:35:47 2014",
          r"Not After : Oct  4 10:35:47 2015", r"md5WithRSAEncryption", r"Public-Key: \(1024 bit\)",
          r"(?s)Basic Constraints: critical.*Key Usage: critical\s+Key Encipherment, Data Encipherment\s.*Subject Key "
          r"Identifier.*Netscape Cert Type:\s+SSL Client, SSL Server, S/MIME\s.*Netscape Comment:\s+example comment ext")
    assert "UTF8" not in subprocess.run(["openssl", "asn1parse", "-inform", "DER"], input=leaf, stdout=subprocess.PIPE,
                                        check=True).stdout.decode()
    assert ttls(path, "tcp.srcport == 443") == {58} and ttls(path, "tcp.srcport == 80") == {53}
    when = float(tshark(path, "tcp.dstport == 443", "frame.time_epoch")[0][0])
    assert 1413763200 <= when < 1413849600, when  # 2014-10-20


def github(folder):
    path = os.path.join(folder, "github-2020.pcap")
    (leaf, authority), = certificates(path)
    wants(certificate_text(leaf), r"Version: 1", r"38:c6:c1:95:0e:7e:ba:f5:f9:25:87:47:91:b1:27:fa:f0:5e:c1:d9",
          r"Subject: emailAddress=346608453@qq.com, CN=SERVER, OU=NSP, O=COM, L=SZ, ST=GD, C=CN",
          r"Issuer: emailAddress=346608453@qq.com, CN=CA,", r"Sep 26 09:33:13 2019", r"Sep 23 09:33:13 2029",
          r"prime256v1", r"ecdsa-with-SHA256")
    wants(certificate_text(authority), r"Version: 3", r"0f:a5:09:6a:1d:11:78:3a:c9:22:ec:61:aa:b4:da:d0:20:00:6c:03",
          r"Sep 26 09:32:37 2019", r"(?s)Subject Key Id.*Authority Key Id.*Basic Constraints: critical\s+CA:TRUE")
    server = "tcp.srcport == 443"
    assert ttls(path, server + " && tcp.flags.syn == 1") == {53} and ttls(path, server + " && tcp.flags.syn == 0") == {47}
    assert {row[0] for row in tshark(path, server, "ip.id")} == {"0x0000"}
    ids = [row[0] for row in tshark(path, "tcp.srcport == 80", "ip.id")]
    assert ids[0] == "0x0000" and "0x0000" not in ids[1:] and ttls(path, "tcp.srcport == 80") == {44}
    assert [row[0] for row in tshark(path, "tls.handshake.type == 2", "tls.handshake.ciphersuite")] == ["0xc02b"]


def hostile(folder):
    path = os.path.join(folder, "hostile-names.pcap")
    with open(path, "rb") as file:
        assert file.read().count(b"a\x1b[31m\nonpath: all clear\r\t\"\\") >= 3  # SNI, subject, SAN


def conflict(folder):
    assert tshark(os.path.join(folder, "overlap-conflict.pcap"), "tcp.segment.overlap.conflict", "frame.number")


def alert(folder):
    path = os.path.join(folder, "refused.pcap")
    assert tshark(path, "tls.alert_message", "tls.alert_message.desc") == [["48"]]  # unknown_ca


def described(folder):
    """Each file of samples has its row in README.md, and each row its file."""
    with open(os.path.join(folder, "README.md"), encoding="utf-8") as file:
        rows = re.findall(r"^\| `([^`]+)`", file.read(), re.M)
    files = [os.path.basename(path) for kind in ("*.pcap*", "*.pem") for path in glob.glob(os.path.join(folder, kind))]
    assert sorted(rows) == sorted(files), set(rows) ^ set(files)
    assert set(files) - {"roots.pem"} == set(SAMPLES), set(files) ^ set(SAMPLES)


def main(folder, names):
    tests = [(f"{file} holds what it should", lambda file=file: basics(folder, file)) for file in SAMPLES
             if not names or file in names]
    if not names:
        tests += [(f"{file} leads to roots.pem", lambda file=file: verified(folder, file))
                  for file in ("direct.pcap", "tls10.pcap", "dtls.pcap", "ipv6.pcap")]
        for function in (icloud, github, hostile, conflict, alert, described):
            tests.append((function.__doc__ or f"{function.__name__} in detail", lambda function=function: function(folder)))
    print(f"1..{len(tests)}")
    failed = 0
    for number, (title, test) in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} - {title}", flush=True)
        except (AssertionError, ValueError, IndexError, subprocess.CalledProcessError) as error:
            failed += 1
            print("".join(f"# {line}\n" for line in str(error).splitlines()) + f"not ok {number} - {title}", flush=True)
    return 1 if failed else 0
