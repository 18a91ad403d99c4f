# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_taps.bash - for tests of uplinks: NICs that are taps, whose carrier is cut
# at once. Of taps the kernel says it late, within a second of another link event
# shellcheck shell=bash disable=SC2154

# taps_up: NICs tap0 and tap1, their other ends tap0~ and tap1~ at the switch
taps_up() {
	mkfifo "$scratch/taps"
	"$WEFT_BUILD/tests/netns/tap_cables" "$upstream" tap0 tap1 \
		<"$scratch/taps" >"$scratch/taps.log" &
	started+=("$!")
	exec 9>"$scratch/taps"
	until_ok 10 grep -q ready "$scratch/taps.log" || die "no taps"
	for tap in tap0 tap1; do
		in_ns "$upstream" ip link set "$tap~" master br0 up
		ip link set "$tap" up
		soon "the switch forwards to $tap" forwards "$tap~"
	done
}

# cut NAME, mend NAME: its carrier, at both ends
cut() {
	echo "- $1" >&9
}

mend() {
	echo "+ $1" >&9
}
