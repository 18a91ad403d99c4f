#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_capture_loss.sh - every frame that a full receiver lost is in the capture
# of its port, with the reason; weft show ports, the file's statistics and its
# frames agree on how many
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
# shellcheck source=tests/lab/capture.bash
. "$(dirname "$0")/capture.bash"
needs_capture
capture_lab
socket=$(w status cap --json | jq -r '.nodes[] | select(.name == "slow") | .nics[0].socket')

# drops NODE: by reason, of its first port
drops() {
	w show ports --json | jq -cS ".ports[] | select(.port == \"$1:0\") | .drops"
}

python3 "$root/tests/lab/stream_peer.py" "$socket" deaf 52:54:00:00:00:07 >"$scratch/deaf" 2>&1 &
deaf=$!
started+=("$deaf")
begin_capture loss slow:0 a:0 -s 256
until_ok 10 grep -q deaf "$scratch/deaf" || die "no peer: $(cat "$scratch/deaf")"
for length in 60 1400; do
	expect_exit 0 w exec a -- python3 "$root/tests/lab/frames.py" burst eth0 52:54:00:00:00:07 4000 "$length"
done
# to everybody, of whom one is full
expect_exit 0 w exec a -- python3 "$root/tests/lab/frames.py" burst eth0 ff:ff:ff:ff:ff:ff 500 100
until_ok 10 eval 'drops slow | jq -e ".[\"backlog-full\"] > 100"' || fail "too few lost: $(drops slow)"
# and what waits for it when it goes
kill -9 "$deaf"
wait "$deaf" 2>/dev/null
until_ok 10 eval 'drops slow | jq -e ".[\"no-carrier\"] > 0"' || fail "none was waiting: $(drops slow)"
shown=$(drops slow)
end_capture
expect "the capture's end" 0 $?
expect_clean "$scratch/loss.pcapng"
file=$(told "$scratch/loss.pcapng")
port=$(jq -c '.ports["slow:0"]' <<<"$file")
expect "what is shown and the frames of the file, by reason" "$shown" "$(jq -cS .dropped <<<"$port")"
expect "Wireshark counts the same" "$(jq '[.[]] | add' <<<"$shown")" \
	"$(count "$scratch/loss.pcapng" 'frame.interface_name == "slow:0" && frame.comment contains "weft: dropped "')"
expect_json "the statistics agree" "(.dropped | add) == .isb.ifdrop and
	.isb.ifrecv == .in + .out + .isb.osdrop and .isb.osdrop == .dropcount" "$port"
expect_match "so does what the command says" \
	"slow:0: .*, $(jq .isb.ifdrop <<<"$port") of these dropped at the port" "$(cat "$scratch/loss.said")"
# the sender's side: what became of its frames, though its own port lost none
expect "sender's frames that were lost elsewhere" "$(jq '.ports["a:0"].dropped' <<<"$file")" "{}"
expect_json "and it is told where" ". > 100" \
	"$(count "$scratch/loss.pcapng" 'frame.interface_name == "a:0" && frame.comment contains "dropped backlog-full at slow:0"')"
figure "lost, by reason: $shown"
