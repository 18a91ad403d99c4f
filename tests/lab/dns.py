#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""dns.py - queries and replies for tests of DNS

dns.py flood ADDRESS N DOMAIN   N names below DOMAIN at once, a socket each;
                                prints how many were answered, by rcode
dns.py forge ADDRESS DELAY      a resolver whose reply comes DELAY seconds late,
                                and before it what others would have it say
"""
import selectors
import socket
import struct
import sys
import time


def question(name, number):
    labels = b"".join(bytes([len(x)]) + x.encode() for x in name.split("."))
    return (
        struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0)
        + labels
        + b"\0"
        + struct.pack(">HH", 1, 1)
    )


def reply(query, address):
    """An A record with @address for whatever was asked."""
    end = query.index(b"\0", 12) + 5
    head = struct.pack(">HHHHH", 0x8180, 1, 1, 0, 0)
    record = struct.pack(">HHHIH", 0xC00C, 1, 1, 60, 4)
    return query[:2] + head + query[12:end] + record + socket.inet_aton(address)


def flood(address, count, domain):
    poll = selectors.DefaultSelector()
    sockets = []
    for i in range(int(count)):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.connect((address, 53))
        poll.register(sock, selectors.EVENT_READ, i)
        sockets.append(sock)
    for i, sock in enumerate(sockets):
        sock.send(question(f"n{i}.{domain}", i))
    rcodes = {}
    end = time.monotonic() + 8
    left = len(sockets)
    while left and time.monotonic() < end:
        for key, _ in poll.select(1):
            data = key.fileobj.recv(4096)
            number, flags = struct.unpack(">HH", data[:4])
            if number == key.data:
                rcodes[flags & 15] = rcodes.get(flags & 15, 0) + 1
                poll.unregister(key.fileobj)
                left -= 1
    print(" ".join(f"{rcode}:{n}" for rcode, n in sorted(rcodes.items())))


def forge(address, delay):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((address, 53))
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other.bind((address, 5353))
    print("ready", flush=True)
    while True:
        query, peer = sock.recvfrom(4096)
        lie = reply(query, "6.6.6.6")
        for number in range(20):
            sock.sendto(struct.pack(">H", number) + lie[2:], peer)
        sock.sendto(lie[:13] + bytes([lie[13] ^ 1]) + lie[14:], peer)
        other.sendto(lie, peer)
        sock.sendto(query, peer)
        sock.sendto(lie[:11], peer)
        time.sleep(float(delay))
        sock.sendto(reply(query, "192.0.2.7"), peer)


def main():
    words = {"flood": flood, "forge": forge}
    words[sys.argv[1]](*sys.argv[2:])


main()
