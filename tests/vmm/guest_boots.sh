#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guest_boots.sh - the tiny guest starts from both of its files on two machines,
# reads their tables, and knows each way to end
. "$(dirname "$0")/guest.bash"
needs qemu-system-x86_64

for MACHINE in pc q35; do
	qemu "$elf" "test=hello word=pvh" -smp 3
	passes "PVH on $MACHINE" "boot pvh" "cmdline 'test=hello word=pvh'" \
		"cpus 3" "ok hello" "done 1 of 1"
	qemu "$bzimage" "test=hello word=linux" -initrd "$elf"
	passes "bzImage on $MACHINE" "boot linux32" "cpus 1" "ok hello" \
		"cmdline 'test=hello word=linux'" \
		"initrd 0x[0-9a-f]+, $(stat -c %s "$elf") bytes"
done
for by in acpi cf9 8042 triple; do
	MACHINE=q35 qemu "$elf" "test=reboot by=$by"
	passes "reset by $by" "ok reboot"
done
qemu "$elf" "test=smp,smp" -smp 4
passes "four CPUs" "smp 4 cpus counted to 8000" "done 2 of 2"
for MACHINE in pc q35; do
	qemu_start "$elf" "test=button"
	says "button waits" && monitor system_powerdown
	qemu_end
	passes "power button on $MACHINE" "button pressed" "ok button"
done
qemu "$elf" "test=poweroff,hello"
passes "poweroff" "test poweroff"
qemu "$elf" "test=clock exit=debug" -device isa-debug-exit,iobase=0xf4,iosize=1
[ "$code" -eq 1 ] || fail "exit=debug: exit $code"
qemu "$elf" "test=nonsense,hello"
grep -qx "done 1 of 2" <<<"$said" || fail "an unknown test: $said"
