#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kernel_features.sh - the test VM has of the kernel what tests go there for:
# vhost-net, LACP bonds that aggregate, Open vSwitch, VLANs, netem, nf_tables
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ "${1:-}" = inside ] ||
	exec "$here/run.sh" --time 240 bash "$here/kernel_features.sh" inside
failed=0

# check WHAT COMMAND...
check() {
	local what=$1 said
	shift
	if said=$("$@" 2>&1); then
		echo "ok: $what"
	else
		echo "FAILED: $what: $said"
		failed=1
	fi
}

opens() {
	: <>"$1"
}

# Two machines, joined by two cables, a bond on either side.
make_bonds() {
	local end i
	for end in left right; do
		ip netns add $end && ip -n $end link set lo up || return
	done
	for i in 0 1; do
		ip -n left link add "port$i" type veth peer name "port$i" netns right ||
			return
	done
	for end in left right; do
		ip -n $end link add bond0 type bond mode 802.3ad miimon 100 \
			lacp_rate fast || return
		for i in 0 1; do
			ip -n $end link set "port$i" master bond0 || return
		done
		ip -n $end link set bond0 up || return
	done
	ip -n left address add 10.9.0.1/24 dev bond0 &&
		ip -n right address add 10.9.0.2/24 dev bond0
}

# aggregates NAMESPACE: both ports are in the active aggregator, with a partner
aggregates() {
	ip netns exec "$1" cat /proc/net/bonding/bond0 | awk '
		/Number of ports: 2/ { ports = 1 }
		/Partner Mac Address:/ { partner = $4 != "00:00:00:00:00:00" }
		END { exit !(ports && partner) }'
}

both_aggregate() {
	local tries
	for ((tries = 0; tries < 300; tries++)); do
		aggregates left && aggregates right && return
		sleep 0.1
	done
	ip netns exec left cat /proc/net/bonding/bond0
	return 1
}

make_vlan() {
	ip -n left link add link bond0 name bond0.7 type vlan id 7
}

add_netem() {
	tc -n left qdisc add dev port0 root netem delay 1ms
}

check "/dev/vhost-net opens" opens /dev/vhost-net
check "/dev/net/tun opens" opens /dev/net/tun
check "two bonds can be made" make_bonds
check "they aggregate by LACP" both_aggregate
check "frames pass between them" ip netns exec left ping -c 2 -w 10 10.9.0.2
check "a VLAN on a bond" make_vlan
check "netem on a port" add_netem
check "Open vSwitch is loaded" modprobe openvswitch
check "nf_tables with NAT is loaded" modprobe -a nf_tables nft_masq nft_nat
check "macvtap is loaded" modprobe macvtap
exit $failed
