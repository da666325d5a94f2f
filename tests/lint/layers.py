#!/usr/bin/env python3
"""A stage includes only util/, public headers and stages before it. TAP.

usage: layers.py SOURCE_ROOT
"""
import os
import re
import sys

# What each stage may include besides its own folder, util/ and the public headers.
ORDER = ["decode", "flow", "quic", "tls", "x509", "path", "policy", "baseline", "classify", "output"]
ALLOWED = {stage: set(ORDER[:number]) for number, stage in enumerate(ORDER)}
ALLOWED["util"] = set()
ALLOWED["capture"] = set()  # a user of the public API like any other
ALLOWED["cli"] = None       # all
ALLOWED[""] = None          # the engine: files of src/ itself

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<(onpath/[^>]+)>)', re.M)


def problems(source, path):
    """Includes of the file that its stage has no right to, and those that are not found from src/ or include/."""
    stage = os.path.relpath(os.path.dirname(path), source).split(os.sep)[0].strip(".")
    allowed = ALLOWED.get(stage)
    if stage not in ALLOWED:
        yield f"{path}: {stage}/ is in no list of stages"
        return
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for inside, public in INCLUDE.findall(text):
        if public:
            continue
        if not os.path.exists(os.path.join(source, inside)):
            yield f'{path}: "{inside}" is not a path below src/'
            continue
        target = inside.split("/")[0] if "/" in inside else ""
        if allowed is not None and target not in allowed | {stage, "util"}:
            yield f'{path}: {stage}/ must not include "{inside}"'


def main():
    source = os.path.join(sys.argv[1], "src")
    files = sorted(os.path.join(folder, name) for folder, _, names in os.walk(source) for name in names
                   if name.endswith((".c", ".h")))
    found = [problem for path in files for problem in problems(source, path)]
    print("1..2")
    print(f"{'ok' if len(files) > 10 else 'not ok'} 1 - there are files to look at")
    print("".join(f"# {problem}\n" for problem in found) + f"{'not ok' if found else 'ok'} 2 - stages keep to the order")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
