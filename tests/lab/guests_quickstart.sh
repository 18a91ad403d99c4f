#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guests_quickstart.sh - the example lab comes up with addresses and names, runs
# commands, and leaves nothing when it goes down
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_guests

before=$(host_footprint)
began=$(now_ms)
expect_exit 0 w up "$quickstart" --json
goal "ready after ms" 20000 $(($(now_ms) - began))
for doc in "$out" "$(w status --json)"; do
	expect_json "schema and state" '.schema == "weft.status/1" and .state == "ready"' "$doc"
	expect_json "four guests are ready" '[.nodes[] | select(.state == "ready")] | length == 4' "$doc"
	expect_json "addresses by DHCP" '[.nodes[].nics[] | select(.network == "wan") |
		.ipv4[0] | test("^10\\.20\\.0\\.1[0-9][0-9]$")] | length == 3 and all' "$doc"
	expect_json "static addresses" '[.nodes[].nics[] | select(.network == "backnet") |
		.ipv4[0]] | sort == ["10.30.0.1", "10.30.0.11"]' "$doc"
done
expect_json "leases are on record" '[.leases[] | select(.state == "bound")] | length == 3' \
	"$(w show leases --json)"

expect_exit 0 w exec web1 -- ping -c3 web2
expect_match "three answers of $(address quickstart web2)" \
	"^PING web2 \($(address quickstart web2)\)" "$out"
expect_match "none is lost" "3 packets received, 0% packet loss" "$out"
expect_exit 0 w exec web1 -- ping -c1 -W 5 web2.quickstart.lab
expect_exit 0 w exec web1 -- ping -c1 -W 5 10.20.0.1
expect_exit 0 w exec db1 -- ping -c1 -W 5 router
expect_exit 1 w exec web1 -- ping -c1 -W 1 10.20.0.77
expect_exit 1 w exec web1 -- false
expect_exit 7 w exec web1 -- sh -c 'exit 7'
expect_exit 127 w exec web1 -- no-such-command
expect "streams of their own" "o" "$(w exec web1 -- sh -c 'echo o; echo e >&2' 2>/dev/null)"
expect "input goes in" "7" "$(printf '3+4\n' | w exec web1 -- bc 2>/dev/null ||
	printf '3 4\n' | w exec web1 -- sh -c 'read -r a b; echo $((a + b))')"
expect "a MiB comes out whole" "$(head -c 1000000 /dev/zero | sha256sum)" \
	"$(w exec web1 -- head -c 1000000 /dev/zero | sha256sum)"

mapfile -t pids < <(descendants "$(labd_pid quickstart)")
[ "${#pids[@]}" -ge 6 ] || fail "labd, weft-switch and four QEMUs were expected: ${pids[*]}"
began=$(now_ms)
expect_exit 0 w down
figure "down after ms: $(($(now_ms) - began))"
until_ok 2 all_gone "${pids[@]}" || fail "processes are left: ${pids[*]}"
expect_no_sockets quickstart
expect "interfaces, mounts, namespaces are as before" "$before" "$(host_footprint)"
expect_exit 4 w status
