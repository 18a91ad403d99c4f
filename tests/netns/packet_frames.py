#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# packet_frames.py - send and hear the frames of a list, with tags and offloads
#
# usage: packet_frames.py send IFNAME SENDER | hear IFNAME SENDER SECONDS
#
# Both know the same list of frames. `hear` prints "ready", then each frame of
# SENDER (a number) that came in as one line, tag and offload header included,
# and ends when SECONDS are over. A frame is heard as it was on the wire: the tag
# that the kernel took out is put back.
import socket
import struct
import sys
import time

SOL_PACKET, ADD_MEMBERSHIP, AUXDATA, VNET_HDR = 263, 1, 8, 15
OUTGOING = 4
TYPE = 0x88B5  # local experiments (IEEE 802)
VLAN_VALID, TPID_VALID = 1 << 4, 1 << 6
VNET = struct.Struct("<BBHHHH")
PLAIN = VNET.pack(0, 0, 0, 0, 0, 0)


def mac(number):
    return bytes([0x52, 0x54, 0, 0, 0x77, number])


def tag(tpid, tci):
    return struct.pack("!HH", tpid, tci)


def tcp(payload_len):
    """IPv4 and TCP with a checksum and segments that are left to do."""
    total = 40 + payload_len
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, total, 7, 0, 64, 6, 0,
                     bytes([10, 9, 0, 1]), bytes([10, 9, 0, 2]))
    total = sum(struct.unpack("!10H", ip))
    total = (total & 0xFFFF) + (total >> 16)
    ip = ip[:10] + struct.pack("!H", 0xFFFF & ~total) + ip[12:]
    pseudo = sum(struct.unpack("!4H", ip[12:20])) + 6 + 20 + payload_len
    pseudo = (pseudo & 0xFFFF) + (pseudo >> 16)
    head = struct.pack("!HHIIBBHHH", 5, 6, 7, 8, 0x50, 0x18, 100, pseudo, 0)
    return ip + head + bytes(i & 0xFF for i in range(payload_len))


def frames(sender):
    """(offload header, frame) for each of the list"""
    head = b"\xff" * 6 + mac(sender)

    def plain(number, tags=b"", size=46):
        return PLAIN, head + tags + struct.pack("!HB", TYPE, number) + bytes(size - 1)

    def segments(tags=b""):
        start = 14 + len(tags) + 20
        offloads = VNET.pack(1, 1, start + 20, 1400, start, 16)
        return offloads, head + tags + struct.pack("!H", 0x0800) + tcp(4200)

    return [
        plain(1),
        plain(2, tag(0x8100, 100)),
        plain(3, tag(0x8100, 0xE001)),  # with priority
        plain(4, tag(0x8100, 0xA000)),  # priority alone
        plain(5, tag(0x88A8, 7)),
        plain(6, tag(0x88A8, 7) + tag(0x8100, 100)),
        plain(7, tag(0x8100, 200), 1500),
        segments(),
        segments(tag(0x8100, 300)),
    ]


def line(offloads, frame):
    flags, kind, _, size, start, offset = VNET.unpack(offloads)
    words = "len %d head %s" % (len(frame), frame[:40].hex())
    if kind:
        words += " segments of %d" % size
    if flags & 1:
        words += " sum from %d at %d of %s" % (
            start, offset, frame[start + offset:start + offset + 2].hex())
    return words


def opened(ifname, protocol):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sock.setsockopt(SOL_PACKET, VNET_HDR, 1)
    sock.setsockopt(SOL_PACKET, AUXDATA, 1)
    request = struct.pack("iHH8s", socket.if_nametoindex(ifname), 1, 0, b"")
    sock.setsockopt(SOL_PACKET, ADD_MEMBERSHIP, request)
    sock.bind((ifname, protocol))
    return sock


def put_back(offloads, frame, controls):
    for level, kind, data in controls:
        if (level, kind) != (SOL_PACKET, AUXDATA):
            continue
        status, _, _, _, _, tci, tpid = struct.unpack("IIIHHHH", data[:20])
        if not status & VLAN_VALID:
            continue
        frame = frame[:12] + tag(tpid if status & TPID_VALID else 0x8100, tci) + frame[12:]
        values = list(VNET.unpack(offloads))
        if values[0] & 1:
            values[4] += 4
        offloads = VNET.pack(*values)
    return offloads, frame


def hear(ifname, sender, seconds):
    sock = opened(ifname, 3)
    print("ready", flush=True)
    end = time.monotonic() + seconds
    while True:
        left = end - time.monotonic()
        if left <= 0:
            return
        sock.settimeout(left)
        try:
            data, controls, _, address = sock.recvmsg(70000, 256)
        except TimeoutError:
            return
        if address[2] == OUTGOING:
            continue
        offloads, frame = put_back(data[:10], data[10:], controls)
        if frame[6:12] == mac(sender):
            print(line(offloads, frame), flush=True)


def main():
    what, ifname, sender = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if what == "hear":
        hear(ifname, sender, float(sys.argv[4]))
        return
    sock = opened(ifname, 0)
    for offloads, frame in frames(sender):
        sock.send(offloads + frame)
        print(line(offloads, frame))


main()
