#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_refused.sh - NICs that can't, or had better not, be an uplink: weft up
# says which, why, and what to do, and changes nothing; force: takes those it can
# shellcheck source=tests/lab/uplinks.bash
. "$(dirname "$0")/uplinks.bash"

promiscuity() {
	ip -d -j link show | jq -c '[.[] | {ifname, promiscuity}]'
}

# refused CODE SENTENCE MEMBERS [LINE...]
refused() {
	local before
	before=$(promiscuity)
	nics_lab "${@:3}" >"$scratch/nics.weft.yaml"
	expect_exit "$1" w up "$scratch/nics.weft.yaml"
	expect_match "it says so" "uplink bond0: $2" "$said"
	expect "nothing of it runs" "" "$(w show uplinks --json 2>/dev/null)"
	expect "no NIC is held" "$before" "$(promiscuity)"
}

# taken MEMBERS [LINE...]
taken() {
	lab_is "$@"
	soon "the far side answers" reaches
	expect_exit 0 w down nics
}

# Sysfs is this machine's: one of our own says that nic1 is a Wi-Fi card.
wifi_up() {
	mount -t tmpfs none /sys/class/net || return 1
	mkdir -p /sys/class/net/nic1/wireless
	ip -j link show nic1 | jq .[0].ifindex >/sys/class/net/nic1/ifindex
}

upstream_up nic0 nic1
ip link set lo up
refused 6 "there is no interface nosuch0 here: ip link shows those that there are" "nic0, nosuch0"
refused 1 "lo is the loopback interface .*name a network card" "lo, nic0"
refused 1 "lo is the loopback interface" "lo, nic0" "force: on"

ip address add 10.8.0.9/24 dev nic0
ip route add default via 10.8.0.1
refused 5 "nic0 carries the host's default route: .*or force it" "nic0, nic1"
taken "nic0, nic1" "force: on"
ip route del default
taken "nic0, nic1"

ip link add mine0 type bridge
ip link set nic0 master mine0
refused 5 "nic0 belongs to the bridge mine0, .*ip link set nic0 nomaster" "nic0, nic1"
ip link set nic0 nomaster

# A lab that runs stays as it is when its next file is refused.
lab_is nic0
soon "the far side answers" reaches
nics_lab "nic0, nosuch0" >"$scratch/nics.weft.yaml"
expect_exit 6 w up "$scratch/nics.weft.yaml"
soon "it goes on" reaches
soon "with the member that it had" has_members nic0
expect_exit 0 w down nics

if wifi_up; then
	refused 5 "nic1 is a Wi-Fi interface: .*or force it" "nic0, nic1"
	taken "nic0, nic1" "force: on"
else
	echo "note: no sysfs of our own, so no Wi-Fi"
fi
