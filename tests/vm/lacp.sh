#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lacp.sh - our LACP and Linux bonding's agree over two cables, in the test VM:
# active and passive, fast and slow, each way; each sees what the other takes away,
# and a member that leaves gracefully loses no frame. An uplink in mode 802.3ad in
# lacp_peer's place carries a guest's pings
#
#   lacp_peer: m0 ---- b0 \ bond0, br0 - far0 ---- far1: lacp_peer
#              m1 ---- b1 /
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/check.bash
. "$here/../check.bash"
# shellcheck source=tests/vm/near.bash
. "$here/near.bash"
build=${WEFT_BUILD:?the build folder}
# the standard's short timeout, time to choose an aggregator, and some more
come_up_s=10

# ---- Linux bonding's side

# bond OPTION...: a new one
bond() {
	local i
	ip link del bond0 2>/dev/null
	# what tells our flows apart is their source
	ip link add bond0 type bond mode 802.3ad miimon 100 \
		xmit_hash_policy vlan+srcmac "$@" || skip "no kernel bonding"
	for i in 0 1; do
		enslave b$i
	done
	ip link set bond0 master br0
	ip link set bond0 up
}

enslave() {
	ip link set "$1" down
	ip link set "$1" master bond0
	ip link set "$1" up
}

# theirs MEMBER: "ACTOR PARTNER SYSTEM", state bits as we print them
theirs() {
	awk -v member="$1" '
		/^Slave Interface:/ { on = $3 == member }
		on && /system mac address:/ { system_mac = $4 }
		on && /port state:/ { states = states sprintf("%02x ", $3) }
		END { print states system_mac }' /proc/net/bonding/bond0
}

# aggregates NUMBER: of members, with a partner
aggregates() {
	awk -v number="$1" '
		/Number of ports:/ { ports = $4 }
		/Partner Mac Address:/ && !partner { partner = $4 }
		END { exit !(ports == number && partner ~ /[1-9a-f]/) }
	' /proc/net/bonding/bond0
}

# ---- ours

tell() {
	echo "$*" >&8
}

# ours NAME PATTERN: is that in the latest line about a member, or the bond?
ours() {
	grep "^$1 " "$dir/peer" | tail -n 1 | grep -Eq "$2"
}

peer_start() {
	mkfifo "$dir/commands"
	"$build/tests/netns/lacp_peer" -f far1 m0 m1 <"$dir/commands" >"$dir/peer" &
	peer=$!
	exec 8>"$dir/commands"
	until_ok 5 grep -q ready "$dir/peer" || fail "no lacp_peer"
}

# ---- both

# both_carry ACTOR PARTNER: both members, with these state bits at our side
both_carry() {
	local i
	for i in 0 1; do
		ours m$i "current distributing fine.*actor=$1 partner=$2" &&
			[ "$(theirs b$i)" = "$2 $1 02:00:00:00:00:01" ] || return 1
	done
	ours bond 'up=1 .*members=2 distributing=2' && aggregates 2
}

# agree WHAT ACTOR PARTNER [SECONDS]
agree() {
	local began=$EPOCHREALTIME
	sleep 1 # nobody is as quick, and to look costs more than to wait
	if until_ok "${4:-$come_up_s}" both_carry "$2" "$3"; then
		echo "ok: $1, after $(since_ms "$began") ms"
	else
		fail "$1: no agreement"
		show
	fi
}

since_ms() {
	echo $(((${EPOCHREALTIME//[.,]/} - ${1//[.,]/}) / 1000))
}

show() {
	tail -n 4 "$dir/peer"
	grep -E 'Interface|Aggregator|Number|Partner Mac|state' \
		/proc/net/bonding/bond0
}

# soon SECONDS WHAT COMMAND...
soon() {
	until_ok "$1" "${@:3}" && return
	fail "$2"
	show
}

cables_up() {
	local i
	ip link add far1 type veth peer name far0
	ip link add br0 type bridge forward_delay 0 mcast_snooping 0
	ip link set far0 master br0
	for i in 0 1; do
		ip link add m$i type veth peer name b$i
		ip link set m$i up
	done
	for i in far0 far1 br0; do
		ip link set $i up
	done
}

# combination WHAT ACTOR PARTNER OURS... - BOND-OPTION...
combination() {
	local what=$1 actor=$2 partner=$3
	shift 3
	ip link del bond0
	# a partner that restarts is made to wait longer each time; these are new
	tell remove m0
	tell remove m1
	while [ "$1" != - ]; do
		tell "$1"
		shift
	done
	shift
	bond "$@"
	tell add m0
	tell add m1
	agree "$what" "$actor" "$partner"
}

# bits: 01 active, 02 short timeout, 3c aggregation, sync, collecting,
# distributing
every_combination() {
	bond lacp_rate fast
	peer_start
	agree "both active and fast" 3f 3f
	combination "they are slow" 3f 3d - lacp_rate slow
	combination "both slow" 3d 3d slow - lacp_rate slow
	combination "we are slow" 3d 3f - lacp_rate fast
	combination "we are passive" 3e 3f fast passive - lacp_rate fast
	combination "we are passive, they are slow" 3e 3d - lacp_rate slow
	combination "they are passive" 3f 3e active - lacp_rate fast lacp_active off
	combination "they are passive and slow" 3f 3c - lacp_rate slow lacp_active off
}

is_silent() {
	ours m0 'defaulted detached no-partner.* tx=0' &&
		ours m1 'defaulted detached no-partner.* tx=0' && ! aggregates 2
}

both_passive() {
	ip link del bond0
	soon 5 "up without a partner" ours bond 'up=0'
	tell remove m0
	tell remove m1
	tell passive
	bond lacp_rate fast lacp_active off
	tell add m0
	tell add m1
	# Linux says a word when something changes; two timeouts forget that
	soon 20 "both passive, and somebody speaks" is_silent
	tell active
	agree "active after both were passive" 3f 3e
	combination "both active and fast again" 3f 3f - lacp_rate fast
}

# no_aggregation BITS: neither that bit nor synchronization
no_aggregation() {
	[ $((0x$1 & 0xc)) = 0 ]
}

# Linux keeps the port in its aggregator, but sends and takes nothing there.
they_see_us_go() {
	local actor partner
	read -r actor partner _ <<<"$(theirs b0)"
	no_aggregation "$partner" && [ $((0x$actor & 0x30)) = 0 ]
}

# we_see_them_go LINES: in what was said since then; the link goes, too, at once
we_see_them_go() {
	local partner
	for partner in $(tail -n +$(($1 + 1)) "$dir/peer" | grep '^m0 ' |
		grep -o 'partner=[^ ]*' | cut -d= -f2); do
		! no_aggregation "$partner" || return 0
	done
	return 1
}

aggregation_taken_away() {
	local before
	tell remove m0
	soon 1 "they don't see us go" they_see_us_go
	soon 1 "the other cable suffers" ours m1 'distributing=1'
	tell add m0
	agree "we are back" 3f 3f
	before=$(wc -l <"$dir/peer")
	ip link set b0 nomaster
	soon 1 "we don't see them go" we_see_them_go "$before"
	soon 1 "one member is left" ours bond 'up=1 .*distributing=1'
	enslave b0
	agree "they are back" 3f 3f 20 # to us a partner that restarts, see above
}

# sum NAME: of what lacp_peer counted
sum() {
	grep '^data' "$dir/peer" | tail -n 1 | grep -o "\\b$1=[0-9]*" | cut -d= -f2
}

graceful_leave() {
	tell data
	sleep 2
	tell leave m0
	soon 4 "the leave does not end" ours m0 'leave=left'
	soon 1 "they would still send" they_see_us_go
	sleep 1
	tell data
	sleep 0.5
	exec 8>&-
	wait "$peer" || fail "lacp_peer ended with $?"
	grep '^data' "$dir/peer" | tail -n 1
	[ "$(sum up_sent)" -gt 1000 ] || fail "too few frames up"
	[ "$(sum down_sent)" -gt 1000 ] || fail "too few frames down"
	expect "frames of ours that came" "$(sum up_sent)" "$(sum up_received)"
	expect "frames of theirs that came" "$(sum down_sent)" "$(sum down_received)"
	expect "frames that came to a member that was gone" 0 "$(sum down_refused)"
	[ "$(grep -c '^m0 .*data=0$' "$dir/peer")" -lt "$(grep -c '^m0 ' "$dir/peer")" ] ||
		fail "the member that left had carried nothing"
}

# uplink_carries: a guest, a network and an uplink of ours; then with one cable
uplink_carries() {
	local wire
	ip link del bond0
	bond lacp_rate fast
	"$build/tests/netns/uplink_wire" -m 802.3ad guest0 m0 m1 >"$dir/wire" 2>&1 &
	wire=$!
	until_ok 5 grep -q ready "$dir/wire" || fail "no uplink"
	ip netns add guest
	ip link set guest0 netns guest
	ip -n guest address add 10.7.0.2/24 dev guest0
	ip -n guest link set guest0 up
	ip address add 10.7.0.1/24 dev br0
	soon $come_up_s "the uplink and Linux don't agree" aggregates 2
	soon $come_up_s "the far side doesn't answer" guest_pings 1
	guest_pings 50 || fail "lost over two cables: $(cat "$dir/ping")"
	ip link set b1 down
	soon 2 "both go on with two cables" aggregates 1
	guest_pings 50 || fail "lost over one cable: $(cat "$dir/ping")"
	kill "$wire"
	wait "$wire" || fail "uplink_wire ended with $?: $(cat "$dir/wire")"
	echo "ok: an uplink with two cables, and with one"
}

# guest_pings NUMBER: all are answered
guest_pings() {
	ip netns exec guest ping -q -c "$1" -i 0.02 -w 4 10.7.0.1 >"$dir/ping" &&
		grep -q ' 0% packet loss' "$dir/ping"
}

inside() {
	dir=$(mktemp -d -p /run)
	echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
	bring_near "$build/tests/netns/lacp_peer" \
		"$build/tests/netns/uplink_wire" ping ip grep tail awk cut wc sleep
	cables_up
	every_combination
	both_passive
	aggregation_taken_away
	graceful_leave
	uplink_carries
	exit $failed
}

if [ "${1:-}" = inside ]; then
	inside
fi
# time is counted: it leaps where everybody waits
exec "$here/run.sh" --count --time 300 "$0" inside
