# SPDX-License-Identifier: GPL-2.0-or-later
# guest.bash - runs the tiny guest in QEMU's emulator and judges what it said
# shellcheck shell=bash disable=SC2034
set -u
# shellcheck source=tests/check.bash
. "$(dirname "${BASH_SOURCE[0]}")/../check.bash"
elf=${WEFT_BUILD:?the build folder}/tests/vmm/guest/tiny.elf
bzimage=$WEFT_BUILD/tests/vmm/guest/tiny.bzimage
scratch=$(mktemp -d)
said= # what the guest wrote, without carriage returns
code= # the VMM's exit code
pid=  # of a VMM that runs beside the test

finish() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null
	rm -rf "$scratch"
	exit "$failed"
}
trap finish EXIT

skip() {
	echo "skipped: $*"
	failed=77
	exit 77
}

# qemu IMAGE CMDLINE ARGUMENTS...: until the guest turns itself off
qemu() {
	qemu_start "$@"
	qemu_end
}

# qemu_start: likewise, beside the test; monitor COMMAND tells it something
qemu_start() {
	local image=$1 cmdline=$2
	shift 2
	rm -f "$scratch/monitor"
	mkfifo "$scratch/monitor"
	: >"$scratch/said"
	timeout -k 5 "${LIMIT:-60}" qemu-system-x86_64 -nodefaults \
		-no-user-config -accel tcg -machine "${MACHINE:-pc}" -m 64 \
		-display none -no-reboot -serial "file:$scratch/said" \
		-monitor stdio -kernel "$image" -append "$cmdline" "$@" \
		>"$scratch/errors" 2>&1 <"$scratch/monitor" &
	pid=$!
	exec 8>"$scratch/monitor"
}

monitor() {
	echo "$*" >&8
}

qemu_end() {
	wait "$pid"
	code=$?
	pid=
	exec 8>&-
	said=$(tr -d '\r' <"$scratch/said")
}

# says PATTERN [TIMES]: waits until the guest that runs has written such lines
says() {
	local tries
	for ((tries = 0; tries < 600; tries++)); do
		[ "$(tr -d '\r' <"$scratch/said" | grep -cxE -- "$1")" -lt \
			"${2:-1}" ] || return 0
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.05
	done
	fail "the guest never said '$1'"
	return 1
}

# passes WHAT PATTERN...: exit 0, no FAIL, each pattern on a line of what it said
passes() {
	local what=$1 pattern
	shift
	[ "$code" -eq 0 ] || fail "$what: exit $code"
	! grep -E '^FAIL' <<<"$said" || fail "$what: the guest says so"
	for pattern; do
		grep -qxE -- "$pattern" <<<"$said" ||
			fail "$what: no line '$pattern'"
	done
	if [ "$failed" -ne 0 ]; then
		echo "$said"
		cat "$scratch/errors"
		exit 1
	fi
	echo "ok: $what"
}
