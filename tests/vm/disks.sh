#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# disks.sh - a Debian kernel on weft-vmm, on the test VM's KVM: ext4 on a disk, under
# an overlay and read-only, a login on hvc0, a port; e2fsck says what it left
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PATH=$PATH:/usr/sbin:/sbin
failed=0

fail() {
	echo "FAILED: $*"
	failed=1
}

# add_modules ROOT NAME...: what the guest loads, in order
add_modules() {
	local root=$1 name verb file count=0
	shift
	for name; do
		while read -r verb file _; do
			[ "$verb" = insmod ] || continue
			count=$((count + 1))
			compgen -G "$tree/modules/*-${file##*/}" >/dev/null ||
				cp "$file" "$tree/modules/$(printf %03d $count)-${file##*/}"
		done < <(modprobe -S "${root##*/}" -d "$root" --show-depends "$name")
	done
}

make_initrd() {
	local name
	tree=$scratch/tree
	mkdir -p "$tree"/{bin,dev,etc,mnt,modules,proc,sys}
	cp "$(command -v busybox)" "$tree/bin/busybox"
	for name in $(busybox --list); do
		ln -s busybox "$tree/bin/$name" 2>/dev/null
	done
	cp "$here/disks_init.sh" "$tree/init"
	add_modules "$1" virtio_pci virtio_blk virtio_console ext4
	(cd "$tree" && find . | cpio --quiet -o -H newc) >"$scratch/initrd"
}

make_images() {
	mkdir "$scratch/files"
	echo "to be removed" >"$scratch/files/old"
	mke2fs -q -t ext4 -d "$scratch/files" "$scratch/data.raw" 32M >&2
	echo "from the image" >"$scratch/files/file"
	mke2fs -q -t ext4 -d "$scratch/files" "$scratch/base.raw" 16M >&2
}

run_guest() {
	python3 "$here/disks_host.py" "$WEFT_BUILD/cli/vmm/weft-vmm" \
		--memory 256M --cpus 2 --kernel "$1/boot/vmlinuz-${1##*/}" \
		--initrd "$scratch/initrd" \
		--cmdline "console=ttyS0 quiet panic=-1" \
		--disk "$scratch/data.raw" --disk "$scratch/base.raw,overlay" \
		--disk "$scratch/base.raw,readonly" >"$scratch/said"
}

# content FILE: of the data disk, without its kernel
content() {
	debugfs -R "cat $1" "$scratch/data.raw" 2>/dev/null
}

judge_images() {
	[ "$(md5sum <"$scratch/base.raw")" = "$base" ] ||
		fail "the image under the overlay was written"
	e2fsck -fn "$scratch/data.raw" || fail "e2fsck on the data disk: $?"
	[ "$(content many/300)" = 300 ] || fail "many/300: $(content many/300)"
	[ -z "$(content old)" ] || fail "what was removed is there"
	[ "$(content random | md5sum | cut -d' ' -f1)" = \
		"$(content random.md5 | cut -d' ' -f1)" ] ||
		fail "random isn't what the guest wrote"
}

inside() {
	local base
	scratch=$(mktemp -d -p /run)
	make_initrd "$1"
	make_images
	base=$(md5sum <"$scratch/base.raw")
	run_guest "$1" || fail "weft-vmm: exit $?"
	tr -d '\r' <"$scratch/said"
	! grep -q FAIL "$scratch/said" || fail "the guest says so"
	[ "$(grep -c '^ok ' "$scratch/said")" -eq 17 ] ||
		fail "only $(grep -c '^ok ' "$scratch/said") of 17 checks"
	grep -q "^end of the session" "$scratch/said" || fail "nobody logged out"
	judge_images
	exit $failed
}

if [ "${1:-}" = inside ]; then
	inside "$2"
fi
for tool in mke2fs e2fsck debugfs python3; do
	command -v "$tool" >/dev/null || {
		echo "skipped: $tool is not installed"
		exit 77
	}
done
kernel=$("$here/kernel.sh" linux-image-cloud-amd64) || exit $?
exec "$here/run.sh" --time 500 --memory 3072 "$0" inside "$kernel"
