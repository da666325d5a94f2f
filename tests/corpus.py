#!/usr/bin/env python3
"""Runs onpath on a corpus of public captures and compares chains, names, versions, fingerprints and verdicts with its tables. TAP.

usage: corpus.py ONPATH [--every N] [--jobs N] [--show N]

The corpus is $ONPATH_SHARED/corpus (by default ../shared beside the source tree) and no part of it; without it all is skipped.
--every N takes only each Nth capture, for slow builds; 8 with ONPATH_QUICK in the environment. Every difference is listed, so that each can be explained.
"""
import argparse
import collections
import concurrent.futures
import csv
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SECONDS = 120        # for one capture
RECALL = 0.995       # certificate connections found, with the identical chain
PRECISION = 1.0      # of those reported
AGREEMENT = 0.995    # SNI and version of a certificate connection
CARRIERS = ("tcp",)  # whose certificates must be found; those of dtls and others may be
HELLO_CARRIERS = ("tcp", "dtls", "quic")


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        heading = [name.lstrip("#") for name in next(reader)]
        return [dict(zip(heading, row + [""] * (len(heading) - len(row)))) for row in reader if row]


def version(text):
    """'TLSv1.2' and 'TLS 1.2' -> 'tls1.2'; drafts of TLS 1.3 as the code on the wire, 'TLSv1.3-draft18' -> '0x7f12'."""
    plain = (text or "").lower().replace(" ", "").replace("v", "").replace("_", "")
    if plain.startswith("tls1.3-draft"):
        return f"0x7f{int(plain.removeprefix('tls1.3-draft')):02x}"
    return {"ssl3.0": "ssl3", "tls1": "tls1.0", "-": "", "tls1.3-fb26": "0xfb1a"}.get(plain, plain)


def name(text):
    return "" if text in (None, "-") else text


class Judged:
    """What onpath says about one capture."""

    def __init__(self, file, code, text, errors):
        self.file, self.problem, self.connections = file, None, []
        self.cut = code == 1 and "ends in the middle of packet" in errors
        if code not in (0, 1):
            self.problem = f"exit code {code}: {errors.strip()[-300:]}"
            return
        try:
            events = [json.loads(line) for line in text.decode("utf-8").splitlines()]
        except ValueError as error:
            self.problem = f"not JSON: {error}"
            return
        self.connections = [event for event in events if event["event"] == "connection"]


def judge(onpath, folder, file):
    command = [onpath, "-q", "-o", "json", "-r", os.path.join(folder, file)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return Judged(file, f"none within {SECONDS} s", b"", "")
    return Judged(file, done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


def chain_of(connection):
    return tuple(one["sha256"].lower().replace(":", "") for one in connection["chain"])


class Certificates:
    """Certificate connections: a match of multisets on capture and chain (leaf alone where the truth is in doubt)."""

    def __init__(self):
        self.expected = self.matched = self.optional = 0
        self.missing, self.extra, self.cut, self.wrong = [], [], [], []
        self.same, self.compared = collections.Counter(), collections.Counter()

    def compare(self, truth, judged):
        got = [one for one in judged.connections if one["chain"]]
        wanted = [row for row in truth if row["role"] == "server" and row["n_certs"] not in ("", "0")]
        must = [row for row in wanted if row["carrier"] in CARRIERS and row["conf"] != "conflict"]
        self.expected += len(must)
        for row in must + [row for row in wanted if row not in must]:
            found = self.best(row, got)
            needed = row in must
            if found is None:
                if needed:
                    self.missing.append(self.line(row))
                continue
            got.remove(found)
            if needed:
                self.matched += 1
                self.fields(row, found)
            else:
                self.optional += 1
        for one in got:
            line = f"{judged.file} {one['src']}:{one['sport']} {one['sni']} {chain_of(one)[0][:16]}"
            # The file ends inside the last packet; the tables leave such packets out, we read what there is of them.
            (self.cut if judged.cut and one["completeness"] == "truncated" else self.extra).append(line)

    @staticmethod
    def best(row, got):
        """The connection with this chain that agrees on most."""
        chain = tuple(row["sha256_all"].split(","))
        fits = [one for one in got if chain_of(one) == chain or row["conf"] != "both" and chain_of(one)[0] == chain[0]]
        return max(fits, default=None, key=lambda one: (name(one["sni"]) == name(row["sni"]), str(one["sport"]) == row["dport"],
                                                        version(one["version"]) == version(row["version"])))

    def fields(self, row, found):
        for field, seen, wanted in (("sni", name(found["sni"]), name(row["sni"])),
                                    ("version", version(found["version"]), version(row["version"]))):
            if field == "version" and not wanted or field == "sni" and not (seen or wanted):
                continue
            self.compared[field] += 1
            if seen == wanted:
                self.same[field] += 1
            else:
                self.wrong.append(f"{self.line(row)} {field}: {seen!r}, truth {wanted!r}")

    @staticmethod
    def line(row):
        return f"{row['file']} {row['stream']} {row['sni']} {row['sha256_leaf'][:16]} conf={row['conf']} {row['notes']}"


class Hellos:
    """Flows with a ClientHello, by capture and end points."""

    FIELDS = {"sni": "sni", "version": "version", "ja3": "ja3", "ja3s": "ja3s", "ja4": "ja4"}

    def __init__(self):
        self.expected = self.matched = 0
        self.missing, self.wrong = [], []
        self.same, self.compared = collections.Counter(), collections.Counter()

    def compare(self, truth, judged):
        got = collections.defaultdict(list)
        for one in judged.connections:
            got[f"{one['src']}:{one['sport']}", f"{one['dst']}:{one['dport']}"].append(one)
        for row in truth:
            if row["carrier"] not in HELLO_CARRIERS:
                continue
            self.expected += 1
            fits = got[row["client"], row["server"]]
            if not fits:
                self.missing.append(f"{row['file']} {row['stream']} {row['carrier']} {row['sni']}")
                continue
            self.matched += 1
            found = max(fits, key=lambda one: sum(self.agrees(row, one, field) for field in self.FIELDS))
            if len(fits) > 1:
                fits.remove(found)
            for field in self.FIELDS:
                if name(row[field]):
                    self.compared[field] += 1
                    self.same[field] += self.agrees(row, found, field)
                    if not self.agrees(row, found, field):
                        self.wrong.append(f"{row['file']} {row['stream']} {field}: {found[field]!r}, truth {row[field]!r}")

    @staticmethod
    def agrees(row, one, field):
        if field == "version":
            return version(row[field]) == version(one[field])
        return name(row[field]) == name(one[field])


class Verdicts:
    """Who is called intercepted: the labelled attacks, and nobody else."""

    def __init__(self, labels):
        self.attacks = collections.defaultdict(set)
        for row in labels:
            if row["kind"].startswith("tp-"):
                self.attacks[row["file"]].add((row["sha256_leaf"], row["kind"]))
        self.wrong, self.missed, self.found, self.expected = [], [], 0, 0
        self.count = collections.Counter()

    def compare(self, judged):
        wanted = {leaf: kind for leaf, kind in self.attacks.get(judged.file, ())}
        worst = collections.defaultdict(set)
        for one in judged.connections:
            self.count[one["verdict"]] += 1
            leaf = chain_of(one)[0] if one["chain"] else "-"
            worst[leaf].add(one["verdict"])
            if one["verdict"] == "intercepted" and leaf not in wanted:
                reasons = ", ".join(f"{piece['id']} {piece['points']:+}" for piece in one["evidence"])
                self.wrong.append(f"{judged.file} {one['sni']} {leaf[:16]}: {reasons}")
        for leaf, kind in wanted.items():
            self.expected += 1
            if "intercepted" in worst[leaf]:
                self.found += 1
            else:
                self.missed.append(f"{judged.file} {kind} {leaf[:16]}: {' '.join(sorted(worst[leaf])) or 'not seen'}")


class Report:
    def __init__(self, show):
        self.number, self.failed, self.show = 0, False, show

    def list(self, title, lines):
        if lines:
            print(f"# {title}: {len(lines)}")
        for line in lines[:self.show]:
            print(f"#   {line}".encode("unicode_escape").decode("ascii"))

    def check(self, good, title):
        self.number += 1
        self.failed |= not good
        print(f"{'ok' if good else 'not ok'} {self.number} - {title}", flush=True)

    def share(self, part, whole, floor, title):
        share = part / whole if whole else 0.0
        self.check(whole > 0 and share >= floor, f"{title}: {share:.4f} ({part} of {whole}), at least {floor}")


def score(shared, results):
    """The corpus's own scorer on the same results, for its figures."""
    script = os.path.join(shared, "corpus", "score.py")
    if not os.path.exists(script):
        return
    lines = []
    for judged in results:
        lines.append(f"{judged.file}\t-")
        for one in judged.connections:
            chain = chain_of(one)
            if chain:
                sni = name(one["sni"]).encode("unicode_escape").decode("ascii")
                lines.append("\t".join((judged.file, chain[0], str(len(chain)), sni, version(one["version"]))))
    done = subprocess.run([sys.executable, script, "--truth", os.path.join(shared, "corpus", "dev", "certs.tsv"), "--show", "0"],
                          input="\n".join(lines) + "\n", stdout=subprocess.PIPE, text=True, check=False)
    for line in done.stdout.splitlines():
        print("# score.py:", line)

def run(args, shared):
    dev = os.path.join(shared, "corpus", "dev")
    certificates, hellos = collections.defaultdict(list), collections.defaultdict(list)
    files = [row["file"] for table in ("MANIFEST.tsv", "derived/MANIFEST.tsv") for row in rows(os.path.join(dev, table))]
    for table, into in (("certs.tsv", certificates), ("derived/certs.tsv", certificates), ("hellos.tsv", hellos)):
        for row in rows(os.path.join(dev, table)):
            into[row["file"]].append(row)
    files = [file for file in dict.fromkeys(files) if os.path.exists(os.path.join(dev, file))][::args.every]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        results = list(pool.map(lambda file: judge(args.onpath, dev, file), files))

    found, greeted, verdicts = Certificates(), Hellos(), Verdicts(rows(os.path.join(dev, "INTERCEPTION.tsv")))
    for judged in results:
        if not judged.problem:
            found.compare(certificates[judged.file], judged)
            greeted.compare(hellos[judged.file], judged)
            verdicts.compare(judged)

    report = Report(args.show)
    print("1..9")
    problems = [f"{judged.file}: {judged.problem}" for judged in results if judged.problem]
    report.list("captures that made it fail", problems)
    report.check(not problems, f"{len(files)} captures without crash or hang")
    report.list("chains missing", found.missing)
    report.share(found.matched, found.expected, RECALL, "chains found, byte for byte")
    report.list("chains from a packet that the file cuts off", found.cut)
    report.list("chains that are not there", found.extra)
    reported = found.matched + found.optional + len(found.extra)
    report.share(reported - len(found.extra), reported, PRECISION, "chains reported that are there")
    report.list("wrong name or version", found.wrong)
    for field in ("sni", "version"):
        report.share(found.same[field], found.compared[field], AGREEMENT, f"{field} of certificate connections")
    report.list("hellos missing", greeted.missing)
    report.list("hellos that differ", greeted.wrong)
    for field in greeted.FIELDS:
        print(f"# hellos: {field} {greeted.same[field]} of {greeted.compared[field]}")
    report.share(greeted.matched, greeted.expected, 0.99, "flows with a ClientHello found")
    report.share(sum(greeted.same.values()), sum(greeted.compared.values()), 0.99, "names, versions, JA3, JA3S, JA4 of hellos")
    print(f"# verdicts: {dict(verdicts.count)}")
    report.list("called intercepted, but not labelled so", verdicts.wrong)
    report.check(not verdicts.wrong, "nobody is called intercepted but the labelled attacks")
    report.list("attacks not called intercepted", verdicts.missed)
    report.share(verdicts.found, verdicts.expected, 0.9, "labelled attacks called intercepted")
    score(shared, results)
    return 1 if report.failed else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("onpath", type=os.path.abspath)
    parser.add_argument("--every", type=int, default=8 if "ONPATH_QUICK" in os.environ else 1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--show", type=int, default=1000)
    args = parser.parse_args()
    shared = os.environ.get("ONPATH_SHARED") or os.path.join(os.path.dirname(ROOT), "shared")
    if not os.path.exists(os.path.join(shared, "corpus", "dev", "MANIFEST.tsv")):
        print("1..0 # SKIP no corpus; ONPATH_SHARED names the folder that holds it")
        return 0
    return run(args, shared)


if __name__ == "__main__":
    sys.exit(main())
