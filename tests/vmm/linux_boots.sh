#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# linux_boots.sh - kernels of a distribution, as they are, boot under weft-vmm in
# the test VM: by both protocols, on one CPU and on several, find CPUs, memory and
# devices where our tables say, interrupt, begin anew and switch themselves off
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
vm=$here/../vm
vmm=${WEFT_BUILD:?the build folder}/cli/vmm/weft-vmm
failed=0

fail() {
	echo "FAILED: $*"
	failed=1
}

# ---- outside: kernels, and an initrd for each --------------------------------

# add_module FILE: as it is or packed
add_module() {
	local to
	to=$tree/modules/$((count += 1))-$(basename "${1%%.ko*}").ko
	case $1 in
	*.xz) xz -dc "$1" >"$to" ;;
	*.zst) zstd -qdc "$1" >"$to" ;;
	*) cp "$1" "$to" ;;
	esac
}

# make_initrd VERSION ROOT FILE
make_initrd() {
	local tree=$scratch/tree count=100 verb file
	rm -rf "$tree"
	mkdir -p "$tree/bin" "$tree/modules"
	cp "$(command -v busybox)" "$tree/bin/busybox"
	cp "$here/linux_init.sh" "$tree/init"
	while read -r verb file _; do
		[ "$verb" != insmod ] || add_module "$file"
	done < <(for name in virtio_pci virtio_rng virtio_blk button; do
		modprobe -S "$1" -d "$2" --show-depends "$name"
	done | awk '!seen[$0]++')
	(cd "$tree" && find . | cpio --quiet -o -H newc) >"$3"
}

# prepare NAME KERNEL: $scratch/NAME.{vmlinuz,vmlinux,initrd}; vmlinux is empty
# where a kernel is packed in an unusual way
prepare() {
	local root version
	root=$("$vm/kernel.sh" "$2") || exit $?
	version=$(ls "$root/lib/modules")
	ln -s "$root/boot/vmlinuz-$version" "$scratch/$1.vmlinuz"
	ln -s "$root/boot/vmlinux-$version" "$scratch/$1.vmlinux"
	make_initrd "$version" "$root" "$scratch/$1.initrd"
}

outside() {
	export PATH=$PATH:/usr/sbin:/sbin
	scratch=$(mktemp -d)
	trap 'rm -rf "$scratch"' EXIT
	prepare cloud linux-image-cloud-amd64
	prepare generic generic
	prepare newer newer
	truncate -s 1M "$scratch/disk"
	"$vm/run.sh" --again --time 700 bash "$0" inside "$scratch"
}

# ---- inside ------------------------------------------------------------------

# said PATTERN COUNT: of lines, in all boots of this guest
said() {
	local found
	found=$(grep -cE "^guest: $1\$" "$scratch/said")
	[ "$found" -eq "$2" ] || fail "$what: '$1' $found times, not $2"
}

# converse HOW...: tell it at the end of each boot how to end, until it is off, or
# for five minutes
converse() {
	local line code left until=$((SECONDS + 300))
	while :; do
		left=$((until - SECONDS))
		read -r -t $((left > 1 ? left : 1)) line
		code=$?
		[ $left -gt 0 ] || code=142 # as when it timed out
		[ $code -eq 0 ] || break
		line=${line%$'\r'}
		echo "$line" >>"$scratch/said"
		[ "$line" = "guest: ends how?" ] || continue
		echo "${1:-poweroff}" >&"${guest[1]}"
		shift
	done <&"${guest[0]}"
	[ $code -le 128 ] || kill "$pid"
}

# boot KERNEL FORMAT CPUS WORDS HOW...
boot() {
	local kernel=$1 cpus=$3 words=$4 boots code started=$SECONDS pid
	what="$1 $2, $3 CPUs, $4"
	local image=$scratch/$1.$2
	shift 4
	boots=$#
	: >"$scratch/said"
	# shellcheck disable=SC2094
	coproc guest {
		exec "$vmm" --kernel "$image" --initrd "$scratch/$kernel.initrd" \
			--memory "$memory" --cpus "$cpus" \
			--disk "$scratch/disk,readonly" \
			--cmdline "console=ttyS0 panic=-1 quiet cryptomgr.notests $words" \
			2>"$scratch/errors"
	}
	pid=$!
	converse "$@"
	wait "$pid"
	code=$?
	[ "$code" -eq 0 ] || fail "$what: exit $code"
	said "cpus $cpus" "$boots"
	said "pci .*" $((boots * 3))
	said "drivers 2" "$boots"
	said "random 64" "$boots"
	said "complains .*" 0
	said "ends how\?" "$boots"
	[ "$failed" -eq 0 ] || {
		cat "$scratch/errors" "$scratch/said"
		exit 1
	}
	echo "ok: $what: $((SECONDS - started)) s"
}

# Without messages a device has a pin, by its slot. Without local APICs' timers it
# is KVM's 8254 that ticks, which has a pin of its own.
inside() {
	scratch=$1 memory=192M
	boot cloud vmlinuz 1 "pci=nomsi no-kvmclock nolapic_timer" poweroff
	boot cloud vmlinuz 2 "" poweroff
	boot cloud vmlinuz 4 "" reboot poweroff
	said "interrupt +PCI-MSI.*-edge +virtio0-.*" 4
	for kernel in generic newer; do
		boot $kernel vmlinuz 1 pci=nomsi poweroff
		said "interrupt +IO-APIC +1[78]-fasteoi +virtio[01]" 2
		boot $kernel vmlinuz 4 "" poweroff
		[ ! -s "$scratch/$kernel.vmlinux" ] ||
			boot $kernel vmlinux 2 "" poweroff
	done
	memory=4G # it goes on behind the hole
	boot generic vmlinuz 2 "" poweroff
	said "memory 3[89][0-9][0-9]" 1
	exit $failed
}

if [ "${1:-}" = inside ]; then
	inside "$2"
fi
outside
