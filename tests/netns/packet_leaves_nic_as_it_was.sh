#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# packet_leaves_nic_as_it_was.sh - flags, promiscuity, MTU, addresses and routes
# of a NIC are the same after a port on it has ended, also by kill -9
# shellcheck source=tests/netns/packet_init.bash
. "$(dirname "$0")/packet_init.bash"

state() {
	ip -d link show nic0
	ip address show nic0
	ip route show table all
	cat /proc/net/dev_mcast
}

promiscuity() {
	ip -d link show nic0 | grep -o 'promiscuity [0-9]*'
}

is_up() {
	ip link show nic0 | grep -q 'state UP'
}

is_back() {
	[ "$(promiscuity)" = "promiscuity 0" ]
}

upstream_up
ip link set nic0 mtu 1450
ip address add 10.7.0.9/24 dev nic0
ip address add 10.8.0.9/32 dev nic0
ip route add 10.99.0.0/16 via 10.7.0.1 dev nic0
becomes "nic0 is up" is_up
state >"$dir/before"
expect "before" "promiscuity 0" "$(promiscuity)"

wire_start packet=nic0 tap=guest0
guest_up
expect "while a port is on it" "promiscuity 1" "$(promiscuity)"
in_ns "$guest" ping -q -c 2 -i 0.1 -W 1 10.7.0.1 >/dev/null ||
	fail "the guest does not reach the far side"
wire_stop
becomes "promiscuity is taken back" is_back
expect "after its end" "$(cat "$dir/before")" "$(state)"

wire_start packet=nic0 tap=guest0
guest_up
expect "while another is on it" "promiscuity 1" "$(promiscuity)"
kill -9 "$wire"
wait "$wire" 2>/dev/null
wire=
becomes "promiscuity is taken back" is_back
expect "after kill -9" "$(cat "$dir/before")" "$(state)"
exit "$failed"
