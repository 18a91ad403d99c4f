#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplink_probes_targets.sh - a kernel answers probes by ARP and ND on two members
# of one bridge; a member whose frames vanish is dead within 3 intervals of 50 ms
# and 10 ms, 20 times in a row, and lives again; tshark has nothing to say
set -u
. "$(dirname "$0")/uplink_init.sh"
dir=${dir:?}
needs ip bridge tshark

# is_last TAP STATE - of what was reported about it
is_last() {
	grep "^$1 is" "$dir/taps.log" | tail -n 1 | grep -q "is $2 "
}

becomes() { # becomes TAP STATE
	until_ok 3 is_last "$1" "$2" || fail "$1 is not $2"
}

taps_start -p 0
tshark -q -i br0 -w "$dir/br0.pcapng" >"$dir/tshark.log" 2>&1 &
others=($!)
until_ok 15 test -s "$dir/br0.pcapng" || fail "tshark does not start"
becomes up0 alive
becomes up1 alive

for ((round = 0; round < 20; round++)); do
	sleep 0.$((100 + RANDOM % 100))
	printf 1 >&8
	becomes up1 dead
	printf 1 >&8
	becomes up1 alive
done
# what this machine let us wait for a CPU just then is not the member's silence
[ "$(grep -c '^up1 is dead' "$dir/taps.log")" = 20 ] || fail "not 20 deaths"
mapfile -t waits < <(awk '/^up1 is dead/ { gsub(/[,:]/, ""); print $5 - $8 }' \
	"$dir/taps.log" | sort -n)
echo "silent for: best ${waits[0]} us, median ${waits[10]} us, worst ${waits[19]} us"
[ "${waits[19]}" -le 160000 ] || fail "not within 3 intervals and 10 ms"

# one target is enough; carrier is there all the time
ip addr del 192.0.2.1/24 dev br0
sleep 0.3
is_last up1 alive || fail "one of two targets was not enough"
# the switch upstream forwards nothing any more, and says nothing
bridge link set dev up0 state 0
becomes up0 dead
ip link show up0 | grep -q LOWER_UP || fail "up0 lost its carrier"
bridge link set dev up0 state 3
becomes up0 alive
# a process that was stopped for 2.5 s has nobody to blame
deaths=$(grep -c dead "$dir/taps.log")
kill -STOP "$taps"
sleep 2.5
kill -CONT "$taps"
sleep 0.5
[ "$(grep -c dead "$dir/taps.log")" = "$deaths" ] || fail "dead of sleep"

kill "${others[0]}"
wait "${others[0]}" 2>/dev/null
others=()
taps_stop
grep -q 'up0 is dead' "$dir/taps.log" || fail "up0 never died"
[ "$(grep -c 'up0 is dead' "$dir/taps.log")" = 1 ] || fail "up0 died for nothing"
[ "$(counter up0_reflected)" -gt 0 ] || fail "no probe of up1 came in on up0"
tshark -r "$dir/br0.pcapng" -Y 'eth.src[0:5] == 02:77:65:66:74 &&
	(_ws.malformed || _ws.expert.severity >= warning)' \
	>"$dir/bad" 2>/dev/null
[ -s "$dir/bad" ] && cat "$dir/bad" && fail "tshark complains"
[ "$(tshark -r "$dir/br0.pcapng" -Y 'arp.isprobe == 1' 2>/dev/null | wc -l)" \
	-gt 100 ] || fail "tshark: no ARP probes"
exit 0
