#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nat_probe.sh - what somebody else's NAT probe (RFC 3489) finds out about a nat
# network's mapping, filtering and hairpinning is what the lab file says
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs stun stund python3
nat_world
on_server ip addr add 203.0.113.6/24 dev eth0
on_server stund -h $server_ip -a 203.0.113.6 >"$scratch/stund" 2>&1 &
started+=($!)
until_ok 5 sh -c "nsenter -t $server -n ss -Hlun | grep -q 203.0.113.6:3479" ||
	die "no STUN server outside: $(cat "$scratch/stund")"

# probe WANTED FILTERING: the words are the probe's
probe() {
	nat_lab "filtering: $2"
	start=$(now_ms)
	expect_match "filtering: $2" "$1" \
		"$(w exec a -- stun $server_ip 2>/dev/null | grep Primary)"
	figure "ms $(($(now_ms) - start))"
}

probe "Independent Mapping, Independent Filter, .*will hairpin" endpoint-independent
probe "Independent Mapping, Address Dependent Filter, .*will hairpin" address-dependent
probe "Independent Mapping, Port Dependent Filter, .*will hairpin" address-and-port-dependent
