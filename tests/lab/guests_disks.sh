#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guests_disks.sh - disks of real guests: an image that is written keeps it, one
# under an overlay or read-only stays as it was, and nobody shares what is written
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_guests

head -c 8M /dev/urandom >"$scratch/base.raw"
truncate -s 16M "$scratch/data.raw"

sum() {
	md5sum "$@" | cut -d' ' -f1
}

base_sum=$(sum "$scratch/base.raw")

# disks_lab DATA: a lab file; DATA are the keys of a's last disk
disks_lab() {
	cat >"$scratch/disks.weft.yaml" <<-EOF
		lab: disks
		nodes:
		  a:
		    disks:
		      - { file: base.raw, overlay: true }
		      - { file: base.raw, readonly: true }
		      - { file: data.raw$1 }
		  b: { disks: [ { file: base.raw, overlay: true } ] }
	EOF
}

# in_guest NODE WORDS: a shell command, its output on one line
in_guest() {
	w exec "$1" -- sh -c "$2" 2>&1 | tr "\n" " " | sed "s, *$,,"
}

# guest_sum NODE DISK
guest_sum() {
	w exec "$1" -- md5sum "/dev/$2" | cut -d' ' -f1
}

disks_lab ""
expect_exit 0 w up "$scratch/disks.weft.yaml"
expect "sizes and what may be written" "16384 0 16384 1 32768 0" \
	"$(in_guest a 'cd /sys/block; cat vda/size vda/ro vdb/size vdb/ro vdc/size vdc/ro')"
expect "names" "disk0 disk1 disk2" \
	"$(in_guest a "for i in /sys/block/vd?/serial; do cat \$i; echo; done")"
expect "all is read" "$base_sum" "$(guest_sum a vda)"

# An overlay: what it was written reads back, and nobody else sees it.
expect_exit 0 w exec a -- sh -c 'date | dd of=/dev/vda bs=512 seek=77 conv=fsync,notrunc'
expect_match "it reads back" "20[0-9][0-9]" "$(in_guest a 'dd if=/dev/vda bs=512 skip=77 count=1 | strings')"
expect "not in b's" "$base_sum" "$(guest_sum b vda)"
expect "not in the read-only one" "$base_sum" "$(guest_sum a vdb)"
expect_match "a read-only disk is not written" "Operation not permitted|Read-only|I/O error" \
	"$(in_guest a 'echo x | dd of=/dev/vdb conv=fsync,notrunc 2>&1')"

# An image without overlay: it is there on the host, and after a restart.
expect_exit 0 w exec a -- sh -c 'echo kept | dd of=/dev/vdc bs=512 seek=3 conv=fsync,notrunc'
expect "on the host" "kept" "$(dd if="$scratch/data.raw" bs=512 skip=3 count=1 2>/dev/null | head -c 4)"
expect_exit 0 w restart a
expect "after a restart" "kept" "$(in_guest a 'dd if=/dev/vdc bs=512 skip=3 count=1 2>/dev/null | head -c 4')"
expect "an overlay begins anew" "$base_sum" "$(guest_sum a vda)"
expect "the base is as it was" "$base_sum" "$(sum "$scratch/base.raw")"

# A key that changes restarts the node, and no other.
b=$(node_pid disks b)
disks_lab ", readonly: true"
expect_exit 0 w plan "$scratch/disks.weft.yaml"
expect_match "the plan says so" "restart.* a" "$out"
expect_exit 0 w up "$scratch/disks.weft.yaml"
expect "read-only now" "1" "$(in_guest a 'cat /sys/block/vdc/ro')"
expect "b runs on" "$b" "$(node_pid disks b)"

# Another lab finds out that an image is in use; by another name too.
ln "$scratch/base.raw" "$scratch/other name,.raw"
cat >"$scratch/thief.weft.yaml" <<-EOF
	lab: thief
	nodes: { c: { disks: [ { file: "other name,.raw" } ] } }
EOF
expect_exit 1 w up "$scratch/thief.weft.yaml"
expect_match "it is in use" "c .*other name,.raw is in use, so it can't be written" "$said"
sed -i 's/} ] }/, overlay: true } ] }/' "$scratch/thief.weft.yaml"
expect_exit 0 w up "$scratch/thief.weft.yaml"
expect_exit 0 w down thief
rm "$scratch/base.raw"
expect_exit 1 w restart b
expect_match "a file that is gone" "cannot open disk .*/base.raw: No such file" "$said"
expect_exit 0 w down disks
