#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# boot.sh - a builtin guest boots in QEMU, and its agent does what it is for
# usage: boot.sh IMAGE-PATHS AGENT-TALK WEFT-INIT
set -eu
image_paths=$1 agent_talk=$2 weft_init=$3
for tool in qemu-system-x86_64 apt-get dpkg-deb busybox; do
	command -v $tool >/dev/null || {
		echo "skipped: $tool is not installed"
		exit 77
	}
done
dir=$(mktemp -d)
qemu=
trap '[ -z "$qemu" ] || kill "$qemu" 2>/dev/null || :; rm -rf "$dir"' EXIT

# The cache is a real one if there is one: 27 MB needn't come each time.
"$image_paths" "$weft_init" >"$dir/paths" || {
	code=$?
	[ $code = 6 ] || exit $code
	echo "skipped: no kernel can be had here"
	exit 77
}
KERNEL='' INITRD='' CMDLINE='' VERSION=''
# shellcheck disable=SC1091
. "$dir/paths"
qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot \
	-accel tcg -machine q35,usb=off,smbus=off,sata=off,i8042=off,vmport=off \
	-cpu max -smp 1 -m 128 \
	-kernel "$KERNEL" -initrd "$INITRD" -append "$CMDLINE" \
	-serial "file:$dir/console" \
	-device virtio-serial-pci \
	-chardev "socket,id=agent,path=$dir/agent.sock,server=on,wait=off" \
	-device virtserialport,chardev=agent,name=weft.agent \
	-netdev hubport,hubid=0,id=net0 \
	-device virtio-net-pci,netdev=net0,mac=52:54:00:00:00:07,romfile= \
	-netdev user,id=net1 \
	-device virtio-net-pci,netdev=net1,mac=52:54:00:00:00:08,romfile= &
qemu=$!
if ! "$agent_talk" "$dir/agent.sock" all "$VERSION"; then
	echo "the guest's console:"
	cat "$dir/console"
	exit 1
fi
wait "$qemu"
qemu=
