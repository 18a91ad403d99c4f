#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guests_reconcile.sh - a node, a network and more memory for one guest: that guest
# restarts, the others don't notice
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_guests
[ -w /dev/net/tun ] || skip "no /dev/net/tun that we may open"
file=$scratch/rec.weft.yaml

cat >"$file" <<-EOF
	lab: rec
	networks:
	  lan: { mode: nat, ipv4: 10.20.0.0/24, dns: { domain: rec.lab } }
	nodes:
	  web1: { nics: [ { net: lan } ] }
	  web2: { nics: [ { net: lan, ipv4: 10.20.0.2/24 } ] }
	  big: { nics: [ { net: lan } ] }
EOF
expect_exit 0 w up "$file"

# boot NODE: differs after every boot
boot() {
	w exec "$1" cat /proc/sys/kernel/random/boot_id
}

# memory NODE: KiB that its kernel has
memory() {
	w exec "$1" sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo
}

# life NODE: of its VM and of its kernel
life() {
	echo "$(node_pid rec "$1") $(boot "$1")"
}

web1=$(life web1) web2=$(life web2) big=$(life big)
before=$(memory big) leased=$(address rec big)
"$weft" exec -l rec web1 -- ping -i 0.2 10.20.0.2 >"$scratch/pings" 2>&1 </dev/null &
pinger=$!
started+=("$pinger")
until_ok 10 grep -q ttl= "$scratch/pings" || die "no ping: $(cat "$scratch/pings")"

cat >"$file" <<-EOF
	lab: rec
	networks:
	  back: { mode: internal, ipv4: 10.30.0.0/24 }
	  lan: { mode: nat, ipv4: 10.20.0.0/24, dns: { domain: rec.lab } }
	nodes:
	  db: { kind: netns, nics: [ { net: lan }, { net: back, ipv4: 10.30.0.1/24 } ] }
	  big: { memory: 192M, nics: [ { net: lan } ] }
	  web1: { nics: [ { net: lan } ] }
	  web2: { nics: [ { net: lan, ipv4: 10.20.0.2/24 } ] }
EOF
expect_exit 10 w plan "$file" --exit-code
plan=$(grep -E '^[-+~] ' <<<"$out")
expect "the plan" "+ network back
+ node db
~ node big: restart (memory 128M -> 192M)" "$plan"
began=$(now_ms)
expect_exit 0 w up "$file"
figure "changed after ms: $(($(now_ms) - began))"
expect "up did what the plan had said" "$plan" "$(grep -E '^[-+~] ' <<<"$said")"
expect "web1 runs on" "$web1" "$(life web1)"
expect "web2 runs on" "$web2" "$(life web2)"
[ "$big" != "$(life big)" ] || fail "big was not restarted"
after=$(memory big)
figure "memory of big, KiB: $before, then $after"
[ "$after" -gt $((before + 50000)) ] || fail "big has no more memory than before"
expect "big has its address again" "$leased" "$(address rec big)"
expect_exit 0 w exec web1 -- ping -c1 -W5 db.rec.lab
expect_exit 0 w exec db -- ping -c1 -W5 big.rec.lab
expect_exit 0 w plan "$file" --exit-code

kill "$pinger"
wait "$pinger" 2>/dev/null
figure "pings: $(grep -c ttl= "$scratch/pings")"
expect "no packet was lost" 0 "$(pings_lost "$scratch/pings")"

# After that, a weft-switch that is started again knows the new lab.
kill -9 "$(switch_pid rec)"
until_ok 20 w exec web1 -- ping -c1 -W1 big.rec.lab || fail "guests do not find each other again"
until_ok 20 w exec web1 -- ping -c1 -W1 db.rec.lab || fail "the new node is not found again"
expect "web1 still runs on" "$web1" "$(life web1)"
expect_exit 0 w down
expect_no_sockets rec
