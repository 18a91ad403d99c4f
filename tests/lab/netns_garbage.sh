#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_garbage.sh - a thousand control connections and garbage on every socket
# cost nobody a frame
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_netns
needs python3
netns_lab
sed 's/lab: nodes/lab: ext/; s/10\.4/10.14/g; s/w2: .*/w2: { kind: external, nics: [ { net: wan } ] }/' \
	"$scratch/nodes.weft.yaml" >"$scratch/ext.weft.yaml"
expect_exit 0 w up "$scratch/ext.weft.yaml"

for lab in nodes ext; do
	"$weft" exec -l "$lab" r1 -- ping -i 0.02 "$(address "$lab" r2)" >"$scratch/pings.$lab" 2>&1 </dev/null &
	started+=($!)
done
until_ok 5 grep -q ttl= "$scratch/pings.nodes" || die "no ping"
labd=$(labd_pid ext) switch=$(switch_pid ext)
anon() {
	echo $(($(status_kib "$labd" RssAnon) + $(status_kib "$switch" RssAnon)))
}

fds=$(fd_count "$labd") switch_fds=$(fd_count "$switch") fresh=$(anon)
for round in 1 2; do
	before=$(anon)
	expect_exit 0 timeout 120 python3 "$root/tests/lab/garbage.py" control \
		"$WEFT_RUNTIME_DIR/ext/ctl.sock" 1000
	figure "round $round, control: $out"
	expect_exit 0 timeout 120 python3 "$root/tests/lab/garbage.py" vhost \
		"$WEFT_RUNTIME_DIR/ext/ports/w2:0.sock" 300
	figure "round $round, vhost-user: $out; RssAnon of both, KiB: $before, then $(anon)"
done
expect_json "labd answers" '.state == "ready"' "$(w status ext --json)"
expect_exit 0 w exec -l ext w1 -- ping -c1 -W2 10.60.0.1
sleep 1
expect "the same processes" "$labd $switch" "$(labd_pid ext) $(switch_pid ext)"
expect "labd's descriptors" "$fds" "$(fd_count "$labd")"
expect "weft-switch's descriptors" "$switch_fds" "$(fd_count "$switch")"
# malloc() keeps what the first round needed; the second needs no more.
figure "RssAnon before all that, KiB: $fresh"
at_most "RssAnon of both, KiB" 15360 "$(anon)"
at_most "growth of RssAnon in the second round, KiB" 1024 $(($(anon) - before))
for lab in nodes ext; do
	expect "lab $lab lost no ping of $(grep -c ttl= "$scratch/pings.$lab")" 0 \
		"$(pings_lost "$scratch/pings.$lab")"
done
