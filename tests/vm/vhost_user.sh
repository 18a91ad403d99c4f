#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vhost_user.sh - a Debian kernel's NIC with two queue pairs, on a vhost-user back-end
# that is killed under it, in the test VM
set -u
# shellcheck source=tests/vm/nic.bash
. "$(dirname "$0")/nic.bash"

start_back_end() {
	"$build/tests/vm/vhost_user_cable" "$scratch/nic.sock" tap0 2 2>"$scratch/cable" &
	back_end=$!
}

more_than() {
	[ "$(cat /sys/class/net/tap0/statistics/rx_packets)" -gt "$1" ]
}

# In the middle of what the guest sends; its segments are sent again.
kill_back_end() {
	local before
	before=$(cat /sys/class/net/tap0/statistics/rx_packets)
	until_ok 20 more_than $((before + 50))
	kill -9 "$back_end"
	wait "$back_end" 2>/dev/null
	start_back_end
}

inside() {
	ip tuntap add tap0 mode tap vnet_hdr
	be_host tap0
	start_back_end
	until_ok 10 test -S "$scratch/nic.sock" || fail "no back-end: $(cat "$scratch/cable")"
	start_guest "$1" "$2" "$scratch/nic.sock" \
		"socket=$scratch/nic.sock,queues=2,mtu=1400" --cpus 2
	says 'built-in shell'
	answers 30 || fail "the guest does not answer"
	type_in 'cd /sys/class/net/eth0; ls queues; cat mtu; cd; echo as""ked'
	says '^asked'
	grep -q 'rx-1.*tx-1' "$scratch/console" || fail "the driver uses one pair: $(cat "$scratch/console")"
	grep -q '^1400' "$scratch/console" || fail "the driver has another MTU"
	sent_by_guest
	sent_to_guest
	sent_by_guest kill_back_end
	answers 20 || fail "the guest does not answer the new back-end"
	cut_cable
	# the machine begins anew, and so does its NIC
	type_in 'reboot -f'
	says 'built-in shell' 2
	answers 30 || fail "the guest does not answer after its reboot"
	sent_to_guest
	end_guest
	kill "$back_end"
	grep gone "$scratch/log"
	exit $failed
}

if [ "${1:-}" = inside ]; then
	inside "$2" "$3"
else
	in_the_vm
fi
