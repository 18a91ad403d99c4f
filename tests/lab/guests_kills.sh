#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guests_kills.sh - 50 starts and kills of a guest on our own runner, at any moment
# of its life, leave nothing behind: in the kernel, in labd, in weft-switch, on the
# disk. Not in the test VM: QEMU's nested SVM hangs there when guests are killed.
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs jq
[ -w /dev/kvm ] || skip "no /dev/kvm that we may open"
rounds=50
cat >"$scratch/mortal.weft.yaml" <<-EOF
	lab: mortal
	networks: { wan: { mode: nat, ipv4: 10.20.0.0/24 } }
	nodes:
	  one:
	    runner: kvm
	    memory: 32M
	    kernel: $WEFT_BUILD/tests/vmm/guest/tiny.bzimage
	    cmdline: "test=net count=1000000"
	    disks: [ { file: $scratch/disk, overlay: true } ]
	    nics: [ { net: wan } ]
EOF
truncate -s 1M "$scratch/disk"

# is STATE
is() {
	[ "$(w status mortal --json | jq -r '.nodes[0].state')" = "$1" ]
}

is_running() {
	[ "$(node_pid mortal one)" -gt 0 ]
}

# machines: that KVM counts, where it is a module; else how many VMMs there are
machines() {
	cat /sys/module/kvm_{amd,intel}/refcnt 2>/dev/null ||
		pgrep -c -P "$(labd_pid mortal)" weft-vmm
}

# left: what a dead guest could have left
left() {
	local pid
	echo "machines of KVM: $(machines)"
	for pid in "$(labd_pid mortal)" "$(switch_pid mortal)"; do
		echo "$(cat "/proc/$pid/comm"): $(fd_count "$pid") descriptors, $(map_count "$pid") mappings"
	done
	find "$WEFT_RUNTIME_DIR" "$WEFT_STATE_DIR" | sort
}

kill_it() {
	local pid
	pid=$(node_pid mortal one)
	kill -9 "$pid"
	until_ok 30 is_gone "$pid" || fail "$pid does not go"
	until_ok 30 is failed || fail "labd does not see its end: $(w status)"
}

# lives FROM TO: each dead while it starts, or later
lives() {
	local i starter
	for ((i = $1; i <= $2; i++)); do
		w start one >/dev/null 2>&1 & # is told of its end, or was ready before
		starter=$!
		until_ok 30 is_running || fail "round $i: no guest"
		sleep "0.$((i * 7 % 10))"
		kill_it
		wait "$starter"
	done
}

expect_exit 0 w up "$scratch/mortal.weft.yaml" --timeout 2m
kill_it
lives 1 10 # what is kept of a guest is there now: its lease, frames gone by
before=$(left)
switch_anon=$(status_kib "$(switch_pid mortal)" RssAnon)
labd_anon=$(status_kib "$(labd_pid mortal)" RssAnon)
lives 11 "$rounds"
expect "after $rounds starts and kills all is as after ten" "$before" "$(left)"
at_most_kib "KiB more in weft-switch" 5120 $(($(status_kib "$(switch_pid mortal)" RssAnon) - switch_anon))
at_most_kib "KiB more in labd" 512 $(($(status_kib "$(labd_pid mortal)" RssAnon) - labd_anon))
expect_exit 0 w start one --timeout 2m
expect_exit 0 w down mortal
expect "no VMM is left" "" "$(pgrep -f "weft-vmm .*$scratch")"
