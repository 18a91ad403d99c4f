#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# disks_init.sh - the guest of disks.sh: uses its disks as people do, echoes what a
# port brings, lets somebody log in on hvc0, and switches itself off. What it says
# goes to the serial port.
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
for module in /modules/*; do
	insmod "$module" || echo "FAIL insmod $module"
done

# check WHAT COMMAND...
check() {
	what=$1
	shift
	if "$@" >/dev/null 2>&1; then
		echo "ok $what"
	else
		echo "FAIL $what"
	fi
}

fails() {
	! "$@"
}

mkdir /mnt/data /mnt/base /mnt/only
check "the data disk" mount -t ext4 -o discard /dev/vda /mnt/data
head -c 5000000 /dev/urandom >/mnt/data/random
md5sum /mnt/data/random >/mnt/data/random.md5
mkdir -p /mnt/data/many
for i in $(seq 300); do
	echo "$i" >"/mnt/data/many/$i"
done
rm /mnt/data/old
check "a sync" sync
check "fstrim" fstrim /mnt/data
check "its end" umount /mnt/data
check "it again" mount -t ext4 /dev/vda /mnt/data
check "what was written" md5sum -c /mnt/data/random.md5
umount /mnt/data

check "a disk with an overlay" mount -t ext4 /dev/vdb /mnt/base
check "what is in the image" test "$(cat /mnt/base/file)" = "from the image"
echo "only for me" >/mnt/base/mine
rm /mnt/base/file
umount /mnt/base
check "the same again" mount -t ext4 /dev/vdb /mnt/base
check "what was written over it" test "$(cat /mnt/base/mine)" = "only for me"
check "what was removed" fails test -e /mnt/base/file
umount /mnt/base

check "a read-only disk" mount -t ext4 -o ro /dev/vdc /mnt/only
check "what is in it" test "$(cat /mnt/only/file)" = "from the image"
check "it stays read-only" fails mount -o remount,rw /mnt/only
check "its blocks too" fails dd if=/dev/zero of=/dev/vdc count=1 conv=fsync
check "serial numbers" test "$(cat /sys/block/vdc/serial)" = disk2

# As udev makes it.
mkdir /dev/virtio-ports
for port in /sys/class/virtio-ports/*; do
	[ ! -s "$port/name" ] ||
		ln -s "../${port##*/}" "/dev/virtio-ports/$(cat "$port/name")"
done
exec 3<>/dev/virtio-ports/echo.test
head -c 300000 <&3 >&3
echo "ok echoed"
exec 3>&-

echo "root::0:0:root:/:/bin/sh" >/etc/passwd
echo "ready for hvc0"
setsid getty 0 hvc0 vt100
echo "end of the session"
poweroff -f
