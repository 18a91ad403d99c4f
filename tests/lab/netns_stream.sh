#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_stream.sh - a program on an external node's stream socket gets a lease,
# pings and is pinged; what breaks the framing is hung up on, and harms nobody
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_netns
needs python3
cat >"$scratch/old.weft.yaml" <<-EOF
	lab: old
	networks:
	  wan: { mode: nat, ipv4: 10.62.0.0/24, dns: { domain: old.lab } }
	nodes:
	  old:
	    kind: external
	    socket: { type: stream, mode: "0660" }
	    nics: [ { net: wan, mac: "52:54:00:00:00:07", reserve: 10.62.0.50 } ]
	  probe: { kind: netns, nics: [ { net: wan } ] }
EOF
expect_exit 0 w up "$scratch/old.weft.yaml"
socket=$(w status --json | jq -r '.nodes[] | select(.name == "old") | .nics[0].socket')
expect "the socket's name" "$WEFT_RUNTIME_DIR/old/ports/old:0.stream.sock" "$socket"
expect "its mode" 660 "$(stat -c %a "$socket")"
expect_exit 0 w attach-qemu old:0
expect_match "QEMU's arguments" "^-netdev stream,id=weftnet0,server=off,addr.type=unix,addr.path=$socket " "$out"
expect_exit 4 w attach-xml old:0
expect_match "the reason" "stream socket" "$said"

peer() {
	timeout 60 python3 "$root/tests/lab/stream_peer.py" "$socket" "$@"
}

# peer_stays MODE WORD ARGUMENTS...: in the background, once it has said WORD
peer_stays() {
	local mode=$1 word=$2
	shift 2
	python3 "$root/tests/lab/stream_peer.py" "$socket" "$mode" "$@" >"$scratch/$mode" 2>&1 &
	stays=$!
	started+=("$stays")
	until_ok 20 grep -q "$word" "$scratch/$mode" || die "$mode: $(cat "$scratch/$mode")"
}

peer_goes() {
	kill -9 "$stays" 2>/dev/null
	wait "$stays" 2>/dev/null
}

carrier() {
	w status --json | jq -e ".nodes[] | select(.name == \"old\") | .nics[0].carrier == $1"
}

probe=$(address old probe)
told=$(peer ping 52:54:00:00:00:07 "$probe" 300) || fail "no pings: $told"
expect_json "it has its lease and all answers" '.ip == "10.62.0.50" and .pings == 300' "$told"
expect_json "checksums are whole" '.bad_checksums == 0' "$told"
figure "round trip from a process to a namespace, us: $(jq .median_us <<<"$told")"

peer_stays serve serves 52:54:00:00:00:07
expect_exit 0 w exec probe -- ping -c3 -i 0.2 -W2 old
expect_exit 0 w exec probe -- ping -c3 -i 0.2 -W2 -s 1400 old
expect "a second client is refused" refused "$(peer second)"
# The kernel behind the tap leaves its checksums to whoever sends them on.
w exec probe -- python3 -c 'import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x" * 100, ("10.62.0.50", 9))'
until_ok 5 grep -qE '^[1-9][0-9]* 0$' "$scratch/serve" || fail "bad checksums: $(cat "$scratch/serve")"

killed=$(now_ms)
kill -9 "$(switch_pid old)"
until_ok 5 grep -q 'hung up' "$scratch/serve" || fail "the end of weft-switch is not told"
until_ok 5 peer ping 52:54:00:00:00:07 "$probe" 1 || fail "no way back after weft-switch was killed"
figure "a client that comes again pings after ms: $(($(now_ms) - killed))"
peer_goes

switch=$(switch_pid old)
fds=$(fd_count "$switch") anon=$(status_kib "$switch" RssAnon)
for round in 1 2 3 4 5; do
	expect "bad lengths are hung up on" "4 of 4" "$(peer bad)"
	peer_stays hold holds
	until_ok 2 carrier true || fail "round $round: no carrier"
	peer_goes
	rm "$scratch/hold"
done
until_ok 2 carrier false || fail "the port still has carrier"
told=$(peer ping 52:54:00:00:00:07 "$probe" 10) || fail "no pings afterwards: $told"
until_ok 2 carrier false || fail "the port still has carrier"
expect "the same weft-switch" "$switch" "$(switch_pid old)"
expect "its descriptors" "$fds" "$(fd_count "$switch")"
at_most_kib "growth of RssAnon, KiB" 512 $(($(status_kib "$switch" RssAnon) - anon))
expect_json "impossible lengths are counted" \
	'.ports[] | select(.port == "old:0") | .drops | .runt == 5 and .["too-long"] == 15' \
	"$(w show ports --json)"
expect_exit 0 w down old
expect_no_sockets old
