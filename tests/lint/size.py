#!/usr/bin/env python3
"""Files under 600 lines, functions under 80, lines of at most 140 columns unless they hold a text. TAP.

usage: size.py SOURCE_ROOT
"""
import os
import re
import sys

FILE_LINES, FUNCTION_LINES, COLUMNS = 600, 80, 140


def sources(root):
    for top in ("src", "include", "tests"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.join(folder, name)


def functions(lines):
    """(name, first line, number of lines) of each function: in our style its body opens and closes in column 1."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            heading = " ".join(lines[max(0, start - 4):start - 1])
            names = re.findall(r"(\w+)\(", heading)
            yield (names[-1] if names else "?"), start, number - start + 1
            start = None


def problems(path):
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    if len(lines) >= FILE_LINES:
        yield f"{path}: {len(lines)} lines"
    for name, start, count in functions(lines):
        if count >= FUNCTION_LINES:
            yield f"{path}:{start}: {name} has {count} lines"
    for number, line in enumerate(lines, 1):
        if len(line.expandtabs(8)) > COLUMNS and '"' not in line:
            yield f"{path}:{number}: {len(line.expandtabs(8))} columns"


def main():
    files = list(sources(sys.argv[1]))
    found = [problem for path in files for problem in problems(path)]
    print("1..2")
    print(f"{'ok' if len(files) > 10 else 'not ok'} 1 - there are files to look at")
    print("".join(f"# {problem}\n" for problem in found) + f"{'not ok' if found else 'ok'} 2 - nothing is too large")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
