#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# gateway_serves_dhcpcd.sh - dhcpcd gets its lease with one answer, is told what the
# network wants otherwise, passes over addresses that somebody uses (by the
# gateway's probe and by its own), and informs
set -u
. "$(dirname "$0")/gateway_init.sh"
dir=${dir:?}
needs dhcpcd ip
ip link add br0 type bridge 2>/dev/null || skip "no bridges here"
ip link delete br0

# What it keeps and where it listens, and no service of this machine's.
mkdir -p /var/lib/dhcpcd && mount -t tmpfs none /var/lib/dhcpcd && mount -t tmpfs none /run ||
	skip "no mounts here"

# wire NAME MAC: a namespace with interface NAME on the network; its pid is in $inside
wire() {
	unshare -n sleep 300 &
	others+=($!)
	inside=$!
	until_ok 10 bash -c "! cmp -s <(readlink /proc/$inside/ns/net) <(readlink /proc/$$/ns/net)"
	ip link add "$1.br" type veth peer name "$1" netns "$inside" || fail "no veth"
	ip link set "$1.br" master br0 up
	nsenter -t "$inside" -n ip link set "$1" address "$2" up
	nsenter -t "$inside" -n ip link set lo up
}

start() { # start OPTION... - of the gateway; the client is on c0, somebody else on d0
	end "${others[@]}"
	others=()
	rm -f /var/lib/dhcpcd/*
	gateway_start "$@"
	ip link add br0 type bridge
	ip link set br0 type bridge forward_delay 0
	ip link set wan0 master br0
	ip link set br0 up
	wire d0 52:54:00:00:00:dd
	somebody=$inside
	wire c0 52:54:00:00:00:cc
	client=$inside
}

stop() {
	gateway_stop
	ip link delete br0
	[ "$(counter dhcp_bad)" = 0 ] || fail "a message of dhcpcd was refused"
}

# client OPTION...: dhcpcd once, until it has what it wants
client() {
	nsenter -t "$client" -n timeout 60 dhcpcd -4 -1 -d -f "$dir/dhcpcd.conf" \
		-c "$dir/script" -e LEARNED="$dir/learned" "$@" c0 >"$dir/dhcpcd.log" 2>&1 || {
		cat "$dir/dhcpcd.log"
		fail "dhcpcd $* ended with $?"
	}
}

# somebody uses ADDRESS
uses() {
	nsenter -t "$somebody" -n ip addr replace "$1/24" dev d0
}

cat >"$dir/dhcpcd.conf" <<-END
	allowinterfaces c0
	option rapid_commit
	option routers, domain_name_servers, ntp_servers, classless_static_routes
	option subnet_mask
	clientid
	nodelay
	timeout 50
	noipv6
	ipv4only
	noipv4ll
END

# RFC 4039: one answer, probed all the same; option 121 with its default route
start -R
uses 10.20.0.100
client --noarp
learned '^new_ip_address=10\.20\.0\.101$'
learned '^new_ntp_servers=10\.20\.0\.7 10\.20\.0\.8$'
learned '^new_classless_static_routes=10\.30\.0\.0/24 10\.20\.0\.11 0\.0\.0\.0/0 10\.20\.0\.1'
stop
[ "$(counter offers)" = 0 ] || fail "an offer, though rapid commit was asked for"
[ "$(counter rapid)" = 1 ] || fail "no rapid commit"
[ "$(counter conflicts)" = 1 ] || fail "the address in use was not found"

# a reserved address is not probed by us: the client finds who uses it, and tells us
# before it stops
start -r 52:54:00:00:00:cc
uses 10.20.0.50
nsenter -t "$client" -n dhcpcd -4 -B -d -f "$dir/dhcpcd.conf" -c "$dir/script" \
	-e LEARNED="$dir/learned" c0 >"$dir/dhcpcd.log" 2>&1 &
others+=($!)
until_ok 60 grep -q 'sending DECLINE' "$dir/dhcpcd.log" || {
	cat "$dir/dhcpcd.log"
	fail "dhcpcd found nobody with that address"
}
end "${others[-1]}"
stop
[ "$(counter declines)" = 1 ] || fail "no DECLINE"
[ "$(counter conflicts)" = 1 ] || fail "the DECLINE was not believed"
[ "$(counter rapid)" = 0 ] || fail "rapid commit, though the network has it off"

# INFORM: options, and no lease
start -R
nsenter -t "$client" -n ip addr add 10.20.0.77/24 dev c0
client --noarp --inform=10.20.0.77/24
learned '^reason=INFORM'
learned '^new_ntp_servers=10\.20\.0\.7 10\.20\.0\.8$'
stop
[ "$(counter informs)" -ge 1 ] || fail "no INFORM"
[ "$(counter offers)" = 0 ] || fail "an offer to one that has its address"
exit 0
