#!/usr/bin/env python3
"""Makes the sample captures of this folder: real OpenSSL handshakes with keys made anew, in packets made to measure.

usage: make.py [NAME…]        write these samples, or all (pcaps/README.md says what each shows)
       make.py --check [NAME…] compare the samples in the folder with what they must hold, as tshark reads them

Needs python3, openssl, tshark for --check, zstd for the zstd variant, and aioquic for quic.pcap; a sample whose tool is
missing is left as it is, with a message. Only the keys (and what is made of them) differ from one run to the next.
"""
import os
import ssl
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import check  # noqa: E402
import der  # noqa: E402
import handshake as hs  # noqa: E402
import net  # noqa: E402
from pki import HOST, Pki  # noqa: E402

SAMPLES = {}
DAY_2024 = 1715680800  # 2024-05-14 10:00:00 UTC
CLIENT_MAC, GATEWAY_MAC = "02:00:5e:10:00:01", "02:00:5e:10:00:fe"
REDIRECT = b"HTTP/1.1 301 Moved Permanently\r\nLocation: https://%s/\r\nContent-Length: 0\r\n\r\n"


class Turn:
    """Each sample has its own client port and minute, so that all can be read together."""

    number = 0


def sample(function):
    SAMPLES[function.__name__.replace("_", "-")] = function
    return function


def client_host(port=0, ttl=64, addr="192.0.2.10"):
    return net.Host(addr, port or 50412 + 10 * Turn.number, mac=CLIENT_MAC, ttl=ttl, ip_id=0x2F10)


def server_host(addr="198.51.100.20", port=443, ttl=52, **numbers):
    return net.Host(addr, port, mac=GATEWAY_MAC, ttl=ttl, ip_id=numbers.pop("ip_id", 0x6A00), first_id=0, **numbers)


def start_time():
    return DAY_2024 + 60 * Turn.number


def conversation(flights, *, client=None, server=None, start=None, before=(), mss=1460, stamps=True, close=True):
    """The flights, and what is said in the clear before them, as a TCP connection."""
    tcp = net.Tcp(client or client_host(), server or server_host(), (start or start_time()) * net.NS, mss=mss, stamps=stamps)
    tcp.open()
    for to_server, data in [*before, *flights]:
        tcp.send(to_server, data)
    if close:
        tcp.close()
    return tcp.packets


def frames(packets, tags=()):
    return [(packet.time_ns, packet.ethernet(tags)) for packet in packets]


def plain(packets, **options):
    return net.pcap(frames(packets), **options)


def http_only(server, host, start, client_port=50398):
    """A connection to port 80 that is sent to https."""
    tcp = net.Tcp(client_host(client_port), server, start * net.NS)
    tcp.open()
    tcp.send(True, b"GET / HTTP/1.1\r\nHost: %s\r\nUser-Agent: curl/7.64.0\r\nAccept: */*\r\n\r\n" % host.encode())
    tcp.send(False, REDIRECT % host.encode())
    tcp.send(True, b"GET /a HTTP/1.1\r\nHost: %s\r\n\r\n" % host.encode())
    tcp.send(False, REDIRECT % host.encode())
    tcp.close()
    return tcp.packets


# The plain cases -----------------------------------------------------------------------------------------------------

@sample
def direct(pki):
    return {"direct.pcap": plain(conversation(pki.tls12)), "roots.pem": der.pem(pki.root).encode()}


@sample
def tls10(pki):
    return {"tls10.pcap": plain(conversation(pki.flights(weak=True, high=ssl.TLSVersion.TLSv1)))}


@sample
def tls11(pki):
    return {"tls11.pcap": plain(conversation(pki.flights(weak=True, high=ssl.TLSVersion.TLSv1_1)))}


@sample
def tls13(pki):
    return {"tls13.pcap": plain(conversation(pki.flights()))}


@sample
def resumed(pki):
    """A full TLS 1.2 handshake, then the same session again: the second connection shows no certificate."""
    client = hs.client_context(roots=pki.roots, high=ssl.TLSVersion.TLSv1_2)
    server = pki.server()
    first, session = hs.handshake(server, client, HOST)
    second, _ = hs.handshake(server, client, HOST, session=session)
    return {"resumed.pcap": plain(conversation(first) +
                                  conversation(second, client=client_host(50412 + 10 * Turn.number + 1), start=start_time() + 5))}


@sample
def hello_retry(pki):
    """TLS 1.3 where the server wants another group than the client guessed."""
    flights, _ = hs.handshake(pki.server(curve="secp384r1"), hs.client_context(roots=pki.roots), HOST)
    return {"hello-retry.pcap": plain(conversation(flights))}


@sample
def client_cert(pki):
    """TLS 1.2 with a certificate of the client too."""
    server = pki.server(client_roots=pki.roots)
    client = hs.client_context(roots=pki.roots, high=ssl.TLSVersion.TLSv1_2, cert=pki.client_chain,
                               key=pki.key["client"].path)
    return {"client-cert.pcap": plain(conversation(hs.handshake(server, client, HOST)[0]))}


@sample
def refused(pki):
    """The client does not know the root: alert unknown_ca instead of an answer."""
    key, who = pki.key["small"], [("CN", der.UTF8, "Other")]
    root = pki.make("other", key, key, who, who, 1, "2020-01-01 00:00:00", "2040-01-01 00:00:00",
                    pki.ca_extensions(key, key, None))
    other = pki.file("other.pem", der.pem(root))
    flights, _ = hs.handshake(pki.server(), hs.client_context(roots=other, high=ssl.TLSVersion.TLSv1_2), HOST)
    return {"refused.pcap": plain(conversation(flights))}


@sample
def hostile_names(pki):
    """Names that try to write to the terminal: escape sequences, newlines, a tab, in SNI, subject and SAN."""
    bad = "a\x1b[31m\nonpath: all clear\r\t\"\\"
    leaf = der.certificate(subject=[("O", der.UTF8, "x\x1b]0;owned\x07\n{\"verdict\":\"trusted\"}"), ("CN", der.UTF8, bad)],
                           issuer=[("CN", der.UTF8, "\u202eAC evil \x00 end")], serial=7, start="2024-01-01 00:00:00",
                           end="2025-01-01 00:00:00", key=pki.key["leaf"], signer=pki.key["small"],
                           algorithm="sha256WithRSAEncryption",
                           extensions=[der.extension("subjectAltName", der.seq(der.tlv(0x82, bad.encode()),
                                                                               der.tlv(0x82, b"\xff\xfe\n.example")))])
    chain = pki.file("hostile.pem", der.pem(leaf))
    server = hs.server_context(chain, pki.key["leaf"].path)
    flights, _ = hs.handshake(server, hs.client_context(high=ssl.TLSVersion.TLSv1_2), bad)
    return {"hostile-names.pcap": plain(conversation(flights))}


@sample
def expired(pki):
    """The operator forgot to renew: the leaf ended three weeks before."""
    leaf = pki.make("expired", pki.key["leaf"], pki.key["intermediate"], [("CN", der.UTF8, HOST)], pki.middle_name,
                    0x04D17A21, "2024-01-24 07:00:00", "2024-04-23 06:59:59",
                    pki.leaf_extensions(pki.key["leaf"], pki.key["intermediate"], [HOST]))
    server = hs.server_context(pki.file("expired.pem", der.pem(leaf, pki.middle)), pki.key["leaf"].path)
    flights, _ = hs.handshake(server, hs.client_context(high=ssl.TLSVersion.TLSv1_2), HOST)
    return {"expired.pcap": plain(conversation(flights))}


@sample
def wrong_host(pki):
    """A name of the same operator that the certificate does not hold."""
    return {"wrong-host.pcap": plain(conversation(pki.tls12_of("stage.example.net")))}


@sample
def printer(pki):
    """A device in the house that made its own certificate years ago."""
    who = [("O", der.UTF8, "Office Printer"), ("CN", der.UTF8, "printer-2f")]
    key = pki.key["small"]
    leaf = pki.make("printer", key, key, who, who, 0x5CA1AB1E, "2019-05-01 00:00:00", "2029-04-28 00:00:00",
                    [der.extension("basicConstraints", der.seq(), critical=True)])
    server = hs.server_context(pki.file("printer.pem", der.pem(leaf)), key.path)
    flights, _ = hs.handshake(server, hs.client_context(high=ssl.TLSVersion.TLSv1_2), "printer.local")
    here = server_host("192.0.2.77", ttl=64)
    return {"printer.pcap": plain(conversation(flights, server=here))}


# The attacks ---------------------------------------------------------------------------------------------------------

@sample
def icloud_2014(pki):
    """Four days in October 2014: port 443 of an iCloud address answered from 6 hops away, port 80 from 11."""
    key = der.Key(pki.folder, "icloud", "RSA1024")
    who = [("C", der.PRINTABLE, "cn"), ("O", der.PRINTABLE, "www.icloud.com"), ("CN", der.PRINTABLE, "www.icloud.com")]
    leaf = der.certificate(
        subject=who, issuer=who, serial=0x2C, start="2014-10-04 10:35:47", end="2015-10-04 10:35:47", key=key, signer=key,
        algorithm="md5WithRSAEncryption",
        extensions=[der.extension("basicConstraints", der.seq(), critical=True),
                    der.extension("keyUsage", b"\x03\x02\x04\x30", critical=True),
                    der.extension("subjectKeyIdentifier", der.octets(key.identifier())),
                    der.extension("nsCertType", b"\x03\x02\x05\xe0"),
                    der.extension("nsComment", der.tlv(der.IA5, b"example comment extension"))])
    server = hs.server_context(pki.file("icloud.pem", der.pem(leaf)), key.path, high=ssl.TLSVersion.TLSv1_2,
                               ciphers="AES128-SHA:@SECLEVEL=0")  # the key may encipher, not sign
    flights, _ = hs.handshake(server, hs.client_context(ciphers=hs.WEAK, high=ssl.TLSVersion.TLSv1_2), "www.icloud.com")
    start = 1413783600  # 2014-10-20 05:40:00 UTC
    port80 = http_only(server_host("23.59.94.46", 80, ttl=53), "www.icloud.com", start)
    port443 = conversation(flights, server=server_host("23.59.94.46", ttl=58, ip_id=0x3B20), start=start + 1)
    return {"icloud-2014.pcap": plain(port80 + port443)}


def github_server(pki, folder):
    """The context of the machine that answered for GitHub Pages in March 2020."""
    def who(common):
        return [("C", der.PRINTABLE, "CN"), ("ST", der.UTF8, "GD"), ("L", der.UTF8, "SZ"), ("O", der.UTF8, "COM"),
                ("OU", der.UTF8, "NSP"), ("CN", der.UTF8, common), ("emailAddress", der.IA5, "346608453@qq.com")]
    ca_key, key = der.Key(folder, "github-ca", "EC"), der.Key(folder, "github", "EC")
    identifier = ca_key.identifier()
    authority = der.certificate(
        subject=who("CA"), issuer=who("CA"), serial=0x0FA5096A1D11783AC922EC61AAB4DAD020006C03,
        start="2019-09-26 09:32:37", end="2029-09-23 09:32:37", key=ca_key, signer=ca_key, algorithm="ecdsa-with-SHA256",
        extensions=[der.extension("subjectKeyIdentifier", der.octets(identifier)),
                    der.extension("authorityKeyIdentifier", der.seq(der.tlv(0x80, identifier))),
                    der.extension("basicConstraints", der.seq(b"\x01\x01\xff"), critical=True)])
    leaf = der.certificate(
        subject=who("SERVER"), issuer=who("CA"), serial=0x38C6C1950E7EBAF5F925874791B127FAF05EC1D9,
        start="2019-09-26 09:33:13", end="2029-09-23 09:33:13", key=key, signer=ca_key, algorithm="ecdsa-with-SHA256")
    return hs.server_context(pki.file("github.pem", der.pem(leaf, authority)), key.path, high=ssl.TLSVersion.TLSv1_2,
                             ciphers="ECDHE-ECDSA-AES128-GCM-SHA256")


@sample
def github_2020(pki):
    """27 March 2020: TTL 53 on the SYN-ACK, 47 after it, IP-ID 0 all along; port 80 of the same address is itself."""
    server = github_server(pki, pki.folder)
    flights, _ = hs.handshake(server, hs.client_context(alpn=["h2", "http/1.1"]), "octocat.github.io")
    start = 1585268898
    port80 = http_only(server_host("185.199.108.153", 80, ttl=44, ip_id=0x91C3), "octocat.github.io", start - 2)
    port443 = conversation(flights, start=start,
                           server=server_host("185.199.108.153", ttl=47, syn_ttl=53, ip_id=0))
    return {"github-2020.pcap": plain(port80 + port443)}


# What comes before TLS -----------------------------------------------------------------------------------------------

def after(pki, name, server_port, before, **options):
    packets = conversation(pki.tls12_of("mail.example.net"), server=server_host(port=server_port), before=before, **options)
    return {name: plain(packets)}


@sample
def starttls_smtp(pki):
    return after(pki, "starttls-smtp.pcap", 25, [
        (False, b"220 mail.example.net ESMTP\r\n"), (True, b"EHLO client.example.org\r\n"),
        (False, b"250-mail.example.net\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 8BITMIME\r\n"),
        (True, b"STARTTLS\r\n"), (False, b"220 2.0.0 Ready to start TLS\r\n")])


@sample
def starttls_imap(pki):
    return after(pki, "starttls-imap.pcap", 143, [
        (False, b"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] mail.example.net ready\r\n"),
        (True, b"a1 STARTTLS\r\n"), (False, b"a1 OK Begin TLS negotiation now\r\n")])


@sample
def starttls_xmpp(pki):
    stream = (b"<?xml version='1.0'?><stream:stream to='mail.example.net' xmlns='jabber:client' "
              b"xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>")
    return after(pki, "starttls-xmpp.pcap", 5222, [
        (True, stream), (False, stream.replace(b"to=", b"id='8f2' from=")),
        (False, b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>"),
        (True, b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
        (False, b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")])


@sample
def postgres(pki):
    return after(pki, "postgres.pcap", 5432, [(True, bytes.fromhex("0000000804d2162f")), (False, b"S")])


@sample
def http_connect(pki):
    packets = conversation(pki.tls12, server=server_host("192.0.2.254", 3128, ttl=64), before=[
        (True, b"CONNECT shop.example.net:443 HTTP/1.1\r\nHost: shop.example.net:443\r\n\r\n"),
        (False, b"HTTP/1.1 200 Connection established\r\n\r\n")])
    return {"http-connect.pcap": plain(packets)}


# How it is delivered -------------------------------------------------------------------------------------------------

def server_data(packets):
    return [number for number, packet in enumerate(packets) if packet.data and not packet.to_server]


@sample
def tiny_segments(pki):
    """Seven bytes a segment in both directions, in the handshake."""
    tcp = net.Tcp(client_host(), server_host(), start_time() * net.NS)
    tcp.open()
    for number, (to_server, data) in enumerate(pki.tls12):
        tcp.send(to_server, data, cuts=[7] * (len(data) // 7) if number < 3 else None)
    tcp.close()
    return {"tiny-segments.pcap": plain(tcp.packets)}


@sample
def reordered(pki):
    """The server's segments arrive in reverse, each one twice, and the ClientHello in two parts the wrong way round."""
    tcp = net.Tcp(client_host(), server_host(), start_time() * net.NS)
    tcp.open()
    for to_server, data in pki.tls12:
        tcp.send(to_server, data, cuts=[100] if to_server else [400, 300, 500, 200])
    tcp.close()
    packets, out, at = tcp.packets, [], 0
    while at < len(packets):
        run = at
        while run < len(packets) and packets[run].data and packets[run].to_server == packets[at].to_server:
            run += 1
        turned = list(reversed(packets[at:run])) if run - at > 1 else []
        out += [packet for one in turned for packet in (one, one)] or packets[at:max(run, at + 1)]
        at = max(run, at + 1)
    times = sorted(packet.time_ns for packet in out)
    return {"reordered.pcap": net.pcap([(when, packet.ethernet()) for when, packet in zip(times, out)])}


@sample
def lossy(pki):
    """The second segment of the server's certificate was not captured, and nobody sent it again."""
    packets = conversation(pki.tls12)
    del packets[server_data(packets)[1]]
    return {"lossy.pcap": plain(packets)}


@sample
def overlap_conflict(pki):
    """A segment of the certificate comes a second time with other bytes, as when somebody races the server."""
    tcp = net.Tcp(client_host(), server_host(), start_time() * net.NS)
    tcp.open()
    for number, (to_server, data) in enumerate(pki.tls12):
        if number != 1:
            tcp.send(to_server, data)
            continue
        start = tcp.server.seq
        for at in range(0, len(data), 1000):
            tcp.segment(False, net.ACK, data[at:at + 1000])
            if at == 1000:
                tcp.wait(0.1)
                tcp.segment(False, net.ACK, bytes(byte ^ 0x20 for byte in data[1000:1400]), seq=start + 1000)
        tcp.segment(True, net.ACK)
    tcp.close()
    return {"overlap-conflict.pcap": plain(tcp.packets)}


@sample
def ip_fragments(pki):
    """A path of 576 bytes: large segments come as fragments, the last one first."""
    return {"ip-fragments.pcap": plain([part for packet in conversation(pki.tls12) for part in net.fragments(packet, 576)])}


@sample
def vlan(pki):
    """Two tags: 802.1ad 100 outside, 802.1Q 7 inside."""
    return {"vlan.pcap": net.pcap(frames(conversation(pki.tls12), [(0x88A8, 100), (0x8100, 7)]))}


def tunnelled(pki, kind):
    ends = net.Host("203.0.113.1", 0, mac=CLIENT_MAC, ttl=255), net.Host("203.0.113.2", 0, mac=GATEWAY_MAC, ttl=250)
    return plain([net.tunnel(packet, *ends, kind) for packet in conversation(pki.tls12)])


@sample
def gre(pki):
    return {"gre.pcap": tunnelled(pki, "gre")}


@sample
def vxlan(pki):
    return {"vxlan.pcap": tunnelled(pki, "vxlan")}


@sample
def ipv6(pki):
    return {"ipv6.pcap": plain(conversation(pki.tls12, client=client_host(addr="2001:db8:1::10"), mss=1440,
                                            server=server_host("2001:db8:2::20")))}


@sample
def sll2(pki):
    """As `tcpdump -i any` writes it."""
    return {"sll2.pcap": net.pcap([(packet.time_ns, packet.sll2()) for packet in conversation(pki.tls12)], net.SLL2)}


@sample
def formats(pki):
    """The packets of direct.pcap in other file formats; all must be judged alike."""
    raw = [(packet.time_ns, packet.ip) for packet in conversation(pki.tls13)]
    Turn.number = list(SAMPLES).index("direct")
    packets = frames(conversation(pki.tls12))
    files = {"direct.pcapng": net.pcapng([("<", [(net.ETHERNET, 6, packets[:8])]), (">", [(net.ETHERNET, 9, packets[8:])])]),
             "two-interfaces.pcapng": net.pcapng([("<", [(net.ETHERNET, 6, packets), (net.RAW, 9, raw)])]),
             "direct-big-endian.pcap": net.pcap(packets, nanoseconds=True, order=">"),
             "direct.pcap.gz": net.gz(net.pcap(packets)),
             "truncated.pcap": net.pcap(packets)[:-20]}
    files["direct.pcap.zst"] = subprocess.run(["zstd", "-q", "-c"], input=net.pcap(packets), stdout=subprocess.PIPE,
                                              check=True).stdout
    return files


# Other carriers ------------------------------------------------------------------------------------------------------

def datagrams(flights, port, addr="198.51.100.20"):
    udp = net.Udp(client_host(), server_host(addr, port), start_time() * net.NS)
    for to_server, data in flights:
        udp.send(to_server, data)
    return udp.packets


@sample
def dtls(pki):
    """DTLS 1.2 with a cookie exchange and a certificate in several fragments."""
    return {"dtls.pcap": plain(datagrams(hs.dtls(pki.chain, pki.middle_file, pki.key["leaf"].path, HOST, 600, pki.folder), 4433))}


@sample
def quic(pki):
    flights = hs.quic(pki.chain, pki.key["leaf"].path, HOST)
    if flights is None:
        raise FileNotFoundError("aioquic")
    return {"quic.pcap": plain(datagrams(flights, 443))}


def make(names):
    with tempfile.TemporaryDirectory() as folder:
        pki = Pki(folder)
        limits = {"roots": pki.roots, "high": ssl.TLSVersion.TLSv1_2}
        pki.tls12_of = lambda name: hs.handshake(pki.server(), hs.client_context(**limits), name)[0]
        pki.tls12 = pki.tls12_of(HOST)
        pki.tls13 = pki.flights()
        for name in names:
            Turn.number = list(SAMPLES).index(name)
            try:
                files = SAMPLES[name](pki)
            except FileNotFoundError as missing:
                print(f"{name}: left as it is, no {missing.filename or missing}", file=sys.stderr)
                continue
            for file, data in files.items():
                with open(os.path.join(HERE, file), "wb") as out:
                    out.write(data)
                print(f"{file}\t{len(data)}")


def main():
    names = sys.argv[1:]
    if names[:1] == ["--check"]:
        return check.main(HERE, names[1:])
    unknown = [name for name in names if name not in SAMPLES]
    if unknown:
        print(f"no such sample: {' '.join(unknown)}\nthere are: {' '.join(SAMPLES)}", file=sys.stderr)
        return 2
    if names and set(names) != set(SAMPLES):
        print("note: a run makes its own root; roots.pem fits only the samples made with it", file=sys.stderr)
    make(names or list(SAMPLES))
    return 0


if __name__ == "__main__":
    sys.exit(main())
