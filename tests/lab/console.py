#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""console.py - COMMAND...: run a console on its own terminal, type a line, wait
for what it prints, and leave with ^]; the exit code is the command's"""
import os
import pty
import re
import select
import sys
import time


def read_until(fd, pattern, seconds):
    seen = b""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not select.select([fd], [], [], 0.1)[0]:
            continue
        try:
            got = os.read(fd, 4096)
        except OSError:
            break
        seen += got
        if not got or re.search(pattern, seen):
            break
    return seen


pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
time.sleep(0.5)
os.write(terminal, b"\r")
out = read_until(terminal, rb"[#$] ", 10)
os.write(terminal, b"echo sum is $((6 * 7))\r")
out += read_until(terminal, rb"sum is 42", 10)
os.write(terminal, b"\x1d")
out += read_until(terminal, rb"nothing more", 2)
sys.stdout.write(out.decode(errors="replace"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
