#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guests_in_a_lab.sh - a lab on weft-vmm, with a guest that runs on any KVM, also one that
# emulates: its life, its links, its end, and a weft-switch that is killed
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/../lab/lab.sh"
needs jq
tiny=$WEFT_BUILD/tests/vmm/guest/tiny.bzimage
[ -r "$tiny" ] || skip "no tiny guest was built"
[ -w /dev/kvm ] || skip "no /dev/kvm that we may open"
cat >"$scratch/tiny.weft.yaml" <<-EOF
	lab: tiny
	networks:
	  wan: { mode: nat, ipv4: 10.67.0.0/24 }
	defaults: { node: { runner: kvm, memory: 32M } }
	nodes:
	  ping: { kernel: $tiny, cmdline: "test=net count=1000000", nics: [ { net: wan } ] }
	  link: { kernel: $tiny, cmdline: "test=link changes=3", nics: [ { net: wan } ] }
	  halt: { kernel: $tiny, cmdline: "test=halt" }
	  button: { kernel: $tiny, cmdline: "test=button", cpus: 2 }
EOF

# is NODE FILTER
is() {
	w status tiny --json | jq -e --arg n "$1" ".nodes[] | select(.name == \$n) | $2"
}

# said NODE WORDS [TIMES]: on its console
said() {
	[ "$(w logs -l "${LAB:-tiny}" "$1" | grep -c -- "$2")" -ge "${3:-1}" ]
}

# answers: that ping got so far
answers() {
	w show ports tiny --json | jq '.ports[] | select(.port == "ping:0") | .tx_frames'
}

answers_exceed() {
	[ "$(answers)" -gt "$1" ]
}

new_switch() {
	[ "$(switch_pid tiny)" != "$1" ]
}

expect_exit 0 w up "$scratch/tiny.weft.yaml" --timeout 30s
expect_match "up says who runs guests" 'guests run by kvm$' "$said"
expect_json "status says so too" '[.nodes[] | .runner] == ["kvm", "kvm", "kvm", "kvm"]' \
	"$(w status --json)"
until_ok 20 said ping 'lease 10.67' || fail "ping has no lease: $(w logs ping)"
until_ok 20 answers_exceed 20 || fail "the gateway does not answer"

# A cable is unplugged and plugged in; one that is out when a guest starts is out.
until_ok 20 said link 'carrier up' || fail "link sees no carrier: $(w logs link)"
expect_exit 0 w link down link:0
until_ok 20 said link 'carrier down' || fail "link does not lose its carrier: $(w logs link)"
expect_exit 0 w link up link:0
until_ok 20 said link 'carrier up' 2 || fail "link does not get its carrier back: $(w logs link)"
expect_exit 0 w link down link:0
until_ok 20 is link '.state == "stopped"' || fail "link has not ended: $(w status)"
downs=$(w logs link | grep -c 'carrier down')
expect_exit 0 w start link
until_ok 20 said link 'carrier down' $((downs + 1)) ||
	fail "a port that is down has a carrier: $(w logs link)"
expect_exit 0 w link up link:0

# weft-switch dies: guests live on, with their leases and links.
before=$(node_pid tiny ping)
switch=$(switch_pid tiny)
kill -9 "$switch"
until_ok 20 new_switch "$switch" || fail "weft-switch is not started again"
until_ok 20 answers_exceed 20 || fail "the guest is not back after weft-switch: $(w show ports)"
expect "its process is the same" "$before" "$(node_pid tiny ping)"
expect_json "nobody was lost" 'all(.nodes[]; .state == "ready")' "$(w status --json)"

# It stands still, and goes on.
expect_exit 0 w pause ping
sent=$(answers)
sleep 0.3
expect "who is paused sends nothing" "$sent" "$(answers)"
expect_exit 0 w resume ping
until_ok 20 answers_exceed "$sent" || fail "ping does not go on"

# The power button, also for one that stands still, and a guest that ignores it.
until_ok 20 said button 'button waits' || fail "button does not wait: $(w logs button)"
expect_exit 0 w pause button
start=$(now_ms)
expect_exit 0 w stop button
at_most "ms till a guest is off that hears the button" 8000 $(($(now_ms) - start))
expect_match "it was asked" 'button pressed' "$(w logs button)"
before=$(node_pid tiny halt)
expect_exit 0 w restart halt
[ "$before" != "$(node_pid tiny halt)" ] || fail "restart has not restarted"
expect_json "it was killed, and runs again" '.nodes[2].state == "ready"' "$(w status --json)"

labd=$(labd_pid tiny)
mapfile -t pids < <(descendants "$labd")
[ ${#pids[@]} -ge 5 ] || fail "processes are missing: ${pids[*]}"
expect_exit 0 w down tiny
until_ok 10 all_gone "${pids[@]}" || fail "processes are left"
expect_no_sockets tiny

# How a guest ends is its node's reason, and a reboot is no end.
cat >"$scratch/ends.weft.yaml" <<-EOF
	lab: ends
	networks: { none: { mode: internal } }
	nodes:
	  fault: { kernel: $tiny, cmdline: "test=reboot by=triple", runner: kvm, nics: [ { net: none } ] }
	  nokernel: { kernel: $quickstart, runner: kvm, nics: [ { net: none } ] }
	  again: { kernel: $tiny, cmdline: "test=reboot by=cf9", runner: kvm }
EOF
expect_exit 8 w up "$scratch/ends.weft.yaml" --timeout 30s
# reason NODE: why it failed, or null
reason() {
	w status ends --json | jq -r --arg n "$1" '.nodes[] | select(.name == $n) | .reason'
}

has_failed() {
	[ "$(reason "$1")" != null ]
}
until_ok 20 has_failed fault || fail "a guest that faults has not failed: $(w status)"
# A KVM that emulates gives up before the third fault.
expect_match "a triple fault is told" "^CPU 0: (triple fault|KVM can't go on)" "$(reason fault)"
until_ok 20 has_failed nokernel || fail "no kernel, no failure: $(w status)"
expect_match "so is what can't be booted" '^kernel: neither a bzImage' "$(reason nokernel)"
before=$(node_pid ends again)
LAB=ends until_ok 20 said again 'ok reboot' 3 || fail "the guest does not reboot: $(w logs again)"
expect "it reboots within its process" "$before" "$(node_pid ends again)"
expect_exit 0 w down ends
exit $failed
