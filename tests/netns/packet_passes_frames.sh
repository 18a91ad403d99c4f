#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# packet_passes_frames.sh - frames pass between a host's NIC and a guest as they
# are, both ways: VLAN tags, unfinished checksums, TCP in 64 KiB pieces; datagrams
# in one piece come apart; and none comes twice
# shellcheck source=tests/netns/packet_init.bash
. "$(dirname "$0")/packet_init.bash"
needs iperf3
needs jq
frames=$(dirname "$0")/packet_frames.py

heard() {
	grep -qs ready "$1"
}

# passes FROM IFNAME TO IFNAME SENDER - the list of frames, each once and as it is
passes() {
	nsenter -t "$3" -n -- "$frames" hear "$4" "$5" 1.5 >"$dir/heard" &
	others+=($!)
	becomes "somebody hears" heard "$dir/heard"
	in_ns "$1" "$frames" send "$2" "$5" >"$dir/sent"
	wait $!
	expect "frames of $2 at $4" "$(cat "$dir/sent")" "$(sed 1d "$dir/heard")"
}

# tcp FROM TO ADDRESS - for 2 s; $rate gets Gbit/s
tcp() {
	nsenter -t "$2" -n -- iperf3 -s -1 >/dev/null 2>&1 &
	others+=($!)
	becomes "iperf3 listens" listens "$2"
	rate=$(in_ns "$1" iperf3 -J -c "$3" -t 2 |
		jq '.end.sum_received.bits_per_second / 1e9')
}

listens() {
	in_ns "$1" ss -Hltn | grep -q 5201
}

mean() {
	echo $(($(counter "$1" "$2-bytes") / ($(counter "$1" "$2") + 1)))
}

# datagrams FROM TO ADDRESS - 40 of 1000 bytes that a program sends in one piece
datagrams() {
	nsenter -t "$2" -n -- timeout 5 python3 - >"$dir/datagrams" <<-END &
		import socket
		sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		sock.bind(("", 5300))
		sock.settimeout(3)
		print("ready", flush=True)
		for i in range(40):
		    assert sock.recv(2000) == bytes([i]) * 1000
		print("whole", flush=True)
	END
	others+=($!)
	becomes "somebody hears" heard "$dir/datagrams"
	in_ns "$1" python3 - "$3" <<-END
		import socket, sys
		sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		sock.setsockopt(17, 103, 1000)  # UDP_SEGMENT
		sock.sendto(b"".join(bytes([i]) * 1000 for i in range(40)), (sys.argv[1], 5300))
	END
	wait $!
	expect "datagrams to $3" whole "$(tail -n 1 "$dir/datagrams")"
}

upstream_up
wire_start -s -p 1 packet=nic0 tap=guest0
guest_up
in_ns "$guest" ping -q -c 3 -i 0.1 -W 2 10.7.0.1 >"$dir/ping"
expect "the guest reaches the far side" 0 $?
in_ns "$far" ping -q -c 3 -i 0.1 -W 2 10.7.0.2 >"$dir/ping"
expect "the far side reaches the guest" 0 $?
passes "$guest" guest0 "$far" eth0 1
passes "$far" eth0 "$guest" guest0 2
datagrams "$far" "$guest" 10.7.0.2
datagrams "$guest" "$far" 10.7.0.1
# What the host itself sends on its NIC goes out, and to no guest.
nsenter -t "$guest" -n -- "$frames" hear guest0 3 1 >"$dir/heard" &
others+=($!)
becomes "somebody hears" heard "$dir/heard"
"$frames" send nic0 3 >"$dir/sent"
wait $!
expect "the host's own frames do not come in" ready "$(cat "$dir/heard")"
# A guest's own frames don't come back to it.
nsenter -t "$guest" -n -- "$frames" hear guest0 1 1 >"$dir/heard" &
others+=($!)
becomes "somebody hears" heard "$dir/heard"
in_ns "$guest" "$frames" send guest0 1 >"$dir/sent"
wait $!
expect "what went out is not read again" ready "$(cat "$dir/heard")"
wire_stop
expect "frames that came from the NIC are those of the far side" \
	"$(counter guest0 tx)" "$(counter nic0 rx)"

wire_start packet=nic0 tap=guest0
guest_up
tcp "$guest" "$far" 10.7.0.1
echo "guest to far side: $rate Gbit/s"
wire_stop
[ "$(mean nic0 tx)" -gt 1514 ] || fail "out: frames are cut, mean $(mean nic0 tx)"
echo "mean frame out: $(mean nic0 tx) bytes"
wire_start packet=nic0 tap=guest0
guest_up
tcp "$far" "$guest" 10.7.0.2
echo "far side to guest: $rate Gbit/s"
wire_stop
[ "$(mean nic0 rx)" -gt 1514 ] || fail "in: frames are cut, mean $(mean nic0 rx)"
echo "mean frame in: $(mean nic0 rx) bytes"
exit "$failed"
