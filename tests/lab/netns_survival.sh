#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_survival.sh - weft-switch killed: pings go on within 2 s; labd killed:
# nothing is left, and the next weft up gives the same addresses
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_netns
before=$(host_footprint)
netns_lab
addresses=$(for node in b1 b2 w1 w2; do address nodes "$node"; done)

ping_log nodes w1 w2.nodes.lab "$scratch/pings"
until_ok 5 grep -q ttl= "$scratch/pings" || die "no ping: $(cat "$scratch/pings")"
old=$(switch_pid nodes)
for round in 1 2 3; do
	killed=$(now_ms)
	kill -9 "$(switch_pid nodes)"
	sleep 3
	gap=$(pings_after "$scratch/pings" "$((killed + 20))")
	figure "round $round: first answer after the kill, ms: $gap"
	[ "$gap" != never ] && [ "$gap" -le 2000 ] || fail "pings did not go on in 2 s"
done
expect_json "it was started again" ".switch.restarts == 3 and .switch.pid != $old" "$(w status --json)"
expect "addresses are as before" "$addresses" "$(for node in b1 b2 w1 w2; do address nodes "$node"; done)"
expect_exit 0 w exec w2 -- ping -c1 -W2 w1
expect_exit 0 w exec r1 -- ping -c1 -W2 10.41.0.2
# A client that asks anew gets what it had.
w restart b1 >/dev/null 2>&1
expect "a lease outlives weft-switch" "$(head -n 1 <<<"$addresses")" "$(address nodes b1)"
kill "$pinger"

mapfile -t pids < <(descendants "$(labd_pid nodes)")
figure "processes of the lab: ${#pids[@]}"
killed=$(now_ms)
kill -9 "${pids[0]}"
until_ok 1 all_gone "${pids[@]}" || fail "processes outlive labd: ${pids[*]}"
figure "all gone after ms: $(($(now_ms) - killed))"
expect "no interface, mount or namespace is left" "$before" "$(host_footprint)"
expect_exit 4 w status
expect_exit 0 w up "$scratch/nodes.weft.yaml"
expect "clients get their addresses again" "$addresses" \
	"$(for node in b1 b2 w1 w2; do address nodes "$node"; done)"
expect_exit 0 w down nodes
