# SPDX-License-Identifier: GPL-2.0-or-later
# nat.sh - for tests of NAT: a host and a world of its own, all in namespaces
# shellcheck shell=bash disable=SC2034
#
# The test starts itself again in a network namespace that is "the host"; weft
# runs there. A router and a server are outside of it:
#
#   lab -- host 198.51.100.1 -- 198.51.100.2 router 203.0.113.1 -- 203.0.113.5 server
if [ -z "${WEFT_NAT_HOST:-}" ]; then
	export WEFT_NAT_HOST=1
	if unshare -nm true 2>/dev/null; then
		exec unshare -nm "$0" "$@"
	elif unshare -Urnm true 2>/dev/null; then
		exec unshare -Urnm "$0" "$@"
	fi
	echo "skipped: no network namespaces here (is this a chroot?)"
	exit 77
fi
# shellcheck source=tests/lab/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
udp=$root/tests/lab/udp.py
connections=$root/tests/lab/connections.py
server_ip=203.0.113.5
host_ip=198.51.100.1
router_ip=198.51.100.2

# a namespace that lives as long as the test; its pid in $space
new_space() {
	unshare -n sleep 3600 &
	space=$!
	started+=("$space")
	until_ok 5 test "$(readlink "/proc/$$/ns/net")" != "$(readlink "/proc/$space/ns/net")" ||
		sleep 0.2
}

on_router() {
	nsenter -t "$router" -n "$@"
}

on_server() {
	nsenter -t "$server" -n "$@"
}

# cable SPACE NAME ADDRESS SPACE NAME ADDRESS: 0 is the host
cable() {
	ip link add "$2" type veth peer name "$5" netns "$4"
	[ "$1" = $$ ] || ip link set "$2" netns "$1"
	nsenter -t "$1" -n ip addr add "$3" dev "$2"
	nsenter -t "$4" -n ip addr add "$6" dev "$5"
	nsenter -t "$1" -n ip link set "$2" up
	nsenter -t "$4" -n ip link set "$5" up
}

nat_world() {
	needs_netns
	ip link set lo up
	new_space && router=$space
	new_space && server=$space
	sleep 0.3
	on_router ip link set lo up
	on_server ip link set lo up
	cable $$ up0 $host_ip/24 "$router" near0 $router_ip/24
	cable "$router" far0 203.0.113.1/24 "$server" eth0 $server_ip/24
	ip route add default via $router_ip
	on_server ip route add default via 203.0.113.1
	on_router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	sh -c "echo '0 2147483647' >/proc/sys/net/ipv4/ping_group_range"
	ping -c1 -W2 $server_ip >/dev/null || die "the host does not reach the server"
}

# nat_lab [KEYS]: two nodes, a and b, on the nat network wan
nat_lab() {
	cat >"$scratch/nat1.weft.yaml" <<-EOF
		lab: nat1
		networks:
		  wan: { mode: nat, ipv4: 10.20.0.0/24${1:+, $1} }
		nodes:
		  a: { kind: netns, nics: [ { net: wan } ] }
		  b: { kind: netns, nics: [ { net: wan } ] }
	EOF
	w up "$scratch/nat1.weft.yaml" >"$scratch/up" 2>&1 ||
		die "weft up: $(cat "$scratch/up")"
}
