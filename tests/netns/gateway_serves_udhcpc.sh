#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# gateway_serves_udhcpc.sh - busybox udhcpc gets a lease, renews it by unicast,
# asks for the same address again and releases it; also from a DHCP-only port
set -u
. "$(dirname "$0")/gateway_init.sh"
dir=${dir:?}
needs busybox ip

# wait_for EVENT - udhcpc says what it got before its script is told, so it is the
# script's end that counts
wait_for() {
	local i
	for ((i = 0; i < 500; i++)); do
		grep -qx "$1" "$dir/learned.events" && return
		sleep 0.02
	done
	cat "$dir/udhcpc.log"
	fail "udhcpc's script was not told $1"
}

session() { # session OPTION... - of the gateway
	gateway_start "$@"
	: >"$dir/learned.events"
	busybox udhcpc -f -R -i wan0 -s "$dir/script" -O staticroutes \
		-O mtu >"$dir/udhcpc.log" 2>&1 &
	others=($!)
	wait_for bound
	kill -USR1 "${others[0]}"
	wait_for renew
	cp "$dir/learned" "$dir/learned.bound"
	kill "${others[0]}"
	wait "${others[0]}"
	others=()
	mv "$dir/learned.bound" "$dir/learned"
	learned '^ip=10\.20\.0\.100$'
	learned '^mask=24$'
	gateway_stop
	[ "$(counter acks)" = 2 ] || fail "not two ACKs"
	[ "$(counter naks)" = 0 ] || fail "a NAK"
	[ "$(counter releases)" = 1 ] || fail "no release"
	[ "$(counter forged)" = 0 ] || fail "the release was not believed"
	[ "$(counter dhcp_bad)" = 0 ] || fail "a message of udhcpc was refused"
}

session
learned '^router=10\.20\.0\.1$'
learned '^dns=10\.20\.0\.1$'
learned '^mtu=1500$'
learned '^staticroutes=10\.30\.0\.0/24 10\.20\.0\.11 0\.0\.0\.0/0 10\.20\.0\.1'
session -i
grep -Eq '^(router|dns)=' "$dir/learned" && fail "an internal network leads out"
exit 0
