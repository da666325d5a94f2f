"""Live capture on veth pairs in network namespaces of our own, with a real openssl s_server and s_client."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

# First: it puts pcaps/ on the path.
from tap import Skip, content, finish, main, onpath, program, test, wait_until
from pki import Pki

PORT = "4433"


def run(*command, check=True):
    return subprocess.run(command, check=check, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          timeout=30)


class Link:
    """Two namespaces joined by a veth pair: `near` (10.9.9.1, where we listen) and `far` (10.9.9.2, the server)."""

    def __enter__(self):
        if os.geteuid() != 0:
            raise Skip("not root")
        if not shutil.which("ip"):
            raise Skip("no ip command")
        self.near, self.far = (f"onpath-{os.getpid()}-{end}" for end in ("near", "far"))
        self.folder = tempfile.TemporaryDirectory(prefix="onpath-live-")
        try:
            for name in (self.near, self.far):
                if run("ip", "netns", "add", name, check=False).returncode != 0:
                    raise Skip("network namespaces are not allowed here")
            if run("ip", "-n", self.near, "link", "add", "veth0", "type", "veth", "peer", "name", "veth1", "netns", self.far,
                   check=False).returncode != 0:
                raise Skip("veth pairs are not allowed here")
            for name, device, address in ((self.near, "veth0", "10.9.9.1/24"), (self.far, "veth1", "10.9.9.2/24")):
                run("ip", "-n", name, "addr", "add", address, "dev", device)
                run("ip", "-n", name, "link", "set", device, "up")
                run("ip", "-n", name, "link", "set", "lo", "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error):
        for name in (self.near, self.far):
            run("ip", "netns", "del", name, check=False)
        self.folder.cleanup()

    def inside(self, name, *command):
        return ["ip", "netns", "exec", name, *command]

    def handshake(self, name, count=1):
        """count TLS 1.2 handshakes of s_client in near with s_server in far."""
        pki = Pki(self.folder.name)
        server = subprocess.Popen(self.inside(self.far, "openssl", "s_server", "-accept", PORT, "-cert", pki.chain,
                                              "-cert_chain", pki.middle_file, "-key", pki.key["leaf"].path, "-quiet"),
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert wait_until(lambda: b":" + PORT.encode() in run(*self.inside(self.far, "ss", "-ltn"), check=False).stdout)
            for _ in range(count):
                run(*self.inside(self.near, "openssl", "s_client", "-connect", f"10.9.9.2:{PORT}", "-servername", name,
                                 "-tls1_2"), check=False)
        finally:
            server.terminate()
            server.wait()

    def listening(self):
        """Whether a packet socket is open in near."""
        return len(run(*self.inside(self.near, "cat", "/proc/net/packet"), check=False).stdout.splitlines()) > 1

    def listen(self, *args):
        out = os.path.join(self.folder.name, "out.json")
        process = subprocess.Popen(self.inside(self.near, program(), "-o", f"json:{out}", *args), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if not wait_until(self.listening):
            process.kill()
            raise AssertionError(f"it does not listen: {process.communicate()}")
        return process, out


def connections(path):
    if not os.path.exists(path):
        return []
    return [event for event in map(json.loads, content(path).splitlines()) if event["event"] == "connection"]


@test
def a_real_handshake():
    """a TLS handshake on a veth pair is seen while it happens, with its chain; TERM ends it, exit code 0"""
    with Link() as link:
        process, out = link.listen("-i", "veth0")
        link.handshake("shop.example.net")
        seen = wait_until(lambda: connections(out))
        process.send_signal(signal.SIGTERM)
        ended = finish(process)
        assert seen, ended
        found, = connections(out)
        assert found["sni"] == "shop.example.net" and len(found["chain"]) == 2, found
        assert found["src"] == "10.9.9.1" and found["dport"] == int(PORT) and found["certificate"] == "seen", found
        assert ended.code == 0, ended


@test
def any_interface():
    """-i any sees it too, and once only"""
    with Link() as link:
        process, out = link.listen("-i", "any")
        link.handshake("shop.example.net", 3)
        seen = wait_until(lambda: len(connections(out)) >= 3)
        process.send_signal(signal.SIGINT)
        ended = finish(process)
        assert seen and len(connections(out)) == 3 and ended.code == 0, (ended, connections(out))


@test
def idle_link():
    """on a link without a packet TERM is obeyed at once"""
    with Link() as link:
        process, _out = link.listen("-i", "veth0", "-f", "udp port 9")
        before = time.monotonic()
        process.send_signal(signal.SIGTERM)
        ended = finish(process)
        assert ended.code == 0 and time.monotonic() - before < 5, ended


@test
def interface_is_deleted():
    """the interface goes away: a message that names it, what was seen is judged, exit code 1"""
    with Link() as link:
        process, out = link.listen("-i", "veth0")
        link.handshake("shop.example.net")
        time.sleep(0.5)
        run("ip", "-n", link.near, "link", "del", "veth0")
        ended = finish(process)
        assert ended.code == 1 and "veth0" in ended.err and len(connections(out)) == 1, (ended, connections(out))


@test
def no_such_interface():
    """an interface that is not there: exit code 1, and the message names it"""
    ended = onpath("-i", "onpath-none0")
    assert ended.code == 1 and "onpath-none0" in ended.err, ended


@test
def list_of_interfaces():
    """-D lists interfaces"""
    ended = onpath("-D")
    if ended.code == 1 and os.geteuid() != 0:
        raise Skip("not root")
    assert ended.code == 0 and b"lo" in ended.out, ended


@test
def counters_on_request():
    """USR1 prints the counters and nothing ends"""
    with Link() as link:
        process, _out = link.listen("-i", "veth0")
        process.send_signal(signal.SIGUSR1)
        time.sleep(0.5)
        alive = process.poll() is None
        process.send_signal(signal.SIGTERM)
        ended = finish(process)
        assert alive and "packets" in ended.err, ended


if __name__ == "__main__":
    main()
