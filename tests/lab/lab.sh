# SPDX-License-Identifier: GPL-2.0-or-later
# lab.sh - for tests of whole labs: a place of their own, a clean end, checks
# shellcheck shell=bash disable=SC2034
set -u
# shellcheck source=tests/check.bash
. "$(dirname "${BASH_SOURCE[0]}")/../check.bash"
weft=${WEFT_BUILD:?the build folder}/cli/weft
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
quickstart=$root/docs/examples/quickstart.weft.yaml
scratch=$(mktemp -d)
export WEFT_RUNTIME_DIR=$scratch/run WEFT_STATE_DIR=$scratch/state NO_COLOR=1
unset WEFT_LAB WEFT_KERNEL
started=() # processes that finish() ends

# die WORDS...: the rest of the test makes no sense without it
die() {
	fail "$@"
	exit 1
}

figure() {
	echo "figure: $*"
}

# w VERB...: the command under test, never longer than LIMIT seconds
w() {
	timeout -k 5 "${LIMIT:-90}" "$weft" "$@"
}

# expect_match WHAT PATTERN TEXT
expect_match() {
	if grep -qE -- "$2" <<<"$3"; then
		echo "ok: $1"
	else
		fail "$1: nothing like '$2' in: $3"
	fi
}

# expect_exit CODE COMMAND...: stdout to $out, stderr to $said
expect_exit() {
	local wanted=$1 got
	shift
	out=$("$@" 2>"$scratch/said" </dev/null)
	got=$?
	said=$(cat "$scratch/said")
	if [ "$got" -eq "$wanted" ]; then
		echo "ok: exit $got: $*"
	else
		fail "$*: exit $got, not $wanted; it said: $said $out"
	fi
}

# expect_json WHAT FILTER JSON: the jq filter yields true; of nothing, jq says
# nothing, and that is no yes
expect_json() {
	if [ -n "$3" ] && jq -e "$2" >/dev/null 2>&1 <<<"$3"; then
		echo "ok: $1"
	else
		fail "$1: $2 does not hold in: $3"
	fi
}

# at_most WHAT LIMIT GOT
at_most() {
	figure "$1: $3 (at most $2)"
	[ "$3" -le "$2" ] || fail "$1: $3 is more than $2"
}

# goal WHAT LIMIT GOT: a figure in time; a machine that is busy with other things
# may miss it, so it is said and judges nothing
goal() {
	local word=met
	[ "$3" -le "$2" ] || word=MISSED
	figure "$1: $3 (goal $2, $word)"
}

# at_most_kib WHAT LIMIT GOT: of memory, where no sanitizer keeps what is freed
at_most_kib() {
	if grep -qa __asan_init "$weft"; then
		figure "$1: $3 (a sanitizer's: not judged)"
	else
		at_most "$@"
	fi
}

now_ms() {
	date +%s%3N
}

# labd_pid LAB: the supervisor; nothing when none runs. A netns node is a child
# with the same command line.
labd_pid() {
	local dir args="weft labd --lab $1 --state $WEFT_RUNTIME_DIR/$1 --ready-fd 3 "
	for dir in /proc/[0-9]*; do
		is_called "${dir#/proc/}" "$args" &&
			! is_called "$(ps -o ppid= -p "${dir#/proc/}")" "$args" &&
			echo "${dir#/proc/}"
	done
}

is_called() {
	[ "$(tr '\0' ' ' 2>/dev/null <"/proc/${1// /}/cmdline")" = "$2" ]
}

switch_pid() {
	w status "$1" --json | jq -r .switch.pid
}

# node_pid LAB NODE
node_pid() {
	w status "$1" --json | jq -r --arg n "$2" '.nodes[] | select(.name == $n) | .pid'
}

# address LAB NODE [NIC]: its IPv4 address
address() {
	w status "$1" --json | jq -r --arg n "$2" --argjson i "${3:-0}" \
		'.nodes[] | select(.name == $n) | .nics[$i].ipv4[0]'
}

# descendants PID: it and all that it started, as long as it lives
descendants() {
	local child
	echo "$1"
	for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
		descendants "$child"
	done
}

is_gone() {
	! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"
}

# all_gone PID...
all_gone() {
	local pid
	for pid; do
		is_gone "$pid" || return 1
	done
}

# status_kib PID FIELD: RssAnon, VmRSS ... of a process
status_kib() {
	awk -v f="$2:" '$1 == f { print $2 }' "/proc/$1/status"
}

fd_count() {
	find "/proc/$1/fd" -mindepth 1 | wc -l
}

map_count() {
	wc -l <"/proc/$1/maps"
}

# What of the lab is in sight of everybody: interfaces, mounts, named netns.
host_footprint() {
	ip -o link | cut -d: -f2 | sort
	grep -v ' /proc/' /proc/self/mountinfo | awk '{ print $5 }' | sort
	ls /run/netns 2>/dev/null
}

# netns_lab: six namespaces on three networks; it stands in for guests where the
# network is what is tested
netns_lab() {
	cat >"$scratch/nodes.weft.yaml" <<-EOF
		lab: nodes
		networks:
		  red: { mode: internal, ipv4: 10.41.0.0/24 }
		  blue: { mode: internal, ipv4: 10.42.0.0/24, dhcp: on }
		  wan: { mode: nat, ipv4: 10.60.0.0/24, dns: { domain: nodes.lab } }
		nodes:
		  r1: { kind: netns, nics: [ { net: red, ipv4: 10.41.0.1/24 } ] }
		  r2: { kind: netns, nics: [ { net: red, ipv4: 10.41.0.2/24 } ] }
		  b1: { kind: netns, nics: [ { net: blue } ] }
		  b2: { kind: netns, nics: [ { net: blue } ] }
		  w1: { kind: netns, nics: [ { net: wan } ] }
		  w2: { kind: netns, nics: [ { net: wan } ] }
	EOF
	w up "$scratch/nodes.weft.yaml" >"$scratch/up" 2>&1 ||
		die "weft up: $(cat "$scratch/up")"
}

# ping_log LAB FROM TO FILE: pings without end; each line gets the time in ms.
# $pinger is the pid of the weft that ends it.
ping_log() {
	"$weft" exec -l "$1" "$2" -- ping -i 0.1 "$3" > >(stamp >"$4") 2>&1 </dev/null &
	pinger=$!
	started+=("$pinger")
}

stamp() {
	local line
	while read -r line; do
		echo "$(now_ms) $line"
	done
}

# pings_after FILE MS: how long after MS the first answer came; "never"
pings_after() {
	awk -v from="$2" '$1 > from && /from .* ttl=/ { print $1 - from; found = 1; exit }
		END { if (!found) print "never" }' "$1"
}

# pings_lost FILE: sequence numbers without an answer between first and last
pings_lost() {
	grep -oE '(icmp_)?seq=[0-9]+' "$1" | cut -d= -f2 | awk '
		NR == 1 { first = $1 } { last = $1; n++ }
		END { print NR ? last - first + 1 - n : "all" }'
}

# expect_no_sockets LAB: nothing can be connected to in the lab's folder
expect_no_sockets() {
	expect "no socket is left of $1" "" "$(find "$WEFT_RUNTIME_DIR/$1" -type s 2>/dev/null)"
}

needs_netns() {
	needs jq ip
	needs_tap
	unshare -nm true 2>/dev/null || unshare -Urnm true 2>/dev/null ||
		skip "no network and mount namespaces here (is this a chroot?)"
}

# needs_guests: QEMU, and a kernel that is fetched if there is none
needs_guests() {
	needs jq qemu-system-x86_64
	timeout 300 "$weft" image fetch >"$scratch/fetch" 2>&1 ||
		skip "no kernel for guests: $(tail -n 1 "$scratch/fetch")"
}

# finish [CODE]: the end of every test
finish() {
	local code=${1:-$?} lab pid
	for lab in "$WEFT_RUNTIME_DIR"/*/; do
		[ -S "$lab/ctl.sock" ] || continue
		lab=$(basename "$lab")
		LIMIT=30 w down "$lab" >/dev/null 2>&1
		for pid in $(labd_pid "$lab"); do
			kill -9 "$pid"
		done
	done
	if grep -E 'ERROR: [A-Za-z]+Sanitizer|runtime error:' "$WEFT_RUNTIME_DIR"/*/labd.log 2>/dev/null; then
		fail "a sanitizer has found something"
	fi
	# with what they started: a function in the background is a shell with a child
	for pid in "${started[@]}"; do
		# shellcheck disable=SC2046
		kill -9 $(descendants "$pid") 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	if [ "$failed" -ne 0 ] || { [ "$code" -ne 0 ] && [ "$code" -ne 77 ]; }; then
		tail -n 40 "$WEFT_RUNTIME_DIR"/*/labd.log 2>/dev/null
	fi
	rm -rf "$scratch"
	[ "$code" -ne 0 ] || code=$failed
	exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM
