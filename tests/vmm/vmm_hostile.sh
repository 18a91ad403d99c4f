#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vmm_hostile.sh - whatever a guest does to its devices, weft-vmm and weft-switch
# reject it or take no harm, to the letter; a reset makes the device work, and two
# other nodes lose no ping meanwhile
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/../lab/lab.sh"
[ -w /dev/kvm ] || skip "no /dev/kvm that we may open"
needs_netns
needs ping

cat >"$scratch/bad.weft.yaml" <<-EOF
	lab: bad
	networks:
	  wan: { mode: nat, ipv4: 10.62.0.0/24 }
	nodes:
	  bad: { kind: external, nics: [ { net: wan } ] }
	  one: { kind: netns, nics: [ { net: wan } ] }
	  two: { kind: netns, nics: [ { net: wan } ] }
EOF
expect_exit 0 w up "$scratch/bad.weft.yaml"
truncate -s 1M "$scratch/disk"
exec 8<>/dev/null

# hostile CMDLINE WANTED...: a guest with one device of each kind; lines that it
# has to say
hostile() {
	local cmdline=$1 start line code seconds
	shift
	start=$(now_ms)
	timeout -k 5 200 "$WEFT_BUILD/cli/vmm/weft-vmm" --memory 32M --cpus 2 \
		--kernel "$WEFT_BUILD/tests/vmm/guest/tiny.elf" \
		--net "socket=$WEFT_RUNTIME_DIR/bad/ports/bad:0.sock,mac=52:54:00:00:00:0b" \
		--disk "$scratch/disk" --console fd=8 --port name=weft.agent,fd=8 \
		--cmdline "$cmdline" </dev/null >"$scratch/raw" 2>"$scratch/words"
	code=$?
	seconds=$((($(now_ms) - start) / 1000 + 1))
	tr -d '\r' <"$scratch/raw" >"$scratch/tiny"
	expect "$cmdline: exit code" 0 $code
	for line; do
		grep -qxE -- "$line" "$scratch/tiny" || fail "$cmdline: no line '$line'"
	done
	if grep -E '^(FAIL|WEDGED|SILENT|deviates)' "$scratch/tiny"; then
		fail "$cmdline: the guest says so"
		grep -v '^PASS\|^REJECT' "$scratch/tiny" | tail -n 20
	fi
	at_most "lines a second that it made weft-vmm say" 20 \
		$(($(wc -l <"$scratch/words") / seconds))
	figure "$(grep -E '^(hostile|fuzz|machine|toctou) .*[0-9]' "$scratch/tiny" | tr '\n' ';')"
}

# footprint PID: what a process has
footprint() {
	echo "$(fd_count "$1") descriptors," \
		"$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 | wc -l) threads," \
		"$(map_count "$1") mappings"
}

# Once, so that all which comes with a first guest is there.
hostile "test=net" "ok net"
switch=$(switch_pid bad)
before=$(footprint "$switch")
anon=$(status_kib "$switch" RssAnon)
two=$(address bad two)
ping_log bad one "$two" "$scratch/pings"

hostile "test=hostile strict" "ok hostile" \
	"hostile 4 devices: [0-9]+ PASS [0-9]+ REJECT 0 SILENT 0 WEDGED 0 FAIL .*"
hostile "test=hostile strict dev=net on=rx" "ok hostile" "REJECT net V1.self"
hostile "test=hostile strict dev=net intx only=V1.,V6,V7,V12" "ok hostile"
hostile "test=toctou,machine,fuzz,net seconds=5" "ok toctou" "ok machine" \
	"ok fuzz" "ok net"
hostile "test=fuzz,net intx seconds=5 seed=$RANDOM" "ok fuzz" "ok net"

kill -INT "$pinger" 2>/dev/null
wait "$pinger"
expect "pings that two other nodes lost" 0 "$(pings_lost "$scratch/pings")"
figure "pings that were answered: $(grep -c ' ttl=' "$scratch/pings")"
expect "weft-switch is the same" "$switch" "$(switch_pid bad)"
same_again() {
	[ "$(footprint "$switch")" = "$before" ]
}
until_ok 5 same_again || fail "weft-switch had $before, has $(footprint "$switch")"
# Its flight recorder grows to 4 MiB while there are frames.
at_most_kib "KiB more in weft-switch" 5120 $(($(status_kib "$switch" RssAnon) - anon))
exit $failed
