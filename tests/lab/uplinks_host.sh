#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_host.sh - the host on a bridge network: it gets an address by DHCP or
# from the file, is reached and reaches others, also while the file changes and
# weft-switch is killed; at the end interfaces, addresses and routes of the host
# are what they were, also after kill -9. Once as it comes, once without privilege
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
# shellcheck source=tests/lab/capture.bash
. "$(dirname "$0")/capture.bash"
needs_netns
needs busybox ping setpriv
[ -x /bin/busybox ] || skip "no /bin/busybox"
own_netns "$@"

leg=hosted-office

# lab FILE [HOST]: with that for host:
lab() {
	cat >"$scratch/$1.weft.yaml" <<-END
		lab: hosted
		uplinks: { trunk: { members: [ "net:core" ] } }
		networks:
		  office: { mode: bridge, uplink: trunk${2:+, host: { ipv4: $2 \}} }
		  core: { mode: internal, ipv4: 10.61.0.0/24, dhcp: on }
		nodes:
		  far: { kind: netns, nics: [ { net: core, ipv4: 10.61.0.2/24 } ] }
	END
}

# What must be as it was; numbers of interfaces and the kernel's own clocks aren't.
host() {
	ip -o link | sed 's/^[0-9]*: //'
	ip -o addr | sed 's/^[0-9]*: //'
	ip route show table all
	ip -6 route show table all
}

is_as_before() {
	[ "$(host)" = "$before" ]
}

has() {
	ip -4 addr show dev "$leg" 2>/dev/null | grep -q "inet $1 "
}

soon() { # soon WHAT COMMAND...
	local what=$1
	shift
	if until_ok 15 "$@"; then
		echo "ok: $what"
	else
		fail "$what: $(ip addr show dev "$leg" 2>&1) $(tail -n 5 "$WEFT_RUNTIME_DIR/hosted/labd.log")"
	fi
}

reaches() {
	ping -q -c2 -i0.2 -W1 10.61.0.2
}

# is_reached ADDRESS
is_reached() {
	w exec far -- ping -q -c2 -i0.2 -W1 "$1"
}

expect_as_before() {
	until_ok 5 is_as_before
	expect "$1: the host is as it was" "$before" "$(host)"
}

# clients: pids of the host's DHCP clients
clients() {
	local pid
	for pid in $(descendants "$(labd_pid hosted)"); do
		tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q "udhcpc .*$leg" && echo "$pid"
	done
}

# of_host KEY: what status says of the leg
of_host() {
	w status hosted --json | jq -r ".networks[] | select(.name == \"office\") | .host.$1"
}

ip link set lo up
ip tuntap add dev eth9 mode tap || skip "no tap of our own"
ip addr add 192.0.2.9/24 dev eth9
ip link set eth9 up
sleep 0.2
before=$(host)

lab plain
lab dhcp dhcp
lab static 10.61.0.9/24
lab moved 10.61.0.10/25
lab bare none
lab taken 192.0.2.77/24

# what can't be is said before anything is there
expect_exit 1 w up "$scratch/taken.weft.yaml"
expect_match "which, and whose is in the way" \
	"network office: host: 192.0.2.77/24 is in the way of this host's own 192.0.2.9/24 on eth9" "$said"
is_as_before || fail "something was changed all the same"
ip tuntap add dev "$leg" mode tap
expect_exit 1 w up "$scratch/dhcp.weft.yaml"
expect_match "somebody else's interface is left alone" "there is an interface $leg already" "$said"
ip link del "$leg"
expect_exit 5 setpriv --bounding-set -net_admin "$weft" up "$scratch/bare.weft.yaml"
expect_match "what it takes is said" "network office: host: .*CAP_NET_ADMIN" "$said"
is_as_before || fail "something was changed all the same"

expect_exit 0 w up "$scratch/dhcp.weft.yaml"
[ "$failed" -eq 0 ] || exit 1
soon "an address by DHCP" has '10\.61\.0\.[0-9]*/24'
got=$(of_host ipv4)
soon "far answers the host" reaches
soon "the host answers far" is_reached "${got%/*}"
expect "nothing but the subnet's route is new" "10.61.0.0/24 dev $leg proto kernel scope link src ${got%/*}" \
	"$(ip route | grep "$leg" | sed 's/ *$//')"
expect "the interface is said" "$leg" "$(of_host interface)"
expect "IPv6 is off" 1 "$(cat "/proc/sys/net/ipv6/conf/$leg/disable_ipv6")"
expect_json "its port counts" \
	'.ports[] | select(.port == "office/host") | .carrier and .rx_frames > 0 and .tx_frames > 0' \
	"$(w show ports -j)"
expect_match "who listens hears of it" "\"ipv4\": ?\"$got\"" \
	"$(LIMIT=1 w events hosted -j --last 256 | grep host.address)"
mac=$(of_host mac)
expect_match "the MAC address is the host's there" "$mac" "$(ip link show dev "$leg")"

kill -9 "$(switch_pid hosted)"
soon "a new weft-switch: far answers the host" reaches
has "$got" || fail "another address than before: $(ip addr show dev "$leg")"

switch=$(switch_pid hosted)
expect_exit 0 w up "$scratch/static.weft.yaml"
soon "an address of the file" has 10.61.0.9/24
has "$got" && fail "$got is still there"
soon "far answers the host" reaches
soon "the host answers far" is_reached 10.61.0.9
expect_match "and it is shown" '^office .* 10\.61\.0\.9/24' "$(w show networks)"
expect_match "and drawn" '[`|]-- office/host +10\.61\.0\.9' "$(w graph)"
expect_match "completion knows it" '^office/host$' "$(w __complete -- 1 capture office/)"
begin_capture host office/host -f icmp -c 2
soon "far answers the host" reaches
wait "$capture"
expect "its frames are captured" 0 $?
expect "no client is left" "" "$(clients)"
expect_exit 1 w up "$scratch/taken.weft.yaml"
has 10.61.0.9/24 || fail "what can't be has changed what was"
expect_exit 0 w up "$scratch/moved.weft.yaml"
soon "another one" has 10.61.0.10/25
soon "far answers the host" reaches
expect_exit 0 w up "$scratch/bare.weft.yaml"
expect "none at all" "null" "$(of_host ipv4)"
has '.*' && fail "there is an address"
expect_match "and up all the same" '<[^>]*UP' "$(ip link show dev "$leg")"
expect_exit 0 w up "$scratch/plain.weft.yaml"
expect_as_before "no host: any more"
expect_exit 0 w up "$scratch/dhcp.weft.yaml"
soon "it is back, with the same lease" has "$got"
expect "all of it in one weft-switch" "$switch" "$(switch_pid hosted)"
expect "the same MAC address" "$mac" "$(of_host mac)"

expect_exit 0 w down hosted
expect_as_before "weft down"
expect_exit 0 w up "$scratch/dhcp.weft.yaml"
soon "up again" has '10\.61\.0\.[0-9]*/24'
kill -9 "$(labd_pid hosted)"
expect_as_before "labd is killed"

# once more as somebody else: root of nothing but a user namespace
if [ "$failed" -eq 0 ] && [ "$(id -u)" -eq 0 ] && [ -z "${WEFT_ROOTLESS-}" ]; then
	export WEFT_ROOTLESS=1
	echo "once more, without privilege"
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		unshare -Urnm true 2>/dev/null || exit 0
	setpriv --reuid 65534 --regid 65534 --clear-groups unshare -Urnm "$0" "$@" ||
		fail "without privilege: $?"
fi
