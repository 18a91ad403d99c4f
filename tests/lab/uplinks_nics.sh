#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_nics.sh - a guest reaches the wire through a bond of two NICs of the
# host, which are afterwards as they were: flags, promiscuity, addresses, routes;
# after weft down, and when all of the lab is killed
# shellcheck source=tests/lab/uplinks.bash
. "$(dirname "$0")/uplinks.bash"

upstream_up nic0 nic1
ip link set nic0 mtu 1450
ip link set nic1 alias "to the second switch"
ip address add 10.8.0.9/24 dev nic0
ip address add 10.9.0.9/32 dev nic0
ip address add 2001:db8::9/64 dev nic1
ip route add 10.99.0.0/16 via 10.8.0.1 dev nic0
ip route add 2001:db8:99::/48 via 2001:db8::1 dev nic1
soon "addresses have settled" settled
state >"$scratch/before"
expect "promiscuity before" 00 "$(promiscuity nic0)$(promiscuity nic1)"

lab_is "nic0, nic1"
soon "the far side answers" reaches
expect "promiscuity of members" 11 "$(promiscuity nic0)$(promiscuity nic1)"
expect "a NIC is seen as such" "nic nic0" "$(member nic0 '.kind + " " + .to')"
lab_is nic1
has_gone() {
	[ "$(promiscuity nic0)" = 0 ]
}
soon "a member that left is let go" has_gone
soon "the far side answers" reaches
lab_is "nic0, nic1"
soon "the far side answers" reaches
expect_exit 0 w down nics
comes_back "after weft down"

lab_is "nic0, nic1"
soon "the far side answers" reaches
# shellcheck disable=SC2046
kill -9 $(descendants "$(labd_pid nics)")
comes_back "after kill -9 of all of the lab"

lab_is "nic0, nic1"
soon "a lab that was killed can be had again" reaches
kill -9 "$(labd_pid nics)"
comes_back "after kill -9 of labd alone"
