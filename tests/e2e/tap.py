"""What the tests of the program share: TAP, running onpath, scratch folders, the records of a run."""
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PCAPS = os.path.join(ROOT, "pcaps")
ROOTS = os.path.join(PCAPS, "roots.pem")
sys.path.insert(0, PCAPS)

TESTS = []
SECONDS = 60  # for one run of the program; sanitizers and a busy machine are slow


class Skip(Exception):
    """The test cannot be made here; the text says why."""


def test(function):
    """Registers a test; its docstring is its name."""
    TESTS.append(function)
    return function


def main():
    """Runs the registered tests; the program under test is the first argument."""
    print(f"1..{len(TESTS)}")
    failed = 0
    for number, function in enumerate(TESTS, 1):
        title = f"{number} - {(function.__doc__ or function.__name__).splitlines()[0]}"
        try:
            function()
            print(f"ok {title}", flush=True)
        except Skip as reason:
            print(f"ok {title} # SKIP {reason}", flush=True)
        except Exception:  # a test that breaks is a test that fails, whatever broke it
            failed += 1
            print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="")
            print(f"not ok {title}", flush=True)
    sys.exit(1 if failed else 0)


def program():
    return os.path.abspath(sys.argv[1])


def pcap(name):
    return os.path.join(PCAPS, name)


def content(path):
    with open(path, "rb") as file:
        return file.read()


class Run:
    """A finished run: code, out and err; out as bytes."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err.decode("utf-8", "replace")

    def __repr__(self):
        return f"exit code {self.code}\nstderr: {self.err}\nstdout: {self.out[:2000]!r}"

    def events(self):
        """Every line as JSON."""
        return [json.loads(line) for line in self.out.decode("utf-8").splitlines()]

    def connections(self):
        return [event for event in self.events() if event["event"] == "connection"]

    def verdicts(self):
        return [connection["verdict"] for connection in self.connections()]


def onpath(*args, data=None, **options):
    """Runs onpath with these arguments; data is its standard input."""
    if data is None:
        options.setdefault("stdin", subprocess.DEVNULL)
    else:
        options["input"] = data
    done = subprocess.run([program(), *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS, check=False,
                          **options)
    return Run(done.returncode, done.stdout, done.stderr)


def judge(*args, **options):
    """Runs it with our roots and json; the run must succeed."""
    run = onpath("--roots", ROOTS, "-o", "json", *args, **options)
    assert run.code == 0, run
    return run


def start(*args, **options):
    """Starts onpath; the caller ends it with finish."""
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen([program(), *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def finish(process):
    try:
        out, err = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"it hangs; stderr: {err!r}") from None
    return Run(process.returncode, out, err)


def scratch():
    return tempfile.TemporaryDirectory(prefix="onpath-e2e-")


def wait_until(condition, seconds=20):
    """True as soon as the condition holds, False if it does not in that time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def without(connection, *keys):
    return {key: value for key, value in connection.items() if key not in keys}


def flights_of(path):
    """What each side of the only TCP connection of the capture sends, as [(to_server, bytes), …]."""
    data, at, flights = content(path), 24, []
    while at < len(data):
        size = int.from_bytes(data[at + 8:at + 12], "little")
        ip = data[at + 16 + 14:at + 16 + size]
        at += 16 + size
        tcp = ip[20:]
        payload, to_server = tcp[(tcp[12] >> 4) * 4:], tcp[2:4] == b"\x01\xbb"
        if payload and flights and flights[-1][0] == to_server:
            flights[-1] = (to_server, flights[-1][1] + payload)
        elif payload:
            flights.append((to_server, payload))
    return flights
