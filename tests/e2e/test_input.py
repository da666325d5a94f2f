"""How captures come in: standard input, FIFO, folder, several, compressed, growing, filtered, broken."""
import os
import signal
import struct
import subprocess
import threading
import time

# First: it puts pcaps/ on the path.
from tap import PCAPS, ROOTS, content, finish, judge, main, onpath, pcap, scratch, start, test, wait_until, without
import net

DIRECT = content(pcap("direct.pcap"))
# Where a record says which file and packet it comes from; everything else must not depend on how it was fed.
PLACE = ("capture_file", "packet", "first_packet")


def told(run):
    return [without(connection, *PLACE) for connection in run.connections()]


@test
def standard_input():
    """- reads standard input, with the same records as the file"""
    run = judge("-r", "-", data=DIRECT)
    assert told(run) == told(judge("-r", pcap("direct.pcap"))), run


@test
def pipe_of_another_program():
    """cat FILE | onpath -r -, also compressed and as pcapng"""
    wanted = told(judge("-r", pcap("direct.pcap")))
    for name in ("direct.pcap", "direct.pcap.gz", "direct.pcap.zst", "direct.pcapng"):
        with subprocess.Popen(["cat", pcap(name)], stdout=subprocess.PIPE) as cat:
            run = judge("-r", "-", stdin=cat.stdout)
        assert told(run) == wanted, (name, run)


@test
def fifo():
    """a FIFO, written in pieces of 7 bytes"""
    with scratch() as folder:
        path = os.path.join(folder, "fifo")
        os.mkfifo(path)

        def write():
            with open(path, "wb", buffering=0) as out:
                for at in range(0, len(DIRECT), 7):
                    out.write(DIRECT[at:at + 7])
        writer = threading.Thread(target=write)
        writer.start()
        run = judge("-r", path)
        writer.join()
        assert told(run) == told(judge("-r", pcap("direct.pcap"))), run


@test
def every_format():
    """the same packets in other file formats give the same records"""
    wanted = told(judge("-r", pcap("direct.pcap")))
    for name in ("direct.pcapng", "direct-big-endian.pcap", "direct.pcap.gz", "direct.pcap.zst"):
        run = judge("-r", pcap(name))
        assert told(run) == wanted, (name, run)


@test
def folder_of_captures():
    """a folder gives every capture in it, recursively, whatever its name, compressed or not"""
    with scratch() as folder:
        os.makedirs(os.path.join(folder, "deep", "er"))
        wanted = {}
        for place, data, verdict in ((("a.pcap",), content(pcap("direct.pcapng")), "trusted"),
                                     (("deep", "b.cap"), content(pcap("github-2020.pcap")), "intercepted"),
                                     (("deep", "er", "c.pcap.gz"), net.gz(content(pcap("icloud-2014.pcap"))), "intercepted")):
            with open(os.path.join(folder, *place), "wb") as out:
                out.write(data)
            wanted[os.path.join(folder, *place)] = verdict
        run = judge("-r", folder)
        assert {one["capture_file"]: one["verdict"] for one in run.connections()} == wanted, run


@test
def several_in_order_of_time():
    """several operands are read in the order of their first packets, not of the command line"""
    run = judge("-r", pcap("direct.pcap"), "-r", pcap("github-2020.pcap"), "-r", pcap("icloud-2014.pcap"))
    times = [one["time"] for one in run.connections()]
    assert len(times) == 3 and times == sorted(times) and times[0].startswith("2014"), times


@test
def rotated_files():
    """a connection that begins in one file and ends in the next is one connection"""
    with scratch() as folder:
        packets = records(DIRECT)
        for name, part in (("2.pcap", packets[6:]), ("1.pcap", packets[:6])):
            with open(os.path.join(folder, name), "wb") as out:
                out.write(net.pcap(part))
        run = judge("-r", os.path.join(folder, "2.pcap"), "-r", os.path.join(folder, "1.pcap"))
        assert run.verdicts() == ["trusted"], run


def records(data):
    """Packets of a little-endian pcap of microseconds as (time_ns, frame)."""
    found, at = [], 24
    while at + 16 <= len(data):
        second, micro, size, _ = struct.unpack("<IIII", data[at:at + 16])
        found.append((second * net.NS + micro * 1000, data[at + 16:at + 16 + size]))
        at += 16 + size
    return found


@test
def follow():
    """--follow waits for more at the end of a growing file, and TERM ends it with everything judged"""
    with scratch() as folder:
        path, out = os.path.join(folder, "growing.pcap"), os.path.join(folder, "out.json")
        with open(path, "wb", buffering=0) as file:
            file.write(DIRECT[:100])
            process = start("--roots", ROOTS, "--follow", "-r", path, "-o", f"json:{out}")
            try:
                for at in range(100, len(DIRECT), 7):
                    file.write(DIRECT[at:at + 7])
                    if at % 70 == 2:
                        time.sleep(0.001)
                assert wait_until(lambda: os.path.exists(out) and b'"trusted"' in content(out)), "no record while it grows"
                assert process.poll() is None, "it ended though it should follow"
            finally:
                process.send_signal(signal.SIGTERM)
                run = finish(process)
        assert run.code == 0, run


@test
def filters():
    """-f lets through what the BPF expression says; -F reads it from a file; a wrong one is an error"""
    both = [judge("-f", "tcp port 443", "-r", pcap("icloud-2014.pcap")), judge("-r", pcap("icloud-2014.pcap"))]
    assert both[0].verdicts() == ["intercepted"] == both[1].verdicts(), both
    assert judge("-f", "port 80", "-r", pcap("icloud-2014.pcap")).connections() == []
    with scratch() as folder:
        path = os.path.join(folder, "filter")
        with open(path, "w", encoding="ascii") as out:
            out.write("host 192.0.2.10 and tcp port 443\n")
        assert judge("-F", path, "-r", pcap("direct.pcap")).verdicts() == ["trusted"]
    wrong = onpath("-f", "tcp prt 443", "-r", pcap("direct.pcap"))
    assert wrong.code in (1, 2) and wrong.err.strip(), wrong


@test
def truncated():
    """a file that ends inside a packet: what came before is judged, the message says so, exit code 1"""
    run = onpath("--roots", ROOTS, "-o", "json", "-r", pcap("truncated.pcap"))
    assert run.code == 1 and "truncated.pcap" in run.err and run.verdicts() == ["trusted"], run


@test
def truncated_standard_input():
    """the same from standard input and from gzip"""
    cut = content(pcap("direct.pcap.gz"))
    for data in (DIRECT[:-20], cut[:-30]):
        run = onpath("--roots", ROOTS, "-o", "json", "-r", "-", data=data)
        assert run.code == 1 and run.err.strip(), run


@test
def broken_in_the_middle():
    """a packet header with an impossible length: earlier results stand, message, exit code 1"""
    packets = records(DIRECT)
    data = net.pcap(packets) + struct.pack("<IIII", 1715680802, 0, 0x7FFFFFFF, 0x7FFFFFFF) + b"x" * 4000
    run = onpath("--roots", ROOTS, "-o", "json", "-r", "-", data=data)
    assert run.code == 1 and run.err.strip() and run.verdicts() == ["trusted"], run


@test
def unknown_link_type():
    """a link type that we cannot decode is said, with exit code 1"""
    run = onpath("-o", "json", "-r", "-", data=net.pcap(records(DIRECT), 147))
    assert run.code == 1 and "147" in run.err, run


@test
def empty_captures():
    """a capture without packets is no error; an empty file is no capture"""
    assert judge("-r", "-", data=net.pcap([])).connections() == []
    with scratch() as folder:
        path = os.path.join(folder, "empty.pcap")
        with open(path, "wb"):
            pass
        assert onpath("-o", "json", "-r", path).code == 1


@test
def folder_is_unreadable_or_empty():
    """a folder with no capture in it is an error that says so"""
    with scratch() as folder:
        run = onpath("-o", "json", "-r", folder)
        assert run.code == 1 and run.err.strip(), run


@test
def interrupted():
    """INT ends reading a pipe that stays open; what was read is judged"""
    with scratch() as folder:
        path, out = os.path.join(folder, "fifo"), os.path.join(folder, "out.json")
        os.mkfifo(path)
        process = start("--roots", ROOTS, "-r", path, "-o", f"json:{out}")
        with open(path, "wb", buffering=0) as writer:
            writer.write(DIRECT)
            assert wait_until(lambda: os.path.exists(out) and b'"trusted"' in content(out)), "no record yet"
            process.send_signal(signal.SIGINT)
            run = finish(process)
        assert run.code == 0, run


@test
def all_samples_at_once():
    """the folder of samples, read as one: an attack in one file does not touch the verdicts of others"""
    run = onpath("--roots", ROOTS, "-o", "json", "-r", PCAPS)
    found = {}
    for one in run.connections():
        found.setdefault(os.path.basename(one["capture_file"]), set()).add(one["verdict"])
    for name, verdict in (("icloud-2014.pcap", "intercepted"), ("github-2020.pcap", "intercepted"), ("ipv6.pcap", "trusted"),
                          ("starttls-smtp.pcap", "trusted"), ("tls13.pcap", "opaque")):
        assert found[name] == {verdict}, found


if __name__ == "__main__":
    main()
