#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# setup.sh - from a bare Debian to a running lab (demo) or to a tested tree (test)
#
# Both commands may be repeated: what is installed, built or running is used.
# Root rights (being root, or sudo) are needed for apt only.
set -euo pipefail
export LC_ALL=C.UTF-8 PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

tree=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
lab=docs/examples/quickstart.weft.yaml
started=$SECONDS

build_packages=(gcc libc6-dev meson ninja-build pkg-config libyaml-dev
	libjansson-dev libseccomp-dev libpcap-dev libnl-3-dev libnl-route-3-dev
	libnftnl-dev libmnl-dev)
run_packages=(qemu-system-x86 busybox-static ca-certificates cpio iproute2 libpcap0.8
	kmod xz-utils zstd)
test_packages=(libcmocka-dev clang libclang-rt-dev clang-tidy cppcheck
	shellcheck codespell scdoc valgrind jq procps util-linux iputils-ping
	isc-dhcp-client udhcpc dhcpcd-base ndisc6 bind9-dnsutils knot-dnsutils
	dnsmasq-base tshark iperf3 vde2 dpdk-dev curl nmap strace libcap2-bin
	acpica-tools e2fsprogs openvswitch-switch nftables)
# Used where a release has it: Debian 13 no longer carries clang-format-14.
wanted_packages=(clang-format-14 stun-client stun-server)

usage() {
	cat <<-END
		usage: ./setup.sh demo    install packages, build, boot the example lab
		       ./setup.sh test    install packages, build, run every test suite
		environment:
		  WEFT_BUILD_DIR   where the build folders go (default: the tree, or
		                   a cache folder where the tree can't be written)
	END
}

say() {
	local t=$((SECONDS - started))
	printf '\n[%02d:%02d] %s\n' $((t / 60)) $((t % 60)) "$*"
}

die() {
	printf 'setup.sh: %s\n' "$*" >&2
	exit 1
}

# ---- packages ---------------------------------------------------------------

as_root() {
	if [ "$EUID" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

can_install() {
	[ "$EUID" -eq 0 ] || command -v sudo >/dev/null
}

# need_root PACKAGES... - or say what root would have to do
need_root() {
	can_install || die "there is no sudo; \
once, as root: apt-get update && apt-get install --no-install-recommends $*"
}

# Three lines a package are too many; what is left out is counted.
# shellcheck disable=SC2016 # $0 is awk's
apt_progress='
	/^Get:/ { if (++got % 25 == 0) { print "  " got " files fetched"; fflush() } next }
	/^Setting up/ { if (++set % 25 == 0) { print "  " set " packages set up"; fflush() } next }
	/^Unpacking/ { if (++out % 25 == 0) { print "  " out " packages unpacked"; fflush() } next }
	/^(Selecting|Preparing|\(Reading|Processing)/ { next }
	{ print; fflush() }'

apt() {
	local options=(-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3
		-o Dpkg::Use-Pty=0)
	# A machine of CI is thrown away after a power cut: no fsync per file.
	[ -z "${CI:-}" ] || options+=(-o Dpkg::Options::=--force-unsafe-io)
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q "${options[@]}" \
		"$@" </dev/null | awk "$apt_progress"
}

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

available() {
	[[ $(apt-cache policy "$1" 2>/dev/null) == *"Candidate: "[^\(]* ]]
}

missing_of() {
	local package
	for package; do
		installed "$package" || echo "$package"
	done
}

# The lists are also what `weft image fetch` finds its kernel with.
refresh_lists() {
	local package
	for package in linux-image-cloud-amd64 "$@"; do
		available "$package" && continue
		need_root "$@"
		say "apt-get update: nothing known about $package"
		apt update
		return
	done
}

install_packages() {
	local missing
	command -v apt-get >/dev/null ||
		die "this needs a Debian; elsewhere install: $*"
	mapfile -t missing < <(missing_of "$@")
	refresh_lists "${missing[@]}"
	if [ ${#missing[@]} -eq 0 ]; then
		say "packages: all $# are installed"
		return
	fi
	need_root "${missing[@]}"
	say "packages: installing ${#missing[@]} of $#: ${missing[*]}"
	apt install -y --no-install-recommends "${missing[@]}" && return
	say "packages: once more, with fresh lists"
	apt update
	apt install -y --no-install-recommends "${missing[@]}" ||
		die "apt-get could not install: ${missing[*]}"
}

install_wanted() {
	local package
	for package; do
		installed "$package" && continue
		if available "$package" && can_install; then
			apt install -y --no-install-recommends "$package" || true
		else
			echo "no $package to be had here: its test will be skipped"
		fi
	done
}

# ---- building ---------------------------------------------------------------

# A checkout may be read-only, or have build folders of somebody else in it.
build_root() {
	local folder
	if [ -n "${WEFT_BUILD_DIR:-}" ]; then
		mkdir -p "$WEFT_BUILD_DIR"
		(cd "$WEFT_BUILD_DIR" && pwd)
		return
	fi
	for folder in "$tree" "$tree"/build-*/; do
		[ ! -d "$folder" ] || [ -w "$folder" ] && continue
		folder=${XDG_CACHE_HOME:-$HOME/.cache}/weft/build
		mkdir -p "$folder"
		echo "$folder"
		return
	done
	echo "$tree"
}

# After `sudo ./setup.sh` the tree's owner must still be able to build in it.
give_back() {
	local folder
	[ "$EUID" -eq 0 ] && [ "$root" = "$tree" ] || return 0
	[ "$(stat -c %u "$tree")" -ne 0 ] || return 0
	for folder in "$tree"/build-*/; do
		[ ! -d "$folder" ] || chown -R --reference="$tree" "$folder"
	done
}

# configure NAME MESON-ARGUMENTS... - a folder that no longer fits is made anew
configure() {
	local dir=$root/build-$1 words
	shift
	if [ -f "$dir/build.ninja" ]; then
		meson setup --reconfigure "$dir" "$tree" "$@" >/dev/null 2>&1 &&
			return
		rm -rf "$dir"
	fi
	words=$(meson setup "$dir" "$tree" "$@" 2>&1) && return
	echo "$words"
	return 1
}

# build NAME MESON-ARGUMENTS... - honours CC
build() {
	say "building build-$1"
	configure "$@" && ninja -C "$root/build-$1"
}

# ---- demo -------------------------------------------------------------------

demo() {
	local weft
	install_packages "${build_packages[@]}" "${run_packages[@]}"
	# A newer compiler's new warning must not stop somebody's first try.
	build demo --buildtype=release -Dwerror=false -Dtests=disabled ||
		die "the build failed"
	weft=$root/build-demo/cli/weft
	say "weft image fetch: a kernel for the guests"
	"$weft" image fetch
	say "weft up $lab"
	"$weft" up "$tree/$lab" --timeout 180s
	say "weft status"
	"$weft" status
	say "weft exec web1 -- ping -c3 web2"
	"$weft" exec web1 -- ping -c3 web2
	next_steps "$weft"
}

next_steps() {
	say "the lab is running. What to try next:"
	cat <<-END
		  PATH=${1%/*}:\$PATH
		  weft status                    what runs, and with which addresses
		  weft console web1              a shell on web1 (leave with ^])
		  weft exec web1 -- ip address   any command
		  weft capture web1:0            its frames, as they pass (^C ends it)
		  weft show ports                frames and drops, port by port
		  weft down                      stop everything

		The lab file is $lab. After a change, this shows what would be
		done, and does it; guests that need no restart keep running:
		  weft plan $tree/$lab
		  weft up $tree/$lab
		README.md goes on from here.
	END
}

# ---- test -------------------------------------------------------------------

passed=0 failed=0 skipped=0
failures=() skips=()

fail() {
	failed=$((failed + 1))
	failures+=("$1")
	echo "FAILED: $1"
}

# tally LABEL TESTLOG - meson's log has one JSON object a line and test
tally() {
	local result name reason
	while IFS=$'\t' read -r result name reason; do
		case $result in
		OK | EXPECTEDFAIL) passed=$((passed + 1)) ;;
		SKIP)
			skipped=$((skipped + 1))
			skips+=("$1: $name: ${reason:-no reason given}")
			;;
		*)
			failed=$((failed + 1))
			failures+=("$1: $name: $result")
			;;
		esac
	done < <(jq -r '[.result, .name,
		((.stdout // "") + "\n" + (.stderr // "") | split("\n") |
		map(select(. != "")) | last // "")] | @tsv' "$2")
}

# suite NAME SUITE - runs a suite in build-NAME; an empty suite is a failure
suite() {
	local dir=$root/build-$1 label=$2-$1
	local log=$dir/meson-logs/$label-all.json # meson adds the set-up
	say "suite $2 ($1)"
	if [ ! -f "$dir/build.ninja" ]; then
		fail "$label: there is no build to test"
		return
	fi
	rm -f "$log"
	meson test -C "$dir" --setup all --suite "$2" --logbase "$label" \
		--print-errorlogs </dev/null || true
	if [ -s "$log" ]; then
		tally "$label" "$log"
	else
		fail "$label: no test was run"
	fi
}

# Whoever carries this run's mark in its environment was started by a test; the
# programs that look for it must not carry it themselves.
marked() (
	mark=WEFT_TEST_RUN=$WEFT_TEST_RUN
	unset WEFT_TEST_RUN
	grep -lzsx "$mark" /proc/[0-9]*/environ | grep -oE '[0-9]+' || true
)

# A test that leaves a process behind has failed, whatever it said.
check_leftovers() {
	local pids pid words tries=0
	mapfile -t pids < <(marked)
	while [ ${#pids[@]} -gt 0 ] && [ $((tries++)) -lt 30 ]; do
		sleep 0.1
		mapfile -t pids < <(marked)
	done
	for pid in "${pids[@]}"; do
		words=$({ tr "\0" " " <"/proc/$pid/cmdline"; } 2>/dev/null) || continue
		fail "left behind: $words"
		kill -9 "$pid" 2>/dev/null || true
	done
}

report() {
	local line
	say "done"
	for line in "${skips[@]}"; do
		echo "skipped: $line"
	done
	for line in "${failures[@]}"; do
		echo "failed: $line"
	done
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
}

run_tests() {
	local sanitize=("-Db_sanitize=address,undefined" -Db_lundef=false)
	install_packages "${build_packages[@]}" "${run_packages[@]}" \
		"${test_packages[@]}"
	install_wanted "${wanted_packages[@]}"
	export WEFT_TEST_RUN=$$-$RANDOM$RANDOM
	export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1}
	export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
	export CC=gcc
	build gcc --buildtype=release -Dtests=enabled || fail "build with gcc"
	suite gcc unit
	CC=clang build clang -Dtests=enabled || fail "build with clang"
	suite clang unit
	suite clang lint
	suite clang analysis
	build asan "${sanitize[@]}" -Dtests=enabled ||
		fail "build with sanitizers"
	suite asan unit
	suite asan cli
	suite asan netns
	suite asan lab
	CC=clang configure fuzz -Dfuzz=true "${sanitize[@]}" -Dtests=enabled ||
		fail "configuration for fuzzing"
	suite fuzz fuzz
	guest_tests
	check_leftovers
	report
}

# The guests' kernel comes from the package mirror, like all else.
guest_tests() {
	local weft=$root/build-gcc/cli/weft
	if [ -x "$weft" ]; then
		say "weft image fetch"
		"$weft" image fetch || fail "weft image fetch"
	fi
	suite gcc guest
	suite gcc vm
}

case ${1:-} in
demo | test) ;;
-h | --help | help)
	usage
	exit 0
	;;
*)
	usage >&2
	exit 2
	;;
esac
cd "$tree"
root=$(build_root)
trap give_back EXIT
case $1 in
demo) demo ;;
test) run_tests ;;
esac
