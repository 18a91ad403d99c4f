#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guest_external.sh - a QEMU started by hand with the arguments that weft prints
# gets a lease and pings; killed and started 20 times, weft-switch is as before
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_netns
needs_guests
rounds=${ROUNDS:-20}
cat >"$scratch/ext.weft.yaml" <<-EOF
	lab: ext
	networks:
	  wan: { mode: nat, ipv4: 10.61.0.0/24, dns: { domain: ext.lab } }
	nodes:
	  ext: { kind: external, nics: [ { net: wan } ] }
	  probe: { kind: netns, nics: [ { net: wan } ] }
EOF
expect_exit 0 w up "$scratch/ext.weft.yaml"
expect_exit 0 w image build --json
image=$out
expect_exit 0 w attach-qemu ext:0
arguments=$out
expect_exit 0 w attach-xml ext:0
expect_match "the XML names the socket" "path='$WEFT_RUNTIME_DIR/ext/ports/ext:0.sock'" "$out"

# start_qemu: by hand, as a user would, through a shell
start_qemu() {
	mkfifo "$scratch/keys" 2>/dev/null
	bash -c "exec qemu-system-x86_64 $arguments -nodefaults -display none -no-reboot \
		-kernel '$(jq -r .kernel.path <<<"$image")' -initrd '$(jq -r .initramfs <<<"$image")' \
		-append 'console=ttyS0 quiet net.ifnames=0' -serial stdio" \
		<>"$scratch/keys" >"$scratch/console" 2>"$scratch/qemu" &
	qemu=$!
	started+=("$qemu")
}

stop_qemu() {
	kill -9 "$qemu"
	wait "$qemu" 2>/dev/null
}

has_lease() {
	w show leases --json | jq -e '.leases | length == 2'
}

answers() {
	w exec probe -- ping -c1 -W1 ext
}

carrier() {
	w status --json | jq -e ".nodes[] | select(.name == \"ext\") | .nics[0].carrier == $1"
}

start_qemu
until_ok 60 has_lease || die "no lease: $(cat "$scratch/qemu" "$scratch/console")"
until_ok 20 answers || die "the guest does not answer"
echo "ok: it has a lease, a name, and answers"
until_ok 20 grep -q "built-in shell" "$scratch/console" || die "no shell: $(cat "$scratch/console")"
echo "ping -c3 probe" >"$scratch/keys"
until_ok 20 grep -q "3 packets received" "$scratch/console" || fail "it can't ping: $(cat "$scratch/console")"
lease=$(address ext ext)
stop_qemu
until_ok 2 carrier false || fail "the port still has carrier after the kill"

switch=$(switch_pid ext)
fds=$(fd_count "$switch") maps=$(map_count "$switch") anon=$(status_kib "$switch" RssAnon)
for round in $(seq "$rounds"); do
	start_qemu
	if [ $((round % 4)) -eq 0 ]; then
		until_ok 60 answers || fail "round $round: no answer: $(cat "$scratch/qemu")"
	elif [ $((round % 4)) -eq 1 ]; then
		until_ok 60 carrier true || fail "round $round: no carrier"
	else
		sleep "0.$((RANDOM % 900 + 100))" # anywhere in its boot
	fi
	stop_qemu
done
until_ok 2 carrier false || fail "the port still has carrier after the kill"
expect "the same weft-switch" "$switch" "$(switch_pid ext)"
expect "its descriptors" "$fds" "$(fd_count "$switch")"
figure "maps lines: $maps, then $(map_count "$switch")"
at_most "growth of maps lines" 2 $(($(map_count "$switch") - maps))
at_most_kib "growth of RssAnon in $rounds rounds, KiB" 1024 $(($(status_kib "$switch" RssAnon) - anon))
start_qemu
until_ok 60 answers || fail "no answer after $rounds rounds"
expect "the lease is the same" "$lease" "$(address ext ext)"
