#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vhost_net.sh - a NIC on a tap, served by the kernel's vhost-net, in the test VM:
# first without a guest, then a Debian kernel on a bridge of its host
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${WEFT_BUILD:?the build folder}
failed=0

fail() {
	echo "FAILED: $*"
	failed=1
}

# until_ok SECONDS COMMAND...: again and again till it succeeds
until_ok() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.2
	done
}

# says PATTERN: the guest does, soon
says() {
	if until_ok 60 grep -q -- "$1" "$scratch/console"; then
		echo "ok: the guest says $1"
	else
		fail "the guest never says '$1': $(tail -n 30 "$scratch/console" "$scratch/words")"
	fi
}

# A bridge with an address and a DHCP server; the guest's tap is on it.
make_bridge() {
	ip link add br0 type bridge
	ip addr add 10.99.0.1/24 dev br0
	ip link set br0 up
	ip tuntap add tap0 mode tap vnet_hdr
	ip link set tap0 master br0 up
	printf 'start 10.99.0.2\nend 10.99.0.2\ninterface br0\nlease_file %s\n' \
		"$scratch/leases" >"$scratch/udhcpd"
	: >"$scratch/leases"
	busybox udhcpd -f "$scratch/udhcpd" >/dev/null 2>&1 &
	dhcp=$!
}

# KERNEL INITRAMFS: weft-vmm beside the test; its guest's shell reads $scratch/keys
start_guest() {
	mkfifo "$scratch/orders" "$scratch/keys" "$scratch/never"
	exec 8<>"$scratch/keys"
	timeout 200 python3 "$here/../vmm/minder.py" "$scratch/log" "$scratch/orders" -- \
		"$build/cli/vmm/weft-vmm" --kernel "$1" --initrd "$2" --memory 256M \
		--cmdline "console=ttyS0 quiet net.ifnames=0" \
		--net "tap=tap0,mac=52:54:00:00:00:07" \
		<&8 >"$scratch/console" 2>"$scratch/words" &
	guest=$!
}

# type_in LINE: what the guest's shell is told
type_in() {
	echo "$*" >&8
}

# sent_by_guest and sent_to_guest: 5 MB by TCP, and their sum at both ends. An
# nc ends when its peer does, so neither may see the end of its own input first.
sent_by_guest() {
	busybox nc -l -p 5001 <>"$scratch/never" | sha256sum >"$scratch/sum" &
	type_in 'head -c 5000000 /dev/urandom >/big; nc 10.99.0.1 5001 </big; sha256sum </big; echo se""nt'
	says '^sent'
	wait $!
	says "^$(cut -c1-64 "$scratch/sum")"
}

sent_to_guest() {
	head -c 5000000 /dev/urandom >"$scratch/big"
	busybox nc -l -p 5002 <"$scratch/big" >/dev/null &
	type_in 'mkfifo /never; nc 10.99.0.1 5002 <>/never | sha256sum; echo recei""ved'
	says '^received'
	wait $!
	says "^$(sha256sum <"$scratch/big" | cut -c1-64)"
}

counter() {
	cat "/sys/class/net/tap0/statistics/$1"
}

# Whole segments went over the tap, or a frame would have 1514 bytes at most.
expect_large_frames() {
	local way
	for way in rx tx; do
		echo "figure: tap0 $way: $(counter ${way}_bytes) bytes in $(counter ${way}_packets) frames"
	done
	[ $(($(counter rx_bytes) / $(counter rx_packets))) -gt 3000 ] ||
		fail "the guest's segments are small"
}

cut_cable() {
	echo "link 0 0" >"$scratch/orders"
	until_ok 10 grep -q 0 /sys/class/net/tap0/carrier || fail "the tap keeps its carrier"
	type_in 'until grep 0 /sys/class/net/eth0/carrier; do sleep 0.1; done; echo cut of""f'
	says '^cut off'
	ping -c1 -W1 10.99.0.2 >/dev/null && fail "it answers without a cable"
	echo "link 0 1" >"$scratch/orders"
	until_ok 20 ping -c1 -W1 10.99.0.2 || fail "it does not answer with its cable back"
}

# what the kernel itself would say on a new interface is none of the tests'
inside() {
	echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
	"$build/tests/vm/vhost_net_rings" || failed=1
	scratch=$(mktemp -d)
	make_bridge
	start_guest "$1" "$2"
	says 'lease of 10.99.0.2 obtained\|built-in shell'
	until_ok 60 ping -c1 -W1 10.99.0.2 || fail "the guest does not answer"
	says 'built-in shell'
	ping -q -c20 -i0.1 10.99.0.2 | sed -n 's/^/figure: /; /packets\|rtt/p'
	sent_by_guest
	sent_to_guest
	expect_large_frames
	cut_cable
	type_in 'poweroff -f'
	wait "$guest" || fail "weft-vmm: exit $?: $(cat "$scratch/words")"
	kill "$dhcp"
	exit $failed
}

if [ "${1:-}" = inside ]; then
	inside "$2" "$3"
fi
image=$("$build/cli/weft" image build --json) || {
	echo "skipped: no kernel for guests"
	exit 77
}
"$here/run.sh" --time 300 --module bridge "$0" inside \
	"$(jq -r .kernel.path <<<"$image")" "$(jq -r .initramfs <<<"$image")"
