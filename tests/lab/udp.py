#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""udp.py - datagrams for tests of NAT

udp.py serve PORT...              answer each with "ADDRESS:PORT size: text"
udp.py ask ADDRESS PORT TEXT      print the answer, or the error in one word
udp.py ask2 A PORT B PORT         one socket, two servers: both answers
udp.py size ADDRESS PORT N [df]   send N bytes; "answer N" or the error
udp.py wait PORT SECONDS          print what comes from anybody
udp.py spam ADDRESS PORT N        N datagrams from one socket
udp.py flood ADDRESS N FROM       N sockets, one datagram each, to ports FROM..
"""
import errno
import selectors
import socket
import sys


def udp(port=0):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("0.0.0.0", port))
    sock.settimeout(5)
    return sock


def serve(*ports):
    poll = selectors.DefaultSelector()
    for port in ports:
        poll.register(udp(int(port)), selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in poll.select():
            data, peer = key.fileobj.recvfrom(65536)
            head = f"{peer[0]}:{peer[1]} {len(data)}: ".encode()
            key.fileobj.sendto((head + data)[: max(len(data), 200)], peer)


def talk(sock, data):
    """The answer, or what went wrong, as a connected socket is told."""
    try:
        sock.send(data)
        return sock.recv(65536)
    except socket.timeout:
        return "timeout"
    except OSError as error:
        return errno.errorcode[error.errno]


def ask(address, port, text):
    sock = udp()
    sock.setsockopt(0, 11, 1)  # IP_RECVERR: else only the worst is told
    sock.connect((address, int(port)))
    answer = talk(sock, text.encode())
    print(answer if isinstance(answer, str) else answer.decode())


def ask2(first, port, second, port2):
    sock = udp()
    for peer in (first, int(port)), (second, int(port2)):
        sock.sendto(b"who am I", peer)
        print(sock.recv(65536).decode())


def size(address, port, count, fragmenting="may"):
    sock = udp()
    IP_MTU_DISCOVER, DONT, DO = 10, 0, 2
    sock.setsockopt(0, IP_MTU_DISCOVER, DO if fragmenting == "df" else DONT)
    sock.connect((address, int(port)))
    answer = talk(sock, b"x" * int(count))
    print(answer if isinstance(answer, str) else f"answer {len(answer)}")


def wait(port, seconds):
    sock = udp(int(port))
    sock.settimeout(float(seconds))
    print("ready", flush=True)
    try:
        while True:
            data, peer = sock.recvfrom(65536)
            print(peer[0], data.decode(), flush=True)
    except socket.timeout:
        print("quiet")


def flood(address, count, first):
    socks = []
    for i in range(int(count)):
        socks.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        socks[-1].sendto(b"x", (address, int(first)))
        if len(socks) > 500:
            socks.pop(0).close()


def spam(address, port, count):
    sock = udp()
    for _ in range(int(count)):
        sock.sendto(b"x" * 100, (address, int(port)))


globals()[sys.argv[1]](*sys.argv[2:])
