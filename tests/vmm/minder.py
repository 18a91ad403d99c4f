#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# minder.py - what labd is to a weft-vmm: starts it with a control socket, says
# what it is told, writes down what it hears, and dials again
#
# usage: minder.py LOG ORDERS [SOCKET...] -- WEFT-VMM [OPTION...]
#
# SOCKET n is the back-end of NIC n: when the vmm says that it is gone, a new
# connection is handed over. ORDERS is a pipe with lines like "link 0 1", "reset",
# "power"; LOG gets lines of milliseconds, a word, and what it was said of. stdin
# and the exit code are the vmm's.
import os
import selectors
import socket
import struct
import subprocess
import sys
import time

HEARD = ["state", "reset", "drivers", "gone"]
SAID = {"connect": 4, "link": 5, "announce": 6, "pause": 7, "resume": 8,
        "reset": 9, "power": 10}
MESSAGE = struct.Struct("=III256s")


def note(log, *words):
    print(int(time.time() * 1000), *words, file=log, flush=True)


def say(control, word, index=0, value=0, fds=()):
    message = MESSAGE.pack(SAID[word], int(index), int(value), b"")
    socket.send_fds(control, [message], fds)


def dial(control, log, index, path):
    for _ in range(1000):
        with socket.socket(socket.AF_UNIX) as peer:
            try:
                peer.connect(path)
            except OSError:
                time.sleep(0.01)
                continue
            say(control, "connect", index, fds=[peer.fileno()])
            note(log, "dialled", index)
            return
    note(log, "nobody", index)


def hear(control, log, paths):
    """One message of the vmm's; False at its end."""
    try:
        message = control.recv(MESSAGE.size)
    except ConnectionError:
        return False
    if not message:
        return False
    kind, index, value, text = MESSAGE.unpack(message)
    note(log, HEARD[kind], index, value, text.rstrip(b"\0").decode())
    if HEARD[kind] == "gone":
        dial(control, log, index, paths[index])
    return True


def main():
    split = sys.argv.index("--")
    paths = sys.argv[3:split]
    orders = os.open(sys.argv[2], os.O_RDWR)
    control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = sys.argv[split + 1:] + ["--control", f"fd={theirs.fileno()}"]
    vmm = subprocess.Popen(command, pass_fds=[theirs.fileno()])
    theirs.close()
    wait = selectors.DefaultSelector()
    wait.register(control, selectors.EVENT_READ)
    wait.register(orders, selectors.EVENT_READ)
    rest = b""
    with open(sys.argv[1], "w", encoding="ascii") as log:
        while vmm.poll() is None:
            for key, _ in wait.select(0.5):
                if key.fileobj is control:
                    if not hear(control, log, paths):
                        wait.unregister(control)
                    continue
                *lines, rest = (rest + os.read(orders, 4096)).split(b"\n")
                for line in lines:
                    say(control, *line.decode().split())
    return vmm.returncode


sys.exit(main())
