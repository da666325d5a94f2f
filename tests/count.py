#!/usr/bin/env python3
"""Sums test results: build folders with meson's testlog.json, and files of TAP, in; "N passed, N failed, N skipped" out.

Each TAP line counts as one, a test without TAP as one, and a test that broke off as one failure more.
"""
import json
import os
import re
import sys

LINE = re.compile(r"^(ok|not ok)\b(?:.*#\s*(skip|todo)\b)?", re.I)
PLAN = re.compile(r"^1\.\.(\d+)(?:\s*#\s*skip)?", re.I)


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def tap(self, text):
        """Counts the TAP in the text; False if there is none."""
        seen, plan, broken = 0, None, False
        for line in text.splitlines():
            if match := LINE.match(line):
                seen += 1
                directive = (match[2] or "").lower()
                if directive == "skip":
                    self.skipped += 1
                elif match[1].lower() == "ok" or directive == "todo":
                    self.passed += 1
                else:
                    self.failed += 1
            elif match := PLAN.match(line):
                plan = int(match[1])
            elif line.startswith("Bail out!"):
                broken = True
        if plan == 0:
            self.skipped += 1
        elif broken or plan is not None and seen != plan:
            self.failed += 1  # it broke off, or does not know how many tests it has
        return seen > 0 or plan is not None

    def test(self, record):
        """Counts one test of meson."""
        before, result = self.failed, record["result"]
        found = self.tap(record.get("stdout") or "")
        bad = result not in ("OK", "EXPECTEDFAIL", "SKIP")
        if bad and self.failed == before:
            self.failed += 1
        elif not found and result == "SKIP":
            self.skipped += 1
        elif not found and not bad:
            self.passed += 1

    def folder(self, path):
        log = os.path.join(path, "meson-logs", "testlog.json")
        try:
            with open(log, encoding="utf-8") as file:
                records = [json.loads(line) for line in file]
        except OSError as error:
            print(f"{log}: {error.strerror}")
            records = []
        if not records:
            self.failed += 1  # no result at all is none to be proud of
        for record in records:
            self.test(record)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def main():
    total = Count()
    for path in sys.argv[1:]:
        count = Count()
        if os.path.isdir(path):
            count.folder(path)
        else:
            with open(path, encoding="utf-8") as file:
                count.tap(file.read())
        print(f"{path}: {count}")
        total.passed += count.passed
        total.failed += count.failed
        total.skipped += count.skipped
    print(total)
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
