# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# namespaces.bash - sourced behind check.bash: network namespaces besides our own,
# each held by a process; those are in $others, which who sources this ends
others=()

# namespace VARIABLE - a namespace held by a process, whose number that gets
namespace() {
	local pid own
	own=$(readlink /proc/self/ns/net)
	unshare -n sleep 3600 &
	pid=$!
	others+=("$pid")
	becomes "a namespace" is_elsewhere "$pid" "$own"
	printf -v "$1" %s "$pid"
}

is_elsewhere() {
	[ "$(readlink "/proc/$1/ns/net")" != "$2" ]
}

# becomes WHAT COMMAND... - within 5 s
becomes() {
	local what=$1
	shift
	until_ok 5 "$@" && return
	fail "$what: not within 5 s"
	return 1
}

# in_ns PID COMMAND... - run it in that namespace; not for the background, where
# the number in $! would be that of a shell around it
in_ns() {
	local pid=$1
	shift
	nsenter -t "$pid" -n -- "$@"
}

# Addresses that appear by themselves would send frames nobody counts on.
quiet() {
	sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1 2>/dev/null || true
}

# quiet_namespace VARIABLE - the same, with nothing in it that speaks by itself
quiet_namespace() {
	namespace "$1"
	in_ns "${!1}" bash -c "$(declare -f quiet); quiet; ip link set lo up"
}
