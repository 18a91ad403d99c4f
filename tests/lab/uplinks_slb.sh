#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_slb.sh - balance-slb with an ordinary switch upstream: each guest goes by
# one NIC, broadcasts come once, no guest moves but when its NIC dies, and then
# once; and two NICs that die in turn never leave the guests without one
# shellcheck source=tests/lab/uplinks.bash
. "$(dirname "$0")/uplinks.bash"
needs python3
guests=4

# slb_lab MODE [LINE]: LINE is a key of bond0
slb_lab() {
	local i
	cat <<-END
		lab: nics
		uplinks:
		  bond0:
		    members: [ nic0, nic1 ]
		    mode: $1
		    ${2-}
		networks:
		  office: { mode: bridge, uplink: bond0 }
		nodes:
	END
	for ((i = 1; i <= guests; i++)); do
		echo "  g$i: { kind: netns, nics: [ { net: office, ipv4: 10.7.0.1$i/24, mac: \"52:54:00:00:07:1$i\" } ] }"
	done
}

# ping_from GUEST
ping_from() {
	w exec "g$1" -- ping -q -c1 -W1 10.7.0.1 >/dev/null
}

all_reach() {
	local i
	for ((i = 1; i <= guests; i++)); do
		ping_from "$i" || return 1
	done
}

# places: where the switch upstream has the guests
places() {
	in_ns "$upstream" bridge -j fdb show br br0 | jq -r '[.[] |
		select(.mac | startswith("52:54:00:00:07:1")) | "\(.mac) \(.ifname)"] |
		sort | unique | .[]'
}

on_one_port_each() {
	[ "$(places | wc -l)" = "$guests" ]
}

# moves: of any guest
moves() {
	grep -v Deleted "$scratch/fdb" | grep -c "52:54:00:00:07:1"
}

# copies: how many of 300 broadcasts from far a guest gets, and how many twice
copies() {
	"$weft" exec g1 -- python3 -c '
import collections, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 7070))
s.settimeout(20)
seen = collections.Counter()
print("ready", flush=True)
while True:
    data = s.recv(64)
    if data == b"end":
        break
    seen[data] += 1
print(len(seen), sum(n > 1 for n in seen.values()))' >"$scratch/copies" </dev/null &
	started+=("$!")
	until_ok 15 grep -q ready "$scratch/copies" || die "no listener"
	in_ns "$far" python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
for i in range(300):
    s.sendto(b"%d" % i, ("10.7.0.255", 7070))
    time.sleep(0.001)
time.sleep(0.5)
s.sendto(b"end", ("10.7.0.255", 7070))'
	until_ok 15 has_ended || die "no count"
	tail -n 1 "$scratch/copies"
}

has_ended() {
	[ "$(wc -l <"$scratch/copies")" = 2 ]
}

upstream_up nic0 nic1
slb_lab balance-slb "rebalance-interval: 0s" >"$scratch/slb.weft.yaml"
slb_lab active-backup >"$scratch/ab.weft.yaml"
expect_exit 0 w up "$scratch/slb.weft.yaml"
soon "all guests reach the far side" all_reach
soon "the switch has each at one port" on_one_port_each
figure "guests on the first NIC: $(places | grep -c sw0) of $guests"
expect "broadcasts that came, and those that came twice" "300 0" "$(copies)"
fdb_begin
sleep 1
before=$(places)
soon "all guests reach the far side" all_reach
expect "nobody has moved" "$before" "$(places)"
expect "nor did meanwhile" 0 "$(moves)"

# A NIC dies: its guests move, once each, the others stay.
active=$(active)
other=nic$((1 - ${active#nic}))
lost=$(grep -c "$(port_of "$other")" <<<"$before")
pull "$other"
soon "one NIC is lost: all reach the far side" all_reach
expect "moves, those of its guests" "$lost" "$(moves)"
expect "broadcasts that came, and those that came twice" "300 0" "$(copies)"
plug "$other"
soon "it is back" is carrying "$other"
soon "all reach the far side" all_reach
expect "broadcasts that came, and those that came twice" "300 0" "$(copies)"

# In turn, and there is always one.
for i in 1 2 3; do
	for nic in nic0 nic1; do
		pull $nic
		soon "round $i, without $nic: all reach the far side" all_reach
		plug $nic
		until_ok 15 is carrying $nic || until_ok 15 is active $nic
	done
done
expect "broadcasts that came, and those that came twice" "300 0" "$(copies)"
expect_exit 0 w up "$scratch/ab.weft.yaml"
soon "as active-backup: all reach the far side" all_reach
expect "broadcasts that came, and those that came twice" "300 0" "$(copies)"
expect_exit 0 w down nics
