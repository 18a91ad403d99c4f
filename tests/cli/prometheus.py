#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# prometheus.py - is stdin strictly Prometheus text format 0.0.4? Prints what is
# wrong and ends with 1, or the number of samples
#
# Beyond what a scraper asks for: HELP and TYPE in front of each family, families
# in one piece, counters end in _total, no sample twice, the same labels within a
# family.
import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf"^({NAME})(?:\{{(.*)\}})? (-?[0-9]+(?:\.[0-9]+)?)$")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)')


def labels_of(text, line):
    labels, at = [], 0
    while text and at < len(text):
        match = LABEL.match(text, at)
        if not match:
            sys.exit(f"bad labels: {line}")
        labels.append((match[1], match[2]))
        at = match.end()
        if match[3] == "," and at == len(text):
            sys.exit(f"a comma too many: {line}")
    return labels


def main():
    text = sys.stdin.read()
    if not text.endswith("\n"):
        sys.exit("the last line has no end")
    family = kind = None
    families, samples, names = set(), set(), {}
    for line in text[:-1].split("\n"):
        if match := re.match(rf"^# HELP ({NAME}) (.+)$", line):
            family, kind = match[1], None
            if family in families:
                sys.exit(f"{family}: in two pieces")
            families.add(family)
        elif match := re.match(rf"^# TYPE ({NAME}) (counter|gauge)$", line):
            if match[1] != family or kind:
                sys.exit(f"TYPE is not behind its HELP: {line}")
            kind = match[2]
            if (kind == "counter") != family.endswith("_total"):
                sys.exit(f"{family}: counters, and only they, end in _total")
        elif match := SAMPLE.match(line):
            if match[1] != family or not kind:
                sys.exit(f"sample is not behind its TYPE: {line}")
            labels = labels_of(match[2], line)
            key = (family, tuple(labels))
            if key in samples:
                sys.exit(f"sample comes twice: {line}")
            samples.add(key)
            wanted = names.setdefault(family, [name for name, _ in labels])
            if [name for name, _ in labels] != wanted:
                sys.exit(f"labels differ within {family}: {line}")
        else:
            sys.exit(f"no line of the format: {line!r}")
    print(len(samples))


main()
