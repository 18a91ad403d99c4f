#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# linux_init.sh - process 1 of a guest that boots to tell what it found, and ends
# as it is told on its console
# shellcheck shell=dash
B=/bin/busybox

find_devices() {
	for dir in /sys/bus/pci/devices/*; do
		echo "guest: pci ${dir##*/} $($B cat "$dir/vendor"):$($B cat "$dir/device")"
	done
	echo "guest: drivers $($B ls /sys/bus/virtio/drivers/*/ | $B grep -c '^virtio[0-9]')"
	echo "guest: random $($B timeout 20 $B head -c 64 /dev/hwrng | $B wc -c)"
	# of CPUs' columns none has the chip's name in it
	$B grep virtio /proc/interrupts | $B sed -E 's/^ *[0-9]+:[ 0-9]+/guest: interrupt /'
}

# What the kernel calls an error; but for an emulated CPU's XSAVE and its frequency
complain() {
	$B dmesg | $B grep -iE 'acpi.*(error|warn|exception|invalid)|firmware bug|irq.*(nobody|spurious)|hard lockup|soft lockup|can.t allocate|timer.*(bug|not work)' |
		$B sed 's/^/guest: complains /'
}

$B mkdir -p /proc /sys /dev
$B mount -t proc proc /proc
$B mount -t sysfs sysfs /sys
$B mount -t devtmpfs dev /dev
for module in /modules/*; do
	$B insmod "$module" || echo "guest: complains $module"
done
echo "guest: cpus $($B nproc)"
while read -r name size _; do
	[ "$name" != MemTotal: ] || echo "guest: memory $((size / 1024))"
done </proc/meminfo
find_devices
complain
echo "guest: ends how?"
read -r how
$B "$how" -f
