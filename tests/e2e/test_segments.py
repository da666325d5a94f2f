"""However a stream is cut, repeated and shuffled, the same verdict comes out."""
import random

# First: it puts pcaps/ on the path.
from tap import flights_of, judge, main, onpath, pcap, test, without
import make
import net

# What may differ with the delivery: times, packet numbers, what the path shows, and how it came in.
DELIVERY = ("time", "last_time", "end_time", "duration", "packet", "first_packet", "capture_file", "path", "community_id", "sport",
            "hops", "conflicts", "completeness")
FLIGHTS = flights_of(pcap("direct.pcap"))


def told(run):
    found = [without(one, *DELIVERY) for one in run.connections()]
    assert len(found) == 1, run
    return found[0]


def delivered(rng, *, shuffle=0, repeat=0.0, isn=(0x1A2B3C4D, 0x5E6F7081)):
    """The connection in segments of random size, some repeated, and moved by up to `shuffle` places within a flight."""
    tcp = net.Tcp(make.client_host(), make.server_host(), make.DAY_2024 * net.NS, isn=isn)
    tcp.open()
    for to_server, data in FLIGHTS:
        first = len(tcp.packets)
        sizes = [rng.choice((1, 2, 5, 17, 100, 536, 1400)) for _ in range(len(data))]
        tcp.send(to_server, data, cuts=sizes)
        flight, acks = tcp.packets[first:-1], tcp.packets[-1:]
        flight += [packet for packet in flight if rng.random() < repeat]
        flight = [packet for _, packet in sorted(enumerate(flight), key=lambda pair: pair[0] + rng.uniform(0, shuffle))]
        tcp.packets[first:] = flight + acks
    tcp.close()
    times = sorted(packet.time_ns for packet in tcp.packets)
    return net.pcap([(when, packet.ethernet()) for when, packet in zip(times, tcp.packets)])


WANTED = told(judge("-r", pcap("direct.pcap")))


@test
def cut():
    """segments of any size, 20 times"""
    for seed in range(20):
        assert told(judge("-r", "-", data=delivered(random.Random(seed)))) == WANTED, seed


@test
def cut_and_shuffled():
    """segments of any size that overtake each other, 20 times"""
    for seed in range(20):
        data = delivered(random.Random(seed), shuffle=12)
        assert told(judge("-r", "-", data=data)) == WANTED, seed


@test
def repeated_and_shuffled():
    """and some of them twice, 20 times"""
    for seed in range(20):
        data = delivered(random.Random(seed), shuffle=8, repeat=0.3)
        assert told(judge("-r", "-", data=data)) == WANTED, seed


@test
def sequence_numbers_wrap():
    """sequence numbers that pass 2^32 in the ClientHello and in the certificate"""
    for client, server in ((0xFFFFFFFF, 0xFFFFFFFE), (0xFFFFFFF0, 0xFFFFFA00), (0xFFFFFF80, 0xFFFFFFFF)):
        data = delivered(random.Random(client), shuffle=4, isn=(client, server))
        assert told(judge("-r", "-", data=data)) == WANTED, (hex(client), hex(server))


@test
def twice_the_same():
    """the same packets give the same bytes of output, run after run"""
    data = delivered(random.Random(99), shuffle=12, repeat=0.2)
    assert len({onpath("-o", "json", "-r", "-", data=data).out for _ in range(5)}) == 1


if __name__ == "__main__":
    main()
