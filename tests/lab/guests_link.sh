#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guests_link.sh - a guest whose port is down has no carrier and hears nothing,
# also when it or weft-switch is new; up again, it is where it was
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_guests
cat >"$scratch/cut.weft.yaml" <<EOF
lab: cut
networks:
  wan: { mode: nat, ipv4: 10.64.0.0/24 }
  side: { mode: internal, ipv4: 10.65.0.0/24 }
nodes:
  one: { nics: [ { net: wan }, { net: side, ipv4: 10.65.0.1/24 } ] }
  two: { kind: netns, nics: [ { net: side, ipv4: 10.65.0.2/24 } ] }
EOF
expect_exit 0 w up "$scratch/cut.weft.yaml" --timeout 2m
sees() { # sees 0|1: the guest's own view of its second NIC
	[ "$(w exec one -- cat /sys/class/net/eth1/carrier)" = "$1" ]
}

sees 1 || fail "no carrier to begin with"
expect_exit 0 w exec one -- ping -c1 -W5 10.65.0.2
expect_exit 0 w link down one:1
until_ok 5 sees 0 || fail "the guest still has its carrier"
expect "only that NIC" 1 "$(w exec one -- cat /sys/class/net/eth0/carrier)"
expect_match "its kernel has noticed" "<BROADCAST,MULTICAST,UP>" "$(w exec one -- ip link show eth1)"
expect_exit 1 w exec one -- ping -c1 -W2 10.65.0.2
expect_exit 1 w exec two -- ping -c2 -W1 10.65.0.1
expect_exit 0 w exec one -- ping -c1 -W5 10.64.0.1

kill -9 "$(switch_pid cut)"
until_ok 20 w exec one -- ping -c1 -W2 10.64.0.1 || fail "the other NIC did not come back"
until_ok 5 sees 0 || fail "a restarted weft-switch gave the carrier back"
expect_exit 1 w exec two -- ping -c2 -W1 10.65.0.1

expect_exit 0 w link up one:1
until_ok 5 sees 1 || fail "no carrier after up"
until_ok 5 w exec one -- ping -c1 -W2 10.65.0.2 || fail "nothing passes after up"

expect_exit 0 w link down one:1
expect_exit 0 w restart one --timeout 2m
until_ok 5 sees 0 || fail "a guest that starts has its carrier"
expect_exit 0 w link up one:1
until_ok 5 sees 1 || fail "no carrier after restart and up"
until_ok 5 w exec two -- ping -c1 -W2 10.65.0.1 || fail "nothing passes after restart and up"
expect_exit 0 w down cut
