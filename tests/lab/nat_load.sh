#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nat_load.sh - thousands of flows at a time and hundreds of new ones a second, of
# three guests to many destinations, pass without an error, also while one guest
# opens flows without end, and leave nothing behind
#
# WEFT_LOAD=long: 10,000 flows, 400 new ones a second, for 5 minutes each way.
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs python3
flows=$root/tests/lab/flows.py
keep=400 rate=40 seconds=1 ask=0 limit=2000
if [ "${WEFT_LOAD:-}" = long ]; then
	keep=3334 rate=112 seconds=300 ask=4 limit=16384
fi
nat_world
on_server ip route add local 203.0.113.128/25 dev lo
on_server python3 "$flows" serve 53 >"$scratch/server" 2>&1 &
started+=($!)
until_ok 10 grep -q ready "$scratch/server" || die "no server outside: $(cat "$scratch/server")"
cat >"$scratch/nat1.weft.yaml" <<-EOF
	lab: nat1
	networks:
	  wan: { mode: nat, ipv4: 10.20.0.0/24, limits: { flows: $limit } }
	nodes:
	  a: { kind: netns, nics: [ { net: wan } ] }
	  b: { kind: netns, nics: [ { net: wan } ] }
	  c: { kind: netns, nics: [ { net: wan } ] }
EOF
expect_exit 0 w up "$scratch/nat1.weft.yaml"

# load NODE: in the background, what it said is in $scratch/NODE
load() {
	"$weft" exec "$1" -- python3 "$flows" load 203.0.113.128 100 53 \
		$keep $rate $seconds $ask >"$scratch/$1" 2>&1 </dev/null &
	loads+=($!)
}

# all_kept NODE...: each has opened its first
all_kept() {
	local node
	for node in "$@"; do
		until_ok 300 grep -q "^kept" "$scratch/$node" || fail "$node: $(cat "$scratch/$node")"
	done
}

counter() {
	w show networks -j | jq ".networks[0].services.nat.$1"
}

# judge NODE...: each has opened all it should, and got an answer from each
judge() {
	local node
	wait "${loads[@]}"
	loads=()
	for node in "$@"; do
		figure "$node: $(tail -n 1 "$scratch/$node")"
		expect_match "all flows of $node are answered" "opened [0-9]+ errors 0 " \
			"$(cat "$scratch/$node")"
	done
}

w exec a -- ping -c1 -W2 $server_ip >/dev/null
if [ $seconds -gt 60 ]; then
	# the flight recorder's memory fills with frames, whoever sends them
	w exec a -- python3 "$udp" spam $server_ip 53 200000
	sleep 40 # and that mapping ends, and buffers go
fi
switch=$(switch_pid nat1)
fds=$(fd_count "$switch")
anon=$(status_kib "$switch" RssAnon)
figure "before: $fds descriptors, RssAnon $anon KiB"
loads=()
for node in a b c; do load $node; done
all_kept a b c
figure "meanwhile: $(fd_count "$switch") descriptors, RssAnon $(status_kib "$switch" RssAnon) KiB"
judge a b c
expect "no flow gave way to another" 0 "$(counter evicted)"
until_ok 60 sh -c "[ \$(find /proc/$switch/fd -mindepth 1 | wc -l) -le $((fds + 20)) ]" ||
	fail "descriptors stay: $(fd_count "$switch")"
# buffers that nobody uses go after some seconds
[ $seconds -lt 60 ] ||
	until_ok 30 sh -c "[ \$(awk '/^RssAnon/ { print \$2 }' /proc/$switch/status) -le $((anon + 1024)) ]"
figure "after: $(fd_count "$switch") descriptors, RssAnon $(status_kib "$switch" RssAnon) KiB"
[ $seconds -lt 60 ] ||
	at_most_kib "RssAnon that stays, KiB" $((anon + 1024)) "$(status_kib "$switch" RssAnon)"

# c has its share of NICs, and no more; the host's queues may drop datagrams then
ask=0
load a
load b
all_kept a b
"$weft" exec c -- python3 "$flows" flood 203.0.113.128 100 9999 $((seconds + 1)) >"$scratch/c" </dev/null
figure "c: $(cat "$scratch/c")"
judge a b
[ "$(counter evicted)" -gt 0 ] || fail "the flood never met a limit"
