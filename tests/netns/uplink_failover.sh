#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplink_failover.sh - two NICs of one switch upstream, 1000 datagrams a second
# both ways: 20 times the active member loses its carrier, then 5 times only its
# frames. No datagram comes twice, and upstream the guest moves once each time
# shellcheck source=tests/netns/packet_init.bash
. "$(dirname "$0")/packet_init.bash"
needs bridge
wire_program=$WEFT_BUILD/tests/netns/uplink_wire
mac=52:54:00:00:07:02
dir=${dir:?}

port_of() { # port_of NIC - the switch's end of it
	[ "$1" = nic0 ] && echo sw0 || echo sw2
}

lines() {
	wc -l <"$1"
}

has_lines() {
	[ "$(lines "$1")" -ge "$2" ]
}

active() {
	sed -n 's/^active //p' "$dir/wire.log" | tail -n 1
}

has_carrier() {
	ip link show "$1" | grep -q LOWER_UP
}

both_ways() {
	in_ns "$guest" ping -q -c 1 -W 1 10.7.0.1 >"$dir/ping"
}

forwards() {
	in_ns "$upstream" bridge link show dev "$1" | grep -q 'state forwarding'
}

# moves - times that the switch has seen the guest anywhere new
moves() {
	grep -v Deleted "$dir/fdb" | grep -c "$mac"
}

carrier_down() {
	in_ns "$upstream" ip link set "$1" down
}

# The switch takes up to a second to use a port that came back.
carrier_up() {
	in_ns "$upstream" ip link set "$1" up
	becomes "$2 has its carrier back" has_carrier "$2"
	becomes "the switch forwards to $1" forwards "$1"
}

silent_down() {
	in_ns "$upstream" bridge link set dev "$1" state 0
}

silent_up() {
	in_ns "$upstream" bridge link set dev "$1" state 3
	sleep 0.3 # until probes are answered again
}

# rounds WHAT COUNT ARGUMENT... - break and mend, as WHAT_down and WHAT_up do
rounds() {
	local what=$1 count=$2 nic port before i
	shift 2
	wire_start "$@" guest0 nic0 nic1
	guest_up
	in_ns "$guest" ip neigh replace 10.7.0.1 lladdr "$far_mac" dev guest0
	in_ns "$far" ip neigh replace 10.7.0.2 lladdr "$mac" dev eth0
	becomes "the two see each other" both_ways
	sleep 0.5
	nsenter -t "$upstream" -n -- bridge monitor fdb >"$dir/fdb" &
	others+=($!)
	rm -f "$dir/commands"
	mkfifo "$dir/commands"
	"$WEFT_BUILD/tests/netns/uplink_traffic" "$guest" 10.7.0.2 "$far" \
		10.7.0.1 <"$dir/commands" >"$dir/traffic" &
	others+=($!)
	exec 8>"$dir/commands"
	becomes "traffic" has_lines "$dir/traffic" 1
	for ((i = 0; i < count; i++)); do
		nic=$(active)
		port=$(port_of "$nic")
		before=$(moves)
		sleep 0.1
		"${what}_down" "$port"
		sleep 0.3
		echo >&8
		becomes "a round's end" has_lines "$dir/traffic" $((i + 2))
		[ "$(active)" != "$nic" ] || fail "round $i: $nic is still active"
		[ $(($(moves) - before)) = 1 ] ||
			fail "round $i: the guest moved $(($(moves) - before)) times"
		"${what}_up" "$port" "$nic"
	done
	exec 8>&-
	sleep 0.1
	kill "${others[-2]}"
	wait "${others[@]: -2}" 2>/dev/null
	unset "others[-1]" "others[-1]"
	wire_stop
	report "$what" "$count"
}

# column WAY FIELD - its value in each round, sorted
column() {
	awk -v way="$1" -v field="$2" 'NR > 1 {
		for (i = 1; i <= NF && $i != way; i++) ;
		for (; i <= NF && $i != field; i++) ;
		print $(i + 1)
	}' "$dir/traffic" | sort -n
}

sum() {
	awk '{ n += $1 } END { print n + 0 }'
}

report() {
	local way all
	for way in up down; do
		mapfile -t all < <(column $way gap)
		[ "${#all[@]}" = "$2" ] || fail "not $2 rounds"
		echo "$1, $way: longest time without a datagram: median" \
			"${all[$2 / 2]} us, worst ${all[-1]} us"
		mapfile -t all < <(column $way lost)
		echo "$1, $way: lost in a round: median ${all[$2 / 2]}," \
			"worst ${all[-1]}; $(column $way lost | sum) of" \
			"$(column $way sent | sum) in all"
		expect "$1, $way: datagrams that came twice" 0 \
			"$(column $way twice | sum)"
		expect "$1, $way: datagrams that came late" 0 \
			"$(column $way late | sum)"
		[ "${all[-1]}" -lt 250 ] ||
			fail "$1, $way: a round without failover"
	done
	grep '^switches=' "$dir/wire.log"
	expect "$1: failovers, and the first member" $(($2 + 1)) \
		"$(sed -n 's/^switches=\([0-9]*\) .*/\1/p' "$dir/wire.log")"
}

upstream_up
ip link add nic1 type veth peer name sw2 netns "$upstream"
in_ns "$upstream" ip link set sw2 master br0 up
ip link set nic1 up
far_mac=$(in_ns "$far" ip -o link show eth0 | grep -o 'ether [0-9a-f:]*' |
	cut -d' ' -f2)
becomes "the switch forwards to nic0" forwards sw0
becomes "the switch forwards to nic1" forwards sw2
rounds carrier 20
rounds silent 5 -p 10.7.0.1
grep -q 'by probe nic.: no answer from 10.7.0.1' "$dir/wire.log" ||
	fail "the history doesn't say what the probes saw"
exit $failed
