#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guest_hostile.sh - the tiny guest's wrong deeds are as wrong as they are meant:
# somebody else's devices reject what they can tell, and recover from the rest
#
# Left out is what some version of QEMU doesn't survive: a device that is told to
# write into its own rings and registers (V13), empty frames (V11 on net); and
# rings that move while a disk uses them (V19), for it then reads sectors into
# this very guest. What it does otherwise than a strict device is told as
# "deviates", and judges nothing.
. "$(dirname "$0")/guest.bash"
needs qemu-system-x86_64

modern=disable-legacy=on
truncate -s 1M "$scratch/disk"
LIMIT=120

hostile() { # hostile KIND SKIP ARGUMENTS...
	local kind=$1 skip=$2
	shift 2
	qemu "$elf" "test=hostile dev=$kind skip=$skip patience=300" "$@"
	passes "$kind" "ok hostile" \
		"hostile 1 devices: [0-9]+ PASS [1-9][0-9]* REJECT .*" \
		"REJECT $kind V1.self" "REJECT $kind V7.head" \
		"PASS   $kind V18.window"
}

nic=(-netdev "user,id=n0"
	-device "virtio-net-pci,$modern,netdev=n0,romfile=")
disk=(-drive "file=$scratch/disk,format=raw,if=none,id=d0"
	-device "virtio-blk-pci,$modern,drive=d0")
ports=(-device "virtio-serial-pci,$modern,max_ports=4"
	-chardev "null,id=p0" -device "virtconsole,chardev=p0")
rng=(-device "virtio-rng-pci,$modern")

hostile rng V13 "${rng[@]}"
hostile console V13 "${ports[@]}"
hostile blk V13,V19.registers "${disk[@]}"
hostile net V11,V13 "${nic[@]}"

qemu "$elf" "test=toctou,rng seconds=1" -smp 2 "${nic[@]}" "${disk[@]}" \
	"${ports[@]}" "${rng[@]}"
passes "descriptors that change" "toctou net: .*" "toctou blk: .*" "ok rng"
qemu "$elf" "test=fuzz,rng seconds=3" "${rng[@]}"
passes "a device at random" "ok fuzz" "ok rng"
qemu "$elf" "test=machine,clock seconds=3"
passes "a machine at random" "ok machine" "ok clock"
