#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# echo.py - sends bytes to a guest's port and wants the same ones back
# usage: echo.py [--listen] SOCKET COUNT
# --listen: the guest's VMM connects to us, not we to it
import os
import socket
import sys
import threading
import time

DEADLINE_S = 60


def connect(path):
    end = time.monotonic() + DEADLINE_S
    while True:
        try:
            port = socket.socket(socket.AF_UNIX)
            port.connect(path)
            return port
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def accept(path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.settimeout(DEADLINE_S)
        listener.bind(path)
        listener.listen(1)
        return listener.accept()[0]


def main():
    path, count = sys.argv[-2:]
    # A byte of 4 ends the guest's test: there is one, the last.
    data = bytes(32 + b % 90 for b in os.urandom(int(count))) + b"\x04"
    port = accept(path) if sys.argv[1] == "--listen" else connect(path)
    port.settimeout(DEADLINE_S)
    sender = threading.Thread(target=port.sendall, args=(data,), daemon=True)
    sender.start()
    got = b""
    while len(got) < len(data):
        part = port.recv(65536)
        if not part:
            break
        got += part
    print(f"{len(got)} of {len(data)} bytes came back")
    return 0 if got == data else 1


sys.exit(main())
