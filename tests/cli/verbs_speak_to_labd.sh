#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# verbs_speak_to_labd.sh - every verb against a labd with canned answers
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

start_fake office
expect 0 'web1 +vm +ready +10.20.0.100 +qemu/tcg +12s' "$weft" status
expect 0 '^web1 ' "$weft" status -br office
expect 0 '"schema": "weft.status/1"' "$weft" status -j
expect 0 'office ready' "$weft" status -a
expect 0 '^weft-switch pid [0-9]+, restarted [0-9]+ times$' "$weft" status -s
expect 0 'wan +nat +10.20.0.0/24 +10.20.0.1 +2 +5 +6 +1 +0' "$weft" show networks
expect 0 '^web1:0 .* down +up .* 7$' "$weft" show ports
expect 0 'web1:0 dropped 7 hairpin' "$weft" show ports -s web1
expect 0 '^3 +web1:0 +not arp +- +9 +1 +7 +2 +5$' "$weft" show captures
expect 0 '^5 frames captured' "$weft" capture web1:0
expect 0 '9 seen, 1 of these dropped at the port, 2 lost' "$weft" capture web1:0
expect 0 'reaches back 1.2 s only' "$weft" capture web1:0 --last 5s
expect 0 '"schema":"weft.capture/1"' "$weft" capture web1:0 --json
expect 1 'disk full' "$weft" capture web1:0 -c 7
expect 4 "no port 'web9:0'" "$weft" capture web9:0
expect 0 '^web1:0 +hairpin +7 +its destination is behind the port it came from$' "$weft" show drops
expect 0 '^web1:0 ' "$weft" show drops web1 -br
expect 0 '"meaning": "its dest' "$weft" show drops web1:0 -j
expect 4 "no port or node 'db9'" "$weft" show drops db9
expect 0 '^52:54:00:00:00:01 +5 +web1:0 +wan +3s$' "$weft" show fdb wan
expect 0 '^02:57:0a:14:00:01 +0 +wan/gateway +wan +static$' "$weft" show fdb
expect 0 '"schema": "weft.fdb/1"' "$weft" show fdb -j
expect 4 "no network 'db9'" "$weft" show fdb db9
for what in $("$weft" __complete -- 2 show ''); do
	expect 0 '"schema": "weft.' "$weft" show "$what" -j
done
expect 0 '10.20.0.100 .* web1 +bound +in 59m' "$weft" show leases
expect 4 "nothing called 'db9' among the lab's nodes; weft show nodes shows" "$weft" show nodes db9
expect 0 '' "$weft" restart web1
expect 0 '' "$weft" pause web1
expect 0 '' "$weft" resume web1 --timeout=5s
expect 4 "there is no node 'db9'" "$weft" pause db9
expect 4 "there is no node 'db9'" "$weft" start db9
expect 4 "there is no node 'db9'" "$weft" console db9

expect 0 'hello' "$weft" exec web1 -- echo hello
expect 1 '' "$weft" exec web1 -- false
expect 3 'oops' "$weft" exec web1 sh -c 'echo oops >&2; exit 3'
expect 143 '' "$weft" exec web1 -- sh -c 'kill $$'
expect 125 "there is no node 'db9'" "$weft" exec db9 -- true
got=$(seq 200000 | "$weft" exec web1 -- md5sum)
[ "$got" = "$(seq 200000 | md5sum)" ] || {
	echo "FAIL: exec lost input or output: $got"
	bad=1
}
# A command that reads late: what it has no room for waits, and is not lost.
head -c 2000000 /dev/urandom >"$scratch/random"
got=$("$weft" exec web1 -- sh -c 'sleep 2.5; exec md5sum' <"$scratch/random")
[ "$got" = "$(md5sum <"$scratch/random")" ] || {
	echo "FAIL: exec lost input of a command that reads late: $got"
	bad=1
}
expect 0 'login:' "$weft" console web1

expect 0 'path=/run/x,,y/ext 0.sock' "$weft" attach-qemu ext:0
expect 0 'share=on' "$weft" attach-qemu ext:0
expect 0 "path='/run/x,y/ext 0.sock' mode='client'" "$weft" attach-xml ext:0
expect 0 "^-netdev 'stream,id=weftnet0,server=off,addr.type=unix,addr.path=/run/x,,y/old 0.stream.sock' .$" "$weft" attach-qemu old:0
expect 0 '^-device virtio-net-pci,netdev=weftnet0,mac=52:54:00:00:00:01' "$weft" attach-qemu old:0
expect 4 "port 'old:0' has a stream socket, for which libvirt has no element" "$weft" attach-xml old:0
expect 0 '"socket_type": "stream"' "$weft" attach-qemu old:0 --json
expect 4 "no port 'ext:9'" "$weft" attach-xml ext:9
expect 0 '^web1:0$' "$weft" __complete -- 2 attach-qemu ''

expect 0 '^web1:1$' "$weft" attach web1 wan
expect 0 '"network": "wan"' "$weft" attach web1 wan -j
expect 0 'it has no carrier yet' "$weft" attach web2 wan
expect 1 'db1 has no spare NIC left' "$weft" attach db1 wan
expect 4 "there is no node 'db9'" "$weft" attach db9 wan
expect 0 '' "$weft" detach web1:1
expect 4 "no port 'web1:0'" "$weft" detach web1:0

expect 0 '' "$weft" forward add 8080 web1:80
expect 0 '"host": "8000-8010"' "$weft" forward add 8000-8010 web1:8000-8010/udp --net wan -j
expect 5 'needs privilege' "$weft" forward add 80 web1:80
expect 0 '' "$weft" forward del 8080
expect 0 '^HOST +PROTOCOL +TO .* LIVE$' "$weft" forward list
expect 2 'it is add HOST TO' "$weft" forward add 8080
expect 2 'it is del HOST' "$weft" forward del 8080 web1:80
expect 2 "'put' is none of add, del, list" "$weft" forward put 8080

expect 0 '' "$weft" link down web1:0
expect 0 '"admin": "down"' "$weft" link down web1:0 -j
expect 0 '"admin": "up"' "$weft" link up web1:0 -j
expect 0 '"for_ms": 5000' "$weft" link flap web1:0 --for 5s -j
expect 0 '"for_ms": 1000' "$weft" link flap web1:0 -j
expect 0 '"for_ms": 200' "$weft" link down web1:0 --for=200ms -j
expect 4 "no port 'db9:0'" "$weft" link down db9:0

expect 0 '^weft_port_rx_frames_total[{]lab="office",network="wan",port="web1:0"[}] 1$' "$weft" metrics
expect 0 '^weft_port_drops_total[{].*reason="hairpin"[}] 7$' "$weft" metrics office
expect 0 '^weft_port_admin_up[{].*port="web1:0"[}] 0$' "$weft" metrics
expect 0 '^weft_node_state[{]lab="office",node="ext",state="ready"[}] 1$' "$weft" metrics
expect 0 '^weft_gateway_events_total[{]lab="office",network="wan",service="dhcp",event="acks"[}] 3$' "$weft" metrics
expect 0 '^weft_gateway_events_total[{].*service="dns_cache",event="hits"[}] 4$' "$weft" metrics
expect 0 '^weft_gateway_now[{]lab="office",network="wan",service="dns_cache",what="entries"[}] 2$' "$weft" metrics
"$weft" metrics | grep 'events_total.*"entries"' && bad=1
expect 0 '^weft_kernel_nat_packets_total[{]lab="office",network="wan",event="blocked"[}] 1$' "$weft" metrics
expect 0 '^weft_dhcp_leases[{]lab="office",network="wan",state="bound"[}] 1$' "$weft" metrics
"$weft" metrics | "$(dirname "$0")/prometheus.py" >"$scratch/samples" || {
	echo "FAIL: metrics are not in Prometheus' format"
	bad=1
}

expect 0 '^wan [(]nat 10.20.0.0/24[)]$' "$weft" graph
expect 0 '^[|]-- web1:0 +10.20.0.100$' "$weft" graph office
expect 0 '^`-- old:0 ' "$weft" graph --text
expect 0 'm0 -- n0 .label="web1:0.n10.20.0.100"' "$weft" graph --dot
expect 0 'outside ---[|]"wan/gateway<br/>10.20.0.1"[|] n0' "$weft" graph --mermaid
expect 0 '"schema": "weft.graph/1"' "$weft" graph -j

expect 0 '^web1 +vm +ready +- +-$' "$weft" top -b -n 1 --interval 100ms
expect 0 '^web1:0 +wan +0 +0 +0 +0 +0$' "$weft" top -b -n 1 --interval 100ms --sort bits
expect 0 '^{"schema":"weft.top/1",.*"drops_per_s":0.0}' "$weft" top --json -n 2 --interval=100ms office
expect 2 'weft top --batch' "$weft" top

echo 'boot log' >"$WEFT_RUNTIME_DIR/office/web1.console.log"
expect 0 'boot log' "$weft" logs web1
expect 4 "no console log of a node 'db9': a virtual machine has one" "$weft" logs db9
expect 4 'not the name of a node' "$weft" logs ../web1

cat >"$scratch/office.weft.yaml" <<-EOF
	lab: office
	version: 1
	networks:
	  wan: { mode: internal, ipv4: 10.1.0.0/24 }
	nodes:
	  ext: { kind: external, nics: [ { net: wan } ] }
EOF
for verb in plan "up --dry-run"; do
	# shellcheck disable=SC2086 # two words
	expect 0 '^- node db\?\[2J$' "$weft" $verb "$scratch/office.weft.yaml"
done
expect 0 '^\+ node web2$' "$weft" plan "$scratch/office.weft.yaml"
expect 0 '^~ node web1: restart \(memory 128M -> 256M; network wan: mtu 1500 -> 1400\)$' \
	"$weft" plan "$scratch/office.weft.yaml"
expect 0 '^~ network wan: rebuild \(forward \{ to: web1:80/tcp } added\)$' \
	"$weft" plan "$scratch/office.weft.yaml"
expect 0 '^lab office: 1 to add, 1 to rebuild, 1 to restart, 1 to remove$' \
	"$weft" plan "$scratch/office.weft.yaml"
expect 0 '"schema": "weft.plan/1"' "$weft" plan -j "$scratch/office.weft.yaml"
expect 0 '^`-- ext:0$' "$weft" graph "$scratch/office.weft.yaml"
expect 0 'm0 -- n0 .label="ext:0"' "$weft" graph "$scratch/office.weft.yaml" --dot
expect 0 '"schema": "weft.plan/1"' "$weft" up --dry-run -j "$scratch/office.weft.yaml"
expect 10 '^- node' "$weft" plan --exit-code "$scratch/office.weft.yaml"
expect 10 '"actions"' "$weft" plan --exit-code -j "$scratch/office.weft.yaml"
expect 4 "the file is of lab 'office', not 'home'" "$weft" plan -l home "$scratch/office.weft.yaml"
expect 0 '^- node' "$weft" plan -l office "$scratch/office.weft.yaml"
expect 0 'web1 booting kernel \?\[2J' "$weft" up "$scratch/office.weft.yaml"
expect 7 '\| Kernel panic' "$weft" up --timeout=1ms "$scratch/office.weft.yaml"
expect 7 'fix: weft up --timeout 2m' "$weft" up --timeout=1ms "$scratch/office.weft.yaml"

"$weft" exec web1 -- sleep 60 &
sleeper=$!
sleep 0.3
kill -INT "$sleeper"
wait "$sleeper"
code=$?
[ "$code" -eq 130 ] || {
	echo "FAIL: an interrupted exec ended with $code"
	bad=1
}
expect 0 'office is down' "$weft" down
expect 4 'no lab is running' "$weft" status

# Each of these ends the fake.
restart_fake() {
	wait "$fake"
	start_fake office
}
restart_fake
expect 0 '^[0-9:]{8}.123 lab.down node=web1' "$weft" events
restart_fake
expect 0 'node.state node=web1 state=ready\?\[2J$' "$weft" events office -c 1
restart_fake
expect 0 '40 events were lost' "$weft" events -c 2
restart_fake
expect 0 'node.state node=web1 state=booting' "$weft" events --last 1
restart_fake
[ "$("$weft" events --last=2 -c 3 -j | jq -c '[.schema, .seq, .id]' | tr -d '\n')" = \
	'["weft.event/1",1,null]["weft.event/1",2,null]["weft.event/1",3,null]' ] || {
	echo "FAIL: events -j are not JSON lines of what was and what is"
	bad=1
}
wait "$fake"
exit $bad
