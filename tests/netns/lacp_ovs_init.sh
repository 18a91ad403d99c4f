# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lacp_ovs_init.sh - sourced: a namespace of our own, and in it two cables
# between us (m0, m1) and a bond of Open vSwitch (o0, o1), behind which is far1.
# We are lacp_peer, unless who sources this has set $our_side: the words of another
# command that prints the same and obeys, and $our_system: a pattern of its name

# shellcheck source=tests/check.bash
. "$(dirname "${BASH_SOURCE[0]}")/../check.bash"
# shellcheck source=tests/netns/namespaces.bash
. "$(dirname "${BASH_SOURCE[0]}")/namespaces.bash"
# shellcheck source=tests/netns/ovs.bash
. "$(dirname "${BASH_SOURCE[0]}")/ovs.bash"

fail() {
	echo "FAILED: $*"
	[ -s "$dir/peer.log" ] && tail -n 20 "$dir/peer.log"
	[ -S "$dir/switch.ctl" ] && lacp_show
	exit 1
}

needs_ovs
needs_tap
own_netns "$@"
needs ip

dir=$(mktemp -d)
peer=
[ -n "${our_side-}" ] ||
	our_side=("$WEFT_BUILD/tests/netns/lacp_peer" -f far1 m0 m1)

cleanup() {
	end ${peer:+"$peer"} "${others[@]}"
	rm -rf "$dir"
}
trap cleanup EXIT

# ---- our side ---------------------------------------------------------------

tell() {
	echo "$*" >&8
}

# ours NAME PATTERN - is that in the latest line about a member, or the bond?
ours() {
	grep "^$1 " "$dir/peer.log" | tail -n 1 | grep -Eq "$2"
}

# field MEMBER NAME - its value now
field() {
	local before
	before=$(grep -c '^\.' "$dir/peer.log")
	tell show
	until_ok 5 shown_since "$before" || fail "no answer"
	grep "^$1 " "$dir/peer.log" | tail -n 1 | grep -o "\\b$2=[^ ]*" |
		cut -d= -f2
}

shown_since() {
	[ "$(grep -c '^\.' "$dir/peer.log")" -gt "$1" ]
}

peer_start() {
	mkfifo "$dir/commands"
	"${our_side[@]}" <"$dir/commands" >"$dir/peer.log" &
	peer=$!
	exec 8>"$dir/commands"
	until_ok 5 grep -q ready "$dir/peer.log" || fail "no ${our_side[*]}"
}

# ---- what is asked of both --------------------------------------------------


# both_carry ACTOR PARTNER - members carry, with these state bits at our side
both_carry() {
	local i
	for i in 0 1; do
		ours m$i "current distributing fine.*actor=$1 partner=$2" ||
			return 1
		theirs o$i 'current attached' 'may_enable: true' \
			"partner sys_id: ${our_system:-02:00:00:00:00:01}" \
			'partner state:.*synchronized collecting distributing' ||
			return 1
	done
	ours bond 'up=1 .*members=2 distributing=2'
}

# agree WHAT ACTOR PARTNER - within 10 s
agree() {
	until_ok 10 both_carry "$2" "$3" || fail "$1: no agreement"
	echo "ok after $SECONDS s: $1"
}

both_silent() {
	ours m0 'defaulted detached no-partner' &&
		ours m1 'defaulted detached no-partner' &&
		theirs o0 'may_enable: false' && theirs o1 'may_enable: false'
}

bounce() {
	ip link set m0 down
	ip link set m1 down
	until_ok 5 ours bond 'up=0' || fail "up without links"
	ip link set m0 up
	ip link set m1 up
}

for i in 0 1; do
	ip link add m$i type veth peer name o$i
	ip link set m$i up
	ip link set o$i up
done
ip link add far1 type veth peer name far0
ip link set far0 up
ip link set far1 up
ip link set lo up
ovs_start
peer_start

# bits: 01 active, 02 short timeout, 3c aggregation, sync, collecting,
# distributing
agree "active and active, both fast" 3f 3f
