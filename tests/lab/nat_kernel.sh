#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nat_kernel.sh - the kernel as engine: guests reach the outside, nobody reaches
# them but by a forward, also while others load and flush rules; at the end the
# host is as it was, also after kill -9
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs python3 curl busybox nft
nft list ruleset >/dev/null 2>&1 || skip "this kernel has no nf_tables"
nat_world
forwarding=/proc/sys/net/ipv4/ip_forward
echo 0 >$forwarding

# the_lab KEYS [FORWARD...]: a and b on wan, c behind the router r, d on lan
the_lab() {
	local IFS=, keys=$1 list
	shift
	list="$*"
	cat >"$scratch/nat1.weft.yaml" <<-EOF2
		lab: nat1
		networks:
		  wan:
		    mode: nat
		    engine: kernel
		    ipv4: 10.20.0.0/24
		    routes: [ { to: 10.30.0.0/24, via: r } ]
		    forward: [ $list ]
		    $keys
		  lan: { mode: nat, engine: kernel, ipv4: 10.40.0.0/24 }
		  back: { mode: internal, ipv4: 10.30.0.0/24 }
		nodes:
		  a: { kind: netns, nics: [ { net: wan } ] }
		  b: { kind: netns, nics: [ { net: wan } ] }
		  r: { kind: netns, nics: [ { net: wan }, { net: back, ipv4: 10.30.0.1/24 } ],
		       run: "echo 1 >/proc/sys/net/ipv4/ip_forward; exec sleep 3600" }
		  c: { kind: netns, nics: [ { net: back, ipv4: 10.30.0.7/24, gateway: 10.30.0.1 } ] }
		  d: { kind: netns, nics: [ { net: lan } ] }
	EOF2
}

# what must be as it was; numbers of interfaces aren't
host() {
	ip -o link | sed 's/^[0-9]*: //'
	ip -4 -o addr | sed 's/^[0-9]*: //'
	ip -4 route show table all
	nft list ruleset
	cat $forwarding
}

is_as_before() {
	[ "$(host)" = "$before" ]
}

expect_as_before() {
	until_ok 5 is_as_before
	expect "$1: the host is as it was" "$before" "$(host)"
}

# tcp NODE ADDRESS PORT: connected, or the error
tcp() {
	w exec "$1" -- python3 "$connections" connect "$2" "$3" | sed 's/^[0-9.]*$/connected/'
}

# web NODE: a server in a node, in the background: "hello from NODE" at /
web() {
	w exec "$1" -- sh -c "mkdir -p $scratch/$1 && cd $scratch/$1 && echo hello from $1 >index.html &&
		exec busybox httpd -f -p 80" &
	started+=($!)
	until_ok 10 w exec "$1" -- curl -s -m 1 http://127.0.0.1/
}

get() {
	curl -sS -m 6 "http://$1/index.html" 2>&1
}

on_server python3 "$udp" serve 7100 >"$scratch/outside" 2>&1 &
started+=($!)
on_server python3 "$connections" serve $server_ip 7000 >"$scratch/tcp" 2>&1 &
started+=($!)
python3 "$connections" serve 127.0.0.1 7001 >"$scratch/loopback" 2>&1 &
started+=($!)
for service in outside tcp loopback; do
	until_ok 10 grep -q ready "$scratch/$service" || die "no service $service"
done
before=$(host)

# what the host lacks is said before anything is there
the_lab "" '{ host: 8080, to: "a:80" }'
expect_exit 6 w up "$scratch/nat1.weft.yaml"
expect_match "forwarding is off, and what to do" "sysctl -w net.ipv4.ip_forward=1" "$said"
the_lab "ip-forward: enable" '{ host: 8080, to: "a:80" }'
expect_exit 5 setpriv --bounding-set -net_admin "$weft" up "$scratch/nat1.weft.yaml"
expect_match "what it takes is said" "network wan: engine kernel: .*CAP_NET_ADMIN" "$said"
is_as_before || fail "something was changed all the same"

the_lab "ip-forward: enable" '{ host: 8080, to: "a:80" }' '{ host: "0.0.0.0:8081", to: "b:80" }' \
	'{ host: 8030, to: "10.30.0.7:80" }' '{ host: "0.0.0.0:5300", to: "b:5300/udp" }'
expect_exit 0 w up "$scratch/nat1.weft.yaml"
[ "$failed" -eq 0 ] || exit 1
expect "forwarding is on meanwhile" 1 "$(cat $forwarding)"

expect "a guest reaches the outside" connected "$(tcp a $server_ip 7000)"
expect "as the host" "$host_ip" "$(w exec a -- python3 "$udp" ask $server_ip 7100 hello | cut -d: -f1)"
expect "one behind a router too" connected "$(tcp c $server_ip 7000)"
expect_exit 0 w exec a -- ping -q -c1 -W2 $server_ip
expect_exit 0 w exec a -- ping -q -c1 -W2 10.20.0.1
expect_match "names are the gateway's" "10.20.0.1" "$(w exec a -- cat /etc/resolv.conf)"
a=$(address nat1 a)
on_router ip route add 10.20.0.0/24 via $host_ip
on_server ip route add 10.20.0.0/24 via 203.0.113.1
web a
web b
web c
expect_match "nobody outside reaches a guest" "timed out|refused|Couldn't connect|connect to" \
	"$(on_server curl -sS -m 1 "http://$a/index.html" 2>&1)"
expect_match "nor does the host" "connect to server" "$(get "$a")"
expect_match "nor a guest of another network" "timed out|connect to" \
	"$(w exec d -- curl -sS -m 1 "http://$a/index.html" 2>&1)"
for address in 10.20.0.1 $host_ip 10.40.0.1; do
	expect_match "no service of the host at $address" "^E(HOSTUNREACH|CONNREFUSED)$" "$(tcp a $address 7001)"
done

expect "a forward of the loopback" "hello from a" "$(get 127.0.0.1:8080)"
expect "of every address" "hello from b" "$(get $host_ip:8081)"
expect "to one behind a router" "hello from c" "$(get 127.0.0.1:8030)"
expect "from outside" "hello from b" "$(on_server curl -sS -m 5 http://$host_ip:8081/index.html)"
expect_match "but not one of the loopback" "connect to" \
	"$(on_server curl -sS -m 5 http://$host_ip:8080/index.html 2>&1)"
expect "a guest by way of the host" "hello from b" "$(w exec a -- curl -sS -m 5 http://$host_ip:8081/index.html)"
expect "the very guest that it leads to" "hello from b" "$(w exec b -- curl -sS -m 5 http://$host_ip:8081/index.html)"
expect "a guest of another network" "hello from b" "$(w exec d -- curl -sS -m 5 http://$host_ip:8081/index.html)"
w exec b -- python3 "$udp" serve 5300 >"$scratch/udp" 2>&1 &
started+=($!)
until_ok 5 grep -q ready "$scratch/udp"
expect_match "a client outside is itself" "^$server_ip:[0-9]+ 5: hello" \
	"$(on_server python3 "$udp" ask $host_ip 5300 hello)"
expect_match "the host's loopback is the gateway" "^10.20.0.1:[0-9]+ 5: hello" \
	"$(python3 "$udp" ask 127.0.0.1 5300 hello)"

expect "what a forward led is counted, and by whom it leads" "true kernel" "$(w show forwards -j |
	jq -r '.forwards[] | select(.host == "127.0.0.1:8080") | "\(.accepted > 0) \(.engine)"')"
expect_match "flows are the kernel's" "conntrack -L -s 10.20.0.0/24" "$(w show flows 2>&1)"

# others' rules
nft -f - <<-EOF2
	table ip filter {
		chain DOCKER-USER { counter return; }
		chain FORWARD { type filter hook forward priority 0; policy drop; counter jump DOCKER-USER; }
	}
EOF2
expect_match "what stops guests is named by status" \
	"network wan: a rule of this host stops guests: chain FORWARD of table ip filter \(policy drop\)" \
	"$(w status nat1 2>&1)"
expect_match "and what to do" "fix: nft insert rule ip filter FORWARD iifname nat1-wan accept" "$said$(w status nat1 2>&1)"
expect_exit 0 w up "$scratch/nat1.weft.yaml"
expect_match "by up" "network lan: a rule of this host stops guests" "$said"
expect_match "and by doctor" "stopped by chain FORWARD of table ip filter" "$(w doctor 2>&1)"
expect_match "which is true" "^E|timeout" "$(w exec a -- curl -sS -m 1 http://$server_ip:7000/ 2>&1 |
	sed 's/.*timed out.*/timeout/')"
expect "a forward of the loopback isn't forwarding" "hello from a" "$(get 127.0.0.1:8080)"
nft insert rule ip filter FORWARD iifname nat1-wan accept
nft insert rule ip filter FORWARD oifname nat1-wan accept
expect "what to do helps" connected "$(tcp a $server_ip 7000)"
expect_match "and wan isn't named any more" "^0$" "$(w status nat1 2>&1 | grep -c 'network wan: a rule')"
nft flush ruleset
expect "after a flush of all rules: out" connected "$(tcp a $server_ip 7000)"
expect "and in" "hello from a" "$(get 127.0.0.1:8080)"

# weft-switch dies: taps and rules are labd's
kill -9 "$(switch_pid nat1)"
until_ok 10 w exec a -- ping -q -c1 -W1 10.20.0.1
expect "a new weft-switch" connected "$(tcp a $server_ip 7000)"

# a running lab changes
the_lab "ip-forward: enable, host-access: gateway" '{ host: 8080, to: "b:80" }'
sed -i 's/ip-forward: enable, /ip-forward: enable\n    /' "$scratch/nat1.weft.yaml"
expect_exit 0 w up "$scratch/nat1.weft.yaml"
expect "a forward that leads elsewhere" "hello from b" "$(get 127.0.0.1:8080)"
expect_match "one that went" "connect to" "$(get $host_ip:8081)"
expect "with host access, the host's loopback at the gateway" connected "$(tcp a 10.20.0.1 7001)"
expect "a forward of the loopback there too" "hello from b" "$(w exec a -- curl -sS -m 5 http://10.20.0.1:8080/index.html)"

expect_exit 0 w down nat1
expect_as_before "weft down"
expect_exit 0 w up "$scratch/nat1.weft.yaml"
expect "up again" connected "$(tcp a $server_ip 7000)"
kill -9 "$(labd_pid nat1)"
expect_as_before "labd is killed"
