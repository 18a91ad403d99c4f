#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nat_host.sh - the host's own services are out of reach, unless host-access says
# otherwise; then they are at the gateway's address
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs python3
nat_world
python3 "$connections" serve 127.0.0.1 7000 >"$scratch/loopback" 2>&1 &
started+=($!)
python3 "$connections" serve $host_ip 7001 >"$scratch/address" 2>&1 &
started+=($!)
python3 "$udp" serve 7002 >"$scratch/udp" 2>&1 &
started+=($!)
for service in loopback address udp; do
	until_ok 10 grep -q ready "$scratch/$service" || die "no service $service"
done

tcp_to() {
	w exec a -- python3 "$connections" connect "$@" | sed 's/^[0-9.]*$/connected/'
}

udp_to() {
	w exec a -- python3 "$udp" ask "$@" hello
}

nat_lab
for port in 7000 7001; do
	for address in 10.20.0.1 $host_ip 127.0.0.1; do
		[ "$address" != 127.0.0.1 ] || continue # the guest's own
		expect_match "off: no TCP to $address:$port" "^E(HOSTUNREACH|CONNREFUSED)$" \
			"$(tcp_to $address $port)"
	done
done
expect_match "off: no UDP" "^E(HOSTUNREACH|CONNREFUSED)$" "$(udp_to 10.20.0.1 7002)"
expect_match "off: nor by another address" "^E(HOSTUNREACH|CONNREFUSED)$" "$(udp_to $host_ip 7002)"
expect_match "it is counted" '"blocked": [1-9]' "$(w show networks -j)"

nat_lab "host-access: gateway"
expect "gateway: TCP to what listens on loopback" connected "$(tcp_to 10.20.0.1 7000)"
expect "gateway: TCP to another address of the host" connected "$(tcp_to $host_ip 7001)"
expect "gateway: a closed port is told" ECONNREFUSED "$(tcp_to 10.20.0.1 7005)"
expect_match "gateway: UDP, from the host's loopback" "^127.0.0.1:[0-9]+ 5: hello" \
	"$(udp_to 10.20.0.1 7002)"
expect_exit 0 w exec a -- ping -c1 -W2 10.20.0.1
expect_match "names are still the gateway's" "10.20.0.1" \
	"$(w exec a -- cat /etc/resolv.conf)"
