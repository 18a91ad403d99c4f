#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guests_idle.sh - a lab that does nothing costs nothing: CPU and memory of labd
# and weft-switch
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_guests
expect_exit 0 w up "$quickstart"
pids=("$(labd_pid quickstart)" "$(switch_pid quickstart)")

# Nanoseconds on a CPU so far.
run_ns() {
	local pid total=0
	for pid in "${pids[@]}"; do
		total=$((total + $(awk '{ sum += $1 } END { printf "%d", sum }' "/proc/$pid/task/"*/schedstat)))
	done
	echo "$total"
}

sleep 5 # what follows a boot
before=$(run_ns) began=$(now_ms)
sleep 10
used=$(($(run_ns) - before)) took=$(($(now_ms) - began))
goal "CPU of labd and weft-switch, ppm of a core" 5000 $((used / took))
anon=0
for pid in "${pids[@]}"; do
	figure "$(cat "/proc/$pid/comm"): RssAnon $(status_kib "$pid" RssAnon) KiB, VmRSS $(status_kib "$pid" VmRSS) KiB"
	anon=$((anon + $(status_kib "$pid" RssAnon)))
done
at_most_kib "RssAnon of both, KiB" 15360 "$anon"
