"""Packets and capture files: a TCP or UDP conversation becomes frames with chosen TTLs, IP-IDs and times."""
import gzip
import ipaddress
import struct

ETHERNET, RAW, SLL2 = 1, 101, 276
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
NS = 1_000_000_000


def ones_sum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Host:
    """One end: its address, the TTL its packets have where they are captured, and how it numbers them."""

    def __init__(self, addr, port, *, mac, ttl=64, syn_ttl=None, ip_id=1, first_id=None):
        self.addr, self.port, self.mac = ipaddress.ip_address(addr), port, bytes.fromhex(mac.replace(":", ""))
        self.ttl, self.syn_ttl = ttl, syn_ttl or ttl
        self.ip_id, self.first_id = ip_id, first_id  # ip_id 0: always 0; first_id: of its first packet
        self.sent = 0
        self.seq = 0

    def next_id(self):
        self.sent += 1
        if self.sent == 1 and self.first_id is not None:
            return self.first_id
        if self.ip_id:
            self.ip_id = self.ip_id % 0xFFFF + 1
        return self.ip_id


def ip_packet(src, dst, proto, payload, *, ttl, ident=0, flags=2, offset=0):
    """IPv4 or IPv6, by the address; flags and offset as in the IPv4 header (2: don't fragment)."""
    if src.version == 6:
        return struct.pack("!IHBB", 0x60000000, len(payload), proto, ttl) + src.packed + dst.packed + payload
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), ident, flags << 13 | offset // 8, ttl, proto, 0)
    head += src.packed + dst.packed
    return head[:10] + struct.pack("!H", ones_sum(head)) + head[12:] + payload


def transport_sum(src, dst, proto, segment):
    pseudo = src.packed + dst.packed + (struct.pack("!BBH", 0, proto, len(segment)) if src.version == 4
                                        else struct.pack("!IHBB", len(segment), 0, 0, proto))
    return ones_sum(pseudo + segment)


class Packet:
    """One IP packet on its way, with the time it was captured; `to_server` tells the direction."""

    def __init__(self, time_ns, ip, to_server, src, dst, data=b""):
        self.time_ns, self.ip, self.to_server, self.src, self.dst, self.data = time_ns, ip, to_server, src, dst, data

    def ethernet(self, tags=()):
        kind = 0x86DD if self.ip[0] >> 4 == 6 else 0x0800
        frame = self.dst.mac + self.src.mac
        for tpid, vlan in tags:
            frame += struct.pack("!HH", tpid, vlan)
        return frame + struct.pack("!H", kind) + self.ip

    def sll2(self):
        kind = 0x86DD if self.ip[0] >> 4 == 6 else 0x0800
        return struct.pack("!HHIHBB8s", kind, 0, 2, 1, 4 if self.to_server else 0, 6, self.src.mac) + self.ip


class Tcp:
    """A TCP connection as a tap near the client sees it."""

    def __init__(self, client, server, start_ns, *, rtt_ms=40, mss=1460, stamps=True, isn=(0x1A2B3C4D, 0x5E6F7081)):
        self.client, self.server, self.now, self.rtt = client, server, start_ns, rtt_ms * 1_000_000
        self.mss, self.stamps = mss - (12 if stamps else 0), stamps
        client.seq, server.seq = isn
        self.packets = []
        self.mss_option = mss
        self.echo = {True: 0, False: 0}

    def segment(self, to_server, flags, data=b"", seq=None, options=None):
        src, dst = (self.client, self.server) if to_server else (self.server, self.client)
        if options is None:
            options = b"\x01\x01\x08\x0a" + self.stamp(to_server) if self.stamps else b""
        head = struct.pack("!HHIIBBHHH", src.port, dst.port, (src.seq if seq is None else seq) & 0xFFFFFFFF,
                           dst.seq & 0xFFFFFFFF if flags & ACK else 0, (20 + len(options)) // 4 << 4, flags,
                           64240 if flags & SYN else 501, 0, 0) + options + data
        total = transport_sum(src.addr, dst.addr, 6, head)
        head = head[:16] + struct.pack("!H", total) + head[18:]
        ttl = src.syn_ttl if flags & SYN else src.ttl
        ip = ip_packet(src.addr, dst.addr, 6, head, ttl=ttl, ident=src.next_id())
        self.packets.append(Packet(self.now, ip, to_server, src, dst, data))
        if seq is None:
            src.seq += len(data) + (1 if flags & (SYN | FIN) else 0)

    def stamp(self, to_server):
        value = (self.now // 1_000_000 + (7_000_000 if to_server else 91_000_000)) & 0xFFFFFFFF
        other, self.echo[to_server] = self.echo[not to_server], value
        return struct.pack("!II", value, other)

    def wait(self, ms):
        self.now += int(ms * 1_000_000)

    def open(self):
        def options(to_server):
            mss = struct.pack("!BBH", 2, 4, self.mss_option)
            if not self.stamps:
                return mss + b"\x01\x01\x04\x02"
            return mss + b"\x04\x02\x08\x0a" + self.stamp(to_server) + b"\x01\x03\x03\x07"
        self.segment(True, SYN, options=options(True))
        self.now += self.rtt
        self.segment(False, SYN | ACK, options=options(False))
        self.wait(0.05)
        self.segment(True, ACK)

    def send(self, to_server, data, cuts=None):
        """Sends data in segments (of the given sizes, else MSS), then the other side acknowledges."""
        self.now += self.rtt if not to_server else 200_000
        at, sizes = 0, list(cuts or [])
        while at < len(data):
            size = sizes.pop(0) if sizes else self.mss
            part = data[at:at + size]
            at += len(part)
            self.segment(to_server, ACK | (PSH if at == len(data) else 0), part)
            self.wait(0.02)
        self.wait(0.05)
        self.segment(not to_server, ACK)

    def close(self):
        self.wait(1)
        self.segment(True, FIN | ACK)
        self.now += self.rtt
        self.segment(False, FIN | ACK)
        self.wait(0.05)
        self.segment(True, ACK)


class Udp:
    """Datagrams between two hosts."""

    def __init__(self, client, server, start_ns, rtt_ms=30):
        self.client, self.server, self.now, self.rtt = client, server, start_ns, rtt_ms * 1_000_000
        self.packets = []

    def send(self, to_server, data):
        src, dst = (self.client, self.server) if to_server else (self.server, self.client)
        self.now += 200_000 if to_server else self.rtt
        head = struct.pack("!HHHH", src.port, dst.port, 8 + len(data), 0) + data
        total = transport_sum(src.addr, dst.addr, 17, head) or 0xFFFF
        head = head[:6] + struct.pack("!H", total) + head[8:]
        ip = ip_packet(src.addr, dst.addr, 17, head, ttl=src.ttl, ident=src.next_id())
        self.packets.append(Packet(self.now, ip, to_server, src, dst, data))


def tunnel(packet, outer_src, outer_dst, kind):
    """The packet inside GRE (RFC 2784, carrying IP) or VXLAN (RFC 7348)."""
    if kind == "gre":
        proto, body = 47, struct.pack("!HH", 0, 0x86DD if packet.ip[0] >> 4 == 6 else 0x0800) + packet.ip
    else:
        inner = struct.pack("!II", 0x08000000, 4096 << 8) + packet.ethernet()
        proto, body = 17, struct.pack("!HHHH", 49152 + packet.src.port % 1000, 4789, 8 + len(inner), 0) + inner
    src, dst = (outer_src, outer_dst) if packet.to_server else (outer_dst, outer_src)
    ip = ip_packet(src.addr, dst.addr, proto, body, ttl=src.ttl, ident=src.next_id())
    return Packet(packet.time_ns, ip, packet.to_server, src, dst, packet.data)


def fragments(packet, mtu):
    """The IPv4 packet in fragments; the last travels first, as some old Linux kernels sent them."""
    head, body = packet.ip[:20], packet.ip[20:]
    size = (mtu - 20) // 8 * 8
    if len(packet.ip) <= mtu:
        return [packet]
    src, dst, ident, ttl, proto = packet.src, packet.dst, struct.unpack("!H", head[4:6])[0], head[8], head[9]
    parts = []
    for at in range(0, len(body), size):
        more = 1 if at + size < len(body) else 0
        ip = ip_packet(src.addr, dst.addr, proto, body[at:at + size], ttl=ttl, ident=ident, flags=more, offset=at)
        parts.append(Packet(packet.time_ns, ip, packet.to_server, src, dst))
    parts.reverse()
    for number, part in enumerate(parts):
        part.time_ns += number * 3000
    return parts


def pcap(frames, linktype=ETHERNET, *, nanoseconds=False, order="<", snaplen=262144):
    """Classic pcap of (time_ns, bytes)."""
    out = [struct.pack(order + "IHHiIII", 0xA1B23C4D if nanoseconds else 0xA1B2C3D4, 2, 4, 0, 0, snaplen, linktype)]
    for time_ns, frame in frames:
        second, rest = divmod(time_ns, NS)
        cut = frame[:snaplen]
        out += [struct.pack(order + "IIII", second, rest if nanoseconds else rest // 1000, len(cut), len(frame)), cut]
    return b"".join(out)


def block(kind, body, order="<"):
    body += b"\0" * (-len(body) % 4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def pcapng(sections):
    """pcapng; sections: [(order, [(linktype, tsresol, [(time_ns, frame), …]), …]), …], an inner entry an interface.

    The packets of a section are written in order of time, whichever interface saw them.
    """
    out = b""
    for order, interfaces in sections:
        out += block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)
        packets = []
        for number, (linktype, digits, frames) in enumerate(interfaces):
            option = struct.pack(order + "HHB3xHH", 9, 1, digits, 0, 0)
            out += block(1, struct.pack(order + "HHI", linktype, 0, 0) + option, order)
            packets += [(time_ns, number, 10 ** (9 - digits), frame) for time_ns, frame in frames]
        for time_ns, number, unit, frame in sorted(packets, key=lambda p: p[0]):
            stamp = time_ns // unit
            out += block(6, struct.pack(order + "IIIII", number, stamp >> 32, stamp & 0xFFFFFFFF, len(frame),
                                        len(frame)) + frame, order)
    return out


def gz(data):
    return gzip.compress(data, mtime=0)
