#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh - runs a command in the test VM: real KVM and a whole kernel, on a
# machine that has neither
# usage: run.sh [OPTION...] COMMAND [ARGUMENT...]
#   --kernel NAME   one of kernel.sh (generic)
#   --time SECONDS  wall time until it counts as hung (120)
#   --memory MIB    of the VM (2048)
#   --cpus N        of the VM (1; see Limits)
#   --module NAME   one more to load
#   --count         an instruction takes 1 ns: figures are the same
#                   then, however busy this machine is
#   --out FOLDER    of this machine that the command may write to
#   --again         first of all: once more if the VM has no end; see Limits
#
# Theory of operation
#
# QEMU's own emulator offers AMD's SVM with nested paging, so that a Debian kernel
# in it has a real /dev/kvm. Its root is ours, shared by 9p, and the command runs
# there as root with our working directory, HOME, and WEFT_ variables; stdout,
# stderr and the exit code come back as they are, and stdin is empty.
#
# QEMU shares the root read-only, and in the VM a tmpfs lies above it: everything
# can be written and nothing of it stays, but for what goes into --out. /run, /dev
# and /dev/shm are the VM's own, /tmp shows ours.
#
# Exit: the command's code; 77 where the machine can't run this; 125 with the last
# lines of the console when the command didn't come to its end.
#
# Limits: time in there is emulated; it compares with itself only. With --count,
# waiting for the share takes any time at all: read what is timed before. Where we aren't
# root, the VM's root can't read what we can't, and --out keeps our owner. While a
# guest runs, QEMU 7.2 may lose interrupts of the VM: its end of a guest's turn and
# its timers write the same word. With two CPUs one boot of twenty failed so, whichever
# VMM ran it: a guest faulted, the VM hung or its kernel panicked. With one CPU none did
# on a quiet machine, and on a very busy one the VM may hang; hence --again.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
export PATH=$PATH:/usr/sbin:/sbin
kernel=generic limit=120 memory=2048 cpus=1 out='' count=0 again=0
# Of what is not for init.sh itself: opening /dev/kvm, /dev/net/tun and
# /dev/vhost-net shall work; all else the kernel loads when it is asked for.
modules=(virtio_pci virtio_console 9pnet_virtio 9p overlay
	kvm-amd tun vhost_net)
dir='' qemu=''

die() {
	echo "run.sh: $*" >&2
	exit 125
}

skip() {
	echo "skipped: $*"
	exit 77
}

finish() {
	[ -z "$qemu" ] || kill "$qemu" 2>/dev/null || true
	[ -z "$dir" ] || rm -rf "$dir"
}

needs() {
	local tool
	for tool; do
		command -v "$tool" >/dev/null || skip "$tool is not installed"
	done
}

# add_module FILE: as it is or packed, into the initramfs, once, in order
add_module() {
	local name=${1##*/} to
	[ ! -e "$dir/tree/.${name%%.*}" ] || return 0
	: >"$dir/tree/.${name%%.*}"
	count=$((count + 1))
	to=$dir/tree/modules/$(printf %03d $count)-${name%%.*}.ko
	case $name in
	*.xz) xz -dc "$1" >"$to" ;;
	*.zst) zstd -qdc "$1" >"$to" ;;
	*) cp "$1" "$to" ;;
	esac
}

add_modules() {
	local name verb file list count=0
	for name; do
		list=$(modprobe -S "$version" -d "$root" --show-depends "$name") ||
			die "kernel $version has no module $name"
		while read -r verb file _; do
			[ "$verb" != insmod ] || add_module "$file"
		done <<<"$list"
	done
}

make_job() {
	local name
	for name in HOME XDG_CACHE_HOME ASAN_OPTIONS UBSAN_OPTIONS "${!WEFT_@}"; do
		[ -z "${!name+set}" ] || printf 'export %s=%q\n' "$name" "${!name}"
	done
	printf 'folder=%q module_dir=%q out_dir=%q beats=%q\n' "$PWD" \
		"$root/lib/modules/$version" "$out" $((!count))
	echo "job() { exec ${*@Q}; }"
}

make_initrd() {
	local tree=$dir/tree
	mkdir -p "$tree"/{bin,dev,mnt,modules}
	cp "$(command -v busybox)" "$tree/bin/busybox"
	for name in sh insmod mkdir mount ln chmod cp switch_root; do
		ln -s busybox "$tree/bin/$name"
	done
	cp "$here/init.sh" "$tree/init"
	cp "$here/guest.sh" "$tree/guest.sh"
	make_job "$@" >"$tree/job"
	add_modules "${modules[@]}"
	(cd "$tree" && find . ! -name '.?*' | cpio --quiet -o -H newc) >"$dir/initrd"
}

# qemu_arguments: in $arguments, which options of the command's are part of
qemu_arguments() {
	local name share=security_model=none,multidevs=remap
	# One address at which a program lies, and no defence against a CPU's
	# leaks: an emulator translates less anew, to start a program takes a third.
	# Without ERMS and FSRM kernels copy and clear by 8 bytes; by one byte, an
	# emulator executes each, and --count would tell little but how many.
	arguments=(-append "console=ttyS0 quiet panic=-1 oops=panic nokaslr
		norandmaps mitigations=off tsc=reliable")
	arguments+=(-nodefaults -no-user-config -display none -no-reboot
		-machine "q35,usb=off,smbus=off,sata=off,vmport=off"
		-cpu "max,-la57,-erms,-fsrm,+svm,+npt"
		-smp "$cpus" -m "$memory" -kernel "$image" -initrd "$dir/initrd"
		-serial "file:$dir/console" -device virtio-serial-pci
		-virtfs "local,path=/,mount_tag=root,readonly=on,$share")
	if [ $count = 1 ]; then
		arguments+=(-accel "tcg,thread=single" -icount "shift=0,sleep=off")
	else
		arguments+=(-accel "tcg,thread=multi")
	fi
	for name in out err code beat; do
		arguments+=(-chardev "file,id=$name,path=$dir/$name"
			-device "virtserialport,chardev=$name,name=$name")
	done
	[ -z "$out" ] ||
		arguments+=(-virtfs "local,path=$out,mount_tag=out,$share")
}

# watch: end the VM when nothing was heard of its kernel for 90 seconds. Time that
# is counted leaps, so it has no beat.
watch() {
	local heard=none now
	while read -r -t 90 _ <>"$dir/never" || [ $? -gt 128 ]; do
		now=$(stat -c %s "$dir/beat")
		if [ "$now" = "$heard" ]; then
			echo "run.sh: the VM stands still" >>"$dir/qemu"
			kill "$qemu"
			return
		fi
		heard=$now
	done
}

# run: the VM until its end, and what the command prints while it does
run() {
	local arguments readers=() ended=0 watcher=''
	qemu_arguments
	mkfifo "$dir/out" "$dir/err"
	exec 5<>"$dir/out" 6<>"$dir/err" # so that nobody waits for QEMU to open
	cat "$dir/out" 5>&- 6>&- &
	readers+=($!)
	cat "$dir/err" 5>&- 6>&- >&2 &
	readers+=($!)
	timeout --foreground -k 5 "$limit" qemu-system-x86_64 \
		"${arguments[@]}" 5>&- 6>&- >"$dir/qemu" 2>&1 &
	qemu=$!
	if [ $count = 0 ]; then
		mkfifo "$dir/never"
		watch 5>&- 6>&- >/dev/null 2>&1 &
		watcher=$!
	fi
	wait "$qemu" || ended=$?
	qemu=''
	[ -z "$watcher" ] || kill "$watcher" 2>/dev/null || true
	exec 5>&- 6>&-
	wait "${readers[@]}"
	[ ! -s "$dir/code" ] || return "$(cat "$dir/code")"
	[ $ended -ne 124 ] || echo "run.sh: no end within $limit s" >&2
	echo "run.sh: the command didn't come to its end; the console:" >&2
	tail -q -n 100 "$dir/qemu" "$dir/console" >&2 || true
	return 125
}

if [ "${1:-}" = --again ]; then
	again=1
	shift
fi
words=("$@")
while [[ ${1:-} == --* ]]; do
	case $1 in
	--count)
		count=1 cpus=1
		shift
		continue
		;;
	--kernel) kernel=$2 ;;
	--time) limit=$2 ;;
	--memory) memory=$2 ;;
	--cpus) cpus=$2 ;;
	--module) modules+=("$2") ;;
	--out) out=$(cd "$2" && pwd) ;;
	*) die "$1 is no option" ;;
	esac
	shift 2
done
[ $# -gt 0 ] || die "usage: run.sh [OPTION...] COMMAND [ARGUMENT...]"
needs qemu-system-x86_64 busybox cpio modprobe timeout xz zstd
root=$("$here/kernel.sh" "$kernel") || exit $?
version=${root##*/}
image=$root/boot/vmlinux-$version
[ -s "$image" ] || image=$root/boot/vmlinuz-$version
dir=$(mktemp -d)
trap finish EXIT
trap 'exit 130' INT TERM
make_initrd "$@"
code=0
run || code=$?
if [ $code -eq 125 ] && [ $again -eq 1 ]; then
	echo "run.sh: once more" >&2
	finish
	exec "$0" "${words[@]}"
fi
exit $code
