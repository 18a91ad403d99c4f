#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nat_routes.sh - what is behind a router node leaves like the network's own, all
# nodes know the way there, and without a gateway nothing leaves
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs python3
nat_world
cat >"$scratch/routed.weft.yaml" <<EOF
lab: routed
networks:
  wan:
    mode: nat
    ipv4: 10.20.0.0/24
    routes: [ { to: 10.30.0.0/24, via: router } ]
  back: { mode: internal, ipv4: 10.30.0.0/24 }
nodes:
  web: { kind: netns, nics: [ { net: wan } ] }
  fixed: { kind: netns, nics: [ { net: wan, ipv4: 10.20.0.9/24, gateway: 10.20.0.1 } ] }
  router: { kind: netns, nics: [ { net: wan }, { net: back, ipv4: 10.30.0.1/24 } ],
            run: "echo 1 >/proc/sys/net/ipv4/ip_forward; exec sleep 3600" }
  db: { kind: netns, nics: [ { net: back, ipv4: 10.30.0.11/24, gateway: 10.30.0.1 } ] }
  alone: { kind: netns, nics: [ { net: back, ipv4: 10.30.0.12/24 } ] }
EOF
w up "$scratch/routed.weft.yaml" >"$scratch/up" 2>&1 || die "weft up: $(cat "$scratch/up")"
on_server python3 "$udp" serve 5001 >"$scratch/server" 2>&1 &
started+=($!)
until_ok 5 grep -q ready "$scratch/server" || die "no server outside"

expect "the router has the address that was kept for it" 10.20.0.254 \
	"$(address routed router)"
expect_match "a node that asks DHCP is told the way" "10.30.0.0/24 via 10.20.0.254" \
	"$(w exec web -- ip route)"
expect "the router is not sent to itself" "" \
	"$(w exec router -- ip route show 10.30.0.0/24 via 10.20.0.254)"
expect_exit 0 w exec web -- ping -c1 -W2 10.30.0.11
expect_exit 0 w exec fixed -- ping -c2 -W2 10.30.0.11
expect_exit 0 w exec db -- ping -c1 -W2 10.20.0.9
expect_exit 1 w exec web -- ping -c1 -W5 10.30.0.77

expect_match "from behind the router a server outside is reached" "^$host_ip:[0-9]+ 5" \
	"$(w exec db -- python3 "$udp" ask $server_ip 5001 hello)"
expect_exit 0 w exec db -- ping -c1 -W2 $server_ip
expect_exit 1 w exec db -- ping -c1 -W1 $host_ip

expect "without a gateway there is no way out" "Network is unreachable" \
	"$(w exec alone -- ping -c1 -W1 $server_ip 2>&1 | grep -o "Network is unreachable")"
expect_exit 2 w exec alone -- ping -c1 -W1 10.20.0.1
expect_exit 0 w exec alone -- ping -c1 -W1 10.30.0.11

# and only through the router
w exec router -- sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward'
expect_exit 1 w exec db -- ping -c1 -W1 $server_ip
w exec router -- sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'

# a stranger's address does not leave
w exec db -- ip addr add 10.99.0.1/32 dev lo
expect_exit 1 w exec db -- ping -c1 -W1 -I 10.99.0.1 $server_ip
expect_match "a source of nobody here is counted" "bad-source" \
	"$(w show ports -s -l routed | grep wan/gateway)"
