#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplink_announces_guests.sh - after a failover a kernel bridge upstream has all
# 200 guests on the new member and the kernel's neighbour tables follow; tshark
# finds nothing wrong with any frame
set -u
. "$(dirname "$0")/uplink_init.sh"
dir=${dir:?}
needs ip bridge tshark

# guests_at TAP - how many the bridge knows there, each counted once
guests_at() {
	bridge fdb show br br0 | grep "^52:54:00:00:.*dev $1 " |
		cut -d' ' -f1 | sort -u | wc -l
}

all_at() {
	[ "$(guests_at "$1")" = 200 ]
}

taps_start 200
tshark -q -i up1 -w "$dir/up1.pcapng" >"$dir/tshark.log" 2>&1 &
others=($!)
until_ok 15 test -s "$dir/up1.pcapng" || fail "tshark does not start"
for version in 192.0.2.33 2001:db8::33; do
	ip neigh replace $version lladdr 52:54:00:00:99:99 nud reachable dev br0
done

# the guests begin on up1, and nobody has said so
[ "$(guests_at up1)" = 0 ] || fail "the bridge knows too much"
printf s >&8
until_ok 2 all_at up1 || fail "the bridge has $(guests_at up1) on up1"
sleep 0.5 # the second round, too
printf s >&8
until_ok 2 all_at up0 || fail "the bridge has $(guests_at up0) on up0"
[ "$(guests_at up1)" = 0 ] || fail "some guests are still on up1"

lladdr() {
	ip neigh show "$1" dev br0 | grep -q 'lladdr 52:54:00:00:00:01'
}
until_ok 2 lladdr 192.0.2.33 || fail "no ARP announcement was believed"
until_ok 2 lladdr 2001:db8::33 || fail "no advertisement was believed"

sleep 1
kill "${others[0]}"
wait "${others[0]}" 2>/dev/null
others=()
taps_stop
[ "$(counter rarp)" = 800 ] || fail "not 2 failovers x 2 rounds x 200 RARP"
[ "$(counter garp)" = 4 ] || fail "not one ARP announcement a round"
[ "$(counter na)" = 2 ] || fail "not one advertisement a failover"
echo "200 guests: $(counter first_round_us) us (goal 50000)"
[ "$(counter first_round_us)" -le 500000 ] || fail "not within 500 ms"

# up1 also has what the bridge floods from up0
frames() { # frames FILTER
	tshark -r "$dir/up1.pcapng" -Y "$1" 2>"$dir/err"
}
[ "$(frames 'arp.opcode == 3' | wc -l)" = 800 ] || fail "tshark: no RARP"
[ "$(frames 'arp.isannouncement == 1' | wc -l)" = 4 ] ||
	fail "tshark: no ARP announcement"
[ "$(frames 'icmpv6.type == 136 && icmpv6.nd.na.flag.o == 1 &&
	icmpv6.nd.na.flag.s == 0 && icmpv6.checksum.status == 1' | wc -l)" = 2 ] ||
	fail "tshark: no advertisement"
[ "$(frames 'vlan.id == 7 && arp.opcode == 3' | wc -l)" = 4 ] ||
	fail "tshark: no RARP in VLAN 7"
frames 'eth.src[0:4] == 52:54:00:00 && (_ws.malformed ||
	_ws.expert.severity >= warning)' >"$dir/bad"
[ -s "$dir/bad" ] && cat "$dir/bad" && fail "tshark complains"
exit 0
