#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_capture.sh - what passes an uplink and its members can be captured:
# guests' frames and the uplink's own, a cable that is cut, a member that comes back
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
# shellcheck source=tests/lab/capture.bash
. "$(dirname "$0")/capture.bash"
# shellcheck source=tests/lab/bond.bash
. "$(dirname "$0")/bond.bash"
needs_capture

cables_lab up '"net:switch1", "net:switch2"' 'primary: "net:switch1"' >"$scratch/up.weft.yaml"
echo 'captures: [ { port: bond0/switch2, file: right.pcapng, filter: "arp" } ]' >>"$scratch/up.weft.yaml"
expect_exit 0 w up "$scratch/up.weft.yaml"

# of PORT FILTER: frames of two.pcapng
of() {
	count "$scratch/two.pcapng" "frame.interface_name == \"$1\" && $2"
}

pings() {
	w exec desk -- ping -c "$1" -i 0.05 -W 2 10.60.0.2 >"$scratch/ping" 2>&1 </dev/null ||
		fail "ping: $(cat "$scratch/ping")"
}

pings 2
begin_capture two bond0 bond0/switch1 bond0/switch2
pings 10
w link down bond0/switch1 --silent
sleep 0.5
pings 10
w link up bond0/switch1
end_capture
expect "^C is a good end" 0 $?
expect_clean "$scratch/two.pcapng"
expect "the uplink's port has all pings" 40 "$(of bond0 icmp)"
expect "the member that carried has the first" 20 "$(of bond0/switch1 icmp)"
expect "the other one has the rest" 20 "$(of bond0/switch2 icmp)"
expect "requests go out" 10 "$(of bond0/switch2 'icmp.type == 8 && frame.packet_flags_direction == 2')"
expect "and answers come in" 10 "$(of bond0/switch2 'icmp.type == 0 && frame.packet_flags_direction == 1')"
expect "probes are no guest's" 0 "$(of bond0 'arp.dst.proto_ipv4 == 10.60.0.2 && arp.src.proto_ipv4 == 0.0.0.0')"
[ "$(of bond0/switch1 'arp.dst.proto_ipv4 == 10.60.0.2 && arp.src.proto_ipv4 == 0.0.0.0')" -ge 5 ] ||
	fail "the member's own probes are not in the file"
[ "$(of bond0/switch2 'eth.type == 0x8035 || arp.isgratuitous == 1')" -ge 1 ] || fail "no announcement is in the file"
expect_match "what a cut member loses has its reason" 'cut' \
	"$(tshark -r "$scratch/two.pcapng" -Y 'frame.interface_name == "bond0/switch1"' -T fields -e frame.comment 2>/dev/null | sort -u)"

expect_exit 2 w capture bond0/switch1 --last 5s -w "$scratch/none.pcapng"
expect_exit 4 w capture bond0/nobody -w "$scratch/none.pcapng"
expect_exit 0 w down up
expect_clean "$scratch/right.pcapng"
[ "$(count "$scratch/right.pcapng" arp)" -ge 10 ] || fail "the lab file's own capture has no probes"
