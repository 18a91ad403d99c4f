#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# host_leg_asks_dhcp.sh - the host gets an address of the network by DHCP, and
# no route and no name server but those it has; the address goes with the client
set -u
. "$(dirname "$0")/gateway_init.sh"
dir=${dir:?}
needs ip busybox
[ -x /bin/busybox ] || skip "no /bin/busybox"

lines() { # lines COUNT - that many were said
	[ "$(wc -l <"$dir/leg.log")" -ge "$1" ]
}

has_address() {
	ip -4 addr show dev wan0 | grep -q "inet $1 "
}

gateway_start
mkfifo "$dir/input"
before=$(cat /etc/resolv.conf 2>/dev/null)
"$WEFT_BUILD/tests/netns/host_leg_dhcp" wan0 "$dir" <"$dir/input" \
	>"$dir/leg.log" 2>"$dir/leg.err" &
leg=$!
others=("$leg")
exec 7>"$dir/input"
until_ok 10 lines 1 || fail "no lease: $(cat "$dir/leg.err")"
has_address 10.20.0.100/24 || fail "$(cat "$dir/leg.log"; ip addr show wan0)"
# the server offers a default route and one to 10.30.0.0/24
[ "$(ip route | sed 's/ *$//')" = \
	"10.20.0.0/24 dev wan0 proto kernel scope link src 10.20.0.100" ] ||
	fail "routes: $(ip route)"
[ "$(cat /etc/resolv.conf 2>/dev/null)" = "$before" ] || fail "resolv.conf changed"
ping -q -c 1 -W 2 10.20.0.1 >/dev/null || fail "the gateway does not answer"

# the client dies: its address goes, another client gets it back
kill -KILL "$(sed -n 's/.* by \([0-9]*\) .*/\1/p' "$dir/leg.log" | tail -n 1)"
until_ok 10 lines 2 || fail "nobody saw the client's end"
tail -n 1 "$dir/leg.log" | grep -q ^none || fail "$(cat "$dir/leg.log")"
until_ok 10 lines 3 || fail "no second lease: $(cat "$dir/leg.err")"
has_address 10.20.0.100/24 || fail "another address than before"

# the end of it all, in order
client=$(sed -n 's/.* by \([0-9]*\) .*/\1/p' "$dir/leg.log" | tail -n 1)
exec 7>&-
wait $leg || fail "host_leg_dhcp ended with $?"
others=()
has_address '.*' && fail "the address is still there"
kill -0 "$client" 2>/dev/null && fail "the client is still there"
exit 0
