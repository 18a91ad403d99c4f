# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check.bash - sourced: how a test says what it found, waits, and gets a place of
# its own. Who wants another end than these, defines it behind.
failed=0

# skip WORDS...: this machine can't run the test
skip() {
	echo "skipped: $*"
	exit 77
}

# fail WORDS...: noted; the test goes on
fail() {
	echo "FAILED: $*"
	failed=1
}

# expect WHAT WANTED GOT
expect() {
	if [ "$2" = "$3" ]; then
		echo "ok: $1"
	else
		fail "$1: wanted '$2', got '$3'"
	fi
}

# needs TOOL...
needs() {
	local tool
	for tool; do
		command -v "$tool" >/dev/null || skip "$tool is not installed"
	done
}

needs_tap() {
	[ -w /dev/net/tun ] || skip "no /dev/net/tun that we may open"
}

# until_ok SECONDS COMMAND...: again and again till it succeeds; 1 when it doesn't
until_ok() {
	local end=$((${EPOCHREALTIME//[.,]/} + $1 * 1000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "${EPOCHREALTIME//[.,]/}" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# own_netns ARGUMENTS...: the test once more, in namespaces of its own
own_netns() {
	[ -z "${WEFT_IN_NETNS-}" ] || return 0
	export WEFT_IN_NETNS=1
	unshare -nm true 2>/dev/null && exec unshare -nm "$0" "$@"
	unshare -Urnm true 2>/dev/null && exec unshare -Urnm "$0" "$@"
	skip "no network and mount namespaces here (is this a chroot?)"
}

# end PID...: of our own children
end() {
	local pid
	for pid; do
		kill -CONT "$pid" 2>/dev/null
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
}
