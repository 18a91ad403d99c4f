#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_announced.sh - 200 MAC addresses behind a bond of NICs: when the active
# one loses its carrier, a capture upstream of the other one has an announcement of
# each, all within 50 ms
# shellcheck source=tests/lab/uplinks.bash
. "$(dirname "$0")/uplinks.bash"
needs python3 tshark
macs=200

# speak: a frame from each of them, out of desk
speak() {
	w exec desk -- python3 -c "
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(('eth0', 0))
for i in range($macs):
    s.send(bytes.fromhex('ffffffffffff02000000%04x88b5' % i).ljust(60, b'a'))"
}

# known_at PORT: how many of them the switch upstream has there
known_at() {
	in_ns "$upstream" bridge -j fdb show br br0 | jq "[.[] |
		select((.mac | startswith(\"02:00:00:00:\")) and .ifname == \"$1\") | .mac] |
		unique | length"
}

all_known_at() {
	[ "$(known_at "$1")" = $macs ]
}

# rarps: "SECONDS MAC" of each announcement that was captured
rarps() {
	tshark -r "$scratch/sw.pcapng" -Y 'arp.opcode == 3 && eth.src[0:4] == 02:00:00:00' \
		-T fields -e frame.time_epoch -e eth.src 2>/dev/null
}

announced() {
	rarps | awk '{ print $2 }' | sort -u | wc -l
}

all_announced() {
	[ "$(announced)" = $macs ]
}

upstream_up nic0 nic1
lab_is "nic0, nic1"
soon "the far side answers" reaches
was=$(active)
other=nic$((1 - ${was#nic}))
soon "the other one could" is backup "$other"
speak
soon "the switch has all behind $was" all_known_at "$(port_of "$was")"

in_ns "$upstream" tshark -q -i "$(port_of "$other")" -w "$scratch/sw.pcapng" \
	>"$scratch/tshark.log" 2>&1 &
started+=("$!")
until_ok 15 test -s "$scratch/sw.pcapng" || die "tshark does not start"
expect "announcements before" 0 "$(announced)"
pull "$was"
soon "$other carries" carries "$other"
soon "all were announced there" all_announced
soon "the switch has all behind it" all_known_at "$(port_of "$other")"
expect "addresses that were announced" $macs "$(announced)"
ms=$(rarps | awk '!seen[$2]++ { if (!first) first = $1; last = $1 }
	END { printf "%.0f", (last - first) * 1000 }')
goal "ms from the first one to the last one's first" 50 "$ms"
at_most "and at the worst" 500 "$ms"
expect_exit 0 w down nics
