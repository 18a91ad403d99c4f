#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nat_dhcp.sh - DHCP tells nodes what the lab file wants told, to one NIC otherwise
# than to its network, also while they run; an address that somebody uses is found
# by the probe, told, and shown; leases survive the end of the lab
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_netns
needs busybox

# the_lab DHCP: of b's NIC; an internal network has DHCP and no gateway
the_lab() {
	cat >"$scratch/told.weft.yaml" <<-END
		lab: told
		networks:
		  wan:
		    mode: nat
		    ipv4: 10.20.0.0/24
		    dhcp:
		      range: 10.20.0.100-10.20.0.109
		      rapid-commit: on
		      ntp: [10.20.0.7, 10.20.0.8]
		      domain: told.lab
		      options: { boot-file: pxe, 150: "ip:10.20.0.9" }
		  back: { mode: internal, ipv4: 10.30.0.0/24, dhcp: on }
		nodes:
		  a: { kind: netns, nics: [ { net: wan } ] }
		  b: { kind: netns, nics: [ { net: wan, dhcp: $1 } ] }
		  c: { kind: netns, nics: [ { net: back } ] }
	END
}

# what NODE is told, when it asks once more
cat >"$scratch/say" <<-'END'
	#!/bin/sh
	[ "$1" = bound ] && env >"${0%/*}/told"
	exit 0
END
chmod +x "$scratch/say"
told() {
	rm -f "$scratch/told"
	w exec "$1" -- busybox udhcpc -n -q -t 20 -T 1 -i eth0 -s "$scratch/say" -O ntpsrv -O bootfile \
		-O domain -O dns "${@:2}" >"$scratch/udhcpc" 2>&1 || cat "$scratch/udhcpc"
	cat "$scratch/told"
}

the_lab '{ gateway: none, dns: [192.0.2.53], ntp: [], lease: 2h, options: { boot-file: own } }'
expect_exit 0 w up "$scratch/told.weft.yaml"
expect_match "a network's own options" "ntpsrv=10.20.0.7 10.20.0.8" "$(told a)"
expect "boot file" "bootfile=pxe" "$(grep ^bootfile= "$scratch/told")"
expect "domain" "domain=told.lab" "$(grep ^domain= "$scratch/told")"
expect "the gateway" "router=10.20.0.1" "$(grep ^router= "$scratch/told")"
expect_match "a NIC's own name server" "dns=192.0.2.53" "$(told b)"
expect "its boot file" "bootfile=own" "$(grep ^bootfile= "$scratch/told")"
expect "its lease time" "lease=7200" "$(grep ^lease= "$scratch/told")"
expect "no gateway and no time server" "" "$(grep -E '^(router|ntpsrv)=' "$scratch/told")"
expect "so no way out" "" "$(w exec b -- ip route show default)"
told c >/dev/null
expect "an internal network leads nowhere" "" "$(grep -E '^(router|dns)=' "$scratch/told")"

the_lab '{ ntp: [10.20.0.9] }'
expect_match "plan: the node doesn't notice" "node b: change .*dhcp" "$(w plan "$scratch/told.weft.yaml")"
expect_exit 0 w up "$scratch/told.weft.yaml"
expect_match "told otherwise while it runs" "ntpsrv=10.20.0.9" "$(told b)"
expect "and its gateway" "router=10.20.0.1" "$(grep ^router= "$scratch/told")"

# b takes the address that would be offered next; a asks as somebody else
next=$(w show leases -j | jq -r '[.leases[] | select(.network == "wan") | .ipv4 | split(".")[3] | tonumber] |
	[range(100; 110)] - . | .[0]')
w exec b -- ip addr add "10.20.0.$next/24" dev eth0
expect_match "an address in use is passed over" "ip=10.20.0.$((next + 1))" \
	"$(told a -x 0x3d:0177656674 -C)"
expect_json "and shown" ".leases[] | select(.ipv4 == \"10.20.0.$next\") | .state == \"declined\" and .node == null" \
	"$(w show leases -j)"
expect_json "and told, with who has it" "[.[] | select(.event == \"dhcp.conflict\")] | length == 1 and
	.[0].ipv4 == \"10.20.0.$next\" and .[0].node == \"b\"" "$(LIMIT=1 w events --last 256 -j | jq -s .)"

addresses() {
	w status -j | jq -c '[.nodes[] | {(.name): .nics[0].ipv4[0]}] | add'
}
before=$(addresses)
expect_exit 0 w down told
expect_exit 0 w up "$scratch/told.weft.yaml"
expect "the same addresses after the lab's end" "$before" "$(addresses)"
expect_match "all have one" "10[.]20[.]0[.]10.*10[.]20[.]0[.]10.*10[.]30" "$before"
expect_exit 0 w down told
