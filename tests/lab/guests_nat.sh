#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guests_nat.sh - a real guest reaches the outside by NAT: wget, ping, traceroute;
# its kernel makes itself an IPv6 address
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs python3
needs_guests
nat_world
cat >"$scratch/guest.weft.yaml" <<EOF
lab: guest
networks: { wan: { mode: nat, ipv4: 10.20.0.0/24, ipv6: "fd00:20::/64" } }
nodes: { g: { nics: [ { net: wan } ] } }
EOF
mkdir "$scratch/www"
head -c 3000000 /dev/urandom >"$scratch/www/big"
on_server python3 -m http.server -d "$scratch/www" 80 >"$scratch/http" 2>&1 &
started+=($!)
LIMIT=200 w up "$scratch/guest.weft.yaml" --timeout 180s >"$scratch/up" 2>&1 ||
	die "weft up: $(cat "$scratch/up")"
expect_exit 0 w exec g -- wget -q -O /tmp/big "http://$server_ip/big"
expect "what the guest got is the file" "$(sha256sum <"$scratch/www/big" | cut -d' ' -f1)" \
	"$(w exec g -- sha256sum /tmp/big | cut -d' ' -f1)"
expect_exit 0 w exec g -- ping -c2 -W5 $server_ip
way=$(w exec g -- traceroute -n -q1 -w2 -m5 $server_ip 2>&1 | awk '/^ *[0-9]/ { print $2 }' | xargs)
expect "traceroute sees the way" "10.20.0.1 $router_ip $server_ip" "$way"
has_ipv6() {
	w status guest --json | jq -e '.nodes[0].nics[0].ipv6 | any(startswith("fd00:20::"))'
}
expect_exit 0 until_ok 60 has_ipv6
expect_exit 0 w exec g -- ping -6 -c1 -W5 fd00:20::1
expect_exit 1 w exec g -- ping -c1 -W2 $host_ip
