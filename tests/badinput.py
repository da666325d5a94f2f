#!/usr/bin/env python3
"""Damaged captures: no crash, hang, leak or sanitizer report, memory within its bound. TAP.

usage: badinput.py BADINPUT [--quick]     BADINPUT is the program made of tests/badinput.c

--quick (or ONPATH_QUICK in the environment) takes the samples of pcaps/ only: as they are, five cut at every byte, 10,000 bit flips. Else also every capture of
$ONPATH_SHARED/corpus where it exists, and 100,000 flips.
"""
import glob
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PCAPS = os.path.join(ROOT, "pcaps")
CUT = ["direct.pcap", "direct.pcapng", "direct.pcap.gz", "dtls.pcap", "quic.pcap"]
SECONDS = 2400
# Of the corpus, cut at every byte where they exist: small, and of as many kinds as there are.
CUT_CORPUS = 5
SMALL = 12000


def corpus():
    shared = os.environ.get("ONPATH_SHARED") or os.path.join(os.path.dirname(ROOT), "shared")
    return os.path.join(shared, "corpus", "dev")


def captures(folder):
    kinds = (".pcap", ".pcapng", ".cap", ".gz", ".zst", ".dmp", ".trace", ".snoop")
    return sorted(os.path.join(place, name) for place, _, names in os.walk(folder) for name in names
                  if name.lower().endswith(kinds))


def jobs(quick):
    """(title, arguments) of each run."""
    samples = [path for kind in ("*.pcap*",) for path in sorted(glob.glob(os.path.join(PCAPS, kind)))]
    yield "samples as they are", ["read", *samples]
    yield "samples cut at every byte", ["cut", *(os.path.join(PCAPS, name) for name in CUT)]
    yield "samples with flipped bits", ["flip", "10000" if quick else "50000", *samples]
    if quick:
        return
    public = captures(corpus())
    for at in range(0, len(public), 500):
        yield f"public captures {at} and after", ["read", *public[at:at + 500]]
    small = [path for path in public if 1000 < os.path.getsize(path) < SMALL]
    if small:
        yield "public captures cut at every byte", ["cut", *small[::max(1, len(small) // CUT_CORPUS)][:CUT_CORPUS]]
        yield "public captures with flipped bits", ["flip", "50000", *small[::3]]


def main():
    program = os.path.abspath(sys.argv[1])
    todo = list(jobs("--quick" in sys.argv[2:] or "ONPATH_QUICK" in os.environ))
    failed = False
    print(f"1..{len(todo)}")
    for number, (title, args) in enumerate(todo, 1):
        try:
            done = subprocess.run([program, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=SECONDS, check=False)
            code, text = done.returncode, done.stdout.decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            code, text = "none in time", ""
        failed |= code != 0
        if code != 0:
            print("".join(f"# {line}\n" for line in [f"exit code {code}", *text.splitlines()[-60:]]), end="")
        print(f"{'ok' if code == 0 else 'not ok'} {number} - {title}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
