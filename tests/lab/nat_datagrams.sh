#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nat_datagrams.sh - UDP and ping pass a NAT network to the outside, and what goes
# wrong there is told to who sent it
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs python3 busybox
nat_world
nat_lab

on_server python3 "$udp" serve 5001 5002 >"$scratch/server" 2>&1 &
started+=($!)
until_ok 5 grep -q ready "$scratch/server" || die "no server outside"

expect_match "a datagram is answered, and comes from the host" \
	"^$host_ip:[0-9]+ 5: hello" "$(w exec a -- python3 "$udp" ask $server_ip 5001 hello)"
both=$(w exec a -- python3 "$udp" ask2 $server_ip 5001 $server_ip 5002 | cut -d' ' -f1 | uniq)
expect "two servers see the same port of a guest's socket" 1 "$(wc -l <<<"$both")"
expect "a closed port outside is told" ECONNREFUSED \
	"$(w exec a -- python3 "$udp" ask $server_ip 5999 hello)"
on_router ip route add unreachable 203.0.113.77
expect "no way outside is told" EHOSTUNREACH \
	"$(w exec a -- python3 "$udp" ask 203.0.113.77 5001 hello)"
expect "the host is not outside" EHOSTUNREACH \
	"$(w exec a -- python3 "$udp" ask $host_ip 5001 hello)"
expect "nor by the gateway's address" ECONNREFUSED \
	"$(w exec a -- python3 "$udp" ask 10.20.0.1 5001 hello)"
for n in 0 1 1472; do
	expect_match "$n bytes with DF pass" "^answer" \
		"$(w exec a -- python3 "$udp" size $server_ip 5001 "$n" df)"
done

for n in 1473 4000 60000; do
	expect "$n bytes are cut, both ways" "answer $n" \
		"$(w exec a -- python3 "$udp" size $server_ip 5001 "$n")"
done
expect_exit 0 w exec a -- ping -c1 -W2 -s 4000 $server_ip

expect_exit 0 w exec a -- ping -c3 -i 0.2 -W2 $server_ip
expect_exit 1 w exec a -- ping -c1 -W1 203.0.113.77
expect_exit 1 w exec a -- ping -c1 -W1 $host_ip
expect_match "and ping says so at once" "Packet filtered" "$out"

way=$(w exec a -- busybox traceroute -n -q1 -w1 -m5 $server_ip 2>&1 | awk '/^ *[0-9]/ { print $2 }' | xargs)
expect "traceroute sees the way" "10.20.0.1 $router_ip $server_ip" "$way"
way=$(w exec a -- busybox traceroute -I -n -q1 -w1 -m5 $server_ip 2>&1 | awk '/^ *[0-9]/ { print $2 }' | xargs)
expect "traceroute -I sees it too" "10.20.0.1 $router_ip $server_ip" "$way"

# MTU: the last link outside gets a smaller one than the guest's
on_router ip link set far0 mtu 1300
expect "too long for a link outside is told" EMSGSIZE "$(
	w exec a -- python3 "$udp" size $server_ip 5001 1400 df >/dev/null
	w exec a -- python3 "$udp" size $server_ip 5001 1400 df
)"
expect_match "to ping as well" "mtu *[=:] *1300" \
	"$(w exec b -- ping -c3 -i 0.2 -W1 -M 'do' -s 1400 $server_ip 2>&1)"
on_router ip link set far0 mtu 1500

# where the host allows nobody to ping
sh -c "echo '1 0' >/proc/sys/net/ipv4/ping_group_range"
expect_exit 1 w exec b -- ping -c1 -W1 $server_ip
expect_match "pings that the host forbids are told at once" "Packet filtered" "$out"
expect_match "and why, in the log" "ping_group_range to include gid" \
	"$(cat "$WEFT_RUNTIME_DIR/nat1/"*.log)"
