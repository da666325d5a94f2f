#!/usr/bin/env python3
"""Every option of `onpath --help` is in man/onpath.1 with the same letter and argument or none, and the other way round. TAP.

usage: options.py SOURCE_ROOT ONPATH
"""
import os
import re
import subprocess
import sys


def of_help(onpath):
    """{"--read": ("-r", True), …}: the letter or None, and whether it takes an argument."""
    text = subprocess.run([onpath, "--help"], stdout=subprocess.PIPE, check=True, timeout=60).stdout.decode()
    rows = re.findall(r"^\s+(?:(-\w),\s+)?(--[a-z][\w-]*)([ =]\S+)?", text, re.M)
    return {name: (letter or None, bool(argument.strip())) for letter, name, argument in rows}


def of_manual(path):
    """The same from the .It lines of the option list: `.It Fl r , Fl -read Ar file`."""
    found = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if not re.match(r"\.It Fl", line):
                continue
            names = re.findall(r"Fl\s+((?:\\-|-)?[\w-]+)", line)
            names = ["-" + name.replace("\\-", "-") for name in names]
            longs = [name for name in names if name.startswith("--")]
            letters = [name for name in names if not name.startswith("--")]
            for name in longs:
                found[name] = (letters[0] if letters else None, bool(re.search(r"\bAr\b|\bCm\b", line)))
    return found


def main():
    root, onpath = sys.argv[1:3]
    shown, written = of_help(os.path.abspath(onpath)), of_manual(os.path.join(root, "man", "onpath.1"))
    checks = [("there are options", [] if len(shown) > 10 else [f"only {len(shown)} in --help"]),
              ("all of --help are in the manual", sorted(set(shown) - set(written))),
              ("all of the manual are in --help", sorted(set(written) - set(shown))),
              ("letters and arguments are the same", [f"{name}: --help {shown[name]}, manual {written[name]}"
                                                      for name in sorted(set(shown) & set(written))
                                                      if shown[name] != written[name]])]
    print(f"1..{len(checks)}")
    for number, (title, bad) in enumerate(checks, 1):
        print("".join(f"# {one}\n" for one in bad) + f"{'not ok' if bad else 'ok'} {number} - {title}")
    return 1 if any(bad for _, bad in checks) else 0


if __name__ == "__main__":
    sys.exit(main())
