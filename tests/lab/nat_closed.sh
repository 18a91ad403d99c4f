#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nat_closed.sh - nobody outside reaches a guest that no forward leads to: all TCP
# ports of the host and a thousand UDP ports are tried
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs python3 nmap
nat_world
nat_lab
"$weft" exec a -- python3 "$connections" serve 0.0.0.0 8080 >"$scratch/a" 2>&1 </dev/null &
started+=($!)
"$weft" exec a -- python3 "$udp" wait 40000 60 >"$scratch/a-udp" 2>&1 </dev/null &
started+=($!)
until_ok 10 grep -q ready "$scratch/a" || die "guest a does not listen"
until_ok 10 grep -q ready "$scratch/a-udp" || die "guest a does not listen"
on_server python3 "$udp" serve 5001 >"$scratch/server" 2>&1 &
started+=($!)
until_ok 5 grep -q ready "$scratch/server" || die "no server outside"
# guests that speak with the outside, so there are sockets
w exec b -- python3 "$udp" ask $server_ip 5001 hello >/dev/null
w exec b -- ping -c1 -W2 $server_ip >/dev/null

expect "the neighbour reaches it" 1 \
	"$(w exec b -- python3 "$connections" connect "$(address nat1 a)" 8080 | grep -c '^[0-9]')"

# the router has spoken to nobody
on_router nmap -Pn -n -p- -T5 --max-retries 1 --open -oG "$scratch/tcp" $host_ip >/dev/null 2>&1
expect_match "all TCP ports were tried" "Nmap done.*1 host up" "$(cat "$scratch/tcp")"
expect "no TCP port is open" 0 "$(grep -c '/open/' "$scratch/tcp")"
on_router nmap -Pn -n -sU --top-ports 1000 -T5 --max-retries 0 --host-timeout 60s \
	-oG "$scratch/udp" $host_ip >/dev/null 2>&1
expect "no UDP port answers" 0 "$(grep -c '/open/' "$scratch/udp")"
on_router ip route add 10.20.0.0/24 via $host_ip
expect_exit 1 on_router ping -c1 -W1 "$(address nat1 a)"
expect "guest a has heard nothing from outside" ready "$(cat "$scratch/a-udp")"

# a stranger to b's mapping, at the very port that b's socket has
port=$(w exec b -- python3 "$udp" ask $server_ip 5001 hello | sed 's/^[^:]*:\([0-9]*\) .*/\1/')
before=$(w show networks -j | jq '.networks[0].services.nat.filtered')
on_router python3 "$udp" size $host_ip "$port" 10 >/dev/null
expect "what a stranger sends is filtered, and counted" $((before + 1)) \
	"$(w show networks -j | jq '.networks[0].services.nat.filtered')"
