#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vhost_net.sh - a NIC on a tap, served by the kernel's vhost-net, in the test VM:
# first without a guest, then a Debian kernel on a bridge of its host
set -u
# shellcheck source=tests/vm/nic.bash
. "$(dirname "$0")/nic.bash"

# watch_frames and expect_large_frames: whole segments go over the tap, or no frame
# has more than 1514 bytes. How many do is up to who sends, and how slowly.
watch_frames() {
	"$(dirname "$0")/largest_frames.py" tap0 "$scratch/largest" &
	watcher=$!
	until_ok 30 test -e "$scratch/largest" || fail "nobody watches tap0"
}

expect_large_frames() {
	local in out
	kill "$watcher"
	wait "$watcher"
	read -r in out <"$scratch/largest"
	echo "figure: the largest frames on tap0: $in bytes in, $out bytes out"
	[ "$in" -gt 1514 ] || fail "the guest sends small segments only"
	[ "$out" -gt 1514 ] || fail "the guest is sent small segments only"
}

has_no_carrier() {
	grep -q 0 /sys/class/net/tap0/carrier || fail "the tap keeps its carrier"
}

inside() {
	# what the kernel itself would say on a new interface is none of the test's
	echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
	"$build/tests/vm/vhost_net_rings" || failed=1
	ip link add br0 type bridge
	ip tuntap add tap0 mode tap vnet_hdr
	ip link set tap0 master br0 up
	be_host br0
	start_guest "$1" "$2" none tap=tap0
	says 'built-in shell'
	answers 30 || fail "the guest does not answer"
	ping -q -c20 -i0.1 10.99.0.2 | sed -n 's/^/figure: /; /packets\|rtt/p'
	watch_frames
	sent_by_guest
	sent_to_guest
	expect_large_frames
	cut_cable has_no_carrier
	end_guest
	exit $failed
}

if [ "${1:-}" = inside ]; then
	inside "$2" "$3"
else
	in_the_vm
fi
