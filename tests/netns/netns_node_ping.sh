#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_node_ping.sh - two netns nodes on one cable reach one another, have what
# their settings say, and change nothing outside
# shellcheck disable=SC2016 # the shell inside the node expands these
# shellcheck source=tests/netns/netns_node.bash
. "$(dirname "$0")/netns_node.bash"

interfaces=$(ls /sys/class/net)
mounts=$(wc -l </proc/self/mountinfo)
name=$(uname -n)

cat >"$work/look" <<'END'
uname -n
cat /sys/class/net/eth0/address /sys/class/net/eth0/mtu
cat /etc/resolv.conf
ping -q -c 3 -i 0.2 -W 2 10.9.0.1 | grep -c ' 0% packet loss'
END
out=$("$cable" -m 1400 ". $work/look" 2>"$work/log")
expect "exit code" 0 $?
expect "what the node sees" "b 52:54:00:00:09:01 1400 search cable.test nameserver 10.9.0.1 1" \
	"$(paste -sd" " <<<"$out")"

# Set down it has no carrier; set up again it goes on.
"$cable" -r 'ping -q -i 0.2 10.9.0.2' 'ip link set eth0 down; sleep 1
	ip link set eth0 up; ping -q -c 1 -W 5 10.9.0.1' >"$work/out" 2>&1
expect "an interface set down and up again goes on" 0 $?

# Removed, its port keeps a fault, said once, and nothing spins on it.
before=$SECONDS
"$cable" 'ip link del eth0; sleep 1; awk "{ print \$14 + \$15 }" /proc/1/stat' \
	>"$work/out" 2>"$work/log"
expect "the removed interface is told once" 1 \
	"$(grep -c 'port b: the interface is gone' "$work/log")"
[ $((SECONDS - before)) -lt 15 ] || fail "the removed interface took too long"

expect "interfaces outside" "$interfaces" "$(ls /sys/class/net)"
expect "mounts outside" "$mounts" "$(wc -l </proc/self/mountinfo)"
expect "host name outside" "$name" "$(uname -n)"
exit "$failed"
