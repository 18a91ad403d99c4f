#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nat_dhcp6.sh - dhclient and dhcpcd get an address by DHCPv6, keep it over a
# weft-switch that is started again, and give it back; the range is the file's
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs dhclient dhcpcd ping
nat_world
# dhcpcd keeps things on the machine, which is none of ours
[ ! -d /var/lib/dhcpcd ] || mount -t tmpfs dhcpcd /var/lib/dhcpcd

# What dhclient learns is in $scratch/learned; the address is put on like its own
# script does.
cat >"$scratch/script" <<-'EOF'
	#!/bin/sh
	env >"$LEARNED"
	case $reason in
	BOUND6 | RENEW6 | REBIND6)
		ip -6 addr replace "$new_ip6_address/64" dev "$interface" ;;
	RELEASE6 | EXPIRE6 | STOP6)
		ip -6 addr del "$old_ip6_address/64" dev "$interface" ;;
	esac
	exit 0
EOF
chmod +x "$scratch/script"

on_a() {
	w exec a -- "$@"
}

client() {
	on_a timeout 40 dhclient -6 -v -sf "$scratch/script" -cf /dev/null \
		-pf "$scratch/pid" -lf "$scratch/leases6" -e LEARNED="$scratch/learned" "$@" eth0
}

leased() {
	on_a ip -6 -o addr show dev eth0 scope global | grep -o 'fd00:20::[0-9a-f]*/64' | head -n 1
}

# the services' counter of that name
counted() {
	w show networks --json | jq ".networks[0].services.dhcp6.$1"
}

nat_lab 'dns: { domain: nat1.lab }, ipv6: { prefix: "fd00:20::/64", ra: stateful, dhcp: "::500-::5ff" }'
no_tentative() {
	on_a ip -6 -o addr show dev eth0 scope link | grep -v tentative | grep -q fe80
}
until_ok 20 no_tentative || die "no link-local address"
: >"$scratch/leases6"
expect_exit 0 client -1
first=$(leased)
expect_match "an address of the range" '^fd00:20::5[0-9a-f][0-9a-f]/64$' "$first"
expect_match "the domain is told" '^new_dhcp6_domain_search=nat1.lab' "$(cat "$scratch/learned")"
expect_exit 0 on_a ping -c1 -W5 fd00:20::1

# a weft-switch that has forgotten all leases
kill -9 "$(switch_pid nat1)"
answers() {
	on_a ping -c1 -W1 fd00:20::1
}
until_ok 20 answers || fail "the gateway does not answer again"
on_a sh -c "kill \$(cat $scratch/pid)" 2>/dev/null
expect_exit 0 client -1
expect "the same address" "$first" "$(leased)"
expect_exit 0 client -r
expect "it was given back" 1 "$(counted releases)"
expect "nothing was malformed" 0 "$(counted bad)"

# dhcpcd does what the router advertisement says: asks DHCPv6. It becomes another
# user, whom a namespace of an ordinary one doesn't have
if [ "$(awk 'NR == 1 { print $3 }' /proc/self/uid_map)" -eq 1 ]; then
	echo "not tried: dhcpcd, for we are root in a namespace only"
	finish
fi
expect_exit 0 w exec b -- timeout 40 dhcpcd -6 -1 -f /dev/null -c /bin/true eth0
said=$(w exec b -- ip -6 -o addr show dev eth0 scope global)
expect_match "dhcpcd has an address of the range" 'fd00:20::5[0-9a-f][0-9a-f]/' "$said"
finish
