#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nat_views.sh - weft show flows: what passes a NAT network, whose it is, all of it
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs python3
nat_world
nat_lab
on_server python3 "$connections" serve 0.0.0.0 80 >"$scratch/server" 2>&1 &
started+=($!)
until_ok 10 grep -q ready "$scratch/server" || die "no server outside"
expect_json "nothing passes yet" '.schema == "weft.flows/1" and .flows == []' "$(w show flows -j)"
"$weft" exec a -- python3 "$connections" hold $server_ip 80 40 >"$scratch/hold" 2>&1 </dev/null &
started+=($!)
until_ok 10 grep -q "open 40" "$scratch/hold" || die "40 connections: $(cat "$scratch/hold")"
w exec b -- ping -c1 -W2 $server_ip >/dev/null
expect_json "each connection is there, over more than one page" \
	'[.flows[] | select(.protocol == "tcp" and .remote == "203.0.113.5" and
		.remote_port == 80 and .port == "a:0" and .network == "wan")] |
	(map(.guest_port) | unique | length) == 40' "$(w show flows -j)"
expect_match "a ping is a flow, too" "^icmp +b:0 +10\.20\.0\.10[01]:[0-9]+ +\* +answered +[0-9]+s" \
	"$(w show flows b)"
expect "a node's are its own" 0 "$(w show flows b -br | grep -c tcp)"
expect "a network's are all" 41 "$(w show flows wan -br | wc -l)"
expect_exit 4 w show flows nosuch
expect_match "networks count them" "^wan +nat .* 41$" "$(w show networks -s)"
expect_match "metrics too" 'event="tcp_opened"' "$(w metrics)"
