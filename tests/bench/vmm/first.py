#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# first.py - from exec of weft-vmm to the first byte that its guest writes, on any KVM,
# also one that emulates; and weft-vmm's own memory then
# usage: first.py BUILD [ROUNDS]
# The tiny guest writes soon after its first instruction, so what is printed is an
# upper bound of the time to that.
import os
import statistics
import subprocess
import sys
import time


def own_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("RssAnon:"):
                return int(line.split()[1])
    return 0


def sample(command):
    began = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, bufsize=0) as vmm:
        if not vmm.stdout.read(1):
            sys.exit("first.py: no guest: " + vmm.stderr.read().decode())
        ms = (time.monotonic() - began) * 1000
        kib = own_kib(vmm.pid)
        vmm.kill()
        vmm.stdout.read()
    return ms, kib


def main():
    build = os.path.realpath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    command = [f"{build}/cli/vmm/weft-vmm", "--name", "first", "--memory", "64M",
               "--kernel", f"{build}/tests/vmm/guest/tiny.elf", "--cmdline", "test=button"]
    sample(command)  # a cold one
    samples = [sample(command) for _ in range(rounds)]
    times = sorted(ms for ms, _ in samples)
    print(f"first byte of the guest, ms from exec: median {statistics.median(times):.1f},"
          f" best {times[0]:.1f}, worst {times[-1]:.1f} of {rounds}")
    print(f"weft-vmm's own memory: at most {max(kib for _, kib in samples)} KiB")


main()
