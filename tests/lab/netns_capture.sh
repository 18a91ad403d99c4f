#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_capture.sh - captures of a running lab: files that Wireshark's tools read
# without complaint, with the frames that passed, from ports and networks
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
# shellcheck source=tests/lab/capture.bash
. "$(dirname "$0")/capture.bash"
needs_capture
capture_lab 'captures:' '  - { port: "a:0", file: own.pcapng, filter: "icmp" }' \
	'  - { network: wan, file: wan.pcapng, snaplen: 64 }'
ping_b() {
	w exec a -- ping -c "${1:-3}" -i 0.05 -W 2 10.71.0.2 >"$scratch/ping" 2>&1 </dev/null ||
		fail "ping: $(cat "$scratch/ping")"
}

# --- a file, a filter, an end
ping_b
begin_capture one a:0 -f icmp -c 6
ping_b
wait "$capture"
expect "it ends by itself after -c 6" 0 $?
expect_clean "$scratch/one.pcapng"
expect "requests" 3 "$(count "$scratch/one.pcapng" 'icmp.type == 8')"
expect "replies" 3 "$(count "$scratch/one.pcapng" 'icmp.type == 0')"
expect "requests come from the node" 3 \
	"$(count "$scratch/one.pcapng" 'icmp.type == 8 && frame.packet_flags_direction == 1')"
expect "replies go to it" 3 \
	"$(count "$scratch/one.pcapng" 'icmp.type == 0 && frame.packet_flags_direction == 2')"
expect "the interface is called as the port" 6 \
	"$(count "$scratch/one.pcapng" 'frame.interface_name == "a:0"')"
expect_match "it says what it has counted" '^6 frames captured' "$(cat "$scratch/one.said")"
expect_match "its filter is in the file" 'Filter string = icmp|BPF|filter' \
	"$(capinfos "$scratch/one.pcapng" | grep -i filter)"

# --- both ports of a frame; in before out; ^C
begin_capture two a:0 b:0
ping_b 20
end_capture
expect "^C is a good end" 0 $?
expect_clean "$scratch/two.pcapng"
two=$(told "$scratch/two.pcapng")
expect "each ping is seen four times" 80 "$(count "$scratch/two.pcapng" icmp)"
expect_json "in order of time" '.backwards == 0 and .torn == 0' "$two"
expect_json "the statistics agree with what is there" '[.ports[] |
	.isb.usrdeliv == .in + .out and .isb.ifrecv == .isb.filteraccept and
	.isb.osdrop == 0 and .isb.ifdrop == 0] | all' "$two"

# --- a network: all its ports, its gateway too; one that comes later
begin_capture net wan net
w exec a -- ping -c 2 -i 0.1 -W 2 10.72.0.1 >/dev/null </dev/null
w restart b >/dev/null 2>&1
ping_b 3
end_capture
expect_clean "$scratch/net.pcapng"
expect "both ends of a ping to the gateway" 8 "$(count "$scratch/net.pcapng" 'ip.addr == 10.72.0.1 && icmp')"
expect "the port of a node that was restarted" 6 \
	"$(count "$scratch/net.pcapng" 'frame.interface_name == "b:0" && icmp')"

# --- a pipe; words; JSON
expect_exit 0 bash -c "'$weft' capture a:0 -c 4 -w - 2>/dev/null >'$scratch/pipe.pcapng' &
	sleep 0.5; '$weft' exec a -- ping -c 2 -W 2 10.71.0.2 </dev/null; wait"
expect_clean "$scratch/pipe.pcapng"
(sleep 0.5 && ping_b 2) &
expect_exit 0 w capture a:0 -c 4
expect_match "a line for each frame" 'a:0 in  IP 10.71.0.1 > 10.71.0.2: ICMP echo request' "$out"
wait $!
(sleep 0.5 && ping_b 2) &
expect_exit 0 w capture a:0 -f 'icmp[icmptype] = icmp-echo' -c 2 --json
expect_json "an object for each frame" \
	'select(.schema == "weft.frame/1") | .port == "a:0" and .length == 98' "$(head -n 1 <<<"$out")"
expect_json "and the counts" '.schema == "weft.capture/1" and .ports[0].written == 2' "$(tail -n 1 <<<"$out")"
wait $!
# its reader goes first
(sleep 0.5 && ping_b 3) &
expect "lines of a capture whose reader stops" 1 "$(w capture a:0 2>/dev/null | head -n 1 | wc -l)"
wait $!
expect "nobody captures but the lab" 2 "$(captures)"

# --- what passed before
begun=$(now_ms)
expect_exit 0 w capture a:0 -f icmp --last 300s -w "$scratch/last.pcapng"
figure "what passed before is written after ms: $(($(now_ms) - begun))"
expect_clean "$scratch/last.pcapng"
at_most "pings that are missing in what passed before" 0 \
	$((2 * (3 + 3 + 20 + 3 + 2 + 2 + 2 + 3) - $(count "$scratch/last.pcapng" 'ip.addr == 10.71.0.2')))
expect_exit 0 bash -c "'$weft' capture wan/gateway --last 300s -w - >'$scratch/lastgw.pcapng'"
expect_clean "$scratch/lastgw.pcapng"
sleep 0.3
expect_exit 0 w capture b:0 -f icmp --last 100ms -w "$scratch/none.pcapng"
expect "nothing passed in the last moment" 0 "$(count "$scratch/none.pcapng" icmp)"

# --- ten at once, and one more than there can be
pids=()
for i in 1 2 3 4 5 6 7 8 9 10; do
	begin_capture "ten$i" net
	pids+=("$capture")
done
ping_b 10
for i in "${pids[@]}"; do
	end_capture "$i"
done
for i in 1 10; do
	expect_clean "$scratch/ten$i.pcapng"
	expect "capture $i of ten has all" 40 "$(count "$scratch/ten$i.pcapng" icmp)"
done

# --- what can't be
touch "$scratch/there"
chmod 644 "$scratch/there"
echo keep >"$scratch/there"
expect_exit 4 w capture nosuch -w "$scratch/there"
expect_match "what there is" 'NODE:INDEX' "$said"
expect "a file that was there is still whole" keep "$(cat "$scratch/there")"
expect_exit 4 w capture a:9 -w "$scratch/new"
expect "no file is left of what never began" "" "$(ls "$scratch/new" 2>/dev/null)"
expect_exit 2 w capture a:0 -f 'tcp prot 80'
expect_exit 2 w capture a:0 -c 0
expect_exit 2 w capture a:0 --last soon
expect_exit 2 w capture
expect_exit 1 w capture a:0 -w "$scratch/no/such/folder"
expect_match "why not" 'No such file' "$said"
mkfifo "$scratch/fifo"
expect_exit 1 w capture a:0 -w "$scratch/fifo"
expect_match "what to do" 'reader first' "$said"
command -v wireshark >/dev/null || expect_exit 6 w capture a:0 --wireshark

# --- the lab's own captures: over a restart of weft-switch, and to their end
restarts=$(w status cap --json | jq .switch.restarts)
kill -9 "$(switch_pid cap)"
until_ok 10 eval "[ \"\$(captures)\" = 2 ]" || fail "they do not come back: $(captures)"
expect "weft-switch was restarted" $((restarts + 1)) "$(w status cap --json | jq .switch.restarts)"
until_ok 10 w exec a -- ping -c 1 -W 1 10.71.0.2 || fail "no ping after the restart"
expect_exit 0 w down cap
expect_clean "$scratch/own.pcapng"
expect_clean "$scratch/wan.pcapng"
own=$(told "$scratch/own.pcapng")
expect_json "a section each, and none is torn" '.sections == 2 and .torn == 0' "$own"
expect_json "the statistics of the last" '.ports["a:0"].isb.usrdeliv > 0' "$own"
at_most "pings that are missing in the lab's own file" 0 $((94 - $(count "$scratch/own.pcapng" icmp)))
expect "no frame is longer than snaplen" 0 "$(count "$scratch/wan.pcapng" 'frame.cap_len > 64')"
