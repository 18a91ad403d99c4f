#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""dns.py - queries and replies for tests of DNS

dns.py flood ADDRESS N DOMAIN   N names below DOMAIN at once, a socket each;
                                prints how many were answered, by rcode
dns.py forge ADDRESS DELAY      a resolver whose reply comes DELAY seconds late,
                                and before it what others would have it say
dns.py hostile ADDRESS OTHER    one who is flooded with lies, knowing more than
                                anybody off the path does; prints who asked what
dns.py blind SOURCE TARGET S    lies from SOURCE to TARGET, for S seconds, by one
                                who knows neither ports nor ids
dns.py same ADDRESS N NAME      NAME, N times at once; prints what was answered
"""
import random
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


LIE, TRUTH = "6.6.6.6", "192.0.2.7"


def datagrams(address, port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((address, port))
    return sock


def with_name(message, change):
    """@message with its name's letters changed"""
    end = message.index(b"\0", 12)
    return message[:12] + change(message[12:end]) + message[end:]


def lies(sock, strangers, query, peer):
    """All that an attacker may get right, but for one thing each"""
    lie = reply(query, LIE)
    number = struct.unpack(">H", query[:2])[0]
    # fewer than a socket has room for, or the truth would be lost as well
    for wrong in random.sample(range(1 << 16), 150):
        if wrong != number:
            sock.sendto(struct.pack(">H", wrong) + lie[2:], peer)
    for port in random.sample(range(1024, 1 << 16), 500):
        if port != peer[1]:
            sock.sendto(lie, (peer[0], port))
    for stranger in strangers:
        stranger.sendto(lie, peer)
    sock.sendto(with_name(lie, lambda name: name[:1] + b"z" + name[2:]), peer)
    sock.sendto(query, peer)
    sock.sendto(lie[:11], peer)
    if b"case" in query.lower():
        sock.sendto(with_name(lie, bytes.swapcase), peer)


def answer_stream(listener):
    stream, _ = listener.accept()
    with stream:
        query = stream.recv(4096)
        if len(query) > 2:
            truth = reply(query[2:], TRUTH)
            stream.sendall(struct.pack(">H", len(truth)) + truth)


def hostile(address, other):
    sock = datagrams(address, 53)
    strangers = [datagrams(address, 5353), datagrams(other, 53)]
    listener = socket.create_server((address, 53))
    poll = selectors.DefaultSelector()
    poll.register(sock, selectors.EVENT_READ)
    poll.register(listener, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in poll.select():
            if key.fileobj is listener:
                answer_stream(listener)
                continue
            query, peer = sock.recvfrom(4096)
            print("asked", query[13 : 13 + query[12]].decode().lower(), flush=True)
            lies(sock, strangers, query, peer)
            sock.sendto(reply(query, TRUTH), peer)
            for _ in range(20):  # and who comes too late
                sock.sendto(reply(query, LIE), peer)


def blind(source, target, seconds):
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    lie = reply(question("first.example.test", 0), LIE)
    ends = socket.inet_aton(source) + socket.inet_aton(target)
    size = 28 + len(lie)
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        head = struct.pack(">BBHHHBBH", 0x45, 0, size, 0, 0, 64, 17, 0) + ends
        port = random.randrange(32768, 61000)
        udp = struct.pack(">HHHH", 53, port, size - 20, 0)
        number = struct.pack(">H", random.randrange(1 << 16))
        sock.sendto(head + udp + number + lie[2:], (target, 0))


def same(address, count, name):
    sockets = []
    for number in range(int(count)):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.connect((address, 53))
        sock.settimeout(8)
        sockets.append(sock)
    for number, sock in enumerate(sockets):
        sock.send(question(name, number))
    print(*{socket.inet_ntoa(sock.recv(4096)[-4:]) for sock in sockets})


def main():
    words = {
        "flood": flood,
        "forge": forge,
        "hostile": hostile,
        "blind": blind,
        "same": same,
    }
    words[sys.argv[1]](*sys.argv[2:])


main()
