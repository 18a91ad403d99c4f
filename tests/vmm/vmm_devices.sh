#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vmm_devices.sh - disks, ports and entropy of weft-vmm under the tiny guest, on any
# /dev/kvm and inside of the sandbox
. "$(dirname "$0")/guest.bash"
needs python3
[ -w /dev/kvm ] || skip "no /dev/kvm that we may open"

# vmm CMDLINE ARGUMENTS...: until the guest turns itself off
vmm() {
	local cmdline=$1
	shift
	timeout -k 5 60 "$WEFT_BUILD/cli/vmm/weft-vmm" --memory 16M \
		--kernel "$elf" --cmdline "$cmdline" "$@" \
		>"$scratch/raw" 2>"$scratch/errors" </dev/null
	code=$?
	said=$(tr -d '\r' <"$scratch/raw")
}

sum() {
	md5sum <"$scratch/$1"
}

# same WHAT FILE SUM: the file is as it was
same() {
	[ "$(sum "$2")" = "$3" ] || fail "$1: $2 was written"
}

head -c 1M /dev/urandom >"$scratch/disk"
cp "$scratch/disk" "$scratch/base"
ln "$scratch/disk" "$scratch/again"
before=$(sum base)
for irq in msi-x intx; do
	vmm "test=rng $irq"
	passes "entropy by $irq" "ok rng"
	vmm "test=blk salt=7 $irq" --disk "$scratch/disk" \
		--disk "$scratch/again,readonly"
	passes "disks by $irq" "disk 0: 'disk0' 2048 sectors" \
		"disk 1: 'disk1' 2048 sectors readonly" "ok blk"
done
written=$(sum disk)
[ "$written" != "$before" ] || fail "nothing was written"
vmm "test=blk keep salt=7" --disk "$scratch/disk"
passes "what was written is there in another run" "ok blk"
vmm "test=blk keep salt=8" --disk "$scratch/disk"
grep -q "^FAIL disk: sector 0 isn't what was written" <<<"$said" ||
	fail "the guest doesn't see that a disk has other data"
same "a guest that only reads" disk "$written"

vmm "test=blk ranges salt=9" --disk "$scratch/base,overlay"
passes "under an overlay all can be done" "disk zeroes written" \
	"disk discarded" "ok blk"
same "an overlay" base "$before"
vmm "test=blk salt=7" --disk "$scratch/base,overlay=$scratch/named"
passes "an overlay may have a name" "ok blk"
same "an overlay with a name" base "$before"
[ "$(stat -c %s "$scratch/named")" -eq 1048576 ] ||
	fail "the overlay is $(stat -c %s "$scratch/named") bytes long"
[ "$(($(stat -c %b "$scratch/named") * 512))" -lt 131072 ] ||
	fail "the overlay takes more room than was written"

truncate -s 1M "$scratch/full"
head -c 1M /dev/zero | tr '\0' x >"$scratch/full"
vmm "test=blk ranges" --disk "$scratch/full"
passes "a file gives back what is discarded" "disk discarded" "ok blk"

# Tables for 64 GiB, and the last sector of them.
truncate -s 100G "$scratch/large"
vmm "test=blk" --disk "$scratch/large,overlay"
passes "a large disk" "disk 0: 'disk0' 209715200 sectors" "ok blk"

for irq in msi-x intx; do
	python3 "$(dirname "$0")/echo.py" --listen "$scratch/port.sock" 50000 &
	echo=$!
	while [ ! -S "$scratch/port.sock" ]; do
		kill -0 "$echo" || break
		sleep 0.05
	done
	vmm "test=console port=weft.agent $irq" --console none \
		--port "name=weft.agent,socket=$scratch/port.sock"
	passes "a port echoes by $irq" "ok console" "console echoed 50001 bytes"
	wait "$echo" || fail "what came back isn't what was sent"
	rm "$scratch/port.sock"
done

exec 8<>/dev/null
for irq in msi-x intx; do
	vmm "test=reset $irq" --disk "$scratch/disk" --port "name=p,fd=8" \
		--console fd=8
	passes "reset in every state by $irq" "ok reset" \
		"reset (blk|console|rng) 140 times in 7 states"
done

# refused WHAT WORDS ARGUMENTS...
refused() {
	local what=$1 words=$2
	shift 2
	vmm "" "$@"
	[ "$code" -eq 1 ] || fail "$what: exit $code"
	grep -qF -- "$words" "$scratch/errors" ||
		fail "$what: $(cat "$scratch/errors")"
	echo "ok: $what is refused"
}

: >"$scratch/empty"
refused "a file that is not there" "$scratch/none: No such file" \
	--disk "$scratch/none"
refused "an empty file" "disk0: image has not one sector" \
	--disk "$scratch/empty"
refused "a folder" "disk0: image is neither a file nor a block device" \
	--disk "$scratch,readonly"
refused "an overlay that has something in it already" \
	"overlay is not an empty file" --disk "$scratch/disk,overlay=fd=8"
