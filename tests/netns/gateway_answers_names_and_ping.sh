#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# gateway_answers_names_and_ping.sh - dig over UDP and TCP, reverse names, large
# pings; and tshark finds nothing malformed in any of it
set -u
. "$(dirname "$0")/gateway_init.sh"
dir=${dir:?}
needs dig ping ip tshark busybox

ask() { # ask EXPECTED ARGUMENT...
	local expected=$1 got
	shift
	got=$(dig @10.20.0.1 +tries=1 +time=2 +short "$@")
	[ "$got" = "$expected" ] || fail "dig $*: '$got', not '$expected'"
}

status() { # status EXPECTED ARGUMENT...
	local expected=$1
	shift
	dig @10.20.0.1 +tries=1 +time=2 "$@" >"$dir/dig"
	grep -q "status: $expected" "$dir/dig" || {
		cat "$dir/dig"
		fail "dig $*: not $expected"
	}
}

gateway_start
tshark -q -i wan0 -w "$dir/all.pcapng" >"$dir/tshark.log" 2>&1 &
others=($!)
for ((i = 0; i < 300; i++)); do
	[ -s "$dir/all.pcapng" ] && break
	sleep 0.05
done
busybox udhcpc -q -n -i wan0 -s "$dir/script" >/dev/null 2>&1 ||
	fail "no lease"

ask 10.20.0.11 web1
ask 10.20.0.11 WEB1.Office.Lab
ask 10.20.0.11 +tcp web1.office.lab
ask 10.20.0.11 +noedns web1
ask web1.office.lab. -x 10.20.0.11
ask '' web1.office.lab AAAA
status NOERROR web1.office.lab AAAA
grep -q SOA "$dir/dig" || fail "no SOA in a negative answer"
status NXDOMAIN nobody.office.lab
status NXDOMAIN -x 10.20.0.77
status REFUSED example.com
status BADVERS +edns=1 +noednsnegotiation web1
[ "$(dig @10.20.0.1 +tcp +keepopen +short web1 web1.office.lab |
	grep -c 10.20.0.11)" = 2 ] || fail "two queries on one connection"

ping -q -c 3 -i 0.2 -W 2 10.20.0.1 >/dev/null || fail "ping"
ping -q -c 2 -i 0.2 -W 2 -s 1400 10.20.0.1 >/dev/null || fail "ping -s 1400"
ip link set wan0 mtu 65521
ping -q -c 2 -i 0.2 -W 2 -M 'do' -s 60000 10.20.0.1 >/dev/null ||
	fail "ping -s 60000"

sleep 1
kill "${others[0]}"
wait "${others[0]}" 2>/dev/null
others=()
gateway_stop
[ "$(counter tcp_messages)" -ge 3 ] || fail "not answered over TCP"
[ "$(counter drop-bad-packet || true)" = "" ] || fail "a packet was malformed"
tshark -r "$dir/all.pcapng" -o ip.check_checksum:TRUE \
	-o udp.check_checksum:FALSE -o tcp.check_checksum:FALSE \
	-Y '_ws.malformed || _ws.expert.severity >= error' >"$dir/bad" 2>/dev/null
[ -s "$dir/bad" ] && cat "$dir/bad" && fail "malformed packets"
# what we sent has its checksums complete
tshark -r "$dir/all.pcapng" -o udp.check_checksum:TRUE \
	-o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE \
	-Y 'eth.src == 52:54:00:00:00:01 && (ip.checksum.status == 0 ||
	    udp.checksum.status == 0 || tcp.checksum.status == 0 ||
	    icmp.checksum.status == 0)' >"$dir/bad" 2>/dev/null
[ -s "$dir/bad" ] && cat "$dir/bad" && fail "wrong checksums"
tshark -r "$dir/all.pcapng" -Y 'dhcp && dns' >/dev/null 2>&1
[ "$(tshark -r "$dir/all.pcapng" -Y 'dns.flags.response == 1' 2>/dev/null |
	wc -l)" -ge 10 ] || fail "the capture holds no answers"
