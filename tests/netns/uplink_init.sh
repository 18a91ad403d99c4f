# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplink_init.sh - sourced: a namespace of our own, and a kernel bridge br0 that
# plays the switch upstream of two members, the taps up0 and up1

# shellcheck source=tests/check.bash
. "$(dirname "${BASH_SOURCE[0]}")/../check.bash"

fail() {
	echo "FAILED: $*"
	[ -s "$dir/taps.log" ] && cat "$dir/taps.log"
	exit 1
}

needs_tap
own_netns "$@"

dir=$(mktemp -d)
taps=
others=()

cleanup() {
	end "${others[@]}" ${taps:+"$taps"}
	rm -rf "$dir"
}
trap cleanup EXIT

# taps_start ARGUMENT... - and a bridge around them
taps_start() {
	mkfifo "$dir/commands"
	"$WEFT_BUILD/tests/netns/uplink_taps" "$@" <"$dir/commands" \
		>"$dir/taps.log" &
	taps=$!
	exec 8>"$dir/commands"
	until_ok 5 grep -q ready "$dir/taps.log" || fail "no taps"
	ip link add br0 type bridge || skip "the kernel has no bridge"
	ip link set up0 master br0 up
	ip link set up1 master br0 up
	ip link set br0 up
	ip addr add 192.0.2.1/24 dev br0
	ip addr add 2001:db8::1/64 dev br0 nodad
}

# taps_stop - its counters are in $dir/taps.log afterwards
taps_stop() {
	exec 8>&-
	wait "$taps" || fail "the taps ended with $?"
	taps=
	cat "$dir/taps.log"
}

# counter NAME - its value after taps_stop
counter() {
	grep -o "\\b$1=[0-9]*" "$dir/taps.log" | cut -d= -f2
}
