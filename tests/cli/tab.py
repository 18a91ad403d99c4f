#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tab.py - in a real bash on a terminal: for each line of standard input, type it and
TAB, and print what the line has become. Two TABs, and a list, when it ends in '?'."""
import os
import pty
import re
import select
import sys
import time

SETUP = r"""
PS1= PS2=; bind 'set bell-style none'; bind 'set show-all-if-ambiguous off'
bind 'set completion-query-items 0'; bind 'set page-completions off'
source <(weft completion bash)
bind -x '"\C-xp": printf "\n<%s>\n" "$READLINE_LINE"'
echo re'ady'
"""


def read_until(fd, pattern):
    got = b""
    end = time.monotonic() + 20
    while not re.search(pattern, got):
        if not select.select([fd], [], [], max(0, end - time.monotonic()))[0]:
            sys.exit("bash says nothing like %r: %r" % (pattern, got))
        got += os.read(fd, 65536)
    return got.decode(errors="replace")


def main():
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "dumb"
        os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
    os.write(fd, SETUP.encode())
    read_until(fd, rb"\nready")
    for line in sys.stdin.read().splitlines():
        wants_list = line.endswith("?")
        line = line.rstrip("?")
        os.write(fd, line.encode() + (b"\t\t" if wants_list else b"\t") + b"\x18p")
        said = read_until(fd, rb"\r?\n<[^\n]*>\r?\n")
        if wants_list:
            # The terminal may echo the key itself while bash is busy.
            words = said.replace("^Xp", " ").replace(line, " ").split("<")[0].split()
            print(line + "? " + " ".join(sorted(set(words))))
        else:
            print(re.findall(r"\n<([^\n]*)>", said)[-1])
        os.write(fd, b"\x15")
    os.close(fd)


main()
