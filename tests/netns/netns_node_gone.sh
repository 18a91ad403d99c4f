#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_node_gone.sh - however a netns node ends, nothing of it is left: no
# process, interface, mount or descriptor; and its end is told
# shellcheck source=tests/netns/netns_node.bash
. "$(dirname "$0")/netns_node.bash"

mark=9$$.$RANDOM
interfaces=$(ls /sys/class/net)
mounts=$(wc -l </proc/self/mountinfo)

# Processes that carry our mark; the grep's own pattern doesn't match itself.
marked() {
	grep -lsa "sleep [${mark:0:1}]${mark:1}" /proc/[0-9]*/cmdline | wc -l
}

await_none() {
	for _ in $(seq 100); do
		[ "$(marked)" = 0 ] && return
		sleep 0.1
	done
}

# netns_cable compares its own descriptors before and after.
timeout 110 "$cable" -n 50 -r "sleep $mark" true 2>"$work/log"
expect "50 starts and stops" 0 $?
expect "ends told" 100 "$(grep -c 'died: its supervisor ended with code 0' "$work/log")"
expect "processes left" 0 "$(marked)"

# A command that detaches itself and won't hear SIGTERM.
timeout 30 "$cable" "trap '' TERM; setsid sleep $mark & exit 5" 2>"$work/log"
expect "a node with a stubborn daemon" 5 $?
expect "processes left" 0 "$(marked)"

timeout 30 "$cable" -k -r "sleep $mark" 2>"$work/log"
expect "a killed supervisor" 0 $?
expect "its end told" 1 "$(grep -c '^a died: its supervisor was killed by signal 9' "$work/log")"
expect "processes left" 0 "$(marked)"

"$cable" -r "sleep $mark" "sleep $mark" 2>"$work/log" &
owner=$!
for _ in $(seq 100); do
	[ "$(marked)" -ge 5 ] && break
	sleep 0.1
done
[ "$(marked)" -ge 5 ] || fail "the node did not start"
kill -9 $owner
wait $owner 2>/dev/null
await_none
expect "processes left when the owner was killed" 0 "$(marked)"

expect "interfaces" "$interfaces" "$(ls /sys/class/net)"
expect "mounts" "$mounts" "$(wc -l </proc/self/mountinfo)"
exit "$failed"
