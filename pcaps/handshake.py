"""Real TLS handshakes of OpenSSL, byte by byte, without a socket: a list of (to_server, bytes) each."""
import select
import socket
import ssl
import subprocess
import time

WEAK = "ALL:eNULL:@SECLEVEL=0"
NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME: the samples play in the past


def server_context(cert, key, *, low=None, high=None, ciphers=None, curve=None, client_roots=None, alpn=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(ciphers or WEAK)
    limit(context, low, high)
    if curve:
        context.set_ecdh_curve(curve)
    if client_roots:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client_roots)
        context.verify_flags |= NO_CHECK_TIME
    if alpn:
        context.set_alpn_protocols(alpn)
    context.load_cert_chain(cert, key)
    return context


def client_context(*, low=None, high=None, ciphers=None, roots=None, alpn=None, cert=None, key=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if ciphers:
        context.set_ciphers(ciphers)
    limit(context, low, high)
    if roots:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(roots)
        context.verify_flags |= NO_CHECK_TIME
    if alpn:
        context.set_alpn_protocols(alpn)
    if cert:
        context.load_cert_chain(cert, key)
    return context


def limit(context, low, high):
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # TLS 1.0 and 1.1 are what we want to show
        context.minimum_version = low or ssl.TLSVersion.MINIMUM_SUPPORTED
        if high:
            context.maximum_version = high


class Side:
    def __init__(self, context, server_side, name=None, session=None):
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=server_side, server_hostname=name,
                                    session=session)
        self.error = None
        self.done = False

    def step(self, work):
        """Does the work as far as it goes; returns what is to be sent."""
        try:
            work(self)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            self.error = error
        return self.outgoing.read()


def shake(side):
    if not side.done:
        side.tls.do_handshake()
        side.done = True


def handshake(server, client, name, *, session=None, request=b"GET / HTTP/1.1\r\nHost: example\r\n\r\n",
              answer=b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"):
    """Flights of a handshake, a request and its answer, and the client's session. A client that refuses ends it."""
    flights = []
    ends = {True: Side(client, False, name, session), False: Side(server, True)}

    def turn(from_client, work):
        data = ends[from_client].step(work)
        if data:
            flights.append((from_client, data))
            ends[not from_client].incoming.write(data)
        return data

    while turn(True, shake) or turn(False, shake):
        if ends[True].error or ends[False].error:
            turn(True, shake)
            return flights, None
    for from_client, text in ((True, request), (False, answer)):
        turn(from_client, lambda side, text=text: side.tls.write(text))
        ends[not from_client].step(lambda side: side.tls.read(65536))
    session = ends[True].tls.session
    turn(True, lambda side: side.tls.unwrap())
    turn(False, lambda side: side.tls.unwrap())
    return flights, session


def dtls(cert, others, key, name, mtu, folder):
    """A DTLS 1.2 handshake of openssl s_client and s_server, over loopback through a relay that writes it down."""
    relay = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    relay.bind(("127.0.0.1", 0))
    free = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    free.bind(("127.0.0.1", 0))
    server_port = free.getsockname()[1]
    free.close()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    server = subprocess.Popen(["openssl", "s_server", "-dtls1_2", "-mtu", str(mtu), "-port", str(server_port),
                               "-cert", cert, "-cert_chain", others, "-key", key],
                              stdin=subprocess.PIPE, **quiet)
    time.sleep(0.5)
    client = subprocess.Popen(["openssl", "s_client", "-dtls1_2", "-mtu", str(mtu), "-servername", name, "-connect",
                               f"127.0.0.1:{relay.getsockname()[1]}"], stdin=subprocess.PIPE, **quiet)
    datagrams, client_address, deadline = [], None, time.monotonic() + 2
    while time.monotonic() < deadline:
        if not select.select([relay], [], [], 0.1)[0]:
            continue
        data, peer = relay.recvfrom(65536)
        to_server = peer[1] != server_port
        if to_server:
            client_address = peer
        datagrams.append((to_server, data))
        relay.sendto(data, ("127.0.0.1", server_port) if to_server else client_address)
    for process in (client, server):
        process.stdin.close()
        process.terminate()
        process.wait()
    relay.close()
    return datagrams


def quic(cert, key, name):
    """A QUIC v1 handshake of aioquic, which must be installed; None where it is not."""
    try:
        from aioquic.quic.configuration import QuicConfiguration
        from aioquic.quic.connection import QuicConnection
    except ImportError:
        return None
    hello = QuicConfiguration(is_client=True, alpn_protocols=["h3"], server_name=name, verify_mode=ssl.CERT_NONE)
    answer = QuicConfiguration(is_client=False, alpn_protocols=["h3"])
    answer.load_cert_chain(cert, key)
    here, there = ("192.0.2.10", 50000), ("198.51.100.20", 443)
    client = QuicConnection(configuration=hello)
    server = QuicConnection(configuration=answer, original_destination_connection_id=client.original_destination_connection_id)
    now, datagrams = 1.0, []
    client.connect(there, now=now)
    for _ in range(6):
        for to_server, source, sink, peer in ((True, client, server, here), (False, server, client, there)):
            now += 0.02
            for data, _address in source.datagrams_to_send(now=now):
                datagrams.append((to_server, data))
                sink.receive_datagram(data, peer, now=now)
    return datagrams
