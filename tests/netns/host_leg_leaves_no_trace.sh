#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# host_leg_leaves_no_trace.sh - the host's leg in a network has the address that
# it shall have and takes it back; after its end, also by SIGKILL, interfaces,
# addresses and routes of the host are what they were
set -u

# shellcheck source=tests/check.bash
. "$(dirname "${BASH_SOURCE[0]}")/../check.bash"

fail() {
	echo "FAILED: $*"
	exit 1
}

needs_tap
own_netns "$@"
needs ip
leg=${WEFT_BUILD:?the build folder}/tests/netns/host_leg

host() { # what must be as it was; the kernel's own counters are left out
	ip -o link | sed 's/^[0-9]*: //'
	ip -o addr | sed 's/^[0-9]*: //'
	ip route show table all
	ip -6 route show table all
}

start() { # start IFNAME [hold]
	coproc LEG { exec "$leg" "$@"; }
	pid=$LEG_PID
	read -r -t 5 word name <&"${LEG[0]}" || fail "host_leg does not start"
	[ "$word" = ready ] || fail "not ready"
}

say() { # say EXPECTED LINE
	local answer
	echo "$2" >&"${LEG[1]}"
	read -r -t 5 answer <&"${LEG[0]}" || fail "no answer to $2"
	# shellcheck disable=SC2053 # it is a pattern
	[[ $answer == $1 ]] || fail "$2: $answer"
}

has() { # has WHAT COMMAND...
	local what=$1
	shift
	"$@" | grep -Eq "$what" || fail "$*: no $what in: $("$@")"
}

has_not() {
	local what=$1
	shift
	"$@" | grep -Eq "$what" && fail "$*: there is $what"
	return 0
}

ip link set lo up
ip tuntap add dev eth9 mode tap || skip "no tap of our own"
ip addr add 192.0.2.9/24 dev eth9
ip link set eth9 up
sleep 0.1
before=$(host)

start weft%d
[ "$name" = weft0 ] || fail "it is called $name"
has '52:54:00:00:00:01' ip link show weft0
has 'mtu 1400' ip link show weft0
has '<[^>]*UP' ip link show weft0
has_not inet ip addr show weft0
say '0 done' 10.77.0.1/24
has 'inet 10.77.0.1/24 brd 10.77.0.255 .*weft0' ip addr show weft0
has '^10.77.0.0/24 dev weft0' ip route
say '0 done' 10.77.0.1/24
say '0 done' 10.78.0.2/16
has '^10.78.0.0/16 dev weft0' ip route
say '0 done' 10.78.0.3/16
say '0 done' 10.78.0.2/16
has_not '10\.77\.' ip route
# what is refused changes nothing
say '-98 *192.0.2.9/24 on eth9*' 192.0.2.77/24
say '-98 *192.0.2.9/24 on eth9*' 192.0.2.130/25
say '-98 *192.0.2.9/24 on eth9*' 192.0.0.1/16
say "-22 *can't be*" 10.77.0.0/24
say "-22 *can't be*" 10.77.0.255/24
say "-22 *can't be*" 1.2.3.4/1
say "-22 *can't be*" 127.1.2.3/24
say "-22 *can't be*" 224.0.0.1/24
has 'inet 10.78.0.2/16' ip addr show weft0
say '0 done' none
say '0 done' none
has_not inet ip addr show weft0
has_not weft0 ip route
# somebody else took it away: that is no failure
say '0 done' 10.77.0.1/24
ip addr del 10.77.0.1/24 dev weft0
say '0 done' none
say '0 done' 10.77.0.1/31
has 'inet 10.77.0.1/31 ' ip addr show weft0
has_not 'inet.*brd' ip addr show weft0
kill -KILL "$pid"
wait "$pid" 2>/dev/null
[ "$(host)" = "$before" ] || fail "after SIGKILL: $(diff <(echo "$before") <(host))"

start leg0
say '0 done' 10.77.0.1/24
eval "exec ${LEG[1]}>&-"
wait "$pid" || fail "host_leg ended with $?"
[ "$(host)" = "$before" ] || fail "after its end: $(diff <(echo "$before") <(host))"

# the switch still has the descriptor: no address, no route, and down
start leg0 hold
say '0 done' 10.77.0.1/24
say closed ''
has_not '<[^>]*UP' ip link show leg0
has_not inet ip addr show leg0
has_not leg0 ip route
"$leg" leg0 </dev/null 2>/dev/null && fail "two have the same name"
eval "exec ${LEG[1]}>&-"
wait "$pid" || fail "host_leg ended with $?"
[ "$(host)" = "$before" ] || fail "after hold: $(diff <(echo "$before") <(host))"
exit 0
