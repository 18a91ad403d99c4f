#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nat_flood.sh - thousands of flows that one guest opens and leaves cost its
# neighbour nothing, and the host nothing that stays
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs python3
nat_world
nat_lab
on_server python3 "$connections" serve 0.0.0.0 5000 >"$scratch/server" 2>&1 &
started+=($!)
until_ok 10 grep -q ready "$scratch/server" || die "no server outside"
w exec b -- python3 "$connections" connect $server_ip 5000 >/dev/null

# the slowest of five
worst_connect() {
	w exec b -- sh -c "for i in 1 2 3 4 5; do python3 $connections connect $server_ip 5000; done" |
		sort -n | tail -n 1 | cut -d. -f1
}

switch=$(switch_pid nat1)
figure "ms for the neighbour to connect, with nobody else: $(worst_connect)"
# the flight recorder's memory fills with frames, whoever sends them
w exec a -- python3 "$udp" spam $server_ip 53 200000
sleep 35 # and that mapping ends
fds=$(fd_count "$switch") anon=$(status_kib "$switch" RssAnon)
figure "before: $fds descriptors, RssAnon $anon KiB"

# 2,500 connections that stay open, and 2,500 mappings of names' kind
"$weft" exec a -- python3 "$connections" hold $server_ip 5000 2500 >"$scratch/hold" 2>&1 </dev/null &
holder=$!
started+=("$holder")
until_ok 60 grep -q open "$scratch/hold" || die "no connections: $(cat "$scratch/hold")"
w exec a -- python3 "$udp" flood $server_ip 2500 53
flows=$(w show networks -j | jq '.networks[0].services.nat |
	.tcp_opened + .udp_opened - .tcp_closed - .udp_closed')
figure "flows open: $flows, $(fd_count "$switch") descriptors, RssAnon $(status_kib "$switch" RssAnon) KiB"
[ "$flows" -ge 4000 ] || fail "only $flows flows are open"

worst=$(worst_connect)
goal "ms for the neighbour to connect" 10 "$worst"
at_most "ms for the neighbour to connect, on any machine" 1000 "$worst"

kill -9 "$holder"
w exec a -- sh -c 'pkill -f connections.py; true'
# mappings for names live half a minute
until_ok 60 sh -c "[ \$(find /proc/$switch/fd -mindepth 1 | wc -l) -le $((fds + 20)) ]" ||
	fail "descriptors stay: $(fd_count "$switch")"
# and buffers that nobody uses go after some seconds
until_ok 30 sh -c "[ \$(awk '/^RssAnon/ { print \$2 }' /proc/$switch/status) -le $((anon + 1024)) ]"
figure "after: $(fd_count "$switch") descriptors, RssAnon $(status_kib "$switch" RssAnon) KiB"
at_most_kib "RssAnon that stays, KiB" $((anon + 1024)) "$(status_kib "$switch" RssAnon)"
