#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_verbs.sh - what the verbs say of the uplinks of a lab that runs, and failovers
# that are measured from the command line
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_netns
needs python3

# shellcheck source=tests/lab/bond.bash
. "$(dirname "$0")/bond.bash"
cables_lab told '"net:switch1", "net:switch2"' 'primary: "net:switch1"' |
	sed 's/^uplinks:/&\n  spare: { members: [ "net:core" ] }/' >"$scratch/lab.weft.yaml"

# says PATTERN VERB...: until it does, or for 10 s
says() {
	local pattern=$1
	shift
	if until_ok 10 matches "$pattern" "$@"; then
		echo "ok: $*: $pattern"
	else
		fail "$*: nothing like '$pattern' in: $(w "$@" 2>&1)"
	fi
}

matches() {
	local pattern=$1
	shift
	w "$@" 2>/dev/null | grep -qE -- "$pattern"
}

expect_exit 0 w up "$scratch/lab.weft.yaml"
says '^uplink bond0 \(active-backup\): active bond0/switch1$' status
says '^uplink spare: unused' status
says '^bond0 .*active-backup +up +bond0/switch1 +2/2 ' show uplinks
says '^  bond0/switch2 +network switch2 +up +backup .*carrier up, probe up ' bond show bond0
says '^  bond0/switch1 +arp probe: [0-9]+ answers to [0-9]+, alive' bond show bond0
says '^    [|]-- bond0/switch1 +network switch1, active$' graph
says '^`-- trunk2/core~ +uplink trunk2$' graph
says '^weft_uplink_member_active[{].*"bond0/switch1"[}] 1$' metrics
says '^weft_port_.*network="office",port="bond0/switch1"' metrics
w metrics | python3 "$root/tests/cli/prometheus.py" >/dev/null || fail "metrics are not in the format of Prometheus"
expect "names are completed" "bond0/switch1 bond0/switch2" \
	"$(w __complete -- 4 bond switch bond0 '' | xargs)"

expect_exit 0 w link down bond0/switch1 --silent
says '^uplink bond0 .*: active bond0/switch2, degraded: bond0/switch1 down \(weft link\)$' status
says '^  bond0/switch1 dropped [0-9]+ cut-in$' bond show bond0 -s
says '^ .* ago  bond0/switch1  active -> down .*no answer from 10\.60\.0\.2' bond show bond0
says ' uplink.member bond0/switch1 was active and is down now: probe ' events --last 6 -c 6
says ' uplink.active bond0/switch2 is the active member of bond0$' events --last 6 -c 6
expect_exit 1 w bond switch bond0 switch1
expect_exit 0 w link up bond0/switch1
says ': active bond0/switch1$' status

expect_exit 0 w failover bond0 --rounds 2 --hold 300ms --report "$scratch/report.html" -j
expect_json "two rounds went well, and say where to" \
	'.far == "core" and .summary.ok == 2 and (.rounds | length) == 2' "$out"
expect_match "each was told" '^round 2 of 2: ok, bond0/switch1 -> bond0/switch2, out ' "$said"
grep -q '<svg' "$scratch/report.html" || fail "the report has no picture"
expect_exit 1 w failover spare
expect_match "an uplink that runs nowhere is said to be that" 'does not run' "$said"

# What was measured before ^C is told, and nothing stays broken.
timeout --foreground -s INT 4 "$weft" failover bond0 --rounds 99 >"$scratch/out" 2>"$scratch/said" &
wait $!
expect_match "a round was measured" '^1 +bond0/switch1 +bond0/switch2 .* ok$' "$(cat "$scratch/out")"
says ': active bond0/switch1$' status
expect_exit 0 w down told
