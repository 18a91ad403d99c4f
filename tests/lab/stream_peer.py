#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""stream_peer.py - a host of few words on a stream socket: DHCP, ARP, ICMP echo

stream_peer.py SOCKET ping MAC TARGET COUNT : gets a lease, pings TARGET; says
    what came of it, as JSON
stream_peer.py SOCKET serve MAC : gets a lease, answers ARP and pings for ever
stream_peer.py SOCKET hold : half a frame, and then nothing
stream_peer.py SOCKET deaf MAC : says who it is, and never reads
stream_peer.py SOCKET second : waits to be hung up on
stream_peer.py SOCKET bad : impossible lengths, each on a connection of its own
"""
import json
import socket
import statistics
import struct
import sys
import time

BROADCAST = b"\xff" * 6


def connect():
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(10)
    sock.connect(sys.argv[1])
    return sock


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip_packet(proto, src, dst, payload):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64,
                       proto, 0, src, dst)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


class Peer:
    def __init__(self, mac):
        self.sock = connect()
        self.mac = bytes.fromhex(mac.replace(":", ""))
        self.ip = bytes(4)
        self.pending = b""
        self.pieces = 0
        self.bad_checksums = 0
        self.summed = 0

    def send(self, dst, ethertype, payload):
        """In two writes, cut at another byte each time."""
        frame = dst + self.mac + struct.pack("!H", ethertype) + payload
        data = struct.pack("!I", len(frame)) + frame
        cut = self.pieces % len(data)
        self.pieces += 1
        self.sock.sendall(data[:cut])
        self.sock.sendall(data[cut:])

    def receive(self):
        while True:
            if len(self.pending) >= 4:
                size = 4 + struct.unpack("!I", self.pending[:4])[0]
                if len(self.pending) >= size:
                    frame = self.pending[4:size]
                    self.pending = self.pending[size:]
                    return frame
            data = self.sock.recv(65536)
            if not data:
                sys.exit("the switch hung up")
            self.pending += data

    def packet(self):
        """The next IP packet for us: protocol, source MAC and IP, payload."""
        while True:
            frame = self.receive()
            if frame[12:14] == b"\x08\x06":
                self.answer_arp(frame)
                yield "arp", frame[22:28], frame[28:32], frame
            if frame[12:14] != b"\x08\x00":
                continue
            total = struct.unpack("!H", frame[16:18])[0]
            payload = frame[34:14 + total]
            if frame[23] == 17 and payload[6:8] != b"\0\0":
                pseudo = frame[26:34] + struct.pack("!HH", 17, len(payload))
                self.summed += 1
                self.bad_checksums += checksum(pseudo + payload) != 0
            yield frame[23], frame[6:12], frame[26:30], payload

    def answer_arp(self, frame):
        if frame[20:22] == b"\0\1" and frame[38:42] == self.ip != bytes(4):
            self.send(frame[6:12], 0x0806, frame[14:20] + b"\0\2" + self.mac +
                      self.ip + frame[22:32])

    def dhcp_send(self, kind, options):
        bootp = struct.pack("!BBBBIHH", 1, 1, 6, 0, 0x1234, 0, 0x8000)
        bootp += bytes(16) + self.mac + bytes(10 + 192)
        bootp += b"\x63\x82\x53\x63\x35\x01" + bytes([kind]) + options + b"\xff"
        udp = struct.pack("!HHHH", 68, 67, 8 + len(bootp), 0) + bootp
        self.send(BROADCAST, 0x0800,
                  ip_packet(17, bytes(4), b"\xff" * 4, udp))

    def dhcp_answer(self, kind):
        for proto, _, _, payload in self.packet():
            if proto != 17 or payload[:4] != b"\0\x43\0\x44":
                continue
            bootp = payload[8:]
            options, at = {}, 240
            while at < len(bootp) and bootp[at] != 255:
                size = bootp[at + 1]
                options[bootp[at]] = bootp[at + 2:at + 2 + size]
                at += 2 + size
            if options.get(53) == bytes([kind]):
                return bootp[16:20], options

    def lease(self):
        self.dhcp_send(1, b"")
        address, options = self.dhcp_answer(2)
        self.dhcp_send(3, b"\x32\x04" + address + b"\x36\x04" + options[54])
        self.ip, _ = self.dhcp_answer(5)

    def resolve(self, target):
        self.send(BROADCAST, 0x0806, b"\0\1\x08\0\6\4\0\1" + self.mac +
                  self.ip + bytes(6) + target)
        for what, mac, ip, _ in self.packet():
            if what == "arp" and ip == target:
                return mac

    def ping(self, mac, target, number):
        echo = struct.pack("!BBHHH", 8, 0, 0, 7, number) + bytes(number)
        echo = echo[:2] + struct.pack("!H", checksum(echo)) + echo[4:]
        sent = time.monotonic()
        self.send(mac, 0x0800, ip_packet(1, self.ip, target, echo))
        for proto, _, _, payload in self.packet():
            if proto == 1 and payload[0] == 0 and payload[4:] == echo[4:]:
                return time.monotonic() - sent

    def serve(self):
        self.sock.settimeout(None)
        for proto, mac, ip, payload in self.packet():
            if proto == 1 and payload[0] == 8:
                reply = b"\0\0\0\0" + payload[4:]
                reply = b"\0\0" + struct.pack("!H", checksum(reply)) + reply[4:]
                self.send(mac, 0x0800, ip_packet(1, self.ip, ip, reply))
            if proto == 17:
                print(self.summed, self.bad_checksums, flush=True)


def is_hung_up(sock):
    try:
        return sock.recv(1) == b""
    except ConnectionResetError:
        return True


def bad():
    refused = 0
    lengths = [0, 65536 + 22, 1 << 31, (1 << 32) - 1]
    for length in lengths:
        sock = connect()
        try:
            sock.sendall(struct.pack("!I", length) + bytes(2000))
        except (BrokenPipeError, ConnectionResetError):
            pass
        # What was flooded may lie before the end.
        while not (gone := is_hung_up(sock)):
            pass
        refused += gone
        sock.close()
    print(refused, "of", len(lengths))


def main():
    mode = sys.argv[2]
    if mode == "bad":
        bad()
    elif mode == "second":
        print("refused" if is_hung_up(connect()) else "served")
    elif mode == "hold":
        sock = connect()
        sock.sendall(struct.pack("!I", 60000) + b"x" * 1000)
        print("holds", flush=True)
        time.sleep(600)
    elif mode == "deaf":
        peer = Peer(sys.argv[3])
        peer.send(BROADCAST, 0x88b5, b"x" * 46)
        print("deaf", flush=True)
        time.sleep(600)
    else:
        peer = Peer(sys.argv[3])
        peer.lease()
        if mode == "serve":
            print("serves", flush=True)
            peer.serve()
        target = socket.inet_aton(sys.argv[4])
        mac = peer.resolve(target)
        times = [peer.ping(mac, target, i) for i in range(int(sys.argv[5]))]
        print(json.dumps({
            "ip": socket.inet_ntoa(peer.ip), "pings": len(times),
            "median_us": int(statistics.median(times) * 1e6),
            "summed": peer.summed, "bad_checksums": peer.bad_checksums}))


main()
