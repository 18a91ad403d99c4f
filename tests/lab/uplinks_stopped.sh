#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_stopped.sh - a weft-switch that sleeps for 2.5 s, or is killed, with NICs
# of the host as members: afterwards the same members, one active, and no storm
# shellcheck source=tests/lab/uplinks.bash
. "$(dirname "$0")/uplinks.bash"

# one_active WHAT
one_active() {
	soon "$1: the far side answers" reaches
	soon "$1: the members" has_members nic0 nic1
	soon "$1: one is active, one could be" states_are "active backup"
}

states_are() {
	[ "$(bond '[.members[].state] | sort | join(" ")')" = "$1" ]
}

# slept PID
slept() {
	kill -STOP "$1"
	sleep 2.5
	kill -CONT "$1"
}

upstream_up nic0 nic1
probes="monitor: { up-delay: 200ms, arp: { targets: [ 10.7.0.1 ], interval: 50ms } }"
lab_is "nic0, nic1" "primary: nic0" "$probes"
one_active "at first"
soon "the primary carries" carries nic0
sleep 1
fdb_begin
traffic_begin

for i in 1 2 3; do
	switches=$(bond .switches)
	moves=$(fdb_moves)
	traffic_round
	slept "$(switch_pid nics)"
	one_active "slept $i"
	sleep 1
	traffic_round
	expect "slept $i: changes of the active one" 0 "$(($(bond .switches) - switches))"
	expect "slept $i: moves that the switch has seen" 0 "$(($(fdb_moves) - moves))"
	expect "slept $i: datagrams that came twice" "0 0" "$(of up twice) $(of down twice)"
	figure "slept $i: lost up $(of up lost) of $(of up sent), down $(of down lost) of $(of down sent)"
done

# The cable of the active one is pulled meanwhile: one change, not more.
switches=$(bond .switches)
moves=$(fdb_moves)
pid=$(switch_pid nics)
kill -STOP "$pid"
sleep 1
pull nic0
sleep 1.5
kill -CONT "$pid"
soon "pulled while it slept: the other one carries" carries nic1
soon "the far side answers" reaches
sleep 1
expect "pulled while it slept: changes of the active one" 1 "$(($(bond .switches) - switches))"
expect "moves that the switch has seen" 1 "$(($(fdb_moves) - moves))"
plug nic0
soon "plugged in: the primary carries" carries nic0
one_active "plugged in"

# Flapped while it slept, but is as it was: nothing happened.
sleep 1
switches=$(bond .switches)
kill -STOP "$pid"
for i in 1 2 3 4 5; do
	pull nic1
	sleep 0.05
	plug nic1
	sleep 0.05
done
kill -CONT "$pid"
soon "a backup flapped while it slept: the primary carries" carries nic0
sleep 1
expect "changes of the active one" 0 "$(($(bond .switches) - switches))"
one_active "a backup that flapped"

for i in 1 2; do
	traffic_round
	kill -9 "$(switch_pid nics)"
	one_active "killed $i"
	soon "killed $i: the primary carries" carries nic0
	traffic_round
	expect "killed $i: datagrams that came twice" "0 0" "$(of up twice) $(of down twice)"
	figure "killed $i: lost up $(of up lost) of $(of up sent), down $(of down lost) of $(of down sent)," \
		"longest time without: up $(of up gap) us, down $(of down gap) us"
done
expect_exit 0 w bond switch bond0 nic1
soon "it obeys" carries nic1
traffic_end
