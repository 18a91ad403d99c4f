#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# packet_sees_carrier_cut.sh - a carrier that is cut within a second of another
# link event is seen within 5 ms where the link is polled, ten times that where the
# machine is busy; rtnetlink alone is told of it far later
# shellcheck source=tests/netns/packet_init.bash
. "$(dirname "$0")/packet_init.bash"
link_program=$WEFT_BUILD/tests/netns/packet_link
rounds=20

# times NAME OPTION... - sorted microseconds, one a line
times() {
	timeout 60 "$link_program" "${@:2}" "$1" 2>"$dir/err" | sort -n
	sed "s/^/$1: /" "$dir/err" >&2
}

polled() {
	times "$1" -n $rounds -p 500 >"$dir/polled"
	expect "rounds with polls" $rounds "$(wc -l <"$dir/polled")"
	echo "polled every 0.5 ms: median $(sed -n $((rounds / 2))p "$dir/polled") us," \
		"worst $(tail -n 1 "$dir/polled") us"
	[ "$(tail -n 1 "$dir/polled")" -le 50000 ]
}

# A machine that had no CPU for us at the moment gets a second chance.
polled cut0 || polled cut2 || fail "a cut was seen after more than 50 ms, twice"
times cut1 -n 3 -p 0 >"$dir/told"
expect "rounds without" 3 "$(wc -l <"$dir/told")"
echo "rtnetlink alone: median $(sed -n 2p "$dir/told") us," \
	"worst $(tail -n 1 "$dir/told") us"
# What polling is for. A kernel that told at once would not need it.
[ "$(tail -n 1 "$dir/told")" -gt 50000 ] ||
	echo "note: this kernel does not hold a loss back"
exit "$failed"
