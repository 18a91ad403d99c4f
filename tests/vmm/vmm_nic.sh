#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vmm_nic.sh - a NIC of weft-vmm's on weft-switch: a lease and pings, a cable that is
# cut, and a weft-switch that is killed under it
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/../lab/lab.sh"
[ -w /dev/kvm ] || skip "no /dev/kvm that we may open"
needs python3
needs_netns
here=$(dirname "$0")

cat >"$scratch/ext.weft.yaml" <<-EOF
	lab: ext
	networks:
	  wan: { mode: nat, ipv4: 10.61.0.0/24, dns: { domain: ext.lab } }
	nodes:
	  ext: { kind: external, nics: [ { net: wan } ] }
	  probe: { kind: netns, nics: [ { net: wan } ] }
EOF
expect_exit 0 w up "$scratch/ext.weft.yaml"
mkfifo "$scratch/orders"

# vmm CMDLINE: the tiny guest, beside the test; labd's part is minder.py's
vmm() {
	timeout -k 5 60 python3 "$here/minder.py" "$scratch/log" \
		"$scratch/orders" "$WEFT_RUNTIME_DIR/ext/ports/ext:0.sock" -- \
		"$WEFT_BUILD/cli/vmm/weft-vmm" --name tiny --memory 16M \
		--kernel "$WEFT_BUILD/tests/vmm/guest/tiny.elf" \
		--net "socket=$WEFT_RUNTIME_DIR/ext/ports/ext:0.sock,mac=52:54:00:00:00:09,mtu=1500" \
		--cmdline "$1" </dev/null >"$scratch/tiny" 2>"$scratch/words" &
	vmm=$!
	started+=("$vmm")
}

# what the guest has written
said() {
	tr -d '\r' <"$scratch/tiny"
}

# has PATTERN: such a line
has() {
	said | grep -q -- "$1"
}

# vmm_end WHAT: it went well, and said so
vmm_end() {
	wait "$vmm"
	expect "$1: exit code" 0 $?
	if ! has '^done 1 of 1$' || has '^FAIL'; then
		fail "$1: $(said) $(cat "$scratch/words")"
	fi
}

order() {
	echo "$*" >"$scratch/orders"
}

# says PATTERN: the guest does, soon
says() {
	until_ok 20 has "^$1\$" ||
		die "no '$1': $(said) $(cat "$scratch/words")"
	echo "ok: the guest says $1"
}

carrier() {
	w status --json | jq -e ".nodes[] | select(.name == \"ext\") | .nics[0].carrier == $1"
}

for irq in msi-x intx; do
	vmm "test=net count=50 $irq"
	vmm_end "lease and pings by $irq"
	has '^lease 10.61.0.101 gateway 10.61.0.1 ' || fail "not the lease it had"
	until_ok 5 carrier false || fail "a guest that is off has carrier"

	vmm "test=link changes=2 $irq"
	says "carrier up"
	until_ok 5 carrier true || fail "a guest that runs has no carrier"
	order link 0 0
	says "carrier down"
	until_ok 5 carrier false || fail "the far end of a cut cable has carrier"
	order link 0 1
	vmm_end "a cable is cut and mended by $irq"
done

# A guest has room for 32 frames that nobody takes: not too many a second. labd
# waits longer before each further start of a weft-switch.
vmm "test=pingpong rate=40 seconds=15"
until_ok 20 has '^pingpong [0-9][0-9]' || die "no pings: $(said)"
for round in 1 2 3; do
	expect_exit 0 w exec probe -- ping -c3 -i0.2 -W1 10.61.0.101
	killed=$(switch_pid ext)
	kill -9 "$killed"
	until_ok 5 test "$killed" != "$(switch_pid ext)" || fail "kill $round: no new weft-switch"
	sleep 1.5
done
vmm_end "pings while weft-switch is killed"
expect "losses that were told of" 3 "$(grep -c ' gone 0 0 it closed' "$scratch/log")"
figure "$(said | grep '^pingpong' | tail -n 1)"
