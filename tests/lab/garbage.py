#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""garbage.py - what a bad client may send to a socket of weft

garbage.py control PATH COUNT: that many connections to the control socket, some
    silent, some with garbage, some with half a request, all at once and in turn
garbage.py vhost PATH COUNT: that many connections to a port, with all kinds of
    broken vhost-user messages and descriptors
"""
import os
import random
import socket
import struct
import sys

VERSION = 1
random.seed(7)


def connect(path):
    """Waits for room in the backlog, which a non-blocking socket would not."""
    sock = socket.socket(socket.AF_UNIX)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO,
                    struct.pack("ll", 5, 0))
    try:
        sock.connect(path)
    except OSError:
        sock.close()
        return None
    return sock


def send(sock, data, fds=()):
    try:
        if fds:
            socket.send_fds(sock, [data], list(fds))
        else:
            sock.sendall(data)
        return True
    except OSError:
        return False


CONTROL = [
    b"",
    b"\0" * 64,
    b"{",
    b"[" * 100000,
    b'{"jsonrpc":"2.0","id":1,"method":"lab.status"}',
    b'{"jsonrpc":"2.0","id":1,"method":"lab.status"}\n' * 200,
    b'{"jsonrpc":"2.0","id":1,"method":"hello","params":{"version":99}}\n',
    b'{"jsonrpc":"2.0","id":{},"method":7}\n',
    b'{"jsonrpc":"2.0","id":1,"method":"lab.apply","params":{"lab":[]}}\n',
    b"\xff\xfe" * 4000 + b"\n",
    b"x" * (2 << 20),
]


def control(path, count):
    kept, refused = [], 0
    for i in range(count):
        sock = connect(path)
        if not sock:
            refused += 1
            continue
        fds = [0] if i % 7 == 0 else []
        send(sock, CONTROL[i % len(CONTROL)] or b"\n", fds)
        if i % 3 == 0:
            kept.append(sock)
        else:
            sock.close()
    for sock in kept:
        sock.close()
    print(f"{count} connections, {refused} refused, {len(kept)} held")


def message(request, payload, flags=VERSION, size=None):
    length = len(payload) if size is None else size
    return struct.pack("<III", request, flags, length) + payload


def vhost_junk(i):
    """One broken message and how many descriptors go with it."""
    kind = i % 8
    if kind == 0:
        return os.urandom(random.randrange(1, 400)), 0
    if kind == 1:
        return message(i % 45, b"", size=0xffffffff), 0
    if kind == 2:  # memory table: regions that overlap, wrap, lie
        table = struct.pack("<II", random.choice([1, 2, 8, 9, 255]), 0)
        for _ in range(8):
            table += struct.pack("<QQQQ", *[random.choice(
                [0, 1, 4096, 2**63, 2**64 - 4096]) for _ in range(4)])
        return message(5, table), i % 9
    if kind == 3:
        return message(i % 45, os.urandom(8)), i % 3
    if kind == 4:
        return message(i % 45, struct.pack("<II", 2**31, 7) + bytes(32)), 1
    if kind == 5:
        return message(1, b"")[:7], 0
    if kind == 6:  # features, then kicks and calls to rings that aren't there
        return (message(2, struct.pack("<Q", 2**64 - 1)) +
                message(12, struct.pack("<Q", 0)) +
                message(18, struct.pack("<II", 5, 1))), 1
    return message(1, b"") * 50, 20


def vhost(path, count):
    sent = refused = 0
    for i in range(count):
        sock = connect(path)
        if not sock:
            refused += 1
            continue
        for j in range(10):
            data, n = vhost_junk(i + j)
            memory = os.memfd_create("m")
            os.truncate(memory, (i % 3) * 4096)
            ok = send(sock, data, [memory] * n)
            os.close(memory)
            if not ok:
                break
            sent += 1
        sock.close()
    print(f"{count} connections, {refused} refused, {sent} messages")


if sys.argv[1] == "control":
    control(sys.argv[2], int(sys.argv[3]))
else:
    vhost(sys.argv[2], int(sys.argv[3]))
