#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplink_lacp_ovs.sh - an uplink in mode 802.3ad and Open vSwitch's LACP agree:
# active and passive, fast and slow; each sees it when the other takes aggregation
# away, falls silent, or changes mode; a member that leaves loses no frame, and who
# ends says so
set -u
our_side=("${WEFT_BUILD:?the build folder}/tests/netns/uplink_wire" -cf -m 802.3ad
	guest0 m0 m1)
our_system='02:.*:30'
. "$(dirname "$0")/lacp_ovs_init.sh"
dir=${dir:?}

tell slow
agree "we are slow" 3d 3f
before=$(field m0 rx)
sleep 4
[ $(($(field m0 rx) - before)) -le 1 ] || fail "they don't follow our timeout"
tell fast
agree "we are fast again" 3f 3f
tell passive
agree "we are passive" 3e 3f
tell active
ovs_lacp passive
agree "they are passive" 3f 3e
ovs_rate slow
agree "they are passive and slow" 3f 3c
before=$(field m0 tx)
sleep 4
[ $(($(field m0 tx) - before)) -le 1 ] || fail "we don't follow their timeout"
ovs_rate fast
ovs_lacp active
agree "both active and fast again" 3f 3f

ovs_lacp off
until_ok 8 ours m0 'no-partner' || fail "we don't see that LACP is off"
until_ok 8 ours bond 'up=0' || fail "the bond is up without LACP"
ovs_lacp active
agree "they are back" 3f 3f
kill -STOP "$switch"
until_ok 4 ours m0 'partner-expired' || fail "nobody noticed the silence"
kill -CONT "$switch"
agree "they were silent" 3f 3f
bounce
agree "links went down and up" 3f 3f

neither_may() {
	theirs o0 'may_enable: false' && theirs o1 'may_enable: false'
}

sleep 1 # three LACPDUs a second are all that LACP may send
tell "mode balance-xor"
until_ok 1 neither_may || fail "they don't see that we stopped to speak LACP"
sleep 0.2
tell "mode 802.3ad"
agree "mode 802.3ad again" 3f 3f

# both ends of what is sent are elsewhere
guest=
far=
quiet_namespace guest
quiet_namespace far
ip link set guest0 netns "$guest"
ip link set far1 netns "$far"
for end in "$guest guest0 10.7.0.2" "$far far1 10.7.0.1"; do
	read -r pid nic address <<<"$end"
	in_ns "$pid" ip address add "$address/24" dev "$nic"
	in_ns "$pid" ip link set "$nic" up
done
both_ways() {
	in_ns "$guest" ping -q -c 1 -W 1 10.7.0.1
}
until_ok 5 both_ways || fail "the two don't see each other"

mkfifo "$dir/rounds"
"$WEFT_BUILD/tests/netns/uplink_traffic" "$guest" 10.7.0.2 "$far" 10.7.0.1 \
	<"$dir/rounds" >"$dir/traffic" &
others+=($!)
exec 7>"$dir/rounds"
sleep 2
tell leave m0
until_ok 4 ours m0 'leave=last-word' || fail "the leave does not go on"
theirs o0 'may_enable: false' || fail "they would still send"
until_ok 5 ours bond 'members=1 distributing=1' || fail "the leave does not end"
sleep 2
echo >&7
has_round() {
	[ "$(wc -l <"$dir/traffic")" -ge 2 ]
}
until_ok 5 has_round || fail "no end of the round"
tail -n 1 "$dir/traffic"
read -r _ _ up _ up_lost _ up_twice _ _ _ _ _ _ down _ down_lost _ down_twice _ \
	<<<"$(tail -n 1 "$dir/traffic")"
[ "$up" -gt 3000 ] && [ "$down" -gt 3000 ] || fail "too few frames"
[ "$up_lost" = 0 ] || fail "frames of ours were lost"
[ "$down_lost" = 0 ] || fail "frames of theirs were lost"
[ "$up_twice$down_twice" = 00 ] || fail "frames came twice"

kill "$peer"
wait "$peer" || fail "uplink_wire ended with $?"
peer=
grep -q '^packets=0$' "$dir/peer.log" || fail "packets were not given back"
until_ok 1 neither_may || fail "they don't see that we are gone"
exit 0
