#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lacp_ovs_lost.sh - we and Open vSwitch see it when the other takes aggregation
# away or falls silent, but not when we slept ourselves; a graceful leave loses no
# frame
set -u
. "$(dirname "$0")/lacp_ovs_init.sh"
dir=${dir:?}

ovs_lacp off
until_ok 8 ours m0 'no-partner' || fail "we don't see that LACP is off"
until_ok 8 ours bond 'up=0' || fail "the bond is up without LACP"
ovs_lacp active
agree "they are back" 3f 3f
tell remove m0
until_ok 2 theirs o0 'may_enable: false' || fail "they don't see us go"
until_ok 2 theirs o1 'may_enable: true' || fail "the other cable suffers"
theirs o0 'partner state:.*aggregation' && fail "aggregation isn't taken away"
until_ok 8 theirs o0 'defaulted' || fail "they don't forget us"
tell add m0
agree "we are back" 3f 3f

# neither process is to blame for its own sleep
expired=$(field m0 expired)
rx=$(field m0 rx)
heard_more() {
	[ "$(field m0 rx)" -gt "$rx" ]
}
until_ok 3 heard_more || fail "they say nothing"
sleep 0.8
kill -STOP "$peer"
sleep 2.5
kill -CONT "$peer"
sleep 0.5
agree "stopped for 2.5 s" 3f 3f
[ "$(field m0 expired)" = "$expired" ] || fail "a partner expired as we slept"
kill -STOP "$switch"
until_ok 4 ours m0 'partner-expired' || fail "nobody noticed the silence"
kill -CONT "$switch"
agree "they were silent" 3f 3f

tell data
sleep 2
tell leave m0
until_ok 4 ours m0 'leave=left' || fail "the leave does not end"
theirs o0 'may_enable: false' || fail "they would still send"
sleep 1
tell data
sleep 0.5
exec 8>&-
wait "$peer" || fail "lacp_peer ended with $?"
peer=
sent=$(grep '^data' "$dir/peer.log" | tail -n 1)
echo "$sent"
read -r up_sent up_received down_sent down_received refused \
	<<<"$(sed 's/[a-z_]*=//g; s/data//' <<<"$sent")"
[ "$up_sent" -gt 1000 ] && [ "$down_sent" -gt 1000 ] || fail "too few frames"
[ "$up_received" = "$up_sent" ] || fail "frames of ours were lost"
[ "$down_received" = "$down_sent" ] || fail "frames of theirs were lost"
[ "$refused" = 0 ] || fail "frames came to a member that was gone"
exit 0
