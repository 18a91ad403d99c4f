#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_flapping.sh - NICs that go and come in every order, and a NIC that
# flaps: there are never two actives, never none while one could carry, and with
# an up-delay traffic moves at most once in that time
# shellcheck source=tests/lab/uplinks.bash
. "$(dirname "$0")/uplinks.bash"
# shellcheck source=tests/lab/uplinks_history.bash
. "$(dirname "$0")/uplinks_history.bash"
orders=("0 1 2" "0 2 1" "1 0 2" "1 2 0" "2 0 1" "2 1 0")
up_delay_ms=300

# flap HZ SECONDS NIC: its cable, so many times a second pulled and plugged in
flap() {
	local half i
	half=$(awk -v hz="$1" 'BEGIN { print 0.5 / hz }')
	mkfifo "$scratch/never"
	exec 7<>"$scratch/never"
	for ((i = 0; i < $1 * $2; i++)); do
		echo "link set $(port_of "$3") down"
		read -rt "$half" <&7
		echo "link set $(port_of "$3") up"
		read -rt "$half" <&7
	done | in_ns "$upstream" ip -batch -
	rm "$scratch/never"
}

upstream_up nic0 nic1 nic2
lab_is "nic0, nic1, nic2"
history_begin
soon "the far side answers" reaches

# Every order of three that go with every order of three that come.
none() {
	[ "$(bond '(.active // "none") + " " + (.carrier | tostring)')" = "none false" ]
}

# ends_with N: that one carries, the others could
ends_with() {
	[ "$(bond '[.members[] | "\(.member) \(.state)"] | sort | join(",")')" = \
		"$(for i in 0 1 2; do
			if [ "$i" = "$1" ]; then echo "bond0/nic$i active"; else echo "bond0/nic$i backup"; fi
		done | paste -sd,)" ]
}

# cables DOWN|UP N...: in that order, by one program
cables() {
	printf "link set sw%d $1\n" "${@:2}" | in_ns "$upstream" ip -batch -
}

wrong=0
for i in {0..35}; do
	read -ra down <<<"${orders[i % 6]}"
	read -ra up <<<"${orders[i / 6]}"
	cables down "${down[@]}"
	until_ok 15 none || wrong=$((wrong + 1))
	cables up "${up[0]}"
	until_ok 15 carries "nic${up[0]}" || wrong=$((wrong + 1))
	cables up "${up[@]:1}"
	until_ok 15 ends_with "${up[0]}" || wrong=$((wrong + 1))
done
expect "orders of down and up that ended wrong" 0 "$wrong"
judge "in every order"
soon "the far side answers" reaches

# One flaps, and it is the primary, which would come back each time.
lab_is "nic0, nic1, nic2" "primary: nic0" "monitor: { up-delay: ${up_delay_ms}ms }"
soon "the primary carries" carries nic0
soon "the others could" is backup nic1
sleep 1 # the switch takes so long until it forwards
fdb_begin
for hz in 10 100; do
	until_ok 15 all_told
	before=$(changes | jq length)
	moves=$(fdb_moves)
	traffic_begin
	traffic_round
	flap $hz 3 nic0
	soon "$hz Hz: the primary carries in the end" carries nic0
	traffic_round
	traffic_end
	judge "$hz Hz"
	activations "$before" >"$scratch/activations"
	figure "$hz Hz: changes of state: $(($(changes | jq length) - before)), active: $(jq length "$scratch/activations")"
	# A busy machine may make a flap as long as an up-delay, so that all may
	# change back; but not sooner.
	expect "$hz Hz: the primary was back sooner than after its up-delay" "[]" \
		"$(jq -c "[.[$before:][] | select(.member == \"bond0/nic0\")] |
			[range(1; length) as \$i | select(.[\$i].to == \"active\") |
			.[\$i].at_us - .[\$i - 1].at_us | select(. < ($up_delay_ms - 1) * 1000)]" "$scratch/changes")"
	expect_json "$hz Hz: traffic moved at most once in an up-delay each way" \
		"[.[].member] | length <= 2 * (1 + 3000 / $up_delay_ms)" "$(cat "$scratch/activations")"
	expect "$hz Hz: moves of the guest that the switch has seen" \
		"$(jq length "$scratch/activations")" "$(($(fdb_moves) - moves))"
	expect "$hz Hz: datagrams that came twice" "0 0" "$(of up twice) $(of down twice)"
	figure "$hz Hz: lost up $(of up lost) of $(of up sent), down $(of down lost) of $(of down sent)"
done
