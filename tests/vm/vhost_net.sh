#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vhost_net.sh - a NIC on a tap, served by the kernel's vhost-net, in the test VM
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# what the kernel itself would say on a new interface is none of the test's
rings() {
	echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
	"$WEFT_BUILD/tests/vm/vhost_net_rings"
}

if [ "${1:-}" = inside ]; then
	rings
	exit
fi
"$here/run.sh" --time 240 "$0" inside
