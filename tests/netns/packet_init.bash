# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# packet_init.bash - sourced: namespaces of our own, a NIC and what is behind it
#
#   guest            main             upstream                    far
#   guest0 == tap = [wire] = packet = nic0 ---- sw0 | br0 | sw1 ---- eth0
#   10.7.0.2                                                     10.7.0.1
set -u
# shellcheck source=tests/check.bash
. "$(dirname "${BASH_SOURCE[0]}")/../check.bash"
# shellcheck source=tests/netns/namespaces.bash
. "$(dirname "${BASH_SOURCE[0]}")/namespaces.bash"
WEFT_BUILD=${WEFT_BUILD:?the build folder}
wire_program=$WEFT_BUILD/tests/netns/packet_wire

needs_tap
own_netns "$@"
needs python3

dir=$(mktemp -d)
wire=

cleanup() {
	end "${others[@]}" ${wire:+"$wire"}
	rm -rf "$dir"
}
trap cleanup EXIT

upstream_up() {
	quiet_namespace upstream
	quiet_namespace far
	quiet_namespace guest
	quiet
	ip link add nic0 type veth peer name sw0 netns "$upstream"
	in_ns "$upstream" ip link add sw1 type veth peer name eth0 netns "$far"
	in_ns "$upstream" ip link add br0 type bridge forward_delay 0 mcast_snooping 0
	for port in sw0 sw1; do
		in_ns "$upstream" ip link set "$port" master br0 up
	done
	in_ns "$upstream" ip link set br0 up
	in_ns "$far" ip address add 10.7.0.1/24 dev eth0
	in_ns "$far" ip link set eth0 up
	ip link set nic0 up
}

wire_says() {
	grep -qs -- "$1" "$dir/wire.log"
}

# wire_start ARGUMENT... - of packet_wire; ends as $wire
wire_start() {
	rm -f "$dir/wire.log"
	"$wire_program" "$@" >"$dir/wire.log" 2>"$dir/wire.err" &
	wire=$!
	until_ok 5 wire_says '^ready' || fail "the wire does not start: $(cat "$dir/wire.err")"
}

# wire_stop - its counters are in the log afterwards
wire_stop() {
	kill "$wire"
	wait "$wire" || fail "the wire ended with $?: $(cat "$dir/wire.err")"
	wire=
	grep -E '^(nic|guest).* rx=' "$dir/wire.log"
	expect "packets that were not given back" 0 \
		"$(sed -n 's/^packets=//p' "$dir/wire.log")"
}

# counter PORT NAME - its value after wire_stop, 0 where it is not there
counter() {
	local value
	value=$(sed -n "s/^$1: rx=/rx=/p" "$dir/wire.log" | tr ' ' '\n' |
		sed -n "s/^$2=//p")
	echo "${value:-0}"
}

guest_up() {
	ip link set guest0 address 52:54:00:00:07:02 netns "$guest"
	in_ns "$guest" ip address add 10.7.0.2/24 dev guest0
	in_ns "$guest" ip link set guest0 up
}
