#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_link.sh - weft link: a port that is down passes nothing and its node sees
# no carrier, over restarts of weft-switch and of the node; flap ends by itself
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_netns
netns_lab

carrier() { # carrier NODE: as it sees it itself
	w exec "$1" -- cat /sys/class/net/eth0/carrier
}
has_carrier() { # has_carrier NODE 0|1
	[ "$(carrier "$1")" = "$2" ]
}
frames() { # frames NODE: that its port took from it, and gave to it
	w show ports "$1" -j | jq -c --arg n "$1" '[.ports[] | select(.node == $n) | .rx_frames, .tx_frames]'
}
admin() {
	w show ports -j | jq -r --arg n "$1" '.ports[] | select(.node == $n) | .admin'
}

expect_exit 0 w exec w1 -- ping -c1 -W2 w2.nodes.lab
expect "there is a carrier" 1 "$(carrier w2)"
expect_exit 0 w link down w2:0
expect "it is down" down "$(admin w2)"
expect "others are not" up "$(admin w1)"
expect "the node has lost its carrier" 0 "$(carrier w2)"
expect_match "ip says so" "NO-CARRIER" "$(w exec w2 -- ip link show eth0)"
expect_match "status says so" "w2:0 is down" "$(w status)"
expect_json "and in JSON" '.nodes[] | select(.name == "w2") | .nics[0] | .admin == "down" and (.carrier | not)' \
	"$(w status -j)"
address=$(address nodes w2)
before=$(frames w2)
expect_exit 1 w exec w1 -- ping -c2 -W1 "$address"
expect_exit 1 w exec w2 -- ping -c2 -W1 10.60.0.1
expect "no frame has passed" "$before" "$(frames w2)"
expect_exit 0 w exec w1 -- ping -c1 -W2 10.60.0.1

kill -9 "$(switch_pid nodes)"
until_ok 5 w exec w1 -- ping -c1 -W1 10.60.0.1 || fail "the others did not come back"
expect "down outlives weft-switch" down "$(admin w2)"
expect "so does the lost carrier" 0 "$(carrier w2)"
expect_exit 1 w exec w1 -- ping -c2 -W1 "$address"
expect_exit 0 w stop r2
expect_exit 0 w link down r2:0
expect_exit 0 w start r2
expect "a node that starts finds its port down" 0 "$(carrier r2)"
expect_exit 1 w exec r1 -- ping -c1 -W1 10.41.0.2
expect_exit 0 w link up r2:0
expect_exit 0 w exec r1 -- ping -c1 -W2 10.41.0.2

expect_exit 0 w link up w2:0
expect_exit 0 w link up w2:0
expect "up again" 1 "$(carrier w2)"
expect_exit 0 w exec w1 -- ping -c1 -W2 w2.nodes.lab

# flap: weft returns when the port is up; without weft it comes up as well.
before=$(now_ms)
expect_exit 0 w link flap w1:0 --for 700ms
took=$(($(now_ms) - before))
[ "$took" -ge 700 ] || fail "flap took $took ms only"
expect "up after flap" "up 1" "$(admin w1) $(carrier w1)"
"$weft" link flap w1:0 --for 1500ms >/dev/null 2>&1 &
flap=$!
until_ok 5 has_carrier w1 0 || fail "flap did not take the port down"
kill -INT "$flap"
wait "$flap"
expect "^C ends flap with" 130 $?
expect "the port is still down" down "$(admin w1)"
until_ok 5 has_carrier w1 1 || fail "without its client, flap does not end"
# Who waits is told when somebody else decides.
"$weft" link flap w1:0 --for 1h >/dev/null 2>"$scratch/said" &
flap=$!
until_ok 5 has_carrier w1 0
expect_exit 0 w link up w1:0
wait "$flap"
expect "flap ends with" 1 $?
expect_match "and says why" "somebody set it anew" "$(cat "$scratch/said")"
expect_exit 0 w link down w1:0 --for 300ms
until_ok 5 has_carrier w1 1 || fail "down --for does not end"

# A lab file that changes the node leaves its port down; one that takes the node
# away forgets that.
expect_exit 0 w link down r2:0
sed 's/r2: {/r2: { run: "true",/' "$scratch/nodes.weft.yaml" >"$scratch/changed.weft.yaml"
expect_exit 0 w up "$scratch/changed.weft.yaml"
expect "still down in a node that was made anew" "down 0" "$(admin r2) $(carrier r2)"
sed '/  r2:/d' "$scratch/nodes.weft.yaml" >"$scratch/less.weft.yaml"
expect_exit 0 w up "$scratch/less.weft.yaml"
expect_exit 0 w up "$scratch/nodes.weft.yaml"
expect "up in another one of that name" "up 1" "$(admin r2) $(carrier r2)"

expect_exit 4 w link down w1:7
expect_exit 4 w link down nosuch:0
expect_exit 0 w link down b1:0 --for 1h
expect_exit 0 w down nodes
