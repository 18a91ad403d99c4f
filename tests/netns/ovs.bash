# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
# ovs.bash - sourced: Open vSwitch in user space, as the other side of LACP. It
# wants the folder $dir, and puts processes that it starts into $others
schema=/usr/share/openvswitch/vswitch.ovsschema
switch=

needs_ovs() {
	[ "$EUID" -eq 0 ] || skip "Open vSwitch needs root"
	needs ovsdb-tool ovsdb-server ovs-vswitchd ovs-vsctl ovs-appctl
}

vsctl() {
	ovs-vsctl --db="unix:$dir/db.sock" --timeout=10 "$@" ||
		fail "ovs-vsctl $*"
}

lacp_show() {
	ovs-appctl -t "$dir/switch.ctl" lacp/show 2>/dev/null
}

# ovs_start - with a bond of o0 and o1, behind which is far0
ovs_start() {
	export OVS_RUNDIR=$dir OVS_LOGDIR=$dir OVS_DBDIR=$dir OVS_SYSCONFDIR=$dir
	ovsdb-tool create "$dir/conf.db" $schema || fail "no database"
	ovsdb-server --remote="punix:$dir/db.sock" --pidfile="$dir/db.pid" \
		"$dir/conf.db" 2>"$dir/db.log" &
	others+=($!)
	until_ok 10 test -S "$dir/db.sock" || fail "no ovsdb-server"
	vsctl --no-wait init
	ovs-vswitchd --pidfile="$dir/switch.pid" \
		--unixctl="$dir/switch.ctl" "unix:$dir/db.sock" \
		2>"$dir/switch.log" &
	switch=$!
	others+=("$switch")
	until_ok 10 test -S "$dir/switch.ctl" || fail "no ovs-vswitchd"
	vsctl add-br br0 -- set bridge br0 datapath_type=netdev
	vsctl add-port br0 far0
	vsctl add-bond br0 bond0 o0 o1 lacp=active bond_mode=balance-tcp \
		other_config:lacp-time=fast
}

# ovs_lacp active|passive|off - of the other side
ovs_lacp() {
	vsctl set port bond0 lacp="$1"
}

ovs_rate() {
	vsctl set port bond0 other_config:lacp-time="$1"
}

# theirs MEMBER PATTERN... - is all that in its part of what ovs-appctl shows?
theirs() {
	local member=$1 text pattern
	shift
	text=$(lacp_show | awk -v m="$member" \
		'/^(member|slave):/ { on = $2 == m ":" } on')
	for pattern; do
		grep -Eq "$pattern" <<<"$text" || return 1
	done
}
