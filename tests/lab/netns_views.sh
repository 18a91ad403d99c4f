#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_views.sh - weft show fdb and drops: who is behind which port, and why
# frames were lost; a network's gateway is a port like the others
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_netns
needs python3
netns_lab

expect_exit 0 w exec w1 -- ping -c1 -W2 w2.nodes.lab
mac=$(w exec w1 -- cat /sys/class/net/eth0/address)
expect_match "a node is found by its address" "^$mac +0 +w1:0 +wan +[0-9]+s$" "$(w show fdb wan)"
expect_match "so is the gateway" "^02:57:[0-9a-f:]+ +0 +wan/gateway +wan +static$" "$(w show fdb)"
expect_json "three addresses on wan" '.entries | length == 3' "$(w show fdb wan -j)"
expect_exit 4 w show fdb nosuch

# More addresses than a page holds; none is missed.
cat >"$scratch/many.py" <<EOF
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("eth0", 0))
for i in range(700):
    s.send(b"\xff" * 6 + b"\x02\x00\x00\x00" + i.to_bytes(2, "big") + b"\x88\xb5" + bytes(46))
EOF
expect_exit 0 w exec r1 -- python3 "$scratch/many.py"
expect_json "700 and its own" \
	'[.entries[] | select(.port == "r1:0") | .mac] | length >= 700 and (unique | length) == length' \
	"$(w show fdb red -j)"
expect_exit 0 w link down r1:0
expect_json "a port that is down has none" '[.entries[] | select(.port == "r1:0")] == []' "$(w show fdb red -j)"
expect_exit 0 w link up r1:0

# Drops: a frame whose source is a group, to a gateway that serves no such thing.
cat >"$scratch/bad.py" <<EOF
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("eth0", 0))
mac = open("/sys/class/net/eth0/address").read().strip()
for i in range(3):
    s.send(b"\xff" * 6 + b"\x01\x00\x00\x00\x00\x01\x88\xb5" + bytes(46))
for i in range(5):
    s.send(b"\xff" * 6 + bytes.fromhex(mac.replace(":", "")) + b"\x88\xb5" + bytes(46))
EOF
expect_exit 0 w exec w1 -- python3 "$scratch/bad.py"
expect_match "the sender's fault" "^w1:0 +source-is-group +3 +its source address is a multicast address$" "$(w show drops w1:0)"
expect_match "what the gateway does not serve" "^wan/gateway +not-for-us +[0-9]+ +nothing that the gateway serves$" "$(w show drops wan/gateway)"
expect_match "every reason has its meaning" "^0$" "$(w show drops -j | jq '[.drops[] | select(has("meaning") | not)] | length')"
expect_json "counts agree" '.' "$(jq -n --argjson d "$(w show drops -j)" --argjson p "$(w show ports -j)" \
	'[$d.drops[] | select(.port == "w1:0") | .count] == [$p.ports[] | select(.port == "w1:0") | .drops[]]')"
expect_exit 4 w show drops nosuch

doc=$(w show ports -j)
expect_json "gateway and DHCP port are listed" '[.ports[].port] | contains(["wan/gateway", "blue/gateway"])' "$doc"
expect_json "red has none" '[.ports[].port] | index("red/gateway") == null' "$doc"
expect_json "it counts" '.ports[] | select(.port == "wan/gateway") | .rx_frames > 0 and .tx_frames > 0' "$doc"
expect_json "its services, too" '.networks[] | select(.name == "wan") | .services |
	.dhcp.acks == 2 and .dns.queries > 0 and .arp.replies > 0' "$(w show networks -j)"
# Metrics: strict in form, and the same numbers.
metrics=$(w metrics)
if "$root/tests/cli/prometheus.py" <<<"$metrics" >"$scratch/samples"; then
	figure "samples of six nodes on three networks: $(cat "$scratch/samples")"
else
	fail "not Prometheus' format: $(cat "$scratch/samples")"
fi
sample() { # sample NAME LABELS
	grep -F "$1{lab=\"nodes\",$2}" <<<"$metrics" | cut -d' ' -f2
}
expect "drops" 3 "$(sample weft_port_drops_total 'network="wan",port="w1:0",reason="source-is-group"')"
expect "a node" 1 "$(sample weft_node_ready 'node="w1",kind="netns"')"
expect "leases" 2 "$(sample weft_dhcp_leases 'network="wan",state="bound"')"
expect "DHCP" 2 "$(sample weft_gateway_events_total 'network="wan",service="dhcp",event="acks"')"
for process in 'process="labd",node=""' 'process="switch",node=""' 'process="node",node="w1"'; do
	[ "$(sample weft_process_resident_bytes "$process")" -gt 100000 ] || fail "memory of $process"
done

# Top: traffic is seen where it is, and who causes it. A ping is 1042 bytes, what else
# passes meanwhile is less.
"$weft" exec w1 -- ping -q -i 0.01 -s 1000 10.60.0.1 </dev/null >/dev/null 2>&1 &
started+=("$!")
sleep 0.3
top=$(w top --json -n 1 --sort frames)
expect_json "the busiest ports come first" '[.ports[0, 1].port] | sort == ["w1:0", "wan/gateway"]' "$top"
expect_json "with frames and bits" '.ports[] | select(.port == "w1:0") |
	.rx_frames_per_s > 10 and .rx_bits_per_s > .rx_frames_per_s * 4000 and .drops_per_s == 0' "$top"
expect_json "processes use memory" '[.nodes[].memory_bytes, .switch.memory_bytes] | all(. > 100000)' "$top"
expect_match "for people" "^w1:0 +wan +[0-9.k]+ +[0-9.]+[kM] +[0-9.k]+ +[0-9.]+[kM] +0$" "$(w top -b -n 1 --interval 300ms)"
expect_exit 0 w down nodes
