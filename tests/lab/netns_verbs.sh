#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_verbs.sh - exit codes and words of the verbs, with a real labd
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_netns
netns_lab
doc=$(w status --json)

expect_exit 4 w status nosuch
expect_match "the lab is named" "nosuch" "$said"
expect_exit 4 w down nosuch
expect_exit 4 w stop nosuch
expect_match "the node is named" "nosuch" "$said"
expect_exit 4 w start nosuch
expect_exit 4 w restart nosuch
expect_exit 4 w console nosuch
expect_exit 4 w logs nosuch
expect_exit 125 w exec nosuch -- true
expect_exit 4 w attach-qemu nosuch:0
expect_exit 4 w attach-qemu r1:0
expect_match "and why" "only a node of kind external" "$said"
expect_exit 1 w console r1
expect_match "what there is instead" "weft exec -t NODE sh" "$said"
expect_exit 4 w link down wan/gateway
expect_match "what a port is called" "NODE:INDEX" "$said"
expect_exit 4 w show ports nosuch

# The same file again: nothing happens to those that run.
expect_exit 0 w up "$scratch/nodes.weft.yaml"
expect "the same processes" "$(jq -c '[.nodes[].pid, .switch.pid]' <<<"$doc")" \
	"$(w status --json | jq -c '[.nodes[].pid, .switch.pid]')"
expect_exit 0 w stop r1
expect_json "r1 is stopped" '.nodes[] | select(.name == "r1") | .state == "stopped" and (has("pid") | not)' \
	"$(w status --json)"
expect_exit 1 w exec r2 -- ping -c1 -W1 10.41.0.1
expect_exit 125 w exec r1 -- true
expect_match "exec says why" "r1" "$said"
expect_exit 0 w stop r1
expect_exit 0 w up "$scratch/nodes.weft.yaml"
expect_json "up starts what is stopped" '[.nodes[] | select(.state == "ready")] | length == 6' "$(w status --json)"
expect_exit 0 w exec r2 -- ping -c1 -W2 10.41.0.1
expect_exit 0 w stop r1
expect_exit 0 w start r1
expect_exit 0 w start r1
before=$(node_pid nodes r1)
expect_exit 0 w restart r1
[ "$before" != "$(node_pid nodes r1)" ] || fail "restart has not restarted"
expect_exit 0 w exec r1 -- ping -c1 -W2 10.41.0.2

mv "$scratch/nodes.weft.yaml" "$scratch/nodes"

# A node that can't be ready: late, failed, and interrupted.
cat >"$scratch/late.weft.yaml" <<-EOF
	lab: late
	networks:
	  side: { mode: internal, ipv4: 10.43.0.0/24 }
	nodes:
	  quick: { kind: netns, nics: [ { net: side, ipv4: 10.43.0.1/24 } ] }
	  late: { kind: netns, nics: [ { net: side, ipv4: dhcp } ] }
EOF
expect_exit 3 w up "$scratch/late.weft.yaml"
sed -i 's,0/24 },0/24\, dhcp: { range: 10.43.0.9-10.43.0.9 } },; s,10.43.0.1/24,dhcp,' "$scratch/late.weft.yaml"
expect_exit 7 w up "$scratch/late.weft.yaml" --timeout 3s
expect_match "the node that is late is named" "node (late|quick)" "$said"
expect_exit 2 w status
expect_match "labs to choose from" "late, nodes" "$said"
expect_json "the other one is ready" '[.nodes[] | select(.state == "ready")] | length == 1' "$(w status late --json)"
expect_exit 0 w down late
"$weft" up "$scratch/late.weft.yaml" >"$scratch/up" 2>&1 </dev/null &
up=$!
until_ok 5 w status late
kill -INT "$up"
wait "$up"
expect "^C ends up with" 130 $?
expect_match "weft down is named" "weft down late" "$(cat "$scratch/up")"
expect_exit 0 w down late
expect_exit 4 w down late
expect_exit 0 w down nodes
expect_exit 4 w down nodes
