#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guests_router.sh - real guests on an internal network: behind a router guest
# they reach the outside, and only through it; without a gateway nothing at all
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs python3 curl
needs_guests
nat_world
cat >"$scratch/routed.weft.yaml" <<EOF
lab: routed
networks:
  wan:
    mode: nat
    ipv4: 10.20.0.0/24
    routes: [ { to: 10.30.0.0/24, via: router } ]
    forward: [ { host: "127.0.0.1:8080", to: "10.30.0.11:80/tcp" } ]
  backnet: { mode: internal, ipv4: 10.30.0.0/24 }
nodes:
  web1: { nics: [ { net: wan } ] }
  db1: { nics: [ { net: backnet, ipv4: 10.30.0.11/24, gateway: 10.30.0.1 } ] }
  db2: { nics: [ { net: backnet, ipv4: 10.30.0.12/24 } ] }
  router: { role: router, nics: [ { net: wan }, { net: backnet, ipv4: 10.30.0.1/24 } ] }
EOF
mkdir "$scratch/www"
head -c 300000 /dev/urandom >"$scratch/www/file"
on_server python3 -m http.server -d "$scratch/www" 80 >"$scratch/http" 2>&1 &
started+=($!)
LIMIT=200 w up "$scratch/routed.weft.yaml" --timeout 180s >"$scratch/up" 2>&1 ||
	die "weft up: $(cat "$scratch/up")"
sum=$(sha256sum <"$scratch/www/file" | cut -d' ' -f1)
for node in web1 db1; do
	expect_exit 0 w exec $node -- wget -q -O /tmp/file "http://$server_ip/file"
	expect "what $node got is the file" "$sum" \
		"$(w exec $node -- sha256sum /tmp/file | cut -d' ' -f1)"
done
way=$(w exec db1 -- traceroute -n -q1 -w2 -m5 $server_ip 2>&1 | awk '/^ *[0-9]/ { print $2 }' | xargs)
expect "db1's way goes by the router guest" "10.30.0.1 10.20.0.1 $router_ip $server_ip" "$way"
expect_exit 0 w exec web1 -- ping -c2 -W5 10.30.0.11

# A client of the host reaches db1 by the forward, behind the router as it is.
w exec db1 -- sh -c 'mkdir /www && echo hello >/www/index.html && httpd -p 80 -h /www'
expect "curl through the forward" hello \
	"$(curl -s --max-time 20 http://127.0.0.1:8080/)"

# db2 has no gateway: its own network and nothing else.
expect_exit 0 w exec db2 -- ping -c1 -W5 10.30.0.11
for address in $server_ip $host_ip 10.20.0.1; do
	expect_exit 1 w exec db2 -- ping -c1 -W1 "$address"
done

expect_exit 0 w stop router
expect_exit 1 w exec db1 -- ping -c1 -W2 $server_ip
