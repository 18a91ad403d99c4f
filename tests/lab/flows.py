#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""flows.py - many flows for tests of NAT

flows.py serve PORT                       echo over TCP and UDP; "ready"
flows.py load FIRST SPREAD PORT KEEP RATE SECONDS UDP
    open KEEP connections, "kept"; then for SECONDS, RATE times a second, end the
    one that is the oldest and open another, and with each UDP-th (0: none) ask
    by a datagram from a new port; "opened N errors E rate R worst W"
flows.py flood FIRST SPREAD PORT SECONDS  a datagram from a new port, without end
Destinations are SPREAD addresses from FIRST on, in turn.
"""
import collections
import itertools
import resource
import selectors
import socket
import sys
import time


def many_files():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def echo(poll, sock):
    try:
        data = sock.recv(2048)
        if data:
            sock.send(data)
            return
    except OSError:
        pass
    poll.unregister(sock)
    sock.close()


def serve(port):
    many_files()
    poll = selectors.DefaultSelector()
    server = socket.create_server(("0.0.0.0", int(port)), backlog=4096)
    # from where it was asked: one socket for all addresses would choose one
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(0, 8, 1)  # IP_PKTINFO
    udp.bind(("0.0.0.0", int(port)))
    poll.register(server, selectors.EVENT_READ)
    poll.register(udp, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in poll.select():
            if key.fileobj is server:
                poll.register(server.accept()[0], selectors.EVENT_READ)
            elif key.fileobj is udp:
                data, info, _, peer = udp.recvmsg(2048, 256)
                at = info[0][2]
                udp.sendmsg([data], [(0, 8, bytes(4) + at[4:8] + bytes(4))], 0, peer)
            else:
                echo(poll, key.fileobj)


def addresses(first, spread):
    base = int.from_bytes(socket.inet_aton(first), "big")
    for i in itertools.cycle(range(int(spread))):
        yield socket.inet_ntoa((base + i).to_bytes(4, "big"))


class Load:
    def __init__(self, first, spread, port):
        self.to = addresses(first, spread)
        self.port = int(port)
        self.kept = collections.deque()
        self.opened = self.errors = 0
        self.worst = 0.0

    def failed(self, what, error):
        self.errors += 1
        if self.errors <= 5:
            print("failed:", what, repr(error), flush=True)

    def answers(self, sock):
        sock.send(b"x")
        if sock.recv(10) != b"x":
            raise OSError("no echo")

    def timed(self, what, action):
        begin = time.monotonic()
        try:
            action()
        except OSError as error:
            self.failed(what, error)
        self.worst = max(self.worst, time.monotonic() - begin)

    def open(self):
        self.opened += 1
        sock = socket.create_connection((next(self.to), self.port), 20)
        self.kept.append(sock)
        self.answers(sock)

    def end_oldest(self):
        with self.kept.popleft() as sock:
            self.answers(sock)

    def ask(self):
        self.opened += 1
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(20)
            sock.connect((next(self.to), self.port))
            self.answers(sock)


def load(first, spread, port, keep, rate, seconds, udp):
    many_files()
    run = Load(first, spread, port)
    for _ in range(int(keep)):
        run.timed("open", run.open)
    print("kept", len(run.kept), flush=True)
    before, begin = run.opened, time.monotonic()
    for turn in itertools.count(1):
        due = begin + turn / float(rate)
        if due > begin + float(seconds):
            break
        time.sleep(max(0, due - time.monotonic()))
        run.timed("the oldest", run.end_oldest)
        run.timed("another", run.open)
        if int(udp) and turn % int(udp) == 0:
            run.timed("a datagram", run.ask)
    passed = time.monotonic() - begin
    while run.kept:
        run.timed("the rest", run.end_oldest)
    print(f"opened {run.opened} errors {run.errors}",
          f"rate {(run.opened - before) / passed:.0f} worst {run.worst * 1000:.0f}",
          flush=True)


def flood(first, spread, port, seconds):
    to = addresses(first, spread)
    end = time.monotonic() + float(seconds)
    sent = 0
    while time.monotonic() < end:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(b"x", (next(to), int(port)))
        sent += 1
    print("sent", sent, flush=True)


globals()[sys.argv[1]](*sys.argv[2:])
