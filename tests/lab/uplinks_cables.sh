#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# uplinks_cables.sh - a bond whose members are cables into networks of the lab:
# a pulled cable, a silent one, a change by hand, another lab file, a killed
# weft-switch; without any privilege
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_netns

# shellcheck source=tests/lab/bond.bash
. "$(dirname "$0")/bond.bash"

reaches() {
	w exec desk -- ping -q -c3 -i0.1 -W1 10.60.0.2 >/dev/null
}

has_members() {
	[ "$(bond '.members | length')" = "$1" ]
}

cables_lab cables '"net:switch1", "net:switch2"' 'primary: "net:switch1"' >"$scratch/a.weft.yaml"
cables_lab cables '"net:switch2", "net:switch1"' >"$scratch/b.weft.yaml"
cables_lab cables '"net:switch2"' >"$scratch/c.weft.yaml"

expect_exit 0 w up "$scratch/a.weft.yaml"
soon "the far side answers" reaches
soon "the primary carries" carries switch1
soon "the other one could" is backup switch2

expect_exit 0 w link down bond0/switch1
soon "a pulled cable: the other one carries" carries switch2
soon "the far side answers" reaches
expect_json "the cable is down at its other end, too" \
	'.ports[] | select(.port == "bond0/switch1~") | .carrier == false' "$(w show ports -j)"
expect_exit 0 w link up bond0/switch1
soon "it is back: the primary carries" carries switch1

expect_exit 0 w link down --silent bond0/switch1
soon "nothing comes through: probes see it" carries switch2
soon "the far side answers" reaches
expect "its carrier was not lost" up \
	"$(member switch1 .monitors.carrier)"
expect_match "why is kept" '^probe .*10\.60\.0\.2' \
	"$(bond '[.history[] | select(.to == "down")] | last | .reason + " " + .detail')"
expect_exit 0 w link up bond0/switch1
soon "it is back: the primary carries" carries switch1
expect_exit 0 w link flap bond0/switch1 --for 300ms
soon "one that flapped: the primary carries" carries switch1

expect_exit 0 w bond switch bond0 switch2
soon "by hand: the other one carries" carries switch2
expect_exit 4 w bond switch bond0 nobody
expect_exit 4 w link down bond0/nobody

expect_exit 0 w up "$scratch/b.weft.yaml"
expect_exit 0 w bond switch bond0 switch2
soon "no primary any more: it stays so" carries switch2
soon "the far side answers" reaches
expect_exit 0 w up "$scratch/c.weft.yaml"
soon "a member is gone" has_members 1
soon "the far side answers" reaches
expect_exit 0 w up "$scratch/a.weft.yaml"
soon "it is back: the primary carries" carries switch1

expect_exit 0 w link down bond0/switch1
kill -9 "$(switch_pid cables)"
soon "a new weft-switch: what was down is down" carries switch2
soon "the far side answers" reaches
expect "and is shown so" down "$(member switch1 .admin)"
expect_exit 0 w down cables
