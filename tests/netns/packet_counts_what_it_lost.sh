#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# packet_counts_what_it_lost.sh - frames that came while nobody read them are
# counted by the port, although it never saw them
# shellcheck source=tests/netns/packet_init.bash
. "$(dirname "$0")/packet_init.bash"
frames=60000

# flood - that many broadcasts of the far side, 60 bytes each
flood() {
	in_ns "$far" python3 - "$frames" <<-END
		import socket, sys
		sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
		sock.bind(("eth0", 0))
		frame = b"\xff" * 6 + bytes.fromhex("525400007701") + b"\x88\xb5" + bytes(46)
		for _ in range(int(sys.argv[1])):
		    sock.send(frame)
	END
}

# arrived - frames that came to the NIC so far
arrived() {
	sed -n 's/^ *nic0: *[0-9]* *\([0-9]*\) .*/\1/p' /proc/self/net/dev
}

upstream_up
wire_start packet=nic0 tap=guest0
guest_up
before=$(arrived)
kill -STOP "$wire"
flood
kill -CONT "$wire"
sleep 0.5
came=$(($(arrived) - before))
wire_stop
lost=$(counter nic0 drop-socket-full)
seen=$(counter nic0 rx)
echo "$came came, $seen were read, $lost were lost in the socket"
[ "$lost" -gt 0 ] || fail "nothing was lost: is $frames too few?"
missing=$((came - lost - seen))
[ "${missing#-}" -le 20 ] || fail "$missing frames are neither read nor counted"
exit "$failed"
