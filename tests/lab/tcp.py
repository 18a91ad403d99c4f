#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tcp.py - ends of TCP connections for tests

serve HTTP-PORT HASH-PORT DIR   files of DIR; and the SHA-256 of whatever comes
                                until the client has closed its half
hash ADDRESS PORT FILE [SLOW]   asks for the latter; SLOW: sends byte by byte first
try ADDRESS PORT                connects: "connected", or the error in one word
left ADDRESS PORT FILE          connects, waits until FILE is gone, says something
                                and tells how that ended
"""
import errno
import functools
import hashlib
import http.server
import os
import socket
import socketserver
import sys
import threading
import time


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Files(http.server.ThreadingHTTPServer):
    request_queue_size = 256


class Hash(socketserver.BaseRequestHandler):
    def handle(self):
        digest = hashlib.sha256()
        while data := self.request.recv(1 << 20):
            digest.update(data)
        self.request.sendall(digest.hexdigest().encode())


class Hashes(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256


def serve(http_port, hash_port, folder):
    handler = functools.partial(Quiet, directory=folder)
    files = Files(("", int(http_port)), handler)
    hashes = Hashes(("", int(hash_port)), Hash)
    threading.Thread(target=hashes.serve_forever, daemon=True).start()
    print("ready", flush=True)
    files.serve_forever()


def ask_hash(address, port, name, slow=""):
    with open(name, "rb") as file, socket.create_connection((address, int(port)), 10) as sock:
        sock.settimeout(60)
        if slow:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in file.read(2000):
                sock.sendall(bytes([byte]))
        while data := file.read(1 << 20):
            sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        print(sock.recv(100).decode())


def attempt(address, port):
    try:
        socket.create_connection((address, int(port)), 10).close()
        print("connected")
    except socket.timeout:
        print("timeout")
    except OSError as error:
        print(errno.errorcode[error.errno])


def left(address, port, name):
    with socket.create_connection((address, int(port)), 10) as sock:
        print("connected", flush=True)
        while os.path.exists(name):
            time.sleep(0.05)
        try:
            sock.sendall(b"x")
            print("data" if sock.recv(1) else "closed")
        except ConnectionResetError:
            print("reset")
        except socket.timeout:
            print("nothing")


if __name__ == "__main__":
    {"serve": serve, "hash": ask_hash, "try": attempt, "left": left}[sys.argv[1]](*sys.argv[2:])
