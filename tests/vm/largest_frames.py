#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# largest_frames.py - how long the largest frames were that passed an interface
# usage: largest_frames.py INTERFACE FILE
# FILE is there, and empty, once it watches. At SIGTERM both lengths are written:
# of what came in, of what went out.
import select
import signal
import socket
import sys

ETH_P_ALL = 3
largest = {"in": 0, "out": 0}
ending, end = socket.socketpair()
ending.setblocking(False)
end.setblocking(False)
signal.set_wakeup_fd(end.fileno())
signal.signal(signal.SIGTERM, lambda number, frame: None)
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
link.bind((sys.argv[1], 0))
with open(sys.argv[2], "w", encoding="ascii"):
    pass
while True:
    ready, _, _ = select.select([link, ending], [], [])
    if ending in ready:
        break
    length, _, _, (_, _, kind, _, _) = link.recvmsg_into([bytearray(64)], 0, socket.MSG_TRUNC)
    way = "out" if kind == socket.PACKET_OUTGOING else "in"
    largest[way] = max(largest[way], length)
with open(sys.argv[2], "w", encoding="ascii") as file:
    print(largest["in"], largest["out"], file=file)
