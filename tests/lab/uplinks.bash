# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks.bash - sourced, in lab.sh's place: for tests of uplinks on NICs of the
# host. All in namespaces of our own, the lab too
#
#   desk                   here                 upstream              far
#   10.7.0.2 == office == bond0 = nic0 ------- sw0 | br0 | far0 --- eth0
#                               = nic1 ------- sw1 |               10.7.0.1
# shellcheck shell=bash disable=SC2034
# shellcheck source=tests/check.bash
. "$(dirname "${BASH_SOURCE[0]}")/../check.bash"
own_netns "$@"
# shellcheck source=tests/lab/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
# shellcheck source=tests/lab/bond.bash
. "$(dirname "${BASH_SOURCE[0]}")/bond.bash"
needs_netns
needs bridge nsenter
guest_mac=52:54:00:00:07:02
upstream="" far="" # processes in those namespaces

# namespace VARIABLE: one held by a process, whose number that gets
namespace() {
	local pid own
	own=$(readlink /proc/self/ns/net)
	unshare -n sleep 3600 &
	pid=$!
	started+=("$pid")
	until_ok 10 is_elsewhere "$pid" "$own" || die "no namespace"
	printf -v "$1" %s "$pid"
}

is_elsewhere() {
	[ "$(readlink "/proc/$1/ns/net")" != "$2" ]
}

# in_ns PID COMMAND...: run it in that namespace
in_ns() {
	local pid=$1
	shift
	nsenter -t "$pid" -n -- "$@"
}

# upstream_up NIC...: NICs here, and behind them a switch and somebody far
upstream_up() {
	local nic
	namespace upstream
	namespace far
	for pid in "$upstream" "$far"; do
		in_ns "$pid" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
			net.ipv6.conf.default.disable_ipv6=1 2>/dev/null
		in_ns "$pid" ip link set lo up
	done
	in_ns "$upstream" ip link add br0 type bridge forward_delay 0 \
		mcast_snooping 0 || skip "the kernel has no bridge"
	in_ns "$upstream" ip link add far0 type veth peer name eth0 netns "$far"
	in_ns "$upstream" ip link set far0 master br0 up
	in_ns "$upstream" ip link set br0 up
	in_ns "$far" ip address add 10.7.0.1/24 dev eth0
	in_ns "$far" ip link set eth0 up
	for nic; do
		nic_up "$nic"
	done
}

# port_of NIC: the switch's end of it
port_of() {
	echo "sw${1#nic}"
}

nic_up() {
	ip link add "$1" type veth peer name "$(port_of "$1")" netns "$upstream"
	in_ns "$upstream" ip link set "$(port_of "$1")" master br0 up
	ip link set "$1" up
	soon "the switch forwards to $1" forwards "$(port_of "$1")"
}

forwards() {
	in_ns "$upstream" bridge link show dev "$1" | grep -q 'state forwarding'
}

# pull NIC, plug NIC: the switch's end of the cable
pull() {
	in_ns "$upstream" ip link set "$(port_of "$1")" down
}

plug() {
	in_ns "$upstream" ip link set "$(port_of "$1")" up
}

# state: all that the host has on its NICs
state() {
	ip -d -j link show | jq .
	ip -j address show | jq .
	ip -j route show table all | jq .
	ip -6 -j route show table all | jq .
	cat /proc/net/dev_mcast
	ls /sys/class/net
}

settled() {
	[ -z "$(ip -6 address show tentative)" ] && ! ip link show nic1 | grep -q NO-CARRIER
}

promiscuity() {
	ip -d -j link show "$1" | jq .[0].promiscuity
}

# comes_back WHEN: to "$scratch/before"
comes_back() {
	if until_ok 15 is_as_before; then
		echo "ok: $1: NICs are as they were"
	else
		fail "$1: $(diff "$scratch/before" "$scratch/after")"
	fi
}

is_as_before() {
	state >"$scratch/after"
	cmp -s "$scratch/before" "$scratch/after"
}

# nics_lab MEMBERS [LINE...]: a lab file; LINEs are keys of bond0
nics_lab() {
	local line
	cat <<-END
		lab: nics
		uplinks:
		  bond0:
		    members: [ $1 ]
	END
	for line in "${@:2}"; do
		echo "    $line"
	done
	cat <<-END
		networks:
		  office: { mode: bridge, uplink: bond0 }
		nodes:
		  desk: { kind: netns, nics: [ { net: office, ipv4: 10.7.0.2/24, mac: "$guest_mac" } ] }
	END
}

# lab_is MEMBERS [LINE...]: weft up with that
lab_is() {
	nics_lab "$@" >"$scratch/nics.weft.yaml"
	expect_exit 0 w up "$scratch/nics.weft.yaml"
}

reaches() {
	w exec desk -- ping -q -c1 -W1 10.7.0.1 >/dev/null
}

# has_members NIC...: exactly these
has_members() {
	[ "$(bond '[.members[].member] | sort | join(" ")')" = "$(printf 'bond0/%s\n' "$@" | sort | tr '\n' ' ' | sed 's/ $//')" ]
}

# traffic_begin: 1000 numbered datagrams a second each way, desk and far
traffic_begin() {
	rm -f "$scratch/commands"
	mkfifo "$scratch/commands"
	"$WEFT_BUILD/tests/netns/uplink_traffic" "$(node_pid nics desk)" \
		10.7.0.2 "$far" 10.7.0.1 <"$scratch/commands" >"$scratch/traffic" &
	traffic=$!
	started+=("$traffic")
	exec 8>"$scratch/commands"
	until_ok 10 has_rounds 1 || die "no traffic"
	rounds=1
}

has_rounds() {
	[ "$(wc -l <"$scratch/traffic")" -ge "$1" ]
}

# traffic_round: what became of the datagrams since the last one, in $round
traffic_round() {
	echo >&8
	rounds=$((rounds + 1))
	until_ok 15 has_rounds "$rounds" || die "no end of a round"
	round=$(tail -n 1 "$scratch/traffic")
}

traffic_end() {
	exec 8>&-
	wait "$traffic"
}

# of WAY FIELD: up|down, sent|lost|twice|late|gap; of the last round
of() {
	awk -v way="$1" -v field="$2" '{
		for (i = 1; i <= NF && $i != way; i++) ;
		for (; i <= NF && $i != field; i++) ;
		print $(i + 1)
	}' <<<"$round"
}

# fdb_begin, fdb_moves: times that the switch has seen the guest anywhere new
fdb_begin() {
	nsenter -t "$upstream" -n -- bridge monitor fdb >"$scratch/fdb" &
	started+=("$!")
}

fdb_moves() {
	grep -v Deleted "$scratch/fdb" | grep -c "$guest_mac"
}
