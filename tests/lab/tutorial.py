#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tutorial.py - PAGE: do what a tutorial says, to the letter, in this folder.

Blocks of sh are run, one after the other; of yaml they become the file that their
first line names; of text they are what the sh block above has printed: each line, but
for numbers and blanks, must be in it. "sh setup" is for the reader alone."""
import re
import subprocess
import sys


def blocks(page):
    fence = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.M | re.S)
    return [(m.group(1).strip(), m.group(2)) for m in fence.finditer(page)]


def plain(line):
    """Without what differs from run to run: numbers, blanks, what a column has."""
    return re.sub(r"\s+", " ", re.sub(r"\d+(\.\d+)*", "N", line)).strip()


def run(text):
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=300)
    if done.returncode:
        sys.exit("FAILED: exit %d: %s\n%s" % (done.returncode, text, done.stdout))
    print("ok: " + text.strip().replace("\n", "; "))
    return done.stdout


def main():
    said = ""
    with open(sys.argv[1]) as page:
        found = blocks(page.read())
    for kind, text in found:
        if kind == "sh":
            said = run(text)
        elif kind == "yaml":
            name = text.split("\n")[0].lstrip("# ")
            with open(name, "w") as out:
                out.write(text)
        elif kind == "text":
            there = [plain(line) for line in said.split("\n")]
            for line in text.strip().split("\n"):
                if not any(plain(line) in other for other in there):
                    sys.exit("FAILED: the page says '%s', and it said:\n%s" % (line, said))
        elif kind != "sh setup":
            sys.exit("FAILED: a block of an unknown kind: " + kind)
    if sum(kind == "sh" for kind, _ in found) < 5:
        sys.exit("FAILED: hardly a tutorial")


main()
