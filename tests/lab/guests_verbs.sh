#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guests_verbs.sh - console, logs, stop, start and restart of guests; a guest that
# can't be ready is named, with what its console said last
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_guests
needs python3
cat >"$scratch/pair.weft.yaml" <<-EOF
	lab: pair
	networks:
	  wan: { mode: nat, ipv4: 10.63.0.0/24, dns: { domain: pair.lab } }
	nodes:
	  one: { nics: [ { net: wan } ] }
	  two: { nics: [ { net: wan } ] }
EOF
expect_exit 7 w up "$scratch/pair.weft.yaml" --timeout 500ms
expect_match "who is late is named" "node (one|two) was not ready in time" "$said"
expect_exit 0 w up "$scratch/pair.weft.yaml"
address=$(address pair one)

# The console, on a terminal: a command there, and ^] leaves it.
out=$(timeout 30 python3 "$root/tests/lab/console.py" "$weft" console one)
expect "console ends with" 0 $?
expect_match "a shell answers there" "sum is 42" "$out"
expect_match "logs have it, too" "sum is 42" "$(w logs one)"
expect_exit 0 w exec one -- true

expect_exit 0 w stop one
doc=$(w status --json)
expect_json "one is stopped, two is not" '[.nodes[] | .state] == ["stopped", "ready"]' "$doc"
expect_exit 125 w exec one -- true
expect_exit 0 w start one
expect_exit 0 w exec one -- ping -c1 -W 5 two
expect "its address is the same" "$address" "$(address pair one)"
before=$(node_pid pair one)
expect_exit 0 w restart one
[ "$before" != "$(node_pid pair one)" ] || fail "restart has not restarted"
expect_exit 0 w exec two -- ping -c1 -W 5 one
# One that is paused answers nobody, and goes on where it stood.
expect_exit 0 w pause one
expect_json "one is paused, two is ready" '.state == "ready" and [.nodes[] | .state] == ["paused", "ready"]' \
	"$(w status --json)"
expect_exit 1 w exec two -- ping -c1 -W 1 one
expect_exit 125 w exec one -- true
expect_match "it is told why" 'node one is paused: weft resume one' "$said"
expect_exit 0 w resume one
expect_exit 0 w exec two -- ping -c1 -W 5 one
expect_exit 0 w pause one
expect_match "up would let it go on" '^~ node one: start$' "$(w plan "$scratch/pair.weft.yaml")"
expect_exit 0 w up "$scratch/pair.weft.yaml"
before=$(node_pid pair one)
expect_exit 0 w pause one
expect_exit 0 w restart one
[ "$before" != "$(node_pid pair one)" ] || fail "restart has not restarted a paused node"
expect_exit 0 w pause one
start=$(date +%s)
expect_exit 0 w stop one
[ $(($(date +%s) - start)) -lt 9 ] || fail "a paused node was killed, not asked to stop"
expect_exit 1 w pause one
expect_match "only what runs can be paused" 'node one is stopped' "$said"
expect_exit 0 w start one
# A guest may power itself off: that is no fault.
w exec one -- poweroff >/dev/null 2>&1
is_one() { # is_one FILTER: true of the first node
	w status --json | jq -e ".nodes[0] | $1"
}
until_ok 10 is_one '.state == "stopped"' || fail "a guest that powers off is not stopped: $(w status)"
expect_exit 0 w up "$scratch/pair.weft.yaml"
expect_json "up starts it again" '[.nodes[] | .state] == ["ready", "ready"]' "$(w status --json)"
expect_exit 0 w down pair

# A guest that falls over: exit 8, with the kernel's last words.
sed 's/lab: pair/lab: sick/; s/two: {/two: { cmdline: "rdinit=nosuch root=nosuch",/' \
	"$scratch/pair.weft.yaml" >"$scratch/sick.weft.yaml"
expect_exit 8 w up "$scratch/sick.weft.yaml"
expect_match "it is named" "node two failed: the guest's kernel panicked: .*VFS" "$said"
expect_match "with its console" "end Kernel panic|Kernel Offset" "$said"
until_ok 30 is_one '.state == "ready"' || fail "the other one is not ready: $(w status)"
expect_json "status has it" '.state == "failed" and (.nodes[1].console_tail | length > 0)' \
	"$(w status --json)"
expect_exit 0 w down sick

# ^C: what came up stays, and down ends it.
python3 "$root/tests/lab/interrupt.py" 2 "$weft" up "$scratch/pair.weft.yaml" >"$scratch/up" 2>&1 </dev/null
expect "^C ends up with" 130 $?
expect_match "weft down is named" "weft down pair" "$(cat "$scratch/up")"
mapfile -t pids < <(descendants "$(labd_pid pair)")
[ "${#pids[@]}" -eq 4 ] || fail "labd, weft-switch and two guests should run: ${pids[*]}"
expect_exit 0 w down pair
until_ok 2 all_gone "${pids[@]}" || fail "processes are left: ${pids[*]}"
