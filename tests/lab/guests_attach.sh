#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guests_attach.sh - a running guest is plugged into another network and out again:
# it sees the cable, gets an address, and loses both
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_guests
cat >"$scratch/spare.weft.yaml" <<-EOF
	lab: spare
	networks:
	  wan: { mode: nat, ipv4: 10.71.0.0/24 }
	  back: { mode: internal, ipv4: 10.72.0.0/24, dhcp: on }
	nodes:
	  one: { nics: [ { net: wan } ] }
	  two: { spare-nics: 0, nics: [ { net: back, ipv4: 10.72.0.2/24 } ] }
	  out: { kind: external, nics: [ { net: back } ] }
EOF

# in_guest WORDS: of the spare NIC's flags and addresses
in_guest() {
	w exec one -- ip addr show dev eth1 | grep -q -- "$1"
}

reaches() {
	w exec one -- ping -c1 -W 1 10.72.0.2
}

reaches_not() {
	! reaches
}

new_switch() {
	[ "$(switch_pid spare)" != "$1" ]
}

expect_exit 0 w up "$scratch/spare.weft.yaml"
expect_json "a spare NIC is in no network" \
	'[.nodes[].nics | length] == [1, 1, 1] and .networks[1].ports == 2' "$(w status --json)"
until_ok 10 in_guest NO-CARRIER || fail "it has a carrier: $(w exec one -- ip addr)"
expect_exit 1 w exec two -- ls /sys/class/net/eth1

expect_exit 0 w attach one back
expect "its port has a name" one:1 "$out"
until_ok 10 reaches || fail "one has not come to the other network: $(w exec one -- ip addr)"
expect_json "status shows it" \
	'.nodes[0].nics[1] | .port == "one:1" and .network == "back" and .attached and .carrier' \
	"$(w status --json)"
expect_json "and counts it" '.networks[1].ports == 3' "$(w status --json)"
expect_exit 0 w exec one -- ping -c1 -W 2 10.71.0.1

# Like any other port: it is taken down and up, and survives weft-switch.
expect_exit 0 w link down one:1
until_ok 10 in_guest NO-CARRIER || fail "its cable can't be pulled"
expect_exit 0 w link up one:1
until_ok 10 reaches || fail "its cable can't be put back"
switch=$(switch_pid spare)
kill -9 "$switch"
until_ok 20 new_switch "$switch" || fail "weft-switch is not started again"
until_ok 20 reaches || fail "a new weft-switch does not know of it"

# Another file that leaves its node and its network alone leaves it alone.
sed '/^  out:/d' "$scratch/spare.weft.yaml" >"$scratch/less.weft.yaml"
before=$(node_pid spare one)
expect_exit 0 w up "$scratch/less.weft.yaml"
expect_json "the file is another" '.nodes | length == 2' "$(w status --json)"
expect "the node goes on" "$before" "$(node_pid spare one)"
until_ok 10 reaches || fail "another file has unplugged it"
expect_exit 0 w restart one
until_ok 10 reaches || fail "a restart has unplugged it"

expect_exit 1 w attach one wan
expect_match "there are no more" 'node one has no spare NIC left' "$said"
expect_exit 1 w attach two wan
expect_exit 4 w detach one:0
expect_exit 0 w detach one:1
until_ok 10 in_guest NO-CARRIER || fail "it still has a carrier"
until_ok 10 reaches_not || fail "it still reaches the other network"
expect_json "it is in no network" '.networks[1].ports == 1' "$(w status --json)"

# A network that goes lets it go.
expect_exit 0 w attach one back
until_ok 10 reaches || fail "one has not come again"
sed '/^  back:/d; s/net: back, ipv4: 10.72.0.2.24/net: wan/' \
	"$scratch/less.weft.yaml" >"$scratch/none.weft.yaml"
before=$(node_pid spare one)
expect_exit 0 w up "$scratch/none.weft.yaml"
expect "the node goes on without it" "$before" "$(node_pid spare one)"
expect_json "it is free" '.nodes[0].nics | length == 1' "$(w status --json)"
until_ok 10 in_guest NO-CARRIER || fail "it has a carrier of a network that is gone"
expect_exit 0 w down spare
exit $failed
