#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""connections.py - connections for tests of NAT

connections.py serve ADDRESS PORT         accept all, close when they do; "ready"
connections.py hold ADDRESS PORT N        open N, say "open N", keep them until ended
connections.py connect ADDRESS PORT       ms that it took, or the error in one word
"""
import errno
import resource
import selectors
import socket
import sys
import time


def many_files():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def serve(address, port):
    many_files()
    poll = selectors.DefaultSelector()
    server = socket.create_server((address, int(port)), backlog=4096)
    poll.register(server, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in poll.select():
            if key.fileobj is server:
                poll.register(server.accept()[0], selectors.EVENT_READ)
                continue
            try:
                data = key.fileobj.recv(65536)
            except OSError:
                data = b""
            if not data:
                poll.unregister(key.fileobj)
                key.fileobj.close()


def hold(address, port, count):
    many_files()
    kept = []
    for _ in range(int(count)):
        try:
            kept.append(socket.create_connection((address, int(port)), 10))
        except OSError as error:
            print("failed", error, flush=True)
            break
    print("open", len(kept), flush=True)
    time.sleep(600)


def connect(address, port):
    begin = time.monotonic()
    try:
        socket.create_connection((address, int(port)), 10).close()
        print(round((time.monotonic() - begin) * 1000, 1))
    except socket.timeout:
        print("timeout")
    except OSError as error:
        print(errno.errorcode[error.errno])


globals()[sys.argv[1]](*sys.argv[2:])
