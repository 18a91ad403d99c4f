#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_capture.sh - what passes an uplink and its members can be captured:
# guests' frames and the uplink's own, a cable that is cut, a member that comes back
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
# shellcheck source=tests/lab/capture.bash
. "$(dirname "$0")/capture.bash"
needs_capture

cat >"$scratch/up.weft.yaml" <<'END'
lab: up
uplinks:
  bond0:
    members: [ "net:left", "net:right" ]
    primary: "net:left"
    monitor: { arp: { targets: [ 10.60.0.2 ], interval: 50ms } }
  trunk1: { members: [ "net:core" ] }
  trunk2: { members: [ "net:core" ] }
networks:
  office: { mode: bridge, uplink: bond0 }
  left: { mode: bridge, uplink: trunk1 }
  right: { mode: bridge, uplink: trunk2 }
  core: { mode: internal }
nodes:
  desk: { kind: netns, nics: [ { net: office, ipv4: 10.60.0.1/24 } ] }
  far: { kind: netns, nics: [ { net: core, ipv4: 10.60.0.2/24 } ] }
captures:
  - { port: bond0/right, file: right.pcapng, filter: "arp" }
END
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
begin_capture two bond0 bond0/left bond0/right
pings 10
w link down bond0/left --silent
sleep 0.5
pings 10
w link up bond0/left
end_capture
expect "^C is a good end" 0 $?
expect_clean "$scratch/two.pcapng"
expect "the uplink's port has all pings" 40 "$(of bond0 icmp)"
expect "the member that carried has the first" 20 "$(of bond0/left icmp)"
expect "the other one has the rest" 20 "$(of bond0/right icmp)"
expect "requests go out" 10 "$(of bond0/right 'icmp.type == 8 && frame.packet_flags_direction == 2')"
expect "and answers come in" 10 "$(of bond0/right 'icmp.type == 0 && frame.packet_flags_direction == 1')"
expect "probes are no guest's" 0 "$(of bond0 'arp.dst.proto_ipv4 == 10.60.0.2 && arp.src.proto_ipv4 == 0.0.0.0')"
[ "$(of bond0/left 'arp.dst.proto_ipv4 == 10.60.0.2 && arp.src.proto_ipv4 == 0.0.0.0')" -ge 5 ] ||
	fail "the member's own probes are not in the file"
[ "$(of bond0/right 'eth.type == 0x8035 || arp.isgratuitous == 1')" -ge 1 ] || fail "no announcement is in the file"
expect_match "what a cut member loses has its reason" 'cut' \
	"$(tshark -r "$scratch/two.pcapng" -Y 'frame.interface_name == "bond0/left"' -T fields -e frame.comment 2>/dev/null | sort -u)"

expect_exit 2 w capture bond0/left --last 5s -w "$scratch/none.pcapng"
expect_exit 4 w capture bond0/nobody -w "$scratch/none.pcapng"
expect_exit 0 w down up
expect_clean "$scratch/right.pcapng"
[ "$(count "$scratch/right.pcapng" arp)" -ge 10 ] || fail "the lab file's own capture has no probes"
