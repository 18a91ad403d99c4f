#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guests_survival.sh - a guest killed is reported and the others don't notice;
# weft-switch killed, guests go on within 2 s; labd killed, nothing is left but
# the leases
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_guests
before=$(host_footprint)
expect_exit 0 w up "$quickstart"
wan_addresses() {
	local node
	for node in web1 web2 router; do
		address quickstart "$node"
	done
}
addresses=$(wan_addresses)

# A guest is killed.
ping_log quickstart web1 router "$scratch/others"
until_ok 5 grep -q ttl= "$scratch/others" || die "no ping: $(cat "$scratch/others")"
kill -9 "$(node_pid quickstart web2)"
sleep 2
doc=$(w status --json)
expect_json "the lab and web2 have failed" '.state == "failed" and
	([.nodes[] | select(.state == "failed") | .name] == ["web2"])' "$doc"
expect_json "with a reason" '.nodes[] | select(.name == "web2") | .reason | test("signal 9")' "$doc"
expect_json "and its last console lines" '.nodes[] | select(.name == "web2") |
	.console_tail | length > 0' "$doc"
expect_match "status says it to people" "^web2 .*failed.*signal 9" "$(w status)"
kill "$pinger"
lost=$(pings_lost "$scratch/others")
expect "the others lost no ping of $(grep -c ttl= "$scratch/others")" 0 "$lost"
expect_exit 0 w start web2
expect "it is back with its address" "$addresses" "$(wan_addresses)"

# weft-switch is killed.
ping_log quickstart web1 web2 "$scratch/pings"
until_ok 5 grep -q ttl= "$scratch/pings" || die "no ping: $(cat "$scratch/pings")"
for round in 1 2 3; do
	killed=$(now_ms)
	kill -9 "$(switch_pid quickstart)"
	sleep 4
	gap=$(pings_after "$scratch/pings" "$((killed + 100))")
	figure "round $round: first answer after the kill, ms: $gap"
	[ "$gap" != never ] && [ "$gap" -le 2000 ] || fail "pings did not go on in 2 s"
done
kill "$pinger"
expect_exit 0 w exec db1 -- ping -c1 -W 5 10.30.0.1
expect_exit 0 w exec web2 -- ping -c1 -W 5 web1
expect_json "nobody has failed" '.state == "ready" and .switch.restarts == 3' "$(w status --json)"
expect "addresses are as before" "$addresses" "$(wan_addresses)"

# labd is killed.
mapfile -t pids < <(descendants "$(labd_pid quickstart)")
killed=$(now_ms)
kill -9 "${pids[0]}"
until_ok 1 all_gone "${pids[@]}" || fail "processes outlive labd: ${pids[*]}"
figure "all ${#pids[@]} processes gone after ms: $(($(now_ms) - killed))"
expect "no interface, mount or namespace is left" "$before" "$(host_footprint)"
[ -s "$WEFT_STATE_DIR/quickstart/leases" ] || fail "the leases are gone"
expect_exit 4 w status
expect_exit 0 w up "$quickstart"
expect "guests get their addresses again" "$addresses" "$(wan_addresses)"
