#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_reconcile.sh - weft up on a lab that runs does what weft plan had said, and
# nothing else: a ping between two nodes loses no packet
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_netns
file=$scratch/rec.weft.yaml
new=$scratch/new.weft.yaml

# actions FILE: the lines of a plan
actions() {
	grep -E '^[-+~] ' "$1"
}

cat >"$file" <<-EOF
	lab: rec
	networks:
	  old: { mode: internal }
	  red: { mode: internal, ipv4: 10.41.0.0/24, dhcp: on }
	  wan: { mode: nat, ipv4: 10.60.0.0/24, dns: { domain: one.lab } }
	nodes:
	  gone: { kind: netns, nics: [ { net: old }, { net: wan } ] }
	  p1: { kind: netns, nics: [ { net: red, ipv4: 10.41.0.1/24 }, { net: wan } ] }
	  p2: { kind: netns, nics: [ { net: red, ipv4: 10.41.0.2/24 } ] }
	  d1: { kind: netns, nics: [ { net: red } ] }
	  job: { kind: netns, run: sleep 1000, nics: [ { net: wan } ] }
EOF
expect_exit 10 w plan "$file" --exit-code
expect "a lab that does not run is all new" 8 "$(grep -c '^+ ' <<<"$out")"
expect_exit 0 w up "$file"
expect_exit 0 w plan "$file" --exit-code
expect "nothing is left to change" "lab rec: no changes" "$out"

cat >"$new" <<-EOF
	lab: rec
	networks:
	  first: { mode: internal, ipv4: 10.50.0.0/24 }
	  wan: { mode: nat, ipv4: 10.60.0.0/24, dns: { domain: two.lab } }
	  red: { mode: internal, ipv4: 10.41.0.0/24, dhcp: on }
	nodes:
	  front: { kind: netns, nics: [ { net: first, ipv4: 10.50.0.1/24 }, { net: red, ipv4: 10.41.0.254/24 } ] }
	  job: { kind: netns, run: sleep 2000, nics: [ { net: wan } ] }
	  p1: { kind: netns, nics: [ { net: red, ipv4: 10.41.0.1/24 }, { net: wan } ] }
	  p2: { kind: netns, nics: [ { net: red, ipv4: 10.41.0.2/24 } ] }
	  d1: { kind: netns, nics: [ { net: red } ] }
	  back: { kind: netns, nics: [ { net: wan, reserve: 10.60.0.50 }, { net: first, ipv4: 10.50.0.2/24 } ] }
EOF
w plan "$new" >"$scratch/plan"
cat >"$scratch/wanted" <<-EOF
	- node gone
	- network old
	~ network wan: rebuild (dns.domain one.lab -> two.lab)
	+ network first
	+ node front
	+ node back
	~ node job: restart (run sleep 1000 -> sleep 2000)
	lab rec: 3 to add, 1 to rebuild, 1 to restart, 2 to remove
EOF
expect "the plan" "$(cat "$scratch/wanted")" "$(cat "$scratch/plan")"
w up --dry-run "$new" >"$scratch/dry"
expect "--dry-run says the same" "$(cat "$scratch/plan")" "$(cat "$scratch/dry")"
expect_json "for programs too" '[.actions[].action] ==
	["remove", "remove", "rebuild", "add", "add", "add", "restart"]' "$(w plan -j "$new")"
expect_exit 0 w plan "$file" --exit-code

p1=$(node_pid rec p1) p2=$(node_pid rec p2) d1=$(node_pid rec d1)
job=$(node_pid rec job) gone=$(node_pid rec gone) switch=$(switch_pid rec)
leased=$(address rec d1) lease=$(address rec gone 1)
"$weft" exec -l rec p1 -- ping -i 0.02 10.41.0.2 >"$scratch/pings" 2>&1 </dev/null &
pinger=$!
started+=("$pinger")
until_ok 5 grep -q ttl= "$scratch/pings" || die "no ping: $(cat "$scratch/pings")"
began=$(now_ms)
expect_exit 0 w up "$new"
figure "changed after ms: $(($(now_ms) - began))"
expect "up did what the plan had said" "$(actions "$scratch/plan")" "$(actions "$scratch/said")"
expect "p1, p2 and d1 run on" "$p1 $p2 $d1" \
	"$(node_pid rec p1) $(node_pid rec p2) $(node_pid rec d1)"
[ "$job" != "$(node_pid rec job)" ] || fail "job was not restarted"
expect "weft-switch runs on" "$switch" "$(switch_pid rec)"
until_ok 2 is_gone "$gone" || fail "the node that was removed runs on"
expect "d1 keeps its address" "$leased" "$(address rec d1)"
expect_json "status is the new file's, in its order" '[.nodes[].name] ==
	["front", "job", "p1", "p2", "d1", "back"] and
	([.networks[].name] == ["first", "wan", "red"])' "$(w status rec --json)"
expect_json "the lease of who went stays" \
	"[.leases[] | select(.ipv4 == \"$lease\")] | length == 1" "$(w show leases --json)"

# works: every network and node, as the new file has them
works() {
	expect_exit 0 w exec p1 -- ping -c1 -W2 10.41.0.2
	expect_exit 0 w exec front -- ping -c1 -W2 10.50.0.2
	expect_exit 0 w exec front -- ping -c1 -W2 "$leased"
	expect_exit 0 w exec job -- ping -c1 -W2 back.two.lab
	expect_exit 0 w exec p1 -- ping -c1 -W2 10.60.0.1
	expect_exit 2 w exec front -- ping -c1 -W1 10.60.0.50
	expect "a reservation is kept" 10.60.0.50 "$(address rec back)"
}
works
# The DHCP port of red lived at .254, the last address, till front took that.
expect_exit 0 w restart d1
expect "DHCP serves on" "$leased" "$(address rec d1)"

kill "$pinger"
wait "$pinger" 2>/dev/null
figure "pings: $(grep -c ttl= "$scratch/pings")"
expect "no packet was lost" 0 "$(pings_lost "$scratch/pings")"

kill -9 "$switch"
until_ok 5 w exec p1 -- ping -c1 -W1 10.41.0.2 || fail "weft-switch did not come back"
until_ok 3 w exec front -- ping -c1 -W1 10.50.0.2
expect_json "it was started again" '.switch.restarts == 1' "$(w status rec --json)"
works
expect_exit 0 w plan "$new" --exit-code

# Only what has stopped is started.
expect_exit 0 w stop p2
expect_exit 10 w plan "$new" --exit-code
expect_match "a stopped node is to start" "^~ node p2: start$" "$out"
expect_exit 0 w up "$new"
expect "p1 runs on" "$p1" "$(node_pid rec p1)"

# One node can't be made: the others are, and it is named.
cat "$new" - >"$scratch/bad.weft.yaml" <<-EOF
	  bad: { kind: external, socket: { group: no-such-group }, nics: [ { net: red } ] }
	  good: { kind: netns, nics: [ { net: red } ] }
EOF
expect_exit 8 w up "$scratch/bad.weft.yaml"
expect_match "what failed is named" "node bad failed: .*no-such-group" "$said"
until_ok 5 w exec good -- ping -c1 -W1 10.41.0.1 || fail "the other one was not made"
expect_exit 0 w up "$new"

# A node that is slow to end: one change at a time, and ^C stops none.
sed "s/run: sleep 2000/run: \"trap '' TERM; while :; do sleep 1; done\"/" "$new" >"$scratch/slow.weft.yaml"
expect_exit 0 w up "$scratch/slow.weft.yaml"
job=$(node_pid rec job)
"$weft" up "$new" >"$scratch/up" 2>&1 </dev/null &
up=$!
until_ok 5 grep -q '^~ node job' "$scratch/up" || fail "up said no plan: $(cat "$scratch/up")"
expect_exit 1 w up "$scratch/slow.weft.yaml"
expect_match "another up is told to wait" "is being changed by another weft up" "$said"
kill -INT "$up"
wait "$up"
expect "^C ends up with" 130 $?
until_ok 10 w plan "$new" --exit-code || fail "the change was not finished"
until_ok 5 is_gone "$job" || fail "job was not restarted"
until_ok 5 w exec job -- true || fail "job does not run"

# pids: who runs, and as what
pids() {
	w status rec --json | jq -c '[.nodes[] | {name, pid}]'
}
# What is wrong changes nothing.
before=$(pids)
sed 's/mode: nat/mode: natt/' "$new" >"$scratch/wrong.weft.yaml"
expect_exit 3 w plan "$scratch/wrong.weft.yaml"
expect_exit 3 w up "$scratch/wrong.weft.yaml"
expect_exit 3 w plan "$scratch/nosuch.weft.yaml"
expect_exit 4 w plan -l other "$new"
expect "and it has changed nothing" "$before" "$(pids)"

expect_exit 0 w down rec
expect_no_sockets rec
