#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_capture_trouble.sh - a reader that stops, a disk that is full, a writer
# that is killed: the capture suffers, its neighbours' frames don't
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
# shellcheck source=tests/lab/capture.bash
. "$(dirname "$0")/capture.bash"
needs_capture
capture_lab

burst() {
	w exec a -- python3 "$root/tests/lab/frames.py" burst eth0 52:54:00:00:00:07 "$1" 1400 </dev/null
}

# --- a reader that stops: ten captures, all of them blocked
mkfifo "$scratch/pipe"
pids=()
for i in 1 2 3 4 5 6 7 8 9 10; do
	# shellcheck disable=SC2216 # that it reads nothing is the point
	"$weft" capture net -w - 2>"$scratch/blocked$i" </dev/null | sleep 600 &
	started+=($!)
	pids+=($!)
done
until_ok 10 eval '[ "$(captures)" = 10 ]' || die "not ten captures: $(captures)"
ping_log cap b 10.71.0.3 "$scratch/pings"
are_behind() {
	w show captures --json | jq -e '[.captures[].lost > 0] | all' >/dev/null
}
for round in 1 2 3 4 5 6 7 8 9 10; do
	burst 20000
	are_behind && break
done
are_behind || fail "nobody is behind: $(w show captures -br)"
figure "bursts until ten captures were behind: $round"
sleep 1
kill "$pinger" 2>/dev/null
wait "$pinger" 2>/dev/null
at_most "pings that the neighbours lost meanwhile" 0 "$(pings_lost "$scratch/pings")"
for pid in $(pgrep -P $$ -x weft); do
	kill -INT "$pid"
done
begun=$(now_ms)
until_ok 10 eval '[ "$(captures)" = 0 ]' || fail "captures with a blocked reader do not end: $(captures)"
figure "ten captures with blocked readers have ended after ms: $(($(now_ms) - begun))"
expect "the same weft-switch" 0 "$(w status cap --json | jq .switch.restarts)"

# --- a full disk
mkdir "$scratch/small"
if unshare -m true 2>/dev/null; then
	cat >"$scratch/in_small" <<-'EOF'
		cd "$1" && mount -t tmpfs -o size=64k none small || exit 99
		"$2" capture a:0 -w small/full.pcapng
		echo "exit $?"
		cp small/full.pcapng .
	EOF
	unshare -m --propagation private bash "$scratch/in_small" "$scratch" "$weft" \
		>"$scratch/full" 2>&1 </dev/null &
	small=$!
	started+=("$small")
	until_ok 10 eval '[ "$(captures)" = 1 ]' || fail "no capture: $(cat "$scratch/full")"
	burst 500
	until_ok 10 is_gone "$small" || fail "a full disk does not end it: $(cat "$scratch/full")"
	expect_match "the reason" 'No space left on device' "$(cat "$scratch/full")"
	expect_match "the exit code" 'exit 1' "$(cat "$scratch/full")"
	expect_clean "$scratch/full.pcapng"
	figure "frames on the full disk: $(count "$scratch/full.pcapng" eth)"
	expect "what the command has counted" \
		"$(count "$scratch/full.pcapng" eth) frames captured" \
		"$(grep -o '[0-9]* frames captured' "$scratch/full")"
	[ "$(count "$scratch/full.pcapng" eth)" -gt 30 ] || fail "the disk was not full"
	expect_json "no block is torn" '.torn == 0' "$(told "$scratch/full.pcapng")"
	expect_exit 0 w exec a -- ping -c 2 -i 0.1 -W 2 10.71.0.2
else
	echo "skipped: a full disk needs a mount namespace"
fi

# --- weft-switch is killed: what was whole can be read
begin_capture killed a:0
w exec a -- ping -c 30 -i 0.02 10.71.0.2 >/dev/null </dev/null
until_ok 5 eval '[ "$(count "$scratch/killed.pcapng" icmp)" = 60 ]' || fail "frames do not get to the file while it runs"
kill -9 "$(switch_pid cap)"
wait "$capture"
expect "the capture has failed" 1 $?
expect_match "and says why" 'weft-switch' "$(cat "$scratch/killed.said")"
expect_clean "$scratch/killed.pcapng"
expect "frames that can be read" 60 "$(count "$scratch/killed.pcapng" icmp)"
until_ok 10 w exec a -- ping -c 1 -W 1 10.71.0.2 || fail "no ping after the restart"

# --- the command is killed: labd ends its capture
begin_capture orphan a:0
kill -9 "$capture"
wait "$capture" 2>/dev/null
until_ok 5 eval '[ "$(captures)" = 0 ]' || fail "a capture outlives its client"
expect "weft-switch is still the one" 1 "$(w status cap --json | jq .switch.restarts)"
