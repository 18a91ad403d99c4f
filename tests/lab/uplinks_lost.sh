#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_lost.sh - a NIC of a bond that dies, by its cable, by hand, or because
# it is pulled out as a whole, costs a moment, and is used again when it is back
# shellcheck source=tests/lab/uplinks.bash
. "$(dirname "$0")/uplinks.bash"

# last_change NIC JQ: of its latest change to down
last_down() {
	bond "[.history[] | select(.member == \"bond0/$1\" and .to == \"down\")] | last | $2"
}

# lost WHAT, back WHAT: of nic0; nic1 stands in
lost() {
	soon "$1: the other one carries" carries nic1
	expect "$1: why" carrier "$(last_down nic0 .reason)"
	soon "$1: the far side answers" reaches
}

back() {
	soon "$1: it can carry again" is backup nic0
	expect_exit 0 w bond switch bond0 nic0
	soon "$1: it carries" carries nic0
	soon "$1: the far side answers by it" reaches
}

promiscuity() {
	ip -d -j link show "$1" | jq .[0].promiscuity
}

upstream_up nic0 nic1
lab_is "nic0, nic1"
soon "the first one carries" carries nic0
soon "the far side answers" reaches

pull nic0
lost "cable pulled"
plug nic0
back "cable plugged in"

ip link set nic0 down
lost "set down"
ip link set nic0 up
back "set up"

ip link del nic0
lost "pulled out"
expect_exit 0 w bond show bond0
expect_match "it is said" "nic0: the interface is gone" "$out"
nic_up nic0
back "put in again"
expect "promiscuous" 1 "$(promiscuity nic0)"

# A weft-switch that is started again gets the NIC that there is now.
kill -9 "$(switch_pid nics)"
soon "a new weft-switch: both are there" is backup nic1
soon "the far side answers" reaches

# The last one, too, and a weft up meanwhile, for all else can still be changed.
ip link del nic0
ip link del nic1
no_active() {
	[ "$(active)" = null ]
}
soon "both pulled out: nobody carries" no_active
expect "no carrier" false "$(bond .carrier)"
expect_exit 0 w up "$scratch/nics.weft.yaml"
expect_match "weft up says which isn't there" "^warning: bond0/nic0 .*the interface is gone" "$said"
expect_match "and the other one" "^warning: bond0/nic1 " "$said"
nic_up nic1
soon "the second one is back" carries nic1
soon "the far side answers" reaches
nic_up nic0
soon "the first one is back" is backup nic0
expect_exit 0 w up "$scratch/nics.weft.yaml"
expect "no warning any more" "" "$(grep warning <<<"$said")"
soon "the far side answers" reaches

# Another one of that name, which is not to be had.
ip link del nic0
ip tuntap add mode tun dev nic0
soon "another kind has its name: the other one carries" carries nic1
has_said() {
	grep -q "nic0 is back, but: nic0 is no Ethernet interface" "$WEFT_RUNTIME_DIR/nics/labd.log"
}
soon "why it is not taken is said" has_said
ip link del nic0
nic_up nic0
soon "the right one has it: it can carry" is backup nic0

# Moved to another namespace, and back: its number may be the same then.
ip link set nic0 netns "$far"
soon "moved away: the other one carries" carries nic1
in_ns "$far" ip link set nic0 netns "$$"
ip link set nic0 up
back "moved back"

expect_exit 0 w link down bond0/nic0
ip link del nic0
nic_up nic0
soon "taken down by hand, pulled out and put in: it is down" is down nic0
expect_exit 0 w link up bond0/nic0
back "taken up by hand"
expect_exit 0 w down nics
let_go() {
	[ "$(promiscuity nic0)$(promiscuity nic1)" = 00 ]
}
soon "weft down lets go of them" let_go
