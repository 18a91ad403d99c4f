#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_lacp.sh - a lab's 802.3ad uplink on two NICs agrees with Open vSwitch by
# LACP: weft shows the partner, sees aggregation taken away and given back, goes
# on with one NIC, and leaves in good order
# shellcheck source=tests/lab/uplinks.bash
. "$(dirname "$0")/uplinks.bash"
# shellcheck source=tests/netns/ovs.bash
. "$(dirname "$0")/../netns/ovs.bash"
needs_ovs
dir=$scratch
others=()

# carry NIC...: exactly these, as we see it
carry() {
	[ "$(bond '[.members[] | select(.state == "carrying") | .to] | join(" ")')" = "$*" ]
}

# they_agree MEMBER...: so it is for the other side
they_agree() {
	local member
	for member; do
		theirs "$member" 'current attached' 'may_enable: true' \
			'partner state:.*synchronized collecting distributing' || return 1
	done
}

# comes_up WHAT
comes_up() {
	soon "$1: both NICs carry" carry nic0 nic1
	soon "$1: the other side agrees" they_agree o0 o1
	soon "$1: the far side answers" reaches
}

namespace far
in_ns "$far" ip link set lo up
ip link set lo up
ip link add far0 type veth peer name eth0 netns "$far"
in_ns "$far" ip address add 10.7.0.1/24 dev eth0
in_ns "$far" ip link set eth0 up
ip link set far0 up
for i in 0 1; do
	ip link add nic$i type veth peer name o$i
	ip link set nic$i up
	ip link set o$i up
done
ovs_start
started+=("${others[@]}")

fast="lacp: { rate: fast }"
lab_is "nic0, nic1" "mode: 802.3ad" "$fast"
comes_up "active and active, fast"
partner=$(lacp_show | sed -n 's/^[ \t]*sys_id: //p' | head -n 1)
expect "the partner that is shown" "$partner" "$(bond .lacp.partner)"
expect "of each NIC" "$partner $partner" "$(bond '[.members[].lacp.partner_system] | join(" ")')"
expect_match "in words, too" "LACP active, rate fast, .*partner $partner" "$(w bond show bond0)"
expect_match "the other side knows us" "partner sys_id: $(bond .lacp.system)" "$(lacp_show)"
expect_exit 1 w bond switch bond0 nic1
expect_match "all carry, so there is none to choose" "there is no active one to choose" "$said"

lab_is "nic0, nic1" "mode: 802.3ad" "lacp: { rate: fast, activity: passive }"
comes_up "passive and active"
lab_is "nic0, nic1" "mode: 802.3ad" "$fast"

# A cable, whose carrier is lost; and back.
ip link set o0 down
soon "a cable is pulled: the other one carries" carry nic1
soon "the far side answers" reaches
ip link set o0 up
comes_up "plugged in"

# Aggregation is taken away by the other side; and given back.
ovs_lacp off
nobody() {
	carry "" && [ "$(bond .carrier)" = false ]
}
soon "they speak no LACP: nobody carries" nobody
expect_match "why" "lacp" "$(bond '[.history[] | select(.to == "backup")] | last | .reason')"
no_partner() {
	[ "$(bond .lacp.partner)" = null ]
}
soon "and there is no partner any more" no_partner
lab_is "nic0, nic1" "mode: 802.3ad" "lacp: { rate: fast, fallback: on }"
falls_back() {
	[ "$(bond .is_fallback)" = true ] && [ "$(active)" != null ]
}
soon "with fallback one carries" falls_back
ovs_lacp active
comes_up "they speak LACP again"
expect "no fallback any more" false "$(bond .is_fallback)"

# Taken away by us: a member leaves in good order.
lab_is nic1 "mode: 802.3ad" "$fast"
left() {
	theirs o0 'may_enable: false' && theirs o1 'may_enable: true'
}
soon "a NIC has left: the other side sees it" left
soon "the far side answers" reaches
lab_is "nic0, nic1" "mode: 802.3ad" "$fast"
comes_up "it is back"

kill -9 "$(switch_pid nics)"
comes_up "a new weft-switch"
lab_is "nic0, nic1"
one() {
	[ "$(active)" != null ]
}
soon "from 802.3ad to active-backup: one carries" one
they_forget() {
	theirs o0 'may_enable: false' && theirs o1 'may_enable: false'
}
soon "the other side sees it" they_forget
lab_is "nic0, nic1" "mode: 802.3ad" "$fast"
comes_up "and back"
expect_exit 0 w down nics
soon "weft down is seen" they_forget
