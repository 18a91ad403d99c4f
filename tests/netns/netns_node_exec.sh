#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_node_exec.sh - commands in a netns node: exit codes, signals, streams,
# many at once
# shellcheck disable=SC2016 # the shell inside the node expands these
# shellcheck source=tests/netns/netns_node.bash
. "$(dirname "$0")/netns_node.bash"

run() {
	timeout 30 "$cable" "$@" 2>"$work/log"
}

run true; expect "true" 0 $?
run 'exit 7'; expect "exit 7" 7 $?
run 'kill -9 $$'; expect "killed by 9" 137 $?
run /no-such-command; expect "no such command" 127 $?
expect "stdin and stdout pass" "through" "$(echo through | run cat)"
run -x 64 'sleep 0.2; exit 3'; expect "64 at once" 3 $?
run -x 65 true; expect "65 at once are refused" 99 $?
run -r 'echo said; exit 4' 'sleep 0.5'
expect "the node's own command is logged" 1 "$(grep -c '^said' "$work/log")"
expect "its end is told" 1 "$(grep -c '^a run: 4' "$work/log")"
exit "$failed"
