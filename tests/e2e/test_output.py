"""Where records go, what hostile names do to them, and whether the sums add up."""
import os
import re
import signal
import socket
import subprocess
import threading

# First: it puts pcaps/ on the path.
from tap import (PCAPS, ROOTS, Skip, content, finish, flights_of, judge, main, onpath, pcap, program, scratch, start, test,
                 wait_until)
import make
import net

BAD = "a\x1b[31m\nonpath: all clear\r\t\"\\"


@test
def to_a_file():
    """-o json:FILE writes there what stdout would get, and nothing to stdout"""
    with scratch() as folder:
        path = os.path.join(folder, "out.json")
        run = onpath("--roots", ROOTS, "-o", f"json:{path}", "-r", pcap("direct.pcap"))
        assert run.code == 0 and not run.out and content(path) == judge("-r", pcap("direct.pcap")).out, run


@test
def several_outputs():
    """each -o gets all events: json and eve to files, a table to stdout"""
    with scratch() as folder:
        ours, eve = os.path.join(folder, "a.json"), os.path.join(folder, "b.json")
        run = onpath("--roots", ROOTS, "-o", f"json:{ours}", "-o", f"eve:{eve}", "-o", "table", "-r", pcap("icloud-2014.pcap"))
        assert run.code == 0 and b"intercepted" in run.out and b"www.icloud.com" in run.out, run
        assert b'"intercepted"' in content(ours) and b'"alert"' in content(eve), (content(ours), content(eve))


@test
def reopened_on_hup():
    """HUP reopens the file: what comes later stands in a new one, no record is lost or torn"""
    with scratch() as folder:
        fifo, path, old = (os.path.join(folder, name) for name in ("fifo", "out.json", "out.json.1"))
        os.mkfifo(fifo)
        process = start("--roots", ROOTS, "-r", fifo, "-o", f"json:{path}")
        first, second = content(pcap("direct.pcap")), content(pcap("ipv6.pcap"))
        with open(fifo, "wb", buffering=0) as writer:
            writer.write(first)
            assert wait_until(lambda: os.path.exists(path) and content(path).endswith(b"}\n")), "no first record"
            os.rename(path, old)
            process.send_signal(signal.SIGHUP)
            assert wait_until(lambda: os.path.exists(path)), "not reopened"
            writer.write(second[24:])
        run = finish(process)
        assert run.code == 0, run
        assert content(old).count(b'"connection"') == 1 == content(path).count(b'"connection"'), (content(old), content(path))
        assert b"2001:db8:2::20" in content(path), content(path)


@test
def unix_socket():
    """-o json:unix:PATH writes lines into a listening stream socket"""
    with scratch() as folder:
        path = os.path.join(folder, "socket")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(path)
        listener.listen(1)
        listener.settimeout(20)
        got = []

        def serve():
            peer, _ = listener.accept()
            with peer, peer.makefile("rb") as file:
                got.append(file.read())
        server = threading.Thread(target=serve, daemon=True)
        server.start()
        run = onpath("--roots", ROOTS, "-o", f"json:unix:{path}", "-r", pcap("direct.pcap"))
        server.join(20)
        listener.close()
        assert run.code == 0 and got == [judge("-r", pcap("direct.pcap")).out], (run, got)


@test
def nobody_listens():
    """a unix socket where nobody listens, a folder that is not there: exit code 1 and a message that names it"""
    with scratch() as folder:
        for target in (f"unix:{folder}/socket", f"{folder}/no/such/file"):
            run = onpath("-o", f"json:{target}", "-r", pcap("direct.pcap"))
            assert run.code == 1 and folder in run.err, run


@test
def full_disk():
    """no space left: exit code 1 and the reason"""
    if not os.path.exists("/dev/full"):
        raise Skip("no /dev/full")
    run = onpath("--roots", ROOTS, "-o", "json:/dev/full", "-r", pcap("direct.pcap"))
    assert run.code == 1 and "No space left" in run.err, run
    with open("/dev/full", "wb") as full:
        done = subprocess.run([program(), "-o", "json", "-r", pcap("direct.pcap")], stdout=full, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, timeout=60, check=False)
    assert done.returncode == 1 and b"No space left" in done.stderr, done


@test
def reader_goes_away():
    """onpath … | head -1: it ends, without a crash and without a wall of messages"""
    read, write = os.pipe()
    process = subprocess.Popen([program(), "-q", "-o", "json", "-r", PCAPS], stdout=write, stderr=subprocess.PIPE,
                               stdin=subprocess.DEVNULL)
    os.close(write)
    os.close(read)
    run = finish(process)
    assert run.code in (0, 1, -signal.SIGPIPE), run
    assert "AddressSanitizer" not in run.err and "runtime error" not in run.err, run


@test
def hostile_names_in_json():
    """escape sequences, newlines, quotes and NUL in names: each line is one JSON object, the name comes through whole"""
    run = judge("-r", pcap("hostile-names.pcap"))
    found, = run.connections()
    assert found["sni"] == BAD, found["sni"]
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", run.out) and run.out.count(b"\n") == len(run.events()), run


@test
def hostile_names_in_eve():
    """the same in eve"""
    run = onpath("-o", "eve", "-r", pcap("hostile-names.pcap"))
    assert run.code == 0 and run.events() and not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", run.out), run


@test
def hostile_names_in_table():
    """on a terminal's screen no name starts an escape sequence, begins a line or turns the writing direction"""
    plain = onpath("-o", "table", "-r", pcap("direct.pcap"))
    run = onpath("-o", "table", "-r", pcap("hostile-names.pcap"))
    text = run.out.decode("utf-8")
    assert run.code == 0 and not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text), run
    assert not any(line.startswith("onpath: all clear") for line in text.splitlines()), run
    assert plain.code == 0, plain


@test
def hostile_names_on_stderr():
    """nor does the summary, or the name of a file that is not there"""
    run = onpath("-r", "no\x1b[31m\nsuch", "-o", "json")
    assert run.code == 1 and "\x1b" not in run.err and len(run.err.splitlines()) <= 2, run


def counters(event):
    """The numbers of a stats event by name, however deep they stand."""
    found = {}
    for key, value in event.items():
        if isinstance(value, dict):
            found.update(counters(value))
        elif isinstance(value, int):
            found[key] = value
    return found


@test
def sums():
    """the counters add up: connections by carrier, by verdict and by certificate, and all packets of the files"""
    run = onpath("--roots", ROOTS, "-o", "json", "--stats", "1000000", "-r", PCAPS)
    stats = [event for event in run.events() if event["event"] == "stats"]
    count = counters(stats[-1])
    total = count["connections"]
    assert total == len(run.connections()) > 30, count
    for prefix in ("verdict_", "certificate_", "tls_"):
        kinds = ("tls_tcp", "tls_dtls", "tls_quic") if prefix == "tls_" else [key for key in count if key.startswith(prefix)]
        assert sum(count[key] for key in kinds) == total, (prefix, count)
    for verdict in ("trusted", "intercepted", "opaque"):
        assert count["verdict_" + verdict] == run.verdicts().count(verdict), (verdict, count)


@test
def summary_says_so_too():
    """the summary on stderr names the number of connections and each verdict that was given"""
    run = onpath("--roots", ROOTS, "-o", "json", "-r", pcap("two-interfaces.pcapng"))
    assert run.code == 0 and re.search(r"\b2\b.*connections|connections.*\b2\b", run.err), run
    assert "trusted" in run.err and "opaque" in run.err, run


@test
def certificates_are_hidden_not_absent():
    """where the certificate is encrypted, resumed or lost the record says which, and never calls it trusted"""
    for name, wanted in (("tls13.pcap", ["encrypted"]), ("hello-retry.pcap", ["encrypted"]), ("quic.pcap", ["encrypted"]),
                         ("resumed.pcap", ["seen", "resumed"]), ("lossy.pcap", ["lost"])):
        found = judge("-r", pcap(name)).connections()
        assert [one["certificate"] for one in found] == wanted, (name, found)
        assert all(one["verdict"] == "opaque" for one in found if one["certificate"] != "seen"), (name, found)


@test
def what_came_before_tls():
    """the protocol that TLS was started in is told, and the chain is judged all the same"""
    for name in ("starttls-smtp.pcap", "starttls-imap.pcap", "starttls-xmpp.pcap", "postgres.pcap", "http-connect.pcap"):
        found, = judge("-r", pcap(name)).connections()
        assert found["verdict"] == "trusted" and len(found["chain"]) == 2, (name, found)


@test
def every_delivery():
    """tunnels, tags, fragments, disorder and tiny segments change nothing of the verdict"""
    for name in ("tiny-segments", "reordered", "ip-fragments", "vlan", "gre", "vxlan", "ipv6", "sll2", "dtls", "client-cert",
                 "tls10", "tls11", "refused"):
        found = judge("-r", pcap(name + ".pcap")).connections()
        assert [one["verdict"] for one in found] == ["trusted"], (name, found)
        assert len(found[0]["chain"]) == 2 and found[0]["sni"] == "shop.example.net", (name, found)


@test
def faults_are_no_attacks():
    """an expired leaf, a wrong host and a printer's own certificate are misconfigured, not intercepted"""
    for name in ("expired", "wrong-host", "printer"):
        assert judge("-r", pcap(name + ".pcap")).verdicts() == ["misconfigured"], judge("-r", pcap(name + ".pcap"))


@test
def conflicting_segments():
    """bytes that were sent twice with other values are told"""
    found, = judge("-r", pcap("overlap-conflict.pcap")).connections()
    assert found["completeness"] == "ambiguous" or "conflict" in str(found["evidence"]), found


@test
def many_connections():
    """2,000 connections at once: each is judged once, and each record is a whole line"""
    flights = flights_of(pcap("direct.pcap"))
    packets = []
    for number in range(2000):
        client = net.Host(f"10.{number >> 8 & 255}.{number & 255}.1", 40000 + number % 997, mac=make.CLIENT_MAC, ip_id=1)
        packets += make.conversation(flights, client=client, start=make.DAY_2024 + number // 400)
    packets.sort(key=lambda packet: packet.time_ns)
    run = judge("-r", "-", data=net.pcap(make.frames(packets)))
    assert run.verdicts() == ["trusted"] * 2000, (len(run.connections()), set(run.verdicts()), run.err)


if __name__ == "__main__":
    main()
