#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_stream.sh - a guest's TCP stream outlives it when the NICs that it goes
# by lose their carriers in turn, 20 times: taps whose carrier is cut at once after
# another link event, which the kernel says late
# shellcheck source=tests/lab/uplinks.bash
. "$(dirname "$0")/uplinks.bash"
# shellcheck source=tests/lab/uplinks_taps.bash
. "$(dirname "$0")/uplinks_taps.bash"
needs iperf3 ss
rounds=20

# received: bytes that the far side has got
received() {
	in_ns "$far" ip -j -s link show eth0 | jq .[0].stats64.rx.bytes
}

got_more() {
	[ "$(received)" -gt "$1" ]
}

listens() {
	in_ns "$far" ss -Hltn sport = :5201 | grep -q LISTEN
}

upstream_up
taps_up
lab_is "tap0, tap1"
soon "the far side answers" reaches
soon "both are there" is backup tap1
in_ns "$far" iperf3 -s -1 >"$scratch/server" 2>&1 &
started+=("$!")
until_ok 10 listens || die "no server: $(cat "$scratch/server")"
"$weft" exec desk -- iperf3 -c 10.7.0.1 -t 300 -b 20M --json \
	</dev/null >"$scratch/client" 2>&1 &
client=$!
started+=("$client")
until_ok 15 got_more 1000000 || die "no stream: $(cat "$scratch/client")"

stopped=0
slowest_ms=0
for ((i = 0; i < rounds; i++)); do
	nic=$(active)
	other=tap$((1 - ${nic#tap}))
	until_ok 15 is backup "$other" || fail "round $i: $other does not come back"
	cut "$nic"
	cut_ms=$(now_ms)
	until_ok 15 carries "$other" || fail "round $i: $other does not carry"
	before=$(received)
	until_ok 15 got_more $((before + 20000)) || stopped=$((stopped + 1))
	took_ms=$(($(now_ms) - cut_ms))
	[ "$took_ms" -le "$slowest_ms" ] || slowest_ms=$took_ms
	mend "$nic"
done
expect "rounds after which no bytes came" 0 "$stopped"
figure "slowest round, from the cut to 20 kB on the other NIC, as a script sees it: $slowest_ms ms"
expect "changes of the active one" $((rounds + 1)) "$(bond .switches)"
if kill -0 "$client" 2>/dev/null; then
	echo "ok: the stream is still there"
else
	fail "the stream has ended: $(cat "$scratch/client")"
fi
before=$(received)
if until_ok 15 got_more $((before + 1000000)); then
	echo "ok: and goes on"
else
	fail "the stream does not go on"
fi
