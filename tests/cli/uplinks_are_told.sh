#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_are_told.sh - the verbs about uplinks, and what the others say of them; a labd
# that knows of none is no trouble
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

here=$(cd "$(dirname "$0")" && pwd)
start_fake office
expect 0 '^bond0 \(active-backup\) on network office: carrier up, active bond0/eth1$' "$weft" bond show
expect 0 '^lag0 ' "$weft" bond show
expect 0 '^  bond0/switch1 +network switch1 +silent +down +350ms +probe +carrier up, probe down ' "$weft" bond show bond0
expect 0 '^  lag0/eth2 +02:00:00:00:00:01 +17 +1 +1 +distributing +fine$' "$weft" bond show lag0
expect 0 '^  bond0/switch1 dropped 7 inactive$' "$weft" bond show bond0 -s
expect 0 '^bond0 +office +active-backup +up +bond0/eth1 +1/2 +2 +4$' "$weft" bond show -br
expect 0 '^"bond0/eth1"$' sh -c "'$weft' bond show bond0 -j | jq '.uplinks[].active'"
expect 0 '^1$' sh -c "'$weft' bond show bond0 -j | jq '.uplinks | length'"
expect 4 "there is no uplink 'bond9'; weft show uplinks" "$weft" bond show bond9
expect 2 "'list' is neither show nor switch" "$weft" bond list
expect 2 'an uplink and a member are wanted' "$weft" bond switch bond0
expect 2 "bond show: 'eth1' is one word too many" "$weft" bond show bond0 eth1

expect 0 '^$' "$weft" bond switch bond0 eth1
expect 0 '"active": "bond0/eth1"' "$weft" bond switch bond0 bond0/eth1 -j
expect 1 "bond0/switch1 can't carry traffic now: it is down" "$weft" bond switch bond0 switch1
expect 4 "uplink bond0 has no member 'lag0/eth2'" "$weft" bond switch bond0 lag0/eth2
expect 4 "no uplink 'bond9'" "$weft" bond switch bond9 eth1

expect 0 '^lag0 +- +802.3ad +up +- +2/2 +0 +0$' "$weft" show uplinks
expect 0 '^  lag0/eth3 ' "$weft" show uplinks lag0 -s
expect 4 "nothing called 'eth1' among the lab's uplinks" "$weft" show uplinks eth1

expect 0 '"admin": "silent"' "$weft" link down bond0/eth1 --silent -j
expect 0 '"for_ms": 1000' "$weft" link flap bond0/eth1 --silent -j
expect 0 '"admin": "down"' "$weft" link down bond0/eth1 --for 2s -j
expect 2 '--silent is for down and flap' "$weft" link up bond0/eth1 --silent
expect 4 "no port 'bond0/eth7'" "$weft" link down bond0/eth7 --silent

expect 0 '^uplink bond0 \(active-backup\): active bond0/eth1, degraded: bond0/switch1 down ' "$weft" status
expect 0 '^uplink lag0 \(802.3ad\): carried by lag0/eth2 lag0/eth3$' "$weft" status -a
"$weft" status >"$scratch/with"
! "$weft" status -br | grep uplink || bad=1

expect 0 '^weft_uplink_carrier[{]lab="office",network="office",uplink="bond0"[}] 1$' "$weft" metrics
expect 0 '^weft_uplink_carrier[{]lab="office",network="lonely",uplink="dark0"[}] 0$' "$weft" metrics
expect 0 '^weft_uplink_switches_total[{].*uplink="bond0"[}] 2$' "$weft" metrics
expect 0 '^weft_uplink_announced_frames_total[{].*uplink="bond0",kind="rarp"[}] 9$' "$weft" metrics
expect 0 '^weft_uplink_member_up[{]lab="office",uplink="bond0",member="bond0/switch1"[}] 0$' "$weft" metrics
expect 0 '^weft_uplink_member_active[{].*member="bond0/eth1"[}] 1$' "$weft" metrics
expect 0 '^weft_uplink_member_tx_bytes_total[{].*member="bond0/eth1"[}] 2200$' "$weft" metrics
expect 0 '^weft_uplink_member_drops_total[{].*member="bond0/switch1",reason="inactive"[}] 7$' "$weft" metrics
"$weft" metrics | "$here/prometheus.py" >"$scratch/samples" || {
	echo 'FAIL: metrics with uplinks are not in the format of Prometheus'
	bad=1
}

expect 0 '^lag0 [(]uplink of no network, 802.3ad[)]$' "$weft" graph
expect 0 '^[|]   .-- trunk1/core  network core$' "$weft" graph "$here/../../docs/examples/failover.weft.yaml"
expect 0 '^`-- trunk2/core~  uplink trunk2$' "$weft" graph "$here/../../docs/examples/failover.weft.yaml"
expect 0 '>lag0/eth3</text>$' "$weft" graph --svg
for lab in "$here"/../../docs/examples/*.weft.yaml; do
	"$weft" graph "$lab" --svg >"$scratch/lab.svg" || bad=1
	! command -v xmllint >/dev/null || xmllint --noout "$scratch/lab.svg" || bad=1
done

expect 0 '^round 2 of 2: ok, bond0/eth1 -> bond0/eth2, out 0.210 ms, in 1.310 ms$' "$weft" failover bond0 --rounds 2
expect 0 '^5 +bond0/eth1 +bond0/eth2 .* 0.210ms +1.310ms .* ok$' "$weft" failover bond0 -br
expect 0 '^out +0.210ms +0.210ms +0.210ms' "$weft" failover bond0 -n1
expect 0 '^\["weft.failover/1","office","bond0","silent","core",100,3,3\]$' sh -c \
	"'$weft' failover bond0 --silent -n3 -j 2>/dev/null | jq -c '[.schema, .lab, .uplink, .cut, .far,
	.interval_us, .rounds[2].round, .summary.ok]'"
expect 0 'round 1 of 1' "$weft" failover bond0 -n1 --report "$scratch/report.svg"
expect 0 '"far": "wan"' "$weft" failover bond0 -n1 -j --far wan
expect 0 '<svg' cat "$scratch/report.svg"
expect 0 'round 1 of 1' "$weft" failover bond0 -n1 --report "$scratch/report.html"
expect 0 '<html' cat "$scratch/report.html"
expect 8 '^weft: 2 of 2 rounds did not end well' "$weft" failover bond0 -n2 --hold 7ms
expect 1 'bond0 has no path to measure' "$weft" failover bond0 --hold 9ms
expect 4 "no uplink 'bond9'" "$weft" failover bond9
expect 1 'nosuch/report.html: No such file' "$weft" failover bond0 --report "$scratch/nosuch/report.html"
expect 1 'No space left' "$weft" failover bond0 -n1 --report /dev/full
for words in '--rounds 0' '--rounds 1001' '--rounds x' '--hold 0s' '--hold 1h'; do
	# shellcheck disable=SC2086 # two words
	expect 2 'is wanted|a duration is like' "$weft" failover bond0 $words
done

rm "$WEFT_RUNTIME_DIR/office/uplinks.json"
for words in 'bond show' 'show uplinks'; do
	# shellcheck disable=SC2086 # two words
	expect 1 'no such method' "$weft" $words
done
# Of a lab without uplinks nothing is said that was not said before.
expect 0 '^web1 ' "$weft" status
"$weft" status >"$scratch/without"
diff <(sed '/^uplink /d' "$scratch/with" | sed '$d') "$scratch/without" || {
	echo 'FAIL: status without uplinks differs by more than them'
	bad=1
}
expect 0 '^web1 ' "$weft" status -a
expect 0 '^weft_lab_uptime_seconds' "$weft" metrics
! "$weft" metrics | grep uplink || bad=1
! "$weft" graph -j | grep uplink || bad=1
# What labd keeps says who belongs to whom when nobody knows the states.
echo '{"uplinks": {"bond0": {"mode": "balance-slb", "members": ["eth1"]}}}' \
	>"$WEFT_RUNTIME_DIR/office/lab.json"
expect 0 '^`-- bond0/eth1  NIC eth1$' "$weft" graph
rm "$WEFT_RUNTIME_DIR/office/lab.json"
expect 0 '^web1:0$' "$weft" __complete -- 3 link down ''
exit $bad
