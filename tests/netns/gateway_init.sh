# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# gateway_init.sh - sourced: a namespace of our own and a gateway on tap wan0

# shellcheck source=tests/check.bash
. "$(dirname "${BASH_SOURCE[0]}")/../check.bash"

fail() {
	echo "FAILED: $*"
	exit 1
}

needs_tap
own_netns "$@"

dir=$(mktemp -d)
gateway=
others=()

cleanup() {
	end "${others[@]}" ${gateway:+"$gateway"}
	rm -rf "$dir"
}
trap cleanup EXIT

# gateway_start [OPTION...] - and bring the client's end up
gateway_start() {
	local i
	ip link set lo up
	: >"$dir/gateway.log"
	"$WEFT_BUILD/tests/netns/gateway_tap" -l "$dir/leases" "$@" wan0 \
		>"$dir/gateway.log" &
	gateway=$!
	for ((i = 0; i < 500; i++)); do
		grep -q ready "$dir/gateway.log" && break
		kill -0 $gateway 2>/dev/null || fail "the gateway did not start"
		sleep 0.01
	done
	ip link set wan0 address 52:54:00:00:00:aa up
}

# gateway_stop - its counters are in $dir/gateway.log afterwards
gateway_stop() {
	kill "$gateway"
	wait "$gateway" || fail "the gateway ended with $?"
	gateway=
	cat "$dir/gateway.log"
}

# counter NAME - its value after gateway_stop
counter() {
	grep -o "\\b$1=[0-9]*" "$dir/gateway.log" | cut -d= -f2
}

# The script that both clients call; what they learned is in $dir/learned, whole
# at any time, and $dir/learned.events has a line for each call that is over.
cat >"$dir/script" <<'END'
#!/bin/bash
env >"$LEARNED.new" && mv "$LEARNED.new" "$LEARNED"
case ${reason:-$1} in
BOUND | RENEW | REBOOT | REBIND)
	ip addr flush dev "$interface"
	ip addr add "$new_ip_address/$new_subnet_mask" dev "$interface" ;;
bound | renew)
	ip addr flush dev "$interface"
	ip addr add "$ip/$mask" dev "$interface" ;;
EXPIRE | FAIL | RELEASE | STOP | deconfig | leasefail | nak)
	ip addr flush dev "$interface" ;;
esac
echo "${reason:-$1}" >>"$LEARNED.events"
exit 0
END
chmod +x "$dir/script"
export LEARNED=$dir/learned

# learned PATTERN - the client was told that
learned() {
	grep -Eq "$1" "$dir/learned" || {
		cat "$dir/learned"
		fail "the client did not learn $1"
	}
}
