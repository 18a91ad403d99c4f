# SPDX-License-Identifier: GPL-2.0-or-later
# guest.bash - runs the tiny guest in QEMU's emulator and judges what it said
# shellcheck shell=bash disable=SC2034
set -u
elf=${WEFT_BUILD:?the build folder}/tests/vmm/guest/tiny.elf
bzimage=$WEFT_BUILD/tests/vmm/guest/tiny.bzimage
scratch=$(mktemp -d)
failed=0
said= # what the guest wrote, without carriage returns
code= # the VMM's exit code

finish() {
	rm -rf "$scratch"
	exit "$failed"
}
trap finish EXIT

skip() {
	echo "skipped: $*"
	failed=77
	exit 77
}

need() {
	local tool
	for tool; do
		command -v "$tool" >/dev/null || skip "$tool is not installed"
	done
}

fail() {
	echo "FAILED: $*"
	failed=1
}

# qemu IMAGE CMDLINE ARGUMENTS...: until the guest turns itself off
qemu() {
	local image=$1 cmdline=$2
	shift 2
	timeout -k 5 "${LIMIT:-60}" qemu-system-x86_64 -nodefaults \
		-no-user-config -accel tcg -machine "${MACHINE:-pc}" -m 64 \
		-display none -no-reboot -serial stdio -kernel "$image" \
		-append "$cmdline" "$@" >"$scratch/said" 2>"$scratch/errors" \
		</dev/null
	code=$?
	said=$(tr -d '\r' <"$scratch/said")
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
