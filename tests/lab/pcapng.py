#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pcapng.py - what a capture holds and counts, by interface, as JSON

pcapng.py FILE

No tool of Wireshark prints all counts of an interface statistics block, so this
reads the blocks for itself: of the format, all that weft writes and no more.
"""
import json
import struct
import sys

ISB = {4: "ifrecv", 5: "ifdrop", 6: "filteraccept", 7: "osdrop", 8: "usrdeliv"}


def options(data):
    found = {}
    while len(data) >= 4:
        code, size = struct.unpack_from("=HH", data)
        if code == 0:
            break
        found[code] = data[4:4 + size]
        data = data[4 + (size + 3 & ~3):]
    return found


def blocks(data):
    at = 0
    while len(data) - at >= 12:
        kind, size = struct.unpack_from("=II", data, at)
        if size % 4 or size < 12 or at + size > len(data):
            break
        if struct.unpack_from("=I", data, at + size - 4)[0] != size:
            sys.exit("block at %d: its two lengths differ" % at)
        yield kind, data[at + 8:at + size - 4]
        at += size
    told["torn"] = len(data) - at


def packet(body):
    number, high, low, size, length = struct.unpack_from("=5I", body)
    more = options(body[20 + (size + 3 & ~3):])
    entry = here[number]
    comment = more.get(1, b"").decode()
    way = {1: "in", 2: "out"}[struct.unpack("=I", more[2])[0] & 3]
    entry[way] += 1
    entry["longest"] = max(entry["longest"], length)
    if comment.startswith("weft: dropped ") and " at " not in comment:
        reason = comment.split(" ")[2].rstrip(",")
        entry["dropped"][reason] = entry["dropped"].get(reason, 0) + 1
    if 4 in more:
        entry["dropcount"] += struct.unpack("=Q", more[4])[0]
    stamp = high << 32 | low
    told["backwards"] += stamp < told["last_ns"]
    told["last_ns"] = stamp


told = {"sections": 0, "torn": 0, "backwards": 0, "last_ns": 0, "ports": {}}
here = []
with open(sys.argv[1], "rb") as file:
    for kind, body in blocks(file.read()):
        if kind == 0x0a0d0d0a:
            told["sections"] += 1
            here = []
        elif kind == 1:
            name = options(body[8:])[2].decode()
            here.append(told["ports"].setdefault(name, {
                "in": 0, "out": 0, "longest": 0, "dropped": {}, "dropcount": 0,
                "isb": None}))
        elif kind == 6:
            packet(body)
        elif kind == 5:
            counts = options(body[12:])
            here[struct.unpack_from("=I", body)[0]]["isb"] = {
                name: struct.unpack("=Q", counts[code])[0]
                for code, name in ISB.items()}
json.dump(told, sys.stdout)
