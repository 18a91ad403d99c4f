#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guest_stream.sh - a QEMU on a stream socket, with the arguments that weft
# prints: a lease, pings, and TCP both ways, whole
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_netns
needs python3
needs_guests
cat >"$scratch/old.weft.yaml" <<-EOF
	lab: old
	networks:
	  wan: { mode: nat, ipv4: 10.63.0.0/24, dns: { domain: old.lab } }
	nodes:
	  old: { kind: external, socket: { type: stream }, nics: [ { net: wan } ] }
	  probe: { kind: netns, nics: [ { net: wan } ] }
EOF
expect_exit 0 w up "$scratch/old.weft.yaml"
expect_exit 0 w image build --json
image=$out
expect_exit 0 w attach-qemu old:0
arguments=$out
qemu-system-x86_64 -netdev help | grep -qx stream || skip "this QEMU has no -netdev stream"

# start_qemu: by hand, as a user would, through a shell
start_qemu() {
	mkfifo "$scratch/keys" 2>/dev/null
	bash -c "exec qemu-system-x86_64 $arguments -nodefaults -display none -no-reboot -m 128M \
		-kernel '$(jq -r .kernel.path <<<"$image")' -initrd '$(jq -r .initramfs <<<"$image")' \
		-append 'console=ttyS0 quiet net.ifnames=0' -serial stdio" \
		<>"$scratch/keys" >"$scratch/console" 2>"$scratch/qemu" &
	qemu=$!
	started+=("$qemu")
}

answers() {
	w exec probe -- ping -c1 -W1 old
}

said_on_console() {
	until_ok 60 grep -q "$1" "$scratch/console" || fail "no '$1': $(tail -n 5 "$scratch/console")"
}

start_qemu
until_ok 90 answers || die "the guest does not answer: $(cat "$scratch/qemu" "$scratch/console")"
until_ok 20 grep -q "built-in shell" "$scratch/console" || die "no shell: $(cat "$scratch/console")"
echo "ok: it has a lease, a name, and answers"
echo "ping -c3 probe" >"$scratch/keys"
said_on_console "3 packets received"

# The namespace's kernel sends segments of 64 KiB without checksums; QEMU's port
# takes neither, so what arrives whole was finished on the way.
head -c 8000000 /dev/urandom >"$scratch/file"
sum=$(md5sum <"$scratch/file" | cut -d' ' -f1)
(cd "$scratch" && exec "$weft" exec probe -- python3 -c "import socket
server = socket.create_server(('', 99))
data = open('$scratch/file', 'rb').read()
client, _ = server.accept()
client.sendall(data)
client.shutdown(1)
client.close()
client, _ = server.accept()
got = b''
while piece := client.recv(65536):
    got += piece
print('whole' if got == data else len(got))") >"$scratch/server" 2>&1 </dev/null &
started+=($!)
server=$!
sleep 1
begun=$(now_ms)
echo "nc probe 99 >/tmp/file; md5sum /tmp/file" >"$scratch/keys"
said_on_console "$sum"
figure "8 MB to the guest, ms: $(($(now_ms) - begun))"
begun=$(now_ms)
echo "nc probe 99 </tmp/file; echo sent it" >"$scratch/keys"
until_ok 60 is_gone "$server" || fail "the server waits for ever"
figure "8 MB from the guest, ms: $(($(now_ms) - begun))"
expect "what comes back" whole "$(cat "$scratch/server")"

kill -9 "$qemu"
wait "$qemu" 2>/dev/null
start_qemu
until_ok 90 answers || fail "a second QEMU on the same socket does not answer"
expect_exit 0 w down old
