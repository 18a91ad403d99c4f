#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# broker_client.py - broker_client.py WEFT-BROKER: a client of weft-broker that is
# not labd, run by an ordinary user: garbage, floods, descriptors, an early end
import array
import os
import random
import socket
import struct
import subprocess
import sys

HELLO, NIC, TAP, ADDRESS, MTU, CLOSE = range(6)
MAC = b"\x52\x54\0\0\0\1"
PATIENCE = 60


def request(type, ifindex=0, address=0, mtu=0, length=0, has=0, forced=0, mac=bytes(6), name=b"", version=1):
    return struct.pack("=IIIIHBBBB6s16s", version, type, ifindex, address, mtu, length, has, forced, 0, mac, name)


class Broker:
    def __init__(self, *arguments, kind=socket.SOCK_SEQPACKET):
        self.sock, theirs = socket.socketpair(socket.AF_UNIX, kind)
        self.sock.settimeout(PATIENCE)
        self.process = subprocess.Popen(
            [sys.argv[1], *arguments], stderr=subprocess.DEVNULL,
            pass_fds=[3], preexec_fn=lambda: os.dup2(theirs.fileno(), 3))
        theirs.close()

    def ask(self, *arguments, **fields):
        self.sock.send(request(*arguments, **fields))
        return self.hear()

    def hear(self):
        data, extra, _, _ = self.sock.recvmsg(4096, 256)
        fds = array.array("i")
        for _, _, part in extra:
            fds.frombytes(part)
        if not data:
            return None
        _, _, code, ifindex, _ = struct.unpack("=IIiI512s", data)
        return code, ifindex, list(fds)

    def end(self):
        self.sock.close()
        return self.process.wait(PATIENCE)


def must(holds, what):
    print(("ok: " if holds else "FAILED: ") + what)
    must.failed |= not holds


must.failed = False


def cut_off(what, *packets, fds=()):
    broker = Broker()
    made = broker.ask(TAP, name=b"evil-tap", mac=MAC, mtu=1500)
    for fd in made[2]:
        os.close(fd)
    for packet in packets:
        try:
            socket.send_fds(broker.sock, [packet], fds)
        except BrokenPipeError:
            break
    try:
        broker.sock.shutdown(socket.SHUT_WR)
        heard = broker.hear()
    except (ConnectionResetError, OSError):
        heard = None
    must(made[0] == 0 and heard is None, f"{what}: cut off")
    must(broker.process.wait(PATIENCE) == 1, f"{what}: it has ended")
    must(not interface("evil-tap"), f"{what}: its tap is gone")


def garbage():
    source = random.Random(7)
    for size in (1, 43, 44, 45, 4000):
        cut_off(f"garbage of {size} bytes", source.randbytes(size))
    cut_off("another version", request(HELLO, version=2))
    cut_off("an unknown request", request(CLOSE + 1))
    cut_off("a descriptor", request(HELLO), fds=[0])
    cut_off("many descriptors", request(HELLO), fds=[0] * 200)


def flood():
    broker = Broker()
    for i in range(80):  # more than there is room for, and no answer is read
        try:
            broker.sock.send(request(TAP, name=b"evil-%d" % i, mac=MAC, mtu=1500), socket.MSG_DONTWAIT)
        except BlockingIOError:
            break
    must(broker.end() in (0, 1), "a flood, and the end: it has ended")
    broker = Broker()
    answers = [broker.ask(HELLO)[0] for _ in range(5000)]
    must(not any(answers), "a flood that listens is answered")
    must(broker.end() == 0, "and at its end, it ends")


def others():
    broker = Broker()
    must(broker.ask(NIC, name=b"lo", forced=1)[0] < 0, "no loopback")
    must(broker.ask(TAP, name=b"wg0", mac=MAC, mtu=1500)[0] < 0, "no tap with a name of somebody else's")
    must(broker.ask(TAP, name=b"nic0", mac=MAC, mtu=1500)[0] < 0, "no interface that is there")
    must(broker.ask(NIC, name=b"../nic0", forced=1)[0] < 0, "no path")
    for index in range(1, 10):
        must(broker.ask(ADDRESS, ifindex=index, address=0x0A010101, length=24, has=1)[0] < 0, f"no address of interface {index}")
        must(broker.ask(CLOSE, ifindex=index)[0] < 0, f"no end of interface {index}")
    code, tap, fds = broker.ask(TAP, name=b"evil-tap", mac=MAC, mtu=1500)
    must(code == 0, "a tap of its own")
    must(broker.ask(ADDRESS, ifindex=tap, address=0x08080808, length=8, has=1)[0] < 0, "no large part of the Internet")
    persist(fds[0])
    must(broker.end() == 0, "it ends")
    must(not interface("evil-tap"), "what was to outlast it does not")


def interface(name):
    return any(found == name for _, found in socket.if_nameindex())


def persist(fd):
    import fcntl

    fcntl.ioctl(fd, 0x400454CB, 1)  # TUNSETPERSIST
    os.close(fd)


def starts():
    broker = Broker("--help")
    must(broker.process.wait(PATIENCE) == 2, "with arguments it does nothing")
    broker = Broker(kind=socket.SOCK_STREAM)
    must(broker.process.wait(PATIENCE) == 2, "on another socket neither")


while os.open("/dev/null", os.O_RDONLY) < 10:
    pass  # so that 3 is free for what a broker inherits
garbage()
flood()
others()
starts()
sys.exit(must.failed)
