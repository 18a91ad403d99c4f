#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""frames.py - a packet socket: send all kinds of frames, or look out for them

frames.py send IFACE TEXT DST... : TEXT in frames of every kind, to the given
    addresses and to all groups, also with the given ones as false senders
frames.py burst IFACE DST COUNT LENGTH : that many, as fast as it goes
frames.py look IFACE SECONDS TEXT... : how many frames with each TEXT came in
"""
import socket
import struct
import sys
import time

ETH_P_ALL = 3
GROUPS = ["ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "33:33:00:00:00:01",
          "01:80:c2:00:00:00", "01:80:c2:00:00:0e", "03:00:00:00:00:01"]
TAGS = [b"", b"\x81\x00\x00\x00", b"\x81\x00\x00\x01", b"\x81\x00\xe0\x64",
        b"\x81\x00\x0f\xff", b"\x88\xa8\x00\x02\x81\x00\x00\x01",
        b"\x81\x00\x00\x02\x81\x00\x00\x01"]
TYPES = [0x0800, 0x0806, 0x86dd, 0x88b5]


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def open_socket(iface):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                         socket.htons(ETH_P_ALL))
    sock.bind((iface, 0))
    return sock


def ip_packet(text):
    """From and to the other network, so that a router would be tempted."""
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(text), 1, 0, 64, 253,
                       0, bytes([10, 41, 0, 2]), bytes([10, 41, 0, 1]))
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xffff) + (total >> 16)
    return head[:10] + struct.pack("!H", ~total & 0xffff) + head[12:] + text


def send(iface, text, targets):
    sock = open_socket(iface)
    own = sock.getsockname()[4]
    sent = 0
    for dst in [mac(t) for t in targets + GROUPS]:
        for src in [own] + [mac(t) for t in targets]:
            for tag in TAGS:
                for ethertype in TYPES:
                    body = text.encode() * 3
                    if ethertype == 0x0800:
                        body = ip_packet(body)
                    frame = dst + src + tag + struct.pack("!H", ethertype)
                    sock.send((frame + body).ljust(60, b"\0"))
                    sent += 1
        time.sleep(0.01)
    print(sent)


def burst(iface, dst, count, length):
    sock = open_socket(iface)
    frame = mac(dst) + sock.getsockname()[4] + b"\x88\xb5"
    frame = frame.ljust(length, b"b")
    for _ in range(count):
        try:
            sock.send(frame)
        except BlockingIOError:
            pass
        except OSError:
            time.sleep(0.001)


def look(iface, seconds, texts):
    sock = open_socket(iface)
    counts = dict.fromkeys(texts, 0)
    end = time.monotonic() + float(seconds)
    print("ready", flush=True)
    while (left := end - time.monotonic()) > 0:
        sock.settimeout(left)
        try:
            frame, address = sock.recvfrom(65536)
        except socket.timeout:
            break
        if address[2] == socket.PACKET_OUTGOING:
            continue
        for text in texts:
            counts[text] += text.encode() in frame
    for text in texts:
        print(text, counts[text])


if sys.argv[1] == "send":
    send(sys.argv[2], sys.argv[3], sys.argv[4:])
elif sys.argv[1] == "burst":
    burst(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
else:
    look(sys.argv[2], sys.argv[3], sys.argv[4:])
