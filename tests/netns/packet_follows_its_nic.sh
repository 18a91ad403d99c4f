#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# packet_follows_its_nic.sh - a port on a NIC has the NIC's carrier and MTU, goes
# on after the NIC was set down and up, also if it was down at first, and survives
# it
# shellcheck source=tests/netns/packet_init.bash
. "$(dirname "$0")/packet_init.bash"

last() {
	grep "^nic0:" "$dir/wire.log" | tail -n 1 | grep -qF -- "$1"
}

# says WORDS - the port has that to say now
says() {
	becomes "the port says \"$1\"" last "nic0: $1" && echo "ok: $1"
}

answers() {
	in_ns "$guest" ping -q -c 1 -W 1 10.7.0.1 >/dev/null
}

# too_long SIZE - the guest sends one frame with so much in it
too_long() {
	in_ns "$guest" ping -q -c 1 -W 1 -M 'do' -s "$1" 10.7.0.1 >/dev/null
}

upstream_up
ip link set nic0 down
wire_start -s -p 2 packet=nic0 tap=guest0
guest_up
says "carrier down mtu 1500 (packet socket, interface is set down)"
ip link set nic0 up
becomes "the guest reaches the far side" answers
says "carrier up mtu 1500"
in_ns "$upstream" ip link set sw0 down
says "carrier down mtu 1500 (packet socket, no carrier)"
in_ns "$upstream" ip link set sw0 up
says "carrier up mtu 1500"
becomes "the guest reaches the far side again" answers
ip link set nic0 down
says "carrier down mtu 1500 (packet socket, interface is set down)"
ip link set nic0 up
says "carrier up mtu 1500"
becomes "and once more" answers
ip link set nic0 mtu 1400
says "carrier up mtu 1400"
too_long 1400 && fail "a frame of 1442 bytes passed an MTU of 1400"
too_long 1300 || fail "a frame of 1342 bytes did not pass"
ip link set nic0 mtu 2000
in_ns "$guest" ip link set guest0 mtu 9000
says "carrier up mtu 2000"
ip link set nic0 name other0
ip link set other0 mtu 1600
says "carrier up mtu 1600"
before=$(ps -o cputimes= -p "$wire")
ip link del other0
says "carrier down mtu 1600 (packet socket) the interface is gone: No such device"
answers && fail "something answers through a NIC that is gone"
sleep 1
after=$(ps -o cputimes= -p "$wire")
[ $((after - before)) -lt 1 ] || fail "a port without NIC keeps its worker busy"
kill -0 "$wire" || fail "the wire did not survive its NIC"
wire_stop
expect "frames that were too long" 1 "$(counter nic0 drop-over-mtu)"
[ "$(counter nic0 polls)" -gt 100 ] || fail "the link was not polled"
exit "$failed"
