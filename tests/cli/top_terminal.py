#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# top_terminal.py - weft top on a terminal of its own, whose path is given: it fits
# the size, also another one; q, ^C, a crash and the rest give the terminal back
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

LEAVE = b"\x1b[?25h\x1b[?1049l"
bad = []


def check(what, good):
    if not good:
        bad.append(what)
        print("FAIL:", what)


class Top:
    def __init__(self, rows, columns, command=()):
        self.terminal, self.side = pty.openpty()
        self.before = termios.tcgetattr(self.side)
        self.seen = b""
        self.resize(rows, columns)
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(self.side, termios.TIOCSCTTY, 0)
            for fd in range(3):
                os.dup2(self.side, fd)
            argv = [*command, sys.argv[1], "top", "--interval", "200ms"]
            os.execvp(argv[0], argv)

    def resize(self, rows, columns):
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.side, termios.TIOCSWINSZ, size)

    def read(self, seconds, until=None):
        """What came within that time, or until the pattern was there."""
        got, end = b"", time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.05)[0]:
                got += os.read(self.terminal, 65536)
            if until and re.search(until, got):
                break
        self.seen += got
        return got

    def end(self, what, code):
        self.read(5, re.escape(LEAVE))
        time.sleep(0.1)
        check(f"{what}: the screen is given back", LEAVE in self.seen)
        check(f"{what}: the keys are given back", termios.tcgetattr(self.side) == self.before)
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        check(f"{what}: ends with {code}, not {status}", status == code)
        os.close(self.terminal)
        os.close(self.side)


def widest(frame):
    lines = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", frame).split(b"\r\n")
    return max(len(line.rstrip(b"\r")) for line in lines), len(lines)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


top = Top(24, 100)
got = top.read(10, rb"web1:0")
check("the whole screen is taken", b"\x1b[?1049h" in got)
check("ports are there", b"web1:0" in got)
check("keys are not echoed", not termios.tcgetattr(top.side)[3] & termios.ECHO)
top.resize(6, 30)
top.read(1)
frames = top.read(1).split(b"\x1b[H")
columns, rows = widest(frames[-2])
check(f"no line is longer than the terminal: {columns}", columns <= 30)
check(f"no more lines than it has: {rows}", rows <= 6)
os.write(top.terminal, b"bdzn")
top.read(0.5)
os.write(top.terminal, b"q")
top.end("q", 0)

top = Top(24, 80)
top.read(10, rb"web1:0")
os.write(top.terminal, b"\x03")
top.end("^C", 130)

top = Top(24, 80)
top.read(10, rb"web1:0")
os.kill(top.pid, signal.SIGTERM)
top.end("SIGTERM", 130)

for sign in signal.SIGSEGV, signal.SIGKILL:
    top = Top(24, 80)
    top.read(10, rb"web1:0")
    os.kill(children(top.pid)[0], sign)
    top.end(sign.name, 1)

# From a shell: the end of a session's leader would hang the terminal up.
top = Top(24, 80, ["sh", "-c", '"$@"; sleep 1; exit 9', "sh"])
top.read(10, rb"web1:0")
os.kill(children(top.pid)[0], signal.SIGKILL)
top.end("SIGKILL of the guard", 9)

sys.exit(bool(bad))
