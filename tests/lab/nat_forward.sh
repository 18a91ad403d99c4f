#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nat_forward.sh - ports of the host lead to nodes, while they are in the lab file
# and no longer
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs python3 curl busybox
nat_world

# the_lab FORWARD...: nodes a, b and none at 10.20.0.77, c behind the router r
the_lab() {
	local IFS=, list
	list="$*"
	cat >"$scratch/nat1.weft.yaml" <<-EOF2
		lab: nat1
		networks:
		  wan:
		    mode: nat
		    ipv4: 10.20.0.0/24
		    routes: [ { to: 10.30.0.0/24, via: r } ]
		    forward: [ $list ]
		  other: { mode: nat, ipv4: 10.40.0.0/24 }
		  back: { mode: internal, ipv4: 10.30.0.0/24 }
		nodes:
		  a: { kind: netns, nics: [ { net: wan } ] }
		  b: { kind: netns, nics: [ { net: wan } ] }
		  r: { kind: netns, nics: [ { net: wan }, { net: back, ipv4: 10.30.0.1/24 } ],
		       run: "echo 1 >/proc/sys/net/ipv4/ip_forward; exec sleep 3600" }
		  c: { kind: netns, nics: [ { net: back, ipv4: 10.30.0.7/24, gateway: 10.30.0.1 } ] }
	EOF2
}

# a web server in a node, in the background: "hello from NODE" at /
web() {
	w exec "$1" -- sh -c "mkdir $scratch/$1 && cd $scratch/$1 && echo hello from $1 >index.html &&
		exec busybox httpd -f -p 80" &
	started+=($!)
	until_ok 5 w exec "$1" -- busybox nc -z 127.0.0.1 80
}

get() {
	curl -sS -m 6 "http://$1/index.html" 2>&1
}

# forwards FILTER: of weft.forwards/1
forwards() {
	w show forwards -l nat1 --json | jq -r "$1"
}

base=('{ host: 8080, to: "a:80" }' '{ host: "0.0.0.0:8081", to: "b:80/tcp" }'
	'{ host: "0.0.0.0:5300", to: "b:5300/udp" }' '{ host: 8077, to: "10.20.0.77:80" }'
	'{ host: 8030, to: "10.30.0.7:80" }' '{ host: 8082, to: "a:8082" }')
the_lab "${base[@]}"
expect_exit 0 w up "$scratch/nat1.weft.yaml"
web a
web b
web c

expect "a port of the host leads to a node" "hello from a" "$(get 127.0.0.1:8080)"
expect "another to another" "hello from b" "$(get 127.0.0.1:8081)"
expect "to a node behind a router" "hello from c" "$(get 127.0.0.1:8030)"
expect "from outside, where the file says so" "hello from b" \
	"$(on_server curl -sS -m 5 http://$host_ip:8081/index.html)"
expect_match "and not where it doesn't" "connect to server" \
	"$(on_server curl -sS -m 5 http://$host_ip:8080/index.html 2>&1)"

w exec b -- python3 "$udp" serve 5300 >"$scratch/udp" 2>&1 &
started+=($!)
until_ok 20 grep -q ready "$scratch/udp"
expect_match "a datagram is answered; to the node the host is the gateway" \
	"^10.20.0.1:[0-9]+ 5: hello" "$(python3 "$udp" ask 127.0.0.1 5300 hello)"
expect_match "a client outside is itself" "^$server_ip:[0-9]+ 5: hello" \
	"$(on_server python3 "$udp" ask $host_ip 5300 hello)"
python3 "$udp" ask2 127.0.0.1 5300 $host_ip 5300 >"$scratch/both"
expect "one socket at two of the host's addresses gets both answers" 2 "$(wc -l <"$scratch/both")"

expect_match "a node goes by the host's address, and is seen as it" "^$host_ip:[0-9]+ 5: hello" \
	"$(w exec a -- python3 "$udp" ask $host_ip 5300 hello)"
expect "so it does by TCP" "hello from b" \
	"$(w exec a -- curl -sS -m 5 http://$host_ip:8081/index.html 2>&1)"
expect_match "a forward of the host's loopback is closed to it" "connect to" \
	"$(w exec a -- curl -sS -m 5 http://$host_ip:8080/index.html 2>&1)"

start=$(now_ms)
expect_match "nobody listens: the client hears it" "reset|connect to server" "$(get 127.0.0.1:8082)"
goal "ms for it" 1000 $(($(now_ms) - start))
start=$(now_ms)
expect_match "nobody is there: the client hears it" "reset|connect to server" "$(get 127.0.0.1:8077)"
at_most "ms for it" 5000 $(($(now_ms) - start))
expect "it is counted" "1 1 0" "$(forwards '.forwards[] | select(.port == 80 and .address == "10.20.0.77") |
	"\(.accepted) \(.refused) \(.errors)"')"

bad=$(seq 300 | xargs -P 50 -I{} curl -sS -m 20 -o /dev/null -w '%{http_code}\n' \
	http://127.0.0.1:8080/index.html 2>&1 | grep -cv '^200$')
expect "300 requests, 50 at a time, without an error" 0 "$bad"

# a connection that lasts: an echo server in a, a client that speaks now and then
w exec a -- busybox nc -l -p 9000 -e cat 2>/dev/null &
started+=($!)
until_ok 20 w exec a -- grep -q ':2328 ' /proc/net/tcp /proc/net/tcp6 || die "no echo server"
the_lab "${base[@]}" '{ host: 9000, to: "a:9000" }'
expect_match "plan: the network is changed, not rebuilt" "change.*forward" \
	"$(w plan "$scratch/nat1.weft.yaml" 2>&1)"
expect_exit 0 w up "$scratch/nat1.weft.yaml"
exec 5<>/dev/tcp/127.0.0.1/9000 || die "no connection to the forward that was added"
echo one >&5
read -r -t 5 line <&5
expect "a forward that is added works at once" one "$line"
expect "and shows its connection" 1 "$(forwards '.forwards[] | select(.port == 9000) | .connections')"
the_lab "${base[@]:1}" '{ host: 9000, to: "a:9000" }' '{ host: 8090, to: "b:80" }'
expect_exit 0 w up "$scratch/nat1.weft.yaml"
echo two >&5
read -r -t 5 line <&5
expect "its connection goes on while others come and go" two "$line"
expect "one that came" "hello from b" "$(get 127.0.0.1:8090)"
expect_match "one that went" "connect to server" "$(get 127.0.0.1:8080)"
the_lab "${base[@]:1}" '{ host: 9000, to: "a:9000" }' '{ host: 8090, to: "a:80" }'
expect_exit 0 w up "$scratch/nat1.weft.yaml"
expect "one that leads elsewhere now" "hello from a" "$(get 127.0.0.1:8090)"
the_lab "${base[@]:1}" '{ host: 8090, to: "a:80" }'
expect_exit 0 w up "$scratch/nat1.weft.yaml"
echo three >&5
read -r -t 5 line <&5
expect "a connection outlives its forward" three "$line"
exec 5>&-

# added and removed while the lab runs
expect_exit 0 w forward add 8100 b:80 -l nat1
expect "a forward that is added live works at once" "hello from b" "$(get 127.0.0.1:8100)"
if [ -e /proc/sys/net/ipv6/conf/lo ] && [ "$(cat /proc/sys/net/ipv6/conf/lo/disable_ipv6)" = 0 ]; then
	expect_exit 0 w forward add "[::1]:8100" a:80 -l nat1
	expect "a client of IPv6 is served too" "hello from a" "$(get "[::1]:8100")"
	expect "and IPv4's port is another's" "hello from b" "$(get 127.0.0.1:8100)"
	expect_exit 0 w forward del "[::1]:8100" -l nat1
	expect_match "until it is removed" "connect to server" "$(get "[::1]:8100")"
fi
expect_exit 0 w forward add 0.0.0.0:5390-5391 b:5300-5301/udp -l nat1
expect_match "a range, of datagrams" " 5: hello" "$(python3 "$udp" ask 127.0.0.1 5390 hello)"
expect "they are in the list" "127.0.0.1:8100 0.0.0.0:5390 0.0.0.0:5391" \
	"$(w forward list -l nat1 --json | jq -r '[.forwards[] | select(.live) | .host] | join(" ")')"
expect_exit 1 w forward add 8100 a:80 -l nat1
expect "a port that one has is told" "weft: port 8100/tcp of the host is forwarded twice" "$said"
expect_exit 1 w forward add 8101 10.20.0.1:80 -l nat1
expect "of the network that it is about" \
	"weft: 10.20.0.1 is no node's address on network 'wan', nor behind one of its routes" "$said"
expect_exit 1 w forward add 8101 nobody:80 -l nat1
expect_match "a node that is not there" "no node is called 'nobody'" "$said"
expect_exit 1 w forward del 8081 -l nat1
expect_match "the lab file's are not taken away" "forwarded by the lab file" "$said"
the_lab "${base[@]:1}" '{ host: 8090, to: "a:80" }' '{ host: 5390, to: "a:9" }'
expect_match "plan says that it stays" "= forward 127.0.0.1:8100 -> b:80/tcp: added live, stays" \
	"$(w plan "$scratch/nat1.weft.yaml" 2>&1)"
expect_exit 0 w up "$scratch/nat1.weft.yaml"
expect "and it does, over another lab file" "hello from b" "$(get 127.0.0.1:8100)"
kill -9 "$(switch_pid nat1)"
expect "and over the end of weft-switch" "hello from b" "$(get 127.0.0.1:8100)"
expect_exit 0 w forward del 5390-5391/udp -l nat1
expect_exit 0 w forward del 127.0.0.1:8100 -l nat1
expect_match "until it is removed" "connect to server" "$(get 127.0.0.1:8100)"
expect_exit 4 w forward del 8100 -l nat1
expect "no trace of them" 0 "$(forwards '[.forwards[] | select(.live)] | length')"

# somebody else has the port
python3 -c 'import socket, time
s = socket.socket(); s.bind(("127.0.0.1", 8099)); s.listen(); time.sleep(3600)' &
started+=($!)
until_ok 5 busybox nc -z 127.0.0.1 8099
the_lab '{ host: 8090, to: "a:80" }' '{ host: 8099, to: "a:80" }'
expect_exit 1 w up "$scratch/nat1.weft.yaml"
expect_match "a port that is taken is told, and what to do" \
	"port 8099/tcp of 127.0.0.1 is in use; choose another in forward:" "$said"
expect "and nothing has changed" "hello from b" "$(get 127.0.0.1:8081)"
sed 's/^lab: nat1$/lab: nat2/' "$scratch/nat1.weft.yaml" >"$scratch/nat2.weft.yaml"
expect_exit 1 w up "$scratch/nat2.weft.yaml"
expect_match "it is said of a lab that does not run yet" "port 8090/tcp of 127.0.0.1 is in use" "$said"
expect_exit 4 w status nat2
the_lab '{ host: "192.0.2.99:80", to: "a:80" }'
expect_exit 1 w up "$scratch/nat1.weft.yaml"
expect_match "an address that the host lacks" "this host has no address 192.0.2.99" "$said"

# weft-switch dies: the ports are labd's
kill -9 "$(switch_pid nat1)"
expect "a client that comes meanwhile is served all the same" "hello from b" "$(get 127.0.0.1:8081)"
until_ok 5 w exec b -- ping -c1 -W1 10.20.0.1
expect_match "UDP too" " 5: again" "$(python3 "$udp" ask 127.0.0.1 5300 again)"

expect_exit 0 w down nat1
expect_match "no lab, no port" "connect to server" "$(get 127.0.0.1:8081)"
