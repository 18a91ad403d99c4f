#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_twenty.sh - twenty nodes with forty ports on three networks: all of them
# up, named, in each other's reach, and gone again
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_netns
nodes=20

{
	cat <<-EOF
		lab: twenty
		networks:
		  wan: { mode: nat, ipv4: 10.70.0.0/24, dns: { domain: twenty.lab } }
		  left: { mode: internal, ipv4: 10.71.0.0/24, dhcp: on }
		  right: { mode: internal, ipv4: 10.72.0.0/24 }
		nodes:
	EOF
	for ((i = 1; i <= nodes; i++)); do
		if ((i % 2)); then
			second="{ net: left }"
		else
			second="{ net: right, ipv4: 10.72.0.$i/24 }"
		fi
		echo "  n$i: { kind: netns, nics: [ { net: wan }, $second ] }"
	done
} >"$scratch/twenty.weft.yaml"

began=$(now_ms)
expect_exit 0 w up "$scratch/twenty.weft.yaml" --timeout 120s
goal "twenty nodes ready, ms" 10000 $(($(now_ms) - began))
status=$(w status --json)
expect_json "all are ready" '[.nodes[] | select(.state == "ready")] | length == 20' "$status"
expect_json "each port has an address of its own" \
	'[.nodes[].nics[].ipv4[0]] | length == 40 and (unique | length) == 40' "$status"
labd=$(labd_pid twenty) switch=$(switch_pid twenty)
figure "RssAnon: labd $(status_kib "$labd" RssAnon) KiB, weft-switch $(status_kib "$switch" RssAnon) KiB"

# Each reaches the next on wan by name, and the second next on its other network.
unreached=''
for ((i = 1; i <= nodes; i++)); do
	w exec "n$i" -- ping -c1 -W2 "n$((i % nodes + 1)).twenty.lab" >/dev/null 2>&1 || unreached+=" n$i(wan)"
	other=$(jq -r --arg n "n$(((i + 1) % nodes + 1))" \
		'.nodes[] | select(.name == $n) | .nics[1].ipv4[0]' <<<"$status")
	w exec "n$i" -- ping -c1 -W2 -I eth1 "$other" >/dev/null 2>&1 || unreached+=" n$i($other)"
done
expect "who does not reach its neighbours" "" "$unreached"
expect_json "every port has seen frames" '[.ports[] | select(.rx_frames > 0 and .tx_frames > 0) | .port] | length >= 40' \
	"$(w show ports --json)"
expect_exit 1 w exec n1 -- ping -c1 -W1 -I eth1 10.72.0.2

mapfile -t pids < <(descendants "$labd")
began=$(now_ms)
expect_exit 0 w down twenty
goal "all gone, ms" 3000 $(($(now_ms) - began))
until_ok 5 all_gone "${pids[@]}" || fail "processes are left"
expect_no_sockets twenty
