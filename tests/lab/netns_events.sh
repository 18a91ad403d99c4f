#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_events.sh - weft events: what happens is told in order, to all who listen;
# one that does not read slows nobody
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_netns
netns_lab

history=$(LIMIT=1 w events --last 256 -j | jq -s .)
expect_json "what was is there" '[.[] | select(.event == "node.state" and .node == "r1") | .state] == ["starting", "booting", "ready"]' \
	"$history"
expect_json "with leases" '[.[] | select(.event == "lease.bound") | .node] | sort == ["b1", "b2", "w1", "w2"]' \
	"$history"
expect_json "the file was applied" '[.[] | select(.event == "lab.apply") | .state] == ["started", "done"]' "$history"
expect_json "and the lab's state" '[.[] | select(.event == "lab.state") | .state] | last == "ready"' \
	"$history"

"$weft" events -j >"$scratch/events" 2>"$scratch/complaints" </dev/null &
listener=$!
started+=("$listener")
has_event() { # has_event FILTER
	jq -es "[.[] | select($1)] | length > 0" "$scratch/events"
}
sleep 0.5
# One that does not read at all, and one that is gone at once.
mkfifo "$scratch/unread"
{
	read -r
	sleep 20
} <"$scratch/unread" &
started+=("$!")
"$weft" events --last 256 -j </dev/null >"$scratch/unread" &
started+=("$!")
"$weft" events --last 256 </dev/null | head -n 1 >/dev/null
echo "ok: events ends with its reader"

w link down r1:0 && w link up r1:0
until_ok 5 has_event '.event == "port.link" and .port == "r1:0" and .admin == "up"' || fail "no link event"
w restart r2 >/dev/null 2>&1
until_ok 5 has_event '.event == "node.state" and .node == "r2" and .state == "ready"' || fail "no restart event"
kill -9 "$(switch_pid nodes)"
until_ok 5 has_event '.event == "switch.down"' || fail "the switch's end is not told"
until_ok 5 has_event '.event == "switch.up"' || fail "its return is not told"
until_ok 5 has_event '.event == "port.carrier" and .carrier' || fail "no carrier event"
expect_exit 0 w exec b1 -- true
expect_exit 0 w down nodes
wait "$listener"
expect "events end with the lab" 0 $?
expect_json "in order" '[.[].seq] | . == sort and length == (unique | length)' "$(jq -s . "$scratch/events")"
expect_json "the last is lab.down" 'last.event == "lab.down"' "$(jq -s . "$scratch/events")"
expect_json "each is whole" 'all(.schema == "weft.event/1" and .lab == "nodes" and
	(.time | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{3}Z$")))' "$(jq -s . "$scratch/events")"
expect "nothing was complained of" "" "$(cat "$scratch/complaints")"
