#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# disks_host.py - starts weft-vmm with a console and a port on socket pairs, wants
# back what it sends to the port, logs in on the console and logs out again
# usage: disks_host.py WEFT-VMM ARGUMENTS...
import os
import socket
import subprocess
import sys
import threading

DEADLINE_S = 200
ECHO = 300000


def wait_for(console, words):
    text = b""
    while words not in text:
        part = console.recv(4096)
        if not part:
            raise SystemExit(f"the console ended; it said {text!r}")
        text += part
    print(f"hvc0: {text.decode(errors='replace')}".replace("\r", ""))


def log_in(console):
    wait_for(console, b"login: ")
    console.sendall(b"root\n")
    wait_for(console, b"# ")
    console.sendall(b"echo the answer is $((6 * 7))\n")
    wait_for(console, b"the answer is 42")
    console.sendall(b"exit\n")


def echo(port):
    data = os.urandom(ECHO)
    threading.Thread(target=port.sendall, args=(data,), daemon=True).start()
    got = b""
    while len(got) < ECHO:
        part = port.recv(65536)
        if not part:
            raise SystemExit(f"the port ended after {len(got)} bytes")
        got += part
    if got != data:
        raise SystemExit("what came back from the port isn't what was sent")
    print(f"{ECHO} bytes came back from the port")


def main():
    console, their_console = socket.socketpair()
    port, their_port = socket.socketpair()
    fds = (their_console.fileno(), their_port.fileno())
    vmm = subprocess.Popen(
        sys.argv[1:]
        + [f"--console=fd={fds[0]}", f"--port=name=echo.test,fd={fds[1]}"],
        pass_fds=fds,
        stdin=subprocess.DEVNULL,
    )
    their_console.close()
    their_port.close()
    for end in (console, port):
        end.settimeout(DEADLINE_S)
    try:
        echo(port)
        log_in(console)
        return vmm.wait(DEADLINE_S)
    finally:
        vmm.kill()


sys.exit(main())
