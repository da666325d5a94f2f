#!/usr/bin/env python3
"""YAML files -> one C array: embed.py OUTPUT.c INPUT.yaml... (a document each)."""
import sys


def main(output, inputs):
    documents = []
    for name in inputs:
        with open(name, "rb") as f:
            documents.append(b"---\n" + f.read())
    text = b"".join(documents)
    rows = [text[i : i + 16] for i in range(0, len(text), 16)]
    with open(output, "w", encoding="ascii") as f:
        f.write('/* Made by embed.py: the YAML that onpath ships, as bytes. */\n#include "policy/policy.h"\n\n')
        f.write("const char policy_shipped[] = {\n")
        for row in rows:
            f.write("\t" + " ".join("%d," % (b if b < 128 else b - 256) for b in row) + "\n")
        f.write("\t0,\n};\nconst size_t policy_shipped_len = sizeof policy_shipped - 1;\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
