#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""interrupt.py - SECONDS COMMAND...: run it, send it ^C (SIGINT) after that time,
and end with its exit code. A shell's own background jobs ignore SIGINT."""
import signal
import subprocess
import sys
import time

signal.signal(signal.SIGINT, signal.SIG_DFL)
child = subprocess.Popen(sys.argv[2:])
time.sleep(float(sys.argv[1]))
child.send_signal(signal.SIGINT)
try:
    sys.exit(child.wait(20))
except subprocess.TimeoutExpired:
    child.kill()
    sys.exit("it does not end")
