#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_node_dhcp.sh - a netns node gets address, routes and name server from a
# third party's DHCP server, and is ready only then
# shellcheck source=tests/netns/netns_node.bash
. "$(dirname "$0")/netns_node.bash"
command -v busybox >/dev/null || skip "busybox is not installed"

cat >"$work/conf" <<END
start 10.9.0.50
end 10.9.0.60
max_leases 11
interface eth0
lease_file $work/leases
pidfile $work/pid
option subnet 255.255.255.0
option router 10.9.0.1
option dns 10.9.0.1 10.9.0.3
option domain lab.test
option mtu 1300
option hostname b
END
touch "$work/leases"
server="busybox udhcpd -f $work/conf"

look='ip -o -4 addr show eth0 | grep -o "10[0-9./]* " | head -n 1
ip -4 route show default | grep -o "via [0-9.]*"
cat /etc/resolv.conf /sys/class/net/eth0/mtu
ping -q -c 1 -W 5 10.9.0.1 | grep -c " 0% packet loss"'
out=$(timeout 60 "$cable" -d -r "$server" "$look" 2>"$work/log")
expect "exit code" 0 $?
address=$(echo "$out" | head -n 1)
case $address in
10.9.0.5?/24* | 10.9.0.60/24*) echo "ok: address $address" ;;
*) fail "no address of the server's: $out" ;;
esac
expect "route, name servers, MTU, ping" \
	"via 10.9.0.1 search lab.test nameserver 10.9.0.1 nameserver 10.9.0.3 1300 1" \
	"$(tail -n +2 <<<"$out" | paste -sd" ")"
expect "the address is told" 1 "$(grep -c '^b:0 10.9.0.[56]' "$work/log")"

# RFC 3442: classless static routes win over the router option.
echo 'option staticroutes 10.77.0.0/16 10.9.0.7, 0.0.0.0/0 10.9.0.9' >>"$work/conf"
out=$(timeout 60 "$cable" -d -r "$server" 'ip -4 route show' 2>"$work/log")
expect "classless route" 1 "$(echo "$out" | grep -c '^10.77.0.0/16 via 10.9.0.7')"
expect "default from it" 1 "$(echo "$out" | grep -c '^default via 10.9.0.9')"
expect "router option void" 0 "$(echo "$out" | grep -c 'via 10.9.0.1 ')"
exit "$failed"
