#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nat_table_is_ours.sh - a lab's nftables table: another program's flush leaves it
# alone, nobody else can change it, it is replaced as a whole, and it is gone with
# the process that made it, also by kill -9
# shellcheck source=tests/check.bash
. "$(dirname "$0")/../check.bash"
needs nft ip setpriv
needs_tap
own_netns "$@"
table=${WEFT_BUILD:?}/tests/netns/nat_table
nft list ruleset >/dev/null 2>&1 || skip "this kernel has no nf_tables"

ip link set lo up
ip tuntap add dev tap0 mode tap
ip addr add 10.20.0.1/24 dev tap0
ip link set tap0 up
nft add table inet other
coproc OURS { exec "$table" weft-lab1 tap0 2>&1; }
ours=$OURS_PID
trap 'end "$ours"' EXIT

# say LINE: to our process; its answer up to "done" in $heard
say() {
	local line
	heard=
	echo "$1" >&"${OURS[1]}"
	while read -r -t 20 line <&"${OURS[0]}" && [ "$line" != "done" ]; do
		heard=$line
	done
	[ "$line" = "done" ] || fail "it says: $line"
}

# forwards CHAIN: how many rules there lead elsewhere, to a guest
forwards() {
	nft list chain inet weft-lab1 "$1" | grep -c 'dnat ip to 10.20.0.100:80'
}

read -r -t 20 line <&"${OURS[0]}"
case $line in *"this kernel lacks"*) skip "$line" ;; esac
expect "the table is there" ready "$line"
expect "and owned" 1 "$(nft list table inet weft-lab1 | grep -c 'flags owner')"
say 1
expect "a forward, for what the host sends" 1 "$(forwards nat-output)"
expect "and for what comes in, also to the gateway" 2 "$(forwards prerouting)"
before=$(nft list table inet weft-lab1)
nft flush ruleset
expect "another program's flush: its own table" "" "$(nft list tables | grep other)"
expect "and not ours" "$before" "$(nft list table inet weft-lab1)"
nft delete table inet weft-lab1 2>/dev/null && fail "somebody else can delete it"
nft flush chain inet weft-lab1 forward 2>/dev/null && fail "somebody else can change it"
said=$("$table" weft-lab1 tap0 2>&1 </dev/null)
expect "another of that name is told" 1 \
	"$(grep -c 'there is an nftables table inet weft-lab1 already' <<<"$said")"
said=$(setpriv --bounding-set -net_admin "$table" weft-lab2 tap0 2>&1 </dev/null)
expect "what it takes is said" "nat_table: nftables needs CAP_NET_ADMIN: run as root" "$said"

# a connection that the first forward leads: the count outlives a change
timeout 1 bash -c 'echo >/dev/tcp/127.0.0.1/8000' 2>/dev/null
say 300
expect "300 forwards" 300 "$(forwards nat-output)"
counted=$heard
[ "$counted" -gt 0 ] || fail "nothing was counted"
say 1
expect "what was counted goes on" "$counted" "$heard"
say 0
expect "none any more" 0 "$(forwards nat-output)"

kill -9 "$ours"
wait "$ours" 2>/dev/null
is_gone() {
	[ -z "$(nft list ruleset)" ]
}
until_ok 5 is_gone
expect "nothing is left after kill -9" "" "$(nft list ruleset)"
exit "$failed"
