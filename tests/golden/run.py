#!/usr/bin/env python3
"""Golden test: each sample of pcaps/ must give its tests/golden/NAME.json (x.json for x.pcap), byte for byte. TAP.

usage: run.py ONPATH        UPDATE=1 run.py ONPATH writes the files; read the difference before you commit it
"""
import difflib
import glob
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PCAPS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "pcaps")
KINDS = (".pcap", ".pcapng", ".gz", ".zst")


def golden_of(capture):
    return os.path.join(HERE, capture.removesuffix(".pcap") + ".json")


def records(onpath, capture):
    """What onpath writes about the capture, run where it lies so that records hold its bare name."""
    done = subprocess.run([onpath, "-q", "--roots", "roots.pem", "-o", "json", "-r", capture], cwd=PCAPS, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    expected = 1 if capture.startswith("truncated") else 0
    if done.returncode != expected:
        raise RuntimeError(f"exit code {done.returncode}, not {expected}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode("utf-8")


def compare(onpath, capture, update):
    """None where they agree, else the difference as text."""
    golden = golden_of(capture)
    seen = records(onpath, capture)
    if update:
        with open(golden, "w", encoding="utf-8") as out:
            out.write(seen)
        return None
    try:
        with open(golden, encoding="utf-8") as file:
            wanted = file.read()
    except FileNotFoundError:
        return f"{golden} is missing: UPDATE=1 writes it"
    if seen == wanted:
        return None
    # A record is one long line: cut it at its keys, or the difference would be two walls of text.
    sides = [text.replace(',"', ',\n"').splitlines() for text in (wanted, seen)]
    return "\n".join(difflib.unified_diff(*sides, "wanted", "seen", lineterm="", n=1))


def main():
    onpath, update = os.path.abspath(sys.argv[1]), os.environ.get("UPDATE") == "1"
    captures = sorted(name for name in os.listdir(PCAPS) if name.endswith(KINDS))
    stray = set(glob.glob(os.path.join(HERE, "*.json"))) - {golden_of(capture) for capture in captures}
    print(f"1..{len(captures) + 1}")
    print(f"{'not ok' if stray else 'ok'} 1 - each golden file has its capture {' '.join(sorted(stray))}")
    failed = bool(stray)
    for number, capture in enumerate(captures, 2):
        try:
            difference = compare(onpath, capture, update)
        except (RuntimeError, OSError, UnicodeDecodeError, subprocess.TimeoutExpired) as error:
            difference = str(error)
        if difference:
            failed = True
            print("\n".join("# " + line for line in difference.splitlines()))
        print(f"{'not ok' if difference else 'ok'} {number} - {capture}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
