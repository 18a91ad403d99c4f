# SPDX-License-Identifier: GPL-2.0-or-later
# bond.bash - sourced after lab.sh: what a lab says of bond0, and a lab whose bond
# has two switches of its own
# shellcheck shell=bash

# soon WHAT COMMAND...: within 15 s, as others need this machine as well
soon() {
	local what=$1
	shift
	if until_ok 15 "$@"; then
		echo "ok: $what"
	else
		fail "$what: $(w bond show 2>&1)"
	fi
}

# bond JQ: of bond0
bond() {
	w show uplinks --json | jq -r ".uplinks[] | select(.uplink == \"bond0\") | $1"
}

# member NIC JQ: of a member of bond0
member() {
	bond ".members[] | select(.member == \"bond0/$1\") | $2"
}

# active: NIC that carries, or null
active() {
	bond .active | sed 's,bond0/,,'
}

# carries NIC: is it the active one?
carries() {
	[ "$(active)" = "$1" ]
}

# is STATE NIC
is() {
	[ "$(member "$2" .state)" = "$1" ]
}

# cables_lab NAME MEMBERS [LINE...]: a lab file: desk behind bond0, switch1 and
# switch2, far behind both; LINEs are keys of bond0
cables_lab() {
	local line
	cat <<-END
		lab: $1
		uplinks:
		  trunk1: { members: [ "net:core" ] }
		  trunk2: { members: [ "net:core" ] }
		  bond0:
		    members: [ $2 ]
		    monitor: { arp: { targets: [ 10.60.0.2 ], interval: 50ms } }
	END
	for line in "${@:3}"; do
		echo "    $line"
	done
	cat <<-END
		networks:
		  office: { mode: bridge, uplink: bond0 }
		  switch1: { mode: bridge, uplink: trunk1 }
		  switch2: { mode: bridge, uplink: trunk2 }
		  core: { mode: internal }
		nodes:
		  desk: { kind: netns, nics: [ { net: office, ipv4: 10.60.0.1/24 } ] }
		  far: { kind: netns, nics: [ { net: core, ipv4: 10.60.0.2/24 } ] }
	END
}
