#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_changed.sh - members, mode and primary of a bond are changed by other
# lab files under traffic: nothing comes twice, and only a change of the active
# member costs frames, few ones
# shellcheck source=tests/lab/uplinks.bash
. "$(dirname "$0")/uplinks.bash"
few=100 # a tenth of a second's

# changed WHAT MAY-LOSE MEMBERS [LINE...]: of the datagrams meanwhile
changed() {
	local what=$1 may=$2
	shift 2
	traffic_round
	lab_is "$@"
	sleep 0.5
	traffic_round
	expect "$what: datagrams that came twice" "0 0" "$(of up twice) $(of down twice)"
	figure "$what: lost up $(of up lost) of $(of up sent), down $(of down lost) of $(of down sent)," \
		"longest time without: up $(of up gap) us, down $(of down gap) us"
	[ "$(($(of up lost) + $(of down lost)))" -le "$may" ] ||
		fail "$what: lost $(of up lost) up and $(of down lost) down, more than $may"
}

mode_is() {
	[ "$(bond .mode)" = "$1" ]
}

# moved NIC WHAT
moved() {
	soon "$2: $1 carries" carries "$1"
	soon "$2: the far side answers" reaches
}

upstream_up nic0 nic1 nic2
lab_is "nic0, nic1, nic2" "primary: nic0"
moved nic0 "at first"
soon "the others could" is backup nic2
traffic_begin

changed "a backup leaves" 0 "nic0, nic1" "primary: nic0"
expect "it is gone" "nic0 nic1" "$(bond '[.members[].to] | join(" ")')"
changed "a backup joins" 0 "nic0, nic1, nic2" "primary: nic0"
soon "it could carry" is backup nic2
changed "another primary" $few "nic0, nic1, nic2" "primary: nic1"
moved nic1 "another primary"
changed "the active one leaves" $few "nic0, nic2"
moved nic0 "the active one left"
changed "another order in the file" 0 "nic2, nic0"
moved nic0 "another order"
changed "it is back" 0 "nic0, nic1, nic2"
soon "it could carry" is backup nic1

changed "to balance-slb" $few "nic0, nic1, nic2" "mode: balance-slb"
soon "the mode is another" mode_is balance-slb
soon "all carry a share" has_members nic0 nic1 nic2
expect_json "none waits" '[.uplinks[0].members[].state] | sort == ["active", "carrying", "carrying"]' \
	"$(w show uplinks --json)"
changed "a member leaves balance-slb" $few "nic0, nic2" "mode: balance-slb"
changed "a member joins balance-slb" $few "nic0, nic1, nic2" "mode: balance-slb"
changed "to active-backup" $few "nic0, nic1, nic2"
soon "the mode is what it was" mode_is active-backup
soon "one carries" has_members nic0 nic1 nic2
expect_json "the others don't" '[.uplinks[0].members[].state] | sort == ["active", "backup", "backup"]' \
	"$(w show uplinks --json)"
soon "the far side answers" reaches

# All that a guest sees of it is that it goes on.
changed "nothing is another" 0 "nic0, nic1, nic2"
changed "delays" 0 "nic0, nic1, nic2" "monitor: { up-delay: 200ms, down-delay: 100ms }"
expect "they are in force" "200 100" "$(bond '"\(.up_delay_ms) \(.down_delay_ms)"')"
changed "probes" 0 "nic0, nic1, nic2" "monitor: { arp: { targets: [ 10.7.0.1 ], interval: 50ms } }"
answered() {
	[ "$(member nic1 '.probes[0].state')" = alive ]
}
soon "they are answered" answered
traffic_end
