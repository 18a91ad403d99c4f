#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# packet_refuses_nics.sh - a NIC that the host needs itself is no uplink unless
# forced, and the user is told why; one in another namespace is found there
# shellcheck source=tests/netns/packet_init.bash
. "$(dirname "$0")/packet_init.bash"

# refused WORDS ARGUMENT... - with a sentence that has these words
refused() {
	local words=$1 code
	shift
	timeout 10 "$wire_program" "$@" >"$dir/wire.log" 2>"$dir/wire.err"
	code=$?
	expect "exit code of $*" 3 "$code"
	if grep -q -- "$words" "$dir/wire.err"; then
		echo "ok: $(cat "$dir/wire.err")"
	else
		fail "no word of \"$words\": $(cat "$dir/wire.err")"
	fi
}

# taken ARGUMENT... - it is opened
taken() {
	wire_start "$@"
	wire_says '^nic0\|^ready' && echo "ok: $* is opened"
	kill "$wire"
	wait "$wire"
	wire=
}

upstream_up
ip link set lo up
refused "no interface nosuch0" packet=nosuch0
refused "can't be an interface's name" packet=averyveryverylongname
refused "loopback" packet=lo
refused "loopback" -f packet=lo
ip tuntap add mode tun dev tun0
refused "no Ethernet interface" -f packet=tun0
taken packet=nic0
ip address add 10.7.0.9/24 dev nic0
ip route add default via 10.7.0.1
refused "default route" packet=nic0
taken -f packet=nic0
ip route del default
taken packet=nic0
ip link add mine0 type bridge
ip link set nic0 master mine0
refused "bridge mine0" packet=nic0
taken -f packet=nic0
ip link set nic0 nomaster
refused "no interface sw0" packet=sw0
taken -n "/proc/$upstream/ns/net" -f packet=sw0
refused "bridge br0" -n "/proc/$upstream/ns/net" packet=sw0
taken packet=nic0
exit "$failed"
