#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_isolation.sh - whatever is sent on one network, no port of another sees
# a frame of it
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs_netns
ip link set lo up
needs python3
frames=$root/tests/lab/frames.py
netns_lab

mac_of() {
	w status nodes --json | jq -r --arg n "$1" '.nodes[] | select(.name == $n) | .nics[0].mac'
}

# look_out NODE: a packet socket on its port, for 12 seconds
look_out() {
	"$weft" exec -l nodes "$1" -- python3 "$frames" look eth0 12 \
		from-red from-blue from-wan >"$scratch/$1" 2>&1 </dev/null &
	started+=($!)
	lookouts+=($!)
	until_ok 5 grep -q ready "$scratch/$1" || die "no packet socket in $1: $(cat "$scratch/$1")"
}

lookouts=()
for node in r1 r2 b2 w2; do
	look_out "$node"
done
r1=$(mac_of r1) r2=$(mac_of r2) b2=$(mac_of b2) w2=$(mac_of w2)
gateway=$(w exec w1 -- sh -c 'ping -c1 10.60.0.1 >/dev/null; ip neigh show 10.60.0.1' |
	grep -oE '([0-9a-f]{2}:){5}[0-9a-f]{2}')
[ -n "$gateway" ] || fail "the gateway has no MAC address"
blue=$(w exec b1 -- python3 "$frames" send eth0 from-blue "$r1" "$r2" "$b2")
wan=$(w exec w1 -- python3 "$frames" send eth0 from-wan "$r1" "$r2" "$w2" "$gateway")
red=$(w exec r2 -- python3 "$frames" send eth0 from-red "$r1")
figure "frames sent: blue $blue, wan $wan, red $red"

# Routes to the other network lead nowhere, and so does the gateway.
w exec b1 -- ip route add 10.41.0.0/24 dev eth0
expect_exit 1 w exec b1 -- ping -c1 -W1 10.41.0.1
expect_exit 1 w exec w1 -- ping -c1 -W1 10.41.0.1
expect_exit 1 w exec w1 -- ping -c1 -W1 "$(address nodes b1)"
# Their addresses in false senders have moved nobody.
expect_exit 0 w exec r1 -- ping -c3 -i 0.2 -W2 10.41.0.2
expect_exit 0 w exec b1 -- ping -c3 -i 0.2 -W2 "$(address nodes b2)"

wait "${lookouts[@]}"
seen() {
	awk -v t="from-$2" '$1 == t { print $2 }' "$scratch/$1"
}
for node in r1 r2; do
	expect "$node saw nothing of blue" 0 "$(seen "$node" blue)"
	expect "$node saw nothing of wan" 0 "$(seen "$node" wan)"
done
expect "b2 saw nothing of red" 0 "$(seen b2 red)"
expect "b2 saw nothing of wan" 0 "$(seen b2 wan)"
expect "w2 saw nothing of red" 0 "$(seen w2 red)"
expect "w2 saw nothing of blue" 0 "$(seen w2 blue)"
for pair in "r1 red" "b2 blue" "w2 wan"; do
	# shellcheck disable=SC2086
	[ "$(seen $pair)" -gt 100 ] || fail "the look-out in ${pair% *} saw too little of its own: $(seen $pair)"
done
figure "seen of their own: r1 $(seen r1 red), b2 $(seen b2 blue), w2 $(seen w2 wan)"
