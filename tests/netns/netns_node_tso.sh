#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_node_tso.sh - TCP between netns nodes travels in frames far longer than
# the MTU: segmentation offload passes through the taps untouched
# shellcheck disable=SC2016 # the shell inside the node expands these
# shellcheck source=tests/netns/netns_node.bash
. "$(dirname "$0")/netns_node.bash"
command -v iperf3 >/dev/null || skip "iperf3 is not installed"
command -v jq >/dev/null || skip "jq is not installed"

out=$(timeout 60 "$cable" -r 'iperf3 -s >/dev/null' '
	until iperf3 -J -c 10.9.0.1 -t 3 >$TMPDIR/result &&
			grep -q sum_received $TMPDIR/result; do
		sleep 0.1
	done
	cat $TMPDIR/result' 2>"$work/log")
expect "exit code" 0 $?
rate=$(echo "$out" | jq '.end.sum_received.bits_per_second / 1e9')
lost=$(echo "$out" | jq '.end.sum_sent.retransmits')
frames=$(sed -n 's/^b: \([0-9]*\) frames in, .*/\1/p' "$work/log")
mib=$(sed -n 's/^b: .* frames in, \([0-9]*\) MiB.*/\1/p' "$work/log")
echo "$rate Gbit/s, $lost retransmitted, $mib MiB in $frames frames"
expect "ports that dropped nothing" 2 "$(grep -c ' 0 dropped$' "$work/log")"
[ "${mib:-0}" -gt 0 ] || fail "nothing passed"
[ $((${mib:-0} * 1048576 / ${frames:-1})) -gt 9000 ] ||
	fail "frames are cut to the MTU"
exit "$failed"
