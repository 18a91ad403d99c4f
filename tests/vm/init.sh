#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# init.sh - of the test VM's initramfs: the host's root, read-only, with a tmpfs
# above it that takes all writes, becomes the root; guest.sh goes on there
#
# Kept to what busybox has: to start a dynamic program takes some 50 ms in here.
# Process 1 itself changes root: the kernel's own helpers, such as modprobe,
# follow it.
trap 'echo "vm: no root could be made"' EXIT
set -ex
for module in /modules/*; do
	insmod "$module"
done
mount -t tmpfs -o size=75% tmpfs /mnt
mkdir /mnt/lower /mnt/upper /mnt/work /mnt/root
mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose \
	root /mnt/lower
mount -t overlay \
	-o lowerdir=/mnt/lower,upperdir=/mnt/upper,workdir=/mnt/work \
	root /mnt/root

cd /mnt/root
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tracefs tracefs sys/kernel/tracing
mount -t devtmpfs dev dev
mkdir -p dev/pts dev/shm
mount -t devpts -o mode=620,ptmxmode=666 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -sfn /proc/self/fd dev/fd
ln -sfn /proc/self/fd/0 dev/stdin
ln -sfn /proc/self/fd/1 dev/stdout
ln -sfn /proc/self/fd/2 dev/stderr
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p run/lock run/netns run/vm
chmod 1777 run/lock
cp /bin/busybox /guest.sh /job run/vm
exec switch_root . /run/vm/busybox sh /run/vm/guest.sh
