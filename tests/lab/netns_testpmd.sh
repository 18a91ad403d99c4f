#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_testpmd.sh - DPDK's virtio-user driver is a front-end like any other:
# testpmd answers pings on an external port
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_netns
needs dpdk-testpmd
cat >"$scratch/pmd.weft.yaml" <<-EOF
	lab: pmd
	networks:
	  wan: { mode: nat, ipv4: 10.62.0.0/24 }
	nodes:
	  ext: { kind: external, nics: [ { net: wan } ] }
	  probe: { kind: netns, nics: [ { net: wan } ] }
EOF
expect_exit 0 w up "$scratch/pmd.weft.yaml"
expect_exit 0 w attach-qemu ext:0 --json
port=$(jq -r '"path=\(.socket),mac=\(.mac)"' <<<"$out")
mkfifo "$scratch/keys"
# icmpecho: whatever address is asked for, testpmd says that it has it.
dpdk-testpmd --no-pci --no-huge -m 64 --no-telemetry --file-prefix "$$" --lcores 0@0,1@0 \
	--vdev "net_virtio_user0,$port,queues=1,queue_size=256" -- \
	--forward-mode=icmpecho --auto-start --total-num-mbufs=4096 -i \
	<>"$scratch/keys" >"$scratch/testpmd" 2>&1 &
pmd=$!
started+=("$pmd")
answers() {
	w exec probe -- ping -c1 -W1 10.62.0.77
}
if ! until_ok 20 answers; then
	is_gone "$pmd" && skip "testpmd does not run here: $(tail -n 3 "$scratch/testpmd")"
	die "testpmd does not answer: $(cat "$scratch/testpmd")"
fi
expect_exit 0 w exec probe -- ping -c200 -i 0.002 -q 10.62.0.77
expect_match "none is lost" "200 received, 0% packet loss" "$out"
expect_exit 0 w exec probe -- ping -c20 -i 0.01 -s 1400 -q 10.62.0.77
figure "$(w show ports -br | tr -s ' ' | tr '\n' ';')"
kill "$pmd"
wait "$pmd" 2>/dev/null
rm -rf "/run/dpdk/$$" "${XDG_RUNTIME_DIR:-/nonexistent}/dpdk/$$"
