#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nat_dns.sh - names of the world are looked up by the host's resolvers, whatever
# they are at the moment
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs python3 dig dnsmasq
dns=$root/tests/lab/dns.py
gateway=10.20.0.1
nat_world
resolv=$scratch/resolv.conf
: >"$resolv"
mount --bind "$resolv" /etc/resolv.conf || skip "no mount over /etc/resolv.conf"

# resolver SPACE ADDRESS WHO: dnsmasq there, where who.example.test is WHO
resolver() {
	local texts=() i
	for i in 1 2 3 4 5 6; do
		texts+=("--txt-record=big.example.test,$(printf "$i%.0s" {1..200})")
	done
	nsenter -t "$1" -n dnsmasq --keep-in-foreground --conf-file=/dev/null \
		--no-resolv --no-hosts --local-ttl=60 --bind-interfaces --listen-address="$2" \
		--except-interface=lo --pid-file= --user="$(id -un)" --group="$(id -gn)" \
		--log-queries --log-facility="$scratch/queries.$2" \
		--address=/many.example.test/192.0.2.90 --local=/example.test/ \
		--host-record="who.example.test,$3" --host-record=www.example.test,192.0.2.80 \
		--dns-rr=odd.example.test,65280,c0ffee "${texts[@]}" &
	started+=($!)
}

# use RESOLVER...: what the host's resolv.conf says from now on
use() {
	printf 'nameserver %s\n' "$@" >"$resolv"
	sleep 0.3
}

ask() {
	w exec a -- dig @$gateway +time=6 +tries=1 +short "$@" 2>&1
}

asked() {
	grep -ci "query\[.*\] $2 " "$scratch/queries.$1"
}

# with all that dig says
look() {
	w exec a -- dig @$gateway +time=6 +tries=1 "$@" 2>&1
}

resolver "$server" $server_ip 192.0.2.1
resolver "$router" $router_ip 192.0.2.2
until_ok 5 on_server dig @$server_ip +time=1 +tries=1 www.example.test || die "no resolver"
use $server_ip
nat_lab "dns: { domain: lab.test }"

expect "a name of the world over UDP" 192.0.2.80 "$(ask www.example.test)"
expect "and over TCP" 192.0.2.80 "$(ask +tcp www.example.test)"
expect "a name of the lab is answered here" 10.20.0.1 "$(ask gateway.lab.test)"
expect "and nobody else asked" 0 "$(asked $server_ip gateway.lab.test)"
expect "nor for what must not leave" 127.0.0.1 "$(ask localhost)"
expect "a type that nobody knows" '\# 3 C0FFEE' "$(ask odd.example.test TYPE65280)"
expect_match "no such name" NXDOMAIN "$(look none.example.test)"
expect_match "what doesn't fit says so, and comes over TCP" ";; Truncated, retrying" \
	"$(look +noedns big.example.test TXT)"
expect "all of it" 6 "$(ask big.example.test TXT | grep -c '^"')"
expect_match "EDNS goes through, and comes back" "flags: do; udp: " \
	"$(look +dnssec www.example.test)"

before=$(asked $server_ip www.example.test)
expect "a name is looked up once" 192.0.2.80 "$(ask www.example.test)"
expect "for all that ask" $before "$(asked $server_ip www.example.test)"
ttl=$(w exec b -- dig @$gateway +noall +answer WWW.Example.test | awk '{ print $2 <= 60 ? $1 " " $5 : $2 }')
expect "as they wrote it, with what is left of its time" "WWW.Example.test. 192.0.2.80" "$ttl"
expect_json "the cache counts" '.networks[0].services.dns_cache | .hits >= 2 and .entries >= 1 and .bytes > 0' \
	"$(w show networks -l nat1 --json)"
if command -v kdig >/dev/null; then
	expect "kdig, over UDP" 192.0.2.80 "$(w exec a -- kdig @$gateway +short www.example.test 2>&1)"
	expect "over TCP, with DNSSEC" 192.0.2.80 \
		"$(w exec a -- kdig @$gateway +short +tcp +dnssec www.example.test 2>&1)"
	expect "six records that fit no datagram" 6 \
		"$(w exec a -- kdig @$gateway +short +bufsize=512 big.example.test TXT 2>/dev/null | grep -c '^"')"
fi

expect "200 names at once are all looked up" 0:200 \
	"$(w exec a -- python3 "$dns" flood $gateway 200 many.example.test)"

use $router_ip $server_ip
expect "another resolver is used as soon as the file says so" 192.0.2.2 "$(ask who.example.test)"
use $server_ip
expect "and the first again" 192.0.2.1 "$(ask who.example.test)"
before=$(asked $server_ip who.example.test)
kill -9 "$(switch_pid nat1)"
until_ok 10 w exec a -- ping -c1 -W1 $gateway
expect "a new weft-switch knows the resolvers too" 192.0.2.1 "$(ask who.example.test)"
expect "which were asked" $((before + 1)) "$(asked $server_ip who.example.test)"

# a resolver that isn't there, one that is dead, one that is refused
on_router ip route add blackhole 203.0.113.99
use 203.0.113.99 $server_ip
start=$(now_ms)
expect "the next one answers for one that is silent" 192.0.2.80 "$(ask www.example.test)"
first=$(($(now_ms) - start))
expect "and is asked first from then on" 192.0.2.1 "$(ask who.example.test)"
at_most "ms until the next one was asked" 4000 "$first"
expect_json "the silent one is known, and cost one wait" '.networks[0].resolvers |
	.[0].state == "dead" and .[0].timeouts == 1 and .[1].state == "up" and .[1].replied >= 2' \
	"$(w show networks -l nat1 --json)"
expect_match "in the metrics too" 'weft_resolver_up{lab="nat1",network="wan",resolver="203.0.113.99"} 0' \
	"$(w metrics nat1)"
use 203.0.113.99
expect_match "all are silent: SERVFAIL" SERVFAIL "$(look www.example.test)"
use $host_ip $server_ip
expect "nobody serves there: the next one" 192.0.2.80 "$(ask www.example.test)"
use $gateway
expect_match "the gateway is no resolver of its own" REFUSED "$(look www.example.test)"
: >"$resolv"
sleep 0.3
expect_match "without a resolver" REFUSED "$(look www.example.test)"

# somebody who knows when a query is out, and the port, but not the id
on_server ip addr add 203.0.113.6/24 dev eth0
on_server python3 "$dns" forge 203.0.113.6 0.5 >"$scratch/forge" &
started+=($!)
until_ok 5 grep -q ready "$scratch/forge"
use 203.0.113.6
expect "only the reply to the question is believed" 192.0.2.7 "$(ask www.example.test)"
expect_json "the others are counted" '.networks[0].services.resolver.forged >= 23' \
	"$(w show networks -l nat1 --json)"

# its own resolvers
cat >"$scratch/own.weft.yaml" <<-EOF2
	lab: nat1
	networks:
	  wan: { mode: nat, ipv4: 10.20.0.0/24, dns: { servers: [$router_ip] } }
	nodes:
	  a: { kind: netns, nics: [ { net: wan } ] }
	  b: { kind: netns, nics: [ { net: wan } ] }
EOF2
expect_exit 0 w up "$scratch/own.weft.yaml"
expect "a network's own resolvers are asked, not the host's" 192.0.2.2 "$(ask who.example.test)"

# records of the lab file, changed while the lab runs
cat >"$scratch/records.weft.yaml" <<-EOF2
	lab: nat1
	networks:
	  wan:
	    mode: nat
	    ipv4: 10.20.0.0/24
	    dns:
	      domain: lab.test
	      records:
	        - { name: db, value: 10.20.0.50 }
	        - { name: db, type: AAAA, value: "fd00:20::50" }
	        - { name: www, type: CNAME, value: a }
	        - { name: api.example.com, value: 10.20.0.60 }
	        - { name: info, type: TXT, value: "two words" }
	nodes:
	  a: { kind: netns, nics: [ { net: wan, reserve: 10.20.0.7 } ] }
	  b: { kind: netns, nics: [ { net: wan } ] }
EOF2
use $server_ip
expect_exit 0 w up "$scratch/records.weft.yaml"
expect "an address of the lab file" "10.20.0.50 fd00:20::50" \
	"$(ask db.lab.test db AAAA | xargs)"
expect "its name" "db.lab.test." "$(ask -x 10.20.0.50)"
expect "a CNAME with what it leads to" "a.lab.test. 10.20.0.7" "$(ask www.lab.test | xargs)"
expect "text" '"two words"' "$(ask info TXT)"
before=$(asked $server_ip api.example.com)
expect "a name of the world that is ours now" 10.20.0.60 "$(ask api.example.com)"
expect_match "and has nothing else" "status: NOERROR.*ANSWER: 0" \
	"$(look api.example.com AAAA | tr '\n' ' ')"
expect "nobody was asked for it" "$before" "$(asked $server_ip api.example.com)"
before=$(grep -c in-addr "$scratch/queries.$server_ip")
expect_match "a private address that nobody has" NXDOMAIN "$(look -x 192.168.9.9)"
expect "is not asked for outside" "$before" "$(grep -c in-addr "$scratch/queries.$server_ip")"
expect_exit 0 w down nat1
exit $failed
