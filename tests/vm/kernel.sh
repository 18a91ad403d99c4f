#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kernel.sh - a Debian kernel with all its modules, in the cache, without root
# usage: kernel.sh [generic | newer | newer-cloud | META-PACKAGE]
#
# Prints the folder, with boot/vmlinuz-VERSION, the same unpacked in vmlinux-VERSION
# (empty if it is packed in an unusual way), and lib/modules/VERSION.
# The distribution's cloud kernel, which guests boot, has no 9p, and much else is
# left out of it; the test VM takes the generic one. "newer" is what some releases
# carry beside their own kernel.
#
# A folder appears whole, by rename. Where the package lists don't say what is
# current, the last one fetched does; where there is nothing, exit 77.
set -euo pipefail
export LC_ALL=C.UTF-8 PATH=$PATH:/usr/sbin:/sbin
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/weft
base=$cache/testvm
lists=() name=

skip() {
	echo "skipped: $*" >&2
	exit 77
}

# newest PATTERN: the newest meta package whose name fits
newest() {
	apt-cache pkgnames linux-image- | grep -E "^linux-image-$1\$" |
		sort -V | tail -n 1
}

meta_package() {
	case $1 in
	generic) echo linux-image-amd64 ;;
	newer) newest '[0-9]+\.[0-9]+-amd64' ;;
	newer-cloud) newest '[0-9]+\.[0-9]+-cloud-amd64' ;;
	*) echo "$1" ;;
	esac
}

# Lists of our own, for when the system's are missing or older than the mirror;
# these belong to root. `weft image fetch` has them in the same place.
private_lists() {
	local apt=$cache/apt
	mkdir -p "$apt"/{state/lists,cache/archives}/partial
	lists=(-o "Dir::State=$apt/state" -o "Dir::Cache=$apt/cache"
		-o Dir::State::status=/var/lib/dpkg/status)
	echo "vm: reading the package lists of the mirror" >&2
	apt_get update
}

# As root apt would become _apt, who can't write our folder.
apt_get() {
	apt-get -qq "${lists[@]}" -o APT::Sandbox::User=root "$@" >&2
}

# package META: the linux-image-VERSION it stands for
package() {
	apt-cache "${lists[@]}" depends --important "$1" 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-\)/\1/p' | head -n 1
}

download() {
	(cd "$1" && apt_get download "$2")
}

# Debian 13 has modules below /usr/lib only, and depmod looks where it was built
# to look: make both names lead there.
join_lib() {
	if [ -d "$1/usr/lib/modules" ] && [ ! -e "$1/lib" ]; then
		ln -s usr/lib "$1/lib"
	elif [ ! -e "$1/usr/lib" ]; then
		mkdir -p "$1/usr"
		ln -s ../lib "$1/usr/lib"
	fi
}

# number OFFSET BYTES FILE: a little-endian one
number() {
	od -An -j "$1" -N "$2" -t "u$2" "$3" | tr -d ' '
}

# unwrap BZIMAGE ELF: the kernel as QEMU's PVH loader takes it, for emulation needs
# seconds to unpack it. Documentation/arch/x86/boot.rst: payload_offset counts from
# behind the set-up code; behind xz's own end comes the length.
unwrap() {
	local from
	from=$((($(number 0x1f1 1 "$1") + 1) * 512 + $(number 0x248 4 "$1")))
	tail -c +$((from + 1)) "$1" | head -c "$(number 0x24c 4 "$1")" >"$2.packed"
	case $(number 0 4 "$2.packed") in
	1484404733) xz -dc --single-stream "$2.packed" ;;
	4247762216) head -c -4 "$2.packed" | zstd -qdc ;;
	esac >"$2"
	rm "$2.packed"
}

# unpack SCRATCH VERSION
unpack() {
	local boot=$1/root/boot
	dpkg-deb -x "$1"/*.deb "$1/root" &&
		rm -rf "$1/root/usr/share" &&
		join_lib "$1/root" &&
		unwrap "$boot/vmlinuz-$2" "$boot/vmlinux-$2" &&
		depmod -b "$1/root" "$2" &&
		mv -T "$1/root" "$base/$2"
}

# get META SCRATCH: the package, with whatever lists know one that is there
get() {
	name=$(package "$1")
	[ -n "$name" ] && { is_here || download "$2" "$name"; } && return
	private_lists
	name=$(package "$1")
	[ -n "$name" ] && { is_here || download "$2" "$name"; }
}

is_here() {
	[ -d "$base/${name#linux-image-}" ]
}

# fetch META: into the cache, unless it is there
fetch() {
	local scratch
	rm -rf "$base"/.new-* # of somebody who was killed
	scratch=$(mktemp -d "$base/.new-XXXXXX")
	if ! get "$1" "$scratch"; then
		rm -rf "$scratch"
		return 1
	fi
	if ! is_here && ! unpack "$scratch" "${name#linux-image-}"; then
		rm -rf "$scratch"
		echo "FAILED: $name could not be unpacked in $base" >&2
		exit 1
	fi
	rm -rf "$scratch"
	ln -sfn "${name#linux-image-}" "$base/$1"
}

# asked META: today already, and it is still there
asked() {
	[ -e "$base/$1" ] && [ -n "$(find "$base/$1" -maxdepth 0 -mtime -1)" ]
}

for tool in apt-get dpkg-deb depmod flock xz zstd; do
	command -v $tool >/dev/null || skip "$tool is not installed"
done
mkdir -p "$base"
meta=$(meta_package "${1:-generic}") || true
[ -n "$meta" ] || skip "this release has no $1 kernel"
exec 9>"$base/.lock"
flock 9
asked "$meta" || fetch "$meta" || [ -e "$base/$meta" ] ||
	skip "apt can't get $meta (no mirror, or no network?)"
readlink -f "$base/$meta"
