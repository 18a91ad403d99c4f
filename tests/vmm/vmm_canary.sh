#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vmm_canary.sh - a guest fuzzes its own devices; two other guests and two other
# nodes ping each other meanwhile and lose none, and nothing is leaked
#
# CANARY_S=600 is the run that is promised; the nodes send 1,000 pings a second,
# the guests CANARY_RATE: where KVM emulates they can't do as many.
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/../lab/lab.sh"
[ -w /dev/kvm ] || skip "no /dev/kvm that we may open"
needs_netns
needs ping
seconds=${CANARY_S:-20}
rate=${CANARY_RATE:-50}

cat >"$scratch/mine.weft.yaml" <<-EOF
	lab: mine
	networks:
	  pit: { mode: nat, ipv4: 10.63.0.0/24 }
	nodes:
	  mole: { kind: external, nics: [ { net: pit } ] }
	  tick: { kind: external, nics: [ { net: pit } ] }
	  tack: { kind: external, nics: [ { net: pit } ] }
	  one: { kind: netns, nics: [ { net: pit } ] }
	  two: { kind: netns, nics: [ { net: pit } ] }
EOF
expect_exit 0 w up "$scratch/mine.weft.yaml"
truncate -s 1M "$scratch/disk"
exec 8<>/dev/null

# guest NODE MAC CMDLINE OPTIONS...: beside the test; $guest is timeout's pid
guest() {
	local node=$1 mac=$2 cmdline=$3
	shift 3
	timeout -k 5 $((seconds + 120)) "$WEFT_BUILD/cli/vmm/weft-vmm" \
		--name "$node" --memory 32M \
		--kernel "$WEFT_BUILD/tests/vmm/guest/tiny.elf" \
		--net "socket=$WEFT_RUNTIME_DIR/mine/ports/$node:0.sock,mac=52:54:00:00:00:$mac" \
		--cmdline "$cmdline" "$@" </dev/null >"$scratch/$node" 2>"$scratch/$node.words" &
	guest=$!
	started+=("$guest")
}

says() { # says NODE PATTERN
	tr -d '\r' <"$scratch/$1" | grep -qE -- "$2"
}

# vmm_of PID: timeout's child
vmm_of() {
	tr -d ' ' <"/proc/$1/task/$1/children"
}

# footprint PID: what a process has
footprint() {
	echo "$(fd_count "$1") descriptors," \
		"$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 | wc -l) threads," \
		"$(map_count "$1") mappings"
}

guest tick 0c "test=pingpong ip=10.63.0.50 gw=10.63.0.1 peer=10.63.0.51 seconds=0 rate=$rate"
tick=$guest
guest tack 0d "test=pingpong ip=10.63.0.51 gw=10.63.0.1 peer=10.63.0.50 seconds=$((seconds + 5)) rate=$rate"
tack=$guest
until_ok 20 says tick '^pingpong [0-9]{2}' ||
	die "no pings: $(cat "$scratch/tick" "$scratch/tick.words")"
guest mole 0b "test=fuzz,net seconds=$seconds seed=${CANARY_SEED:-$RANDOM}" \
	--disk "$scratch/disk" --console fd=8 --port name=weft.agent,fd=8
mole=$guest
# As many, or as many as a busy machine lets it send in that time.
LIMIT=$((seconds + 60)) w exec one -- ping -q -i 0.001 -c $((seconds * 1000)) -W 2 \
	-w $((seconds + 20)) "$(address mine two)" >"$scratch/ping" 2>&1 &
pinger=$!
started+=("$pinger")
until_ok 20 says mole '^lease' || die "the fuzzing guest has no lease: $(cat "$scratch/mole")"
switch=$(switch_pid mine)
vmm=$(vmm_of "$mole")
switch_before=$(footprint "$switch") vmm_before=$(footprint "$vmm")
vmm_maps_before=$(map_count "$vmm")
switch_anon=$(status_kib "$switch" RssAnon)
until_ok $((seconds + 60)) says mole '^test net' ||
	fail "the fuzzing guest: $(tail -n 5 "$scratch/mole")"
vmm_after=$(footprint "$vmm") vmm_maps=$(map_count "$vmm")
wait "$mole"
expect "the fuzzing guest's exit code" 0 $?
says mole '^done 2 of 2' ||
	fail "the fuzzing guest: $(tail -n 5 "$scratch/mole" "$scratch/mole.words")"
# What is large lies in a mapping of its own, which comes and goes.
expect "what weft-vmm has while it is fuzzed, and after" "${vmm_before%,*}" "${vmm_after%,*}"
at_most "weft-vmm's mappings after" $((vmm_maps_before + 4)) "$vmm_maps"
figure "$(tr -d '\r' <"$scratch/mole" | grep '^fuzz .*rounds' | tail -n 1)"

wait "$tack"
if ! says tack '^done 1 of 1' || says tack '^FAIL'; then
	fail "a guest lost pings: $(tail -n 5 "$scratch/tack")"
fi
figure "guest to guest: $(tr -d '\r' <"$scratch/tack" | grep '^pingpong' | tail -n 1)"
expect_match "nor did the other" ' 0 lost' \
	"$(tr -d '\r' <"$scratch/tick" | grep '^pingpong' | tail -n 1)"
wait "$pinger"
read -r sent _ _ got _ < <(grep transmitted "$scratch/ping")
figure "node to node: $(grep transmitted "$scratch/ping")"
# one may be on its way when the time is over
if [ "${sent:-0}" -lt $((seconds * 100)) ] || [ $((sent - got)) -gt $((sent < seconds * 1000)) ]; then
	fail "1,000 pings a second between two nodes: $(cat "$scratch/ping")"
fi
expect "weft-switch is the same" "$switch" "$(switch_pid mine)"
kill "$(vmm_of "$tick")"
wait "$tick"
# Its flight recorder grows to 4 MiB while there are frames.
at_most_kib "KiB more in weft-switch" 5120 $(($(status_kib "$switch" RssAnon) - switch_anon))
figure "weft-switch had $switch_before, has $(footprint "$switch") with two guests less"
exit $failed
