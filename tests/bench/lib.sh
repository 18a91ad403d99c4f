# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lib.sh - what the benchmarks share: words on stderr, children that are ended
# by pid on every way out, samples of busy threads

say() { printf '%s\n' "$*" >&2; }

die() {
	say "${0##*/}: $*"
	exit 1
}

# need COMMAND PACKAGE: exit 77 (skipped) with the remedy if it isn't there
need() {
	command -v "$1" >/dev/null && return
	say "skipped: $1 is missing: apt-get install $2"
	exit 77
}

# need_root: exit 77 unless we are
need_root() {
	[ "$(id -u)" = 0 ] && return
	say 'skipped: needs root'
	exit 77
}

children=()
pid=''

# begin COMMAND...: a child with our standard input; its pid in $pid
begin() {
	"$@" <&0 &
	pid=$!
	children+=("$pid")
}

# ended PID: is it gone, or a zombie that waits for us?
ended() {
	local state
	read -r _ _ state _ 2>/dev/null <"/proc/$1/stat" || return 0
	[ "$state" = Z ]
}

# end_child PID...: ask, wait two seconds at most, insist
end_child() {
	local pid n
	kill "$@" 2>/dev/null
	for pid; do
		for ((n = 0; n < 40; n++)); do
			ended "$pid" && break
			sleep 0.05
		done
		ended "$pid" || kill -9 "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	return 0
}

# end_children: all of them, last started first
end_children() {
	local i
	for ((i = ${#children[@]} - 1; i >= 0; i--)); do
		end_child "${children[i]}"
	done
	children=()
}

# wait_for WHAT COMMAND...: until it succeeds, ten seconds at most
wait_for() {
	local what=$1 n
	shift
	for ((n = 0; n < 200; n++)); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.05
	done
	say "waited ten seconds in vain for $what"
	return 1
}

# thread_named PID PATTERN: prints the tid of its thread of that name
thread_named() {
	local task
	for task in "/proc/$1/task"/[0-9]*; do
		# shellcheck disable=SC2053
		[[ $(<"$task/comm") == $2 ]] && {
			echo "${task##*/}"
			return
		}
	done
	return 1
}

# run_delay TID: nanoseconds it was runnable and did not run
run_delay() {
	local ns
	read -r _ ns _ <"/proc/$1/schedstat" && echo "$ns"
}

# stats FILE-OF-NUMBERS: "median min max", or "- - -"
stats() {
	sort -n | awk '{ v[NR] = $1 } END {
		if (!NR) { print "- - -"; exit }
		m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
		print m, v[1], v[NR] }'
}

# machine: one line about where this ran
machine() {
	local model
	model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n1)
	printf '%s, %s CPUs, Linux %s, %s' "$model" "$(getconf _NPROCESSORS_ONLN)" \
		"$(uname -r)" "$(date -u +%F)"
}
