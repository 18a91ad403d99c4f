# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# systems.sh - who is between the guest and the members nic0 and nic1
#
# NAME_start makes it, with guest0 (in the guest's namespace, or to be put there),
# and NAME_active prints the member that carries frames.

weft_start() {
	begin "$build/tests/netns/uplink_wire" guest0 nic0 nic1 >"$dir/weft" \
		2>"$dir/weft.err"
	wait_for weft grep -q '^ready' "$dir/weft" || die "$(cat "$dir/weft.err")"
}

weft_active() {
	sed -n 's/^active //p' "$dir/weft" | tail -n 1
}

# guest_pair: a guest whose network is the kernel's
guest_pair() {
	ip link add g0 type veth peer name guest0 netns "$guest"
	ip link set g0 up
}

# bonding MIIMON: a bond below a bridge, as hosts of guests have it
bonding() {
	local i
	guest_pair
	ip link add bond0 type bond mode active-backup miimon "$1" ||
		die 'no kernel bonding'
	for i in nic0 nic1; do
		ip link set $i down
		ip link set $i master bond0
		ip link set $i up
	done
	ip link add brh type bridge forward_delay 0 mcast_snooping 0
	for i in g0 bond0; do
		ip link set $i master brh
		ip link set $i up
	done
	ip link set brh up
}

bonding_active() {
	ip -d link show bond0 | sed -n 's/.*active_slave \([a-z0-9]*\) .*/\1/p'
}

bond100_start() { bonding 100; }
bond100_active() { bonding_active; }
bond10_start() { bonding 10; }
bond10_active() { bonding_active; }

vsctl() {
	ovs-vsctl --db="unix:$dir/db.sock" --timeout=30 "$@" ||
		die "ovs-vsctl $*"
}

# open_vswitch OPTION...: of the bond; with the kernel's data path
open_vswitch() {
	export OVS_RUNDIR=$dir OVS_LOGDIR=$dir OVS_DBDIR=$dir OVS_SYSCONFDIR=$dir
	guest_pair
	modprobe openvswitch || die 'no kernel data path'
	ovsdb-tool create "$dir/conf.db" /usr/share/openvswitch/vswitch.ovsschema ||
		die 'no database'
	begin ovsdb-server --remote="punix:$dir/db.sock" \
		--pidfile="$dir/db.pid" "$dir/conf.db" 2>"$dir/db.log"
	wait_for ovsdb-server test -S "$dir/db.sock" || exit 1
	vsctl --no-wait init
	begin ovs-vswitchd --pidfile="$dir/switch.pid" \
		--unixctl="$dir/switch.ctl" "unix:$dir/db.sock" 2>"$dir/switch.log"
	wait_for ovs-vswitchd test -S "$dir/switch.ctl" || exit 1
	vsctl add-br ovs0 -- add-port ovs0 g0 -- add-bond ovs0 bond0 nic0 nic1 \
		bond_mode=active-backup "$@"
}

open_vswitch_active() {
	ovs-appctl -t "$dir/switch.ctl" bond/show bond0 |
		sed -n 's/^active.*(\(nic[01]\))$/\1/p'
}

ovs_start() { open_vswitch; }
ovs_active() { open_vswitch_active; }

ovs10_start() {
	open_vswitch -- set port bond0 other_config:bond-detect-mode=miimon \
		other_config:bond-miimon-interval=10
}
ovs10_active() { open_vswitch_active; }
