# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# peers.sh - how each VMM is told to boot the same kernel and initramfs, with one
# CPU, MEMORY MiB, and its first serial port on stdio
#
# NAME_command puts the words into $command, NAME_missing says what is wanted for
# it, if anything, and NAME_reads which files it takes beside its libraries. Each is
# told what makes it start fastest, as far as the kernel still comes up and says so
# on the serial port. NAME_pvh is the same with the kernel unpacked beforehand, as
# labs boot it; lkvm takes no such file.

# What all kernels get.
cmdline='console=ttyS0 quiet panic=-1'

weft_vmm_missing() {
	[ -x "$build/cli/vmm/weft-vmm" ] || echo "no weft-vmm in $build/cli/vmm"
}

weft_vmm_reads() { :; }

weft_vmm_command() {
	command=("$build/cli/vmm/weft-vmm" --kernel "$kernel" --initrd "$initrd"
		--cmdline "$cmdline" --memory "${memory}M" --cpus 1 --serial stdio)
}

unpacked_missing() {
	[ -r "$unpacked" ] || echo "the kernel is not unpacked: weft image build"
}

weft_pvh_missing() {
	weft_vmm_missing
	unpacked_missing
}

weft_pvh_reads() { echo "$unpacked"; }

weft_pvh_command() {
	local kernel=$unpacked
	weft_vmm_command
}

# kvmtool is not packaged: whoever wants it in the table has built it.
lkvm_missing() {
	[ -x "$lkvm" ] ||
		echo "no lkvm: name one with --lkvm or WEFT_LKVM (kvmtool, linked statically)"
}

lkvm_reads() { :; }

lkvm_command() {
	command=("$lkvm" run --kernel "$kernel" --initrd "$initrd"
		--params "$cmdline pci=conf1" --mem "$memory" --cpus 1
		--console serial --network mode=none --rng)
}

qemu_missing() {
	command -v qemu-system-x86_64 >/dev/null ||
		echo "no qemu-system-x86_64: apt-get install qemu-system-x86"
}

# qemu MACHINE OPTIONS...
qemu() {
	local machine=$1
	shift
	command=("$(command -v qemu-system-x86_64)" -machine "$machine,accel=kvm"
		-cpu host -smp 1 -m "$memory" -nodefaults -no-user-config
		-display none -no-reboot -kernel "$kernel" -initrd "$initrd"
		-append "$cmdline" -serial stdio "$@")
}

qemu_reads() {
	printf '%s\n' /usr/share/qemu/*.bin /usr/share/seabios/*.bin
}

microvm_missing() { qemu_missing; }
microvm_reads() { qemu_reads; }

# Without a PIT the kernel needs twice as long to /init.
microvm_command() {
	qemu microvm,x-option-roms=off,pit=on,pic=on,rtc=on
}

microvm_pvh_missing() {
	qemu_missing
	unpacked_missing
}

microvm_pvh_reads() {
	qemu_reads
	echo "$unpacked"
}

microvm_pvh_command() {
	local kernel=$unpacked
	microvm_command
}

pc_missing() { qemu_missing; }
pc_reads() { qemu_reads; }

pc_command() {
	qemu pc
}
