#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nat_tcp.sh - TCP connections pass a NAT network to the outside: every byte, both
# ends, and what the outside says to a SYN
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs python3 curl iperf3
nat_world
nat_lab
tcp=$root/tests/lab/tcp.py
mkdir "$scratch/www"
echo hello >"$scratch/www/small"
head -c 64M /dev/urandom >"$scratch/www/large"
sum=$(sha256sum <"$scratch/www/large" | cut -d' ' -f1)
on_server python3 "$tcp" serve 80 81 "$scratch/www" >"$scratch/server" 2>&1 &
started+=($!)
until_ok 5 grep -q ready "$scratch/server" || die "no server outside: $(cat "$scratch/server")"
url=http://$server_ip

get() {
	w exec "$1" -- curl -sS -m 60 "$url/large" | sha256sum | cut -d' ' -f1
}

put() {
	w exec "$1" -- python3 "$tcp" hash $server_ip 81 "$scratch/www/large" "${@:2}"
}

expect "a small file" hello "$(w exec a -- curl -sS -m 10 $url/small)"
expect "64 MiB arrive whole" "$sum" "$(get a)"
expect "64 MiB leave whole, and half a connection brings the answer" "$sum" "$(put a)"
expect "bytes sent one by one, too" "$sum" "$(put b slow)"
for node in a b; do
	get $node >"$scratch/got.$node" &
	got=$!
	put $node >"$scratch/put.$node" &
	waiting+=("$got" $!)
done
wait "${waiting[@]}"
expect "four at once, both ways" 1 "$(cat "$scratch"/got.? "$scratch"/put.? | sort -u | wc -l)"
expect "and whole" "$sum" "$(cat "$scratch/got.a")"

expect_exit 0 w exec a -- curl -sS --fail -m 60 -Z --parallel-max 50 -o "$scratch/got#1" "$url/small?[1-1000]"
expect "1000 requests, 50 at a time" 1000 "$(cat "$scratch"/got[0-9]* | grep -c hello)"

begin=$SECONDS
on_router ip route add unreachable 203.0.113.77
expect "a closed port refuses" ECONNREFUSED "$(w exec a -- python3 "$tcp" try $server_ip 9)"
expect "no way there is said" EHOSTUNREACH "$(w exec a -- python3 "$tcp" try 203.0.113.77 80)"
expect "the host is not outside" EHOSTUNREACH "$(w exec a -- python3 "$tcp" try $host_ip 80)"
expect "nor by the gateway's address" ECONNREFUSED "$(w exec a -- python3 "$tcp" try 10.20.0.1 80)"
[ $((SECONDS - begin)) -lt 8 ] || fail "refusals took $((SECONDS - begin)) s"
expect "that is nothing to warn of" "" "$(cat "$WEFT_RUNTIME_DIR/nat1/"*.log | grep "no TCP socket")"

for way in "" -R; do
	on_server iperf3 -s -1 >"$scratch/iperf" 2>&1 &
	started+=($!)
	until_ok 5 grep -q listening "$scratch/iperf"
	rate=$(w exec a -- iperf3 -c $server_ip -t 2 -J $way | jq .end.sum_received.bits_per_second/1e9)
	figure "one stream ${way:--}, Gbit/s: $rate"
	[ "${rate%.*}" != null ] || fail "iperf3 $way"
done

# who is left behind is told
touch "$scratch/wait"
w exec a -- python3 "$tcp" left $server_ip 81 "$scratch/wait" >"$scratch/left" 2>&1 &
left=$!
until_ok 5 grep -q connected "$scratch/left" || die "no connection: $(cat "$scratch/left")"
old=$(switch_pid nat1)
kill -9 "$old"
until_ok 10 w exec a -- ping -c1 -W1 10.20.0.1 >/dev/null || fail "no weft-switch again"
rm "$scratch/wait"
wait "$left"
expect "a connection that weft-switch left behind is reset" reset "$(tail -1 "$scratch/left")"
expect "and new ones are made" hello "$(w exec a -- curl -sS -m 10 $url/small)"
