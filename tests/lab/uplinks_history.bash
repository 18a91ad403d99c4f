# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_history.bash - for tests of uplinks: all changes that bond0 ever had are
# looked at, moment by moment
# shellcheck shell=bash disable=SC2154

# history_begin: from now on
history_begin() {
	"$weft" events --last 256 -j >"$scratch/events" 2>/dev/null </dev/null &
	started+=("$!")
}

# changes: of state, all that bond0 ever had; the events are read to their end
changes() {
	jq -s '[.[] | select(.event == "uplink.member" and .uplink == "bond0")]' \
		"$scratch/events"
}

# all_told: is every change that bond0 counts among the events?
all_told() {
	[ "$(changes | jq length)" = "$(bond .changes)" ]
}

# What is looked at is each moment, and what the bond was after it: changes less
# than a tenth of a millisecond apart are one.
# shellcheck disable=SC2016
moments='
	def moments: reduce .[] as $c ([];
		if length > 0 and $c.at_us - .[-1][-1].at_us < 100
		then .[-1] += [$c] else . + [[$c]] end);
	def states: reduce moments[] as $m ({now: {}, all: []};
		.now = reduce $m[] as $c (.now; .[$c.member] = $c.to)
		| .all += [{at_us: $m[-1].at_us, states: .now}]) | .all;
	def count($s): [.states[] | select(. == $s)] | length;'

# judge WHAT: by what was told so far
judge() {
	until_ok 15 all_told || fail "$1: $(changes | jq length) changes were told of $(bond .changes)"
	changes >"$scratch/changes"
	expect "$1: moments with two actives" "[]" \
		"$(jq -c "$moments"'[states[] | select(count("active") > 1)]' "$scratch/changes")"
	expect "$1: moments with none while one could" "[]" \
		"$(jq -c "$moments"'[states[] | select(count("active") == 0 and
			count("backup") + count("up-delay") > 0)]' "$scratch/changes")"
}

# activations FROM: [{at_us, member}] since change number FROM
activations() {
	jq -c "[.[$1:][] | select(.to == \"active\") | {at_us, member}]" "$scratch/changes"
}
