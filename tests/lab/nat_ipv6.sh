#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nat_ipv6.sh - nodes of a nat network with ipv6: get addresses by SLAAC, reach
# one another and the gateway by them, and are told at once that there is no way
# out; when the prefix goes, so do they
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs ping rdisc6
nat_world

# addresses NODE: global IPv6 addresses that can be used for new connections
addresses() {
	w exec "$1" -- ip -6 -o addr show dev eth0 scope global |
		grep -v -e tentative -e deprecated | grep -o 'fd00:[0-9a-f:]*'
}

has_address() {
	[ -n "$(addresses "$1")" ]
}

# SLAAC, and the link-local way to the gateway
nat_lab 'ipv6: "fd00:20::/64", dns: { domain: nat1.lab }'
until_ok 20 has_address a || die "a has no address: $(w exec a -- ip -6 addr)"
until_ok 20 has_address b || die "b has no address"
a=$(addresses a) b=$(addresses b)
expect_match "an address of the prefix" '^fd00:20::' "$a"
expect_exit 0 w exec a -- ping -c1 -W5 "$b"
expect_exit 0 w exec a -- ping -c1 -W5 fd00:20::1
expect_exit 0 w exec a -- ping -c1 -W5 ff02::2%eth0
said=$(w exec a -- rdisc6 -1 eth0)
expect_match "the prefix is told" 'Prefix +: fd00:20::/64' "$said"
expect_match "no default router" 'Router lifetime +: +0 ' "$said"
expect_match "the domain is told" 'DNS search list +: +nat1.lab' "$said"
expect_match "the MTU is told" 'MTU +: +1500' "$said"
expect "no default route" "" "$(w exec a -- ip -6 route show default)"

# who tries all the same is told at once, so that IPv4 is tried next
w exec a -- ip -6 route add default via fd00:20::1
said=$(w exec a -- ping -c1 -W20 2001:db8::1)
expect_match "no route outside" 'From fd00:20::1.* No route' "$said"

# nobody else gets the gateway's address
w exec b -- ip -6 addr add fd00:20::1/64 dev eth0
is_duplicate() {
	w exec b -- ip -6 addr show dev eth0 | grep -q 'fd00:20::1/64.*dadfailed'
}
expect_exit 0 until_ok 20 is_duplicate

# what is seen of it
said=$(w status nat1 --json)
expect_json "the network's prefix is in its status" '.networks[0].ipv6 == "fd00:20::/64"' "$said"
said=$(w show networks --json)
expect_json "advertisements are counted" '.networks[0].services.ra.solicited >= 1' "$said"

# another prefix: the old one is deprecated, the new one is there at once
nat_lab 'ipv6: { prefix: "fd00:21::/64", ra: slaac }'
has_new() {
	addresses a | grep -q '^fd00:21::' && ! addresses a | grep -q '^fd00:20::'
}
expect_exit 0 until_ok 20 has_new
expect_exit 0 w exec a -- ping -c1 -W5 fd00:21::1
finish
