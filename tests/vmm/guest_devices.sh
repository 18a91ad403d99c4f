#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guest_devices.sh - the tiny guest drives somebody else's virtio devices: its own
# drivers are right, with both kinds of interrupts
. "$(dirname "$0")/guest.bash"
needs qemu-system-x86_64 python3

modern=disable-legacy=on
nic=(-netdev "user,id=n0"
	-device "virtio-net-pci,$modern,netdev=n0,romfile=,mac=52:54:00:00:00:09")
rng=(-device "virtio-rng-pci,$modern")
disks=(-drive "file=$scratch/disk,format=raw,if=none,id=d0,discard=unmap"
	-device "virtio-blk-pci,$modern,drive=d0,serial=first"
	-drive "file=$scratch/disk,format=raw,if=none,id=d1,readonly=on,file.locking=off"
	-device "virtio-blk-pci,$modern,drive=d1,share-rw=on")
ports=(-device "virtio-serial-pci,$modern,max_ports=4"
	-chardev "null,id=p0" -device "virtconsole,chardev=p0"
	-chardev "socket,id=p1,path=$scratch/port.sock,server=on,wait=off"
	-device "virtserialport,chardev=p1,name=weft.agent")
truncate -s 1M "$scratch/disk"

qemu "$elf" "test=pci" "${nic[@]}" "${rng[@]}" "${ports[@]}"
passes "BARs move" "ok pci" "pci [0-9]+ functions, 6 BARs moved"

for irq in msi-x intx; do
	for MACHINE in pc q35; do
		qemu "$elf" "test=rng,net $irq count=50" "${rng[@]}" "${nic[@]}"
		passes "rng and net by $irq on $MACHINE" "ok rng" "ok net" \
			"lease 10.0.2.15 gateway 10.0.2.2 for 86400 s" \
			"ping 50 sent 50 answered.*"
	done
	qemu "$elf" "test=blk $irq salt=7" "${disks[@]}"
	passes "disks by $irq" "ok blk" "disk 1: '' 2048 sectors readonly"
done
qemu "$elf" "test=msix,msix" "${rng[@]}"
passes "masked vectors keep their interrupt" "done 2 of 2"
for irq in msi-x intx; do
	qemu "$elf" "test=reset,pingpong $irq seconds=1 rate=200" \
		"${nic[@]}" "${disks[@]}" "${ports[@]}" "${rng[@]}"
	passes "reset in every state by $irq" "ok pingpong" \
		"reset (net|blk|console|rng) 140 times in 7 states"
done
qemu "$elf" "test=net no-event-idx" "${nic[@]}"
passes "net without event index" "ok net"
qemu "$elf" "test=blk salt=7 keep" "${disks[@]}"
passes "what was written is there after a restart" "ok blk"
qemu "$elf" "test=blk ranges" "${disks[@]}"
passes "zeroes and discard" "disk zeroes written" "disk discarded"
qemu "$elf" "test=blk keep salt=8" "${disks[@]}"
grep -q "^FAIL disk: sector 0 isn't what was written" <<<"$said" ||
	fail "the guest doesn't see that a disk has other data"

for irq in msi-x intx; do
	qemu_start "$elf" "test=console port=weft.agent $irq" "${ports[@]}"
	python3 "$(dirname "$0")/echo.py" "$scratch/port.sock" 50000 ||
		fail "what came back isn't what was sent"
	qemu_end
	passes "a console's port echoes by $irq" "ok console" \
		"port 1 'weft.agent' open" "console echoed 50001 bytes"

	qemu_start "$elf" "test=link $irq changes=2" "${nic[@]}"
	says "carrier up" && monitor set_link n0 off
	says "carrier down" && monitor set_link n0 on
	qemu_end
	passes "the cable is cut by $irq" "carrier down" "ok link"
done
