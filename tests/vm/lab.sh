#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lab.sh - labs on weft-vmm with Debian kernels, in the test VM: the quickstart lab
# and its life, TCP through nat, then ten guests at once
set -u
tests=$(cd "$(dirname "$0")/.." && pwd)
if [ "${1:-}" != inside ]; then
	timeout 300 "${WEFT_BUILD:?the build folder}/cli/weft" image build >/dev/null || {
		echo "skipped: no kernel for guests"
		exit 77
	}
	exec "$tests/vm/run.sh" --again --time 700 --memory 4096 --module veth "$0" inside
fi
export TMPDIR=/run LIMIT=400 # where sockets and files are the VM's own
# shellcheck source=tests/lab/nat.sh
. "$tests/lab/nat.sh"
nat_world

# has_carrier NODE 0|1: by its own first NIC
has_carrier() {
	[ "$(w exec "$1" -- cat /sys/class/net/eth0/carrier)" = "$2" ]
}

is_ready() {
	w status "$1" --json | jq -e '.state == "ready"'
}

# bring_up FILE COUNT
bring_up() {
	local began
	began=$(now_ms)
	expect_exit 0 w up "$1" --timeout 6m
	figure "$2 guests ready after ms, emulated: $(($(now_ms) - began))"
	expect_json "weft-vmm runs all $2 of them" \
		"[.nodes[] | select(.runner == \"kvm\" and .state == \"ready\")] | length == $2" \
		"$(w status --json)"
}

# take_down LAB
take_down() {
	local pids
	mapfile -t pids < <(descendants "$(labd_pid "$1")")
	expect_exit 0 w down "$1"
	until_ok 10 all_gone "${pids[@]}" || fail "processes are left: ${pids[*]}"
	expect_no_sockets "$1"
}

cable_of_web1() {
	expect_exit 0 w link down web1:0
	until_ok 20 has_carrier web1 0 || fail "web1 still has its carrier"
	expect_exit 1 w exec web2 -- ping -c1 -W2 web1
	expect_exit 0 w link up web1:0
	until_ok 20 has_carrier web1 1 || fail "web1 has no carrier after up"
	until_ok 20 w exec web2 -- ping -c1 -W5 web1 || fail "nothing reaches web1 after up"
}

server_listens() {
	on_server ss -ltn | grep :80
}

bytes_by_nat() {
	head -c 3000000 /dev/urandom >"$scratch/big"
	on_server busybox nc -l -p 80 <"$scratch/big" >/dev/null &
	started+=($!)
	until_ok 20 server_listens || fail "the server does not listen"
	expect "3 MB by TCP through nat" "$(sha256sum <"$scratch/big" | cut -d' ' -f1)" \
		"$(w exec web1 -- sh -c "mkfifo /n; nc $server_ip 80 <>/n | sha256sum" | cut -d' ' -f1)"
}

bytes_between_guests() {
	w exec web2 -- sh -c 'head -c 3000000 /dev/urandom >/big; nc -l -p 81 </big' >/dev/null &
	started+=($!)
	until_ok 20 w exec web2 -- sh -c 'netstat -ltn | grep :81' || fail "web2 does not listen"
	expect "3 MB by TCP between guests" "$(w exec web2 -- sha256sum /big | cut -d' ' -f1)" \
		"$(w exec web1 -- sh -c "mkfifo /m; nc web2 81 <>/m | sha256sum" | cut -d' ' -f1)"
}

new_weft_switch() {
	local before
	before=$(switch_pid quickstart)
	kill -9 "$before"
	until_ok 60 w exec web1 -- ping -c1 -W2 web2 || fail "no way to web2 after weft-switch's end"
	[ "$(switch_pid quickstart)" != "$before" ] || fail "weft-switch is the same"
	expect_json "no guest is lost" 'all(.nodes[]; .state == "ready")' "$(w status --json)"
}

life_of_db1() {
	local before
	expect_exit 0 w pause db1
	expect_exit 1 w exec router -- ping -c1 -W2 10.30.0.11
	expect_exit 0 w resume db1
	until_ok 20 w exec router -- ping -c1 -W5 10.30.0.11 || fail "db1 does not go on"
	before=$(node_pid quickstart db1)
	w exec db1 -- reboot -f >/dev/null 2>&1
	until_ok 120 w exec router -- ping -c1 -W5 10.30.0.11 || fail "db1 is not back"
	expect "a reboot is no new process" "$before" "$(node_pid quickstart db1)"
	expect_exit 0 w restart db1 --timeout 3m
	until_ok 60 is_ready quickstart || fail "the lab is not ready after a restart"
}

quickstart_lab() {
	bring_up "$quickstart" 4
	expect_exit 0 w status -s
	echo "$out"
	expect_exit 0 w exec web1 -- ping -c3 web2
	expect_exit 0 w exec db1 -- ping -c1 -W5 router
	bytes_by_nat
	bytes_between_guests
	cable_of_web1
	new_weft_switch
	life_of_db1
	take_down quickstart
}

ten_guests() {
	local i
	{
		printf 'lab: ten\nnetworks: { wan: { mode: nat, ipv4: 10.20.0.0/24 } }\n'
		printf 'defaults: { node: { memory: 128M } }\nnodes:\n'
		for i in {0..9}; do
			echo "  g$i: { nics: [ { net: wan } ] }"
		done
	} >"$scratch/ten.weft.yaml"
	bring_up "$scratch/ten.weft.yaml" 10
	expect_exit 0 w status -s
	echo "$out"
	for i in {0..9}; do
		expect_exit 0 w exec "g$i" -- ping -c1 -W5 "g$(((i + 1) % 10))"
	done
	take_down ten
}

quickstart_lab
ten_guests
