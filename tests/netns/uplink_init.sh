# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplink_init.sh - sourced: a namespace of our own, and a kernel bridge br0 that
# plays the switch upstream of two members, the taps up0 and up1

skip() {
	echo "skipped: $*"
	exit 77
}

fail() {
	echo "FAILED: $*"
	[ -s "$dir/taps.log" ] && cat "$dir/taps.log"
	exit 1
}

if [ -z "${WEFT_IN_NETNS-}" ]; then
	unshare -n -m true 2>/dev/null || skip "unshare -n -m is not permitted"
	[ -c /dev/net/tun ] || skip "no /dev/net/tun"
	WEFT_IN_NETNS=1 exec unshare -n -m "$0" "$@"
fi

dir=$(mktemp -d)
taps=
others=()

cleanup() {
	local pid
	for pid in "${others[@]}" ${taps:+"$taps"}; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	rm -rf "$dir"
}
trap cleanup EXIT

# until_true SECONDS COMMAND... - wait for it
until_true() {
	local i steps=$(($1 * 100))
	shift
	for ((i = 0; i < steps; i++)); do
		"$@" && return
		sleep 0.01
	done
	return 1
}

# taps_start ARGUMENT... - and a bridge around them
taps_start() {
	mkfifo "$dir/commands"
	"$WEFT_BUILD/tests/netns/uplink_taps" "$@" <"$dir/commands" \
		>"$dir/taps.log" &
	taps=$!
	exec 8>"$dir/commands"
	until_true 5 grep -q ready "$dir/taps.log" || fail "no taps"
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
