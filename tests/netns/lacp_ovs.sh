#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lacp_ovs.sh - our LACP and Open vSwitch's agree over two cables: active and
# passive, fast and slow, each way; both passive, nobody speaks
set -u
. "$(dirname "$0")/lacp_ovs_init.sh"
dir=${dir:?}

tell slow
agree "we are slow" 3d 3f
before=$(field m0 rx)
sleep 4
[ $(($(field m0 rx) - before)) -le 1 ] || fail "they don't follow our timeout"
ovs_rate slow
agree "both slow" 3d 3d
before=$(field m0 tx)
sleep 4
[ $(($(field m0 tx) - before)) -le 1 ] || fail "we don't follow their timeout"
tell fast
agree "they are slow" 3f 3d
# Open vSwitch plans its next LACPDU when it sends one, so it may heed us 30 s
# later only; links that come up begin anew
bounce
agree "they are slow, links anew" 3f 3d
before=$(field m0 rx)
sleep 4
[ $(($(field m0 rx) - before)) -ge 3 ] || fail "they don't follow our timeout"
ovs_rate fast
agree "both fast again" 3f 3f

tell passive
agree "we are passive" 3e 3f
tell active
ovs_lacp passive
agree "they are passive" 3f 3e
tell passive
# whoever knows an active partner goes on; links that come up know none
bounce
until_ok 10 both_silent || fail "both are passive, and somebody speaks"
tell active
agree "active after both were passive" 3f 3e
ovs_lacp active
agree "active again" 3f 3f
exit 0
