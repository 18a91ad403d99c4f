#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# gateway_serves_dhclient.sh - ISC dhclient gets a lease, renews it, comes back
# after a reboot of both sides, and releases it
set -u
. "$(dirname "$0")/gateway_init.sh"
dir=${dir:?}
needs dhclient ip

client() {
	timeout 30 dhclient -4 -sf "$dir/script" -pf "$dir/pid" \
		-lf "$dir/dhclient.leases" -cf /dev/null "$@" wan0 ||
		fail "dhclient $* ended with $?"
}

address() { ip -4 -o addr show dev wan0 | grep -o '10\.20\.0\.[0-9]*' | head -1; }

touch "$dir/dhclient.leases"
gateway_start
client -1 -v -e LEARNED="$dir/learned"
[ "$(address)" = 10.20.0.100 ] || fail "got '$(address)'"
learned '^new_routers=10\.20\.0\.1$'
learned '^new_domain_name_servers=10\.20\.0\.1$'
learned '^new_domain_name=office\.lab$'
learned '^new_dhcp_lease_time=600$'

# INIT-REBOOT: a new client process with the old lease, a new gateway
kill "$(cat "$dir/pid")"
gateway_stop
[ "$(counter acks)" = 1 ] || fail "not one ACK"
gateway_start
client -1 -v -e LEARNED="$dir/learned"
[ "$(address)" = 10.20.0.100 ] || fail "after the reboot '$(address)'"
learned '^reason=REBOOT$'

client -r -e LEARNED="$dir/learned"
gateway_stop
[ "$(counter offers)" = 0 ] || fail "the reboot needed an offer"
[ "$(counter releases)" = 1 ] || fail "no release"
[ "$(counter dhcp_bad)" = 0 ] || fail "a message of dhclient was refused"
[ "$(counter packets)" = 0 ] || fail "a packet leaked"

# INIT-REBOOT with a lease of another network: NAK, so that it begins anew at once
rm -f "$dir/leases"
cat >"$dir/dhclient.leases" <<-END
	lease {
	  interface "wan0";
	  fixed-address 192.168.7.7;
	  option subnet-mask 255.255.255.0;
	  option dhcp-lease-time 86400;
	  renew 5 2037/01/02 00:00:00;
	  rebind 5 2037/01/02 00:00:00;
	  expire 5 2037/01/02 00:00:00;
	}
END
gateway_start
client -1 -v -e LEARNED="$dir/learned"
[ "$(address)" = 10.20.0.100 ] || fail "after the NAK '$(address)'"
kill "$(cat "$dir/pid")"
gateway_stop
[ "$(counter naks)" -ge 1 ] || fail "no NAK for an address of another network"
