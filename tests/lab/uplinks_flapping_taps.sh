#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_flapping_taps.sh - carriers that flap at 10 and 100 Hz, of one NIC and of
# two in turn, where the kernel tells of it late: there are never two actives, never
# none while one could carry, and in the end all is as it was
# shellcheck source=tests/lab/uplinks.bash
. "$(dirname "$0")/uplinks.bash"
# shellcheck source=tests/lab/uplinks_taps.bash
. "$(dirname "$0")/uplinks_taps.bash"
# shellcheck source=tests/lab/uplinks_history.bash
. "$(dirname "$0")/uplinks_history.bash"

# flap HZ SECONDS TAP...: each in turn, one at a time
flap() {
	local pause i
	pause=$(awk -v hz="$1" 'BEGIN { print 0.5 / hz }')
	for ((i = 0; i < $1 * $2; i++)); do
		for tap in "${@:3}"; do
			cut "$tap"
			read -rt "$pause" <&7
			mend "$tap"
			read -rt "$pause" <&7
		done
	done
}

upstream_up
taps_up
mkfifo "$scratch/never"
exec 7<>"$scratch/never"
lab_is "tap0, tap1" "primary: tap0" "monitor: { up-delay: 300ms }"
history_begin
soon "the far side answers" reaches
soon "the primary carries" carries tap0
soon "the other one could" is backup tap1

for how in "10 3 tap0" "100 2 tap0" "10 1 tap0 tap1" "100 1 tap0 tap1"; do
	until_ok 15 all_told
	before=$(changes | jq length)
	traffic_begin
	traffic_round
	# shellcheck disable=SC2086
	flap $how
	soon "$how: the primary carries in the end" carries tap0
	soon "$how: the other one could" is backup tap1
	traffic_round
	traffic_end
	soon "$how: the far side answers" reaches
	judge "$how"
	expect "$how: datagrams that came twice" "0 0" "$(of up twice) $(of down twice)"
	figure "$how: changes of state: $(($(changes | jq length) - before))," \
		"of the active one: $(activations "$before" | jq length)," \
		"lost up $(of up lost), down $(of down lost) of $(of up sent)"
done
