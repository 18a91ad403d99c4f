#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# broker.sh - an ordinary user has a bond of the host's NICs, and the host on the
# network, by weft-broker: traffic passes, a failover works, and afterwards the
# host is as it was, whoever was killed. What it refuses, and when it can't help,
# is said. Who speaks to it otherwise than labd gains nothing
# shellcheck source=tests/lab/uplinks.bash
. "$(dirname "$0")/uplinks.bash"
needs setpriv setcap pgrep
user=65534
leg=nics-office

# as_user COMMAND...: with no capability, no group but one, nothing of root's
as_user() {
	env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		HOME="$scratch/home" WEFT_RUNTIME_DIR="$WEFT_RUNTIME_DIR" \
		WEFT_STATE_DIR="$WEFT_STATE_DIR" NO_COLOR=1 \
		setpriv --reuid "$user" --regid "$user" --clear-groups --inh-caps=-all "$@"
}

w() {
	as_user timeout -k 5 "${LIMIT:-90}" "$weft" "$@"
}

# bound_lab HOST: nics_lab with that for host:
bound_lab() {
	nics_lab "nic0, nic1" "mode: active-backup" "primary: nic0" "${@:2}" |
		sed "s|uplink: bond0 }|uplink: bond0, host: { ipv4: $1 } }|" >"$scratch/nics.weft.yaml"
}

# up CODE HOST [LINE...]
up() {
	bound_lab "${@:2}"
	expect_exit "$1" w up "$scratch/nics.weft.yaml"
}

# brokers: their pids
brokers() {
	pgrep --ns $$ --nslist net -x weft-broker
}

no_broker() {
	[ -z "$(brokers)" ]
}

has() {
	ip -4 address show dev "$leg" 2>/dev/null | grep -q "inet $1 "
}

host_reaches() {
	ping -q -c1 -W1 -I "$leg" 10.7.0.1
}

is_active() {
	[ "$(bond .active)" = "bond0/$1" ]
}

# all_is_as_before WHEN
all_is_as_before() {
	comes_back "$1"
	soon "$1: no weft-broker is left" no_broker
}

# said_by_doctor VERDICT PATTERN
said_by_doctor() {
	out=$(w doctor)
	expect_match "doctor: $1" "^$1  broker .*$2" "$(grep -A1 '  broker ' <<<"$out" | tr '\n' ' ')"
}

as_user true 2>/dev/null || skip "there is no other user here (a user namespace?)"
chmod 755 "$scratch"
mkdir -p "$scratch/home" "$WEFT_RUNTIME_DIR" "$WEFT_STATE_DIR" "$scratch"/bin/{guest,switchd,broker}
chown "$user:$user" "$scratch/home" "$WEFT_RUNTIME_DIR" "$WEFT_STATE_DIR"
chmod 700 "$scratch/home" "$WEFT_RUNTIME_DIR" "$WEFT_STATE_DIR"
cp "$weft" "$scratch/bin/"
for part in guest/weft-init switchd/weft-switch; do
	cp "$WEFT_BUILD/cli/$part" "$scratch/bin/$part"
done
chmod -R a+rX "$scratch/bin"
weft=$scratch/bin/weft
broker=$scratch/bin/broker/weft-broker

# give_broker: as an administrator does
give_broker() {
	cp "$WEFT_BUILD/cli/broker/weft-broker" "$broker" && chgrp "$user" "$broker" &&
		chmod 0750 "$broker" && setcap cap_net_admin,cap_net_raw=p "$broker" 2>/dev/null
}

give_broker || skip "the file system of $scratch takes no file capabilities"
w doctor | grep -q '^WARN  broker .*nosuid' && skip "$scratch is mounted with nosuid"
as_user test -w /dev/net/tun || skip "users may not open /dev/net/tun"
as_user unshare -Urn true 2>/dev/null || skip "users can make no namespaces here"

upstream_up nic0 nic1
ip link set lo up
ip address add 10.8.0.9/24 dev nic0
ip route add 10.99.0.0/16 via 10.8.0.1 dev nic0
ip address add 2001:db8::9/64 dev nic1
soon "addresses have settled" settled
state >"$scratch/before"

said_by_doctor PASS "$broker"
up 0 10.7.0.9/24
[ "$failed" -eq 0 ] || exit 1
soon "a guest reaches the far side" reaches
soon "the host reaches the far side" host_reaches
soon "the far side reaches the host" in_ns "$far" ping -q -c1 -W1 10.7.0.9
expect "promiscuity of members" 11 "$(promiscuity nic0)$(promiscuity nic1)"
expect "IPv6 is off on the leg" 1 "$(cat "/proc/sys/net/ipv6/conf/$leg/disable_ipv6")"
status=$(cat "/proc/$(brokers)/status")
expect_match "the broker is the user's own" "^Uid:.$user.$user.$user.$user$" "$status"
expect_match "two capabilities" '^CapPrm:.0000000000003000$' "$status"
expect_match "two in force" '^CapEff:.0000000000003000$' "$status"
expect_match "none to inherit" '^CapInh:.0000000000000000$' "$status"
expect_match "none more to come" '^NoNewPrivs:.1$' "$status"
grep -qa __asan_init "$WEFT_BUILD/cli/broker/weft-broker" ||
	expect_match "a system call filter" '^Seccomp:.2$' "$status"
as_user cat "/proc/$(brokers)/environ" >/dev/null 2>&1 && fail "its user can look into it"

expect_exit 0 w link down bond0/nic0
soon "link down: the other member carries" is_active nic1
soon "a guest still reaches the far side" reaches
soon "and so does the host" host_reaches
expect_exit 0 w link up bond0/nic0
soon "link up: the primary carries again" is_active nic0
pull nic0
soon "a pulled cable: the other member carries" is_active nic1
soon "a guest still reaches the far side" reaches
plug nic0
soon "the cable is back" is_active nic0

up 0 10.7.0.10/25
soon "another address of the host" has 10.7.0.10/25
has 10.7.0.9/24 && fail "the old one is there, too"
up 0 none
has '.*' && fail "there is an address still"
up 1 10.8.0.77/24
expect_match "it is not in the way of the host's own" "in the way of this host's own 10.8.0.9/24 on nic0" "$said"
up 5 dhcp
expect_match "DHCP is refused" "weft-broker lends it to none" "$said"
soon "the lab goes on" reaches
expect_exit 0 w down nics
all_is_as_before "weft down"

up 0 10.7.0.9/24
soon "up again" host_reaches
kill -9 "$(labd_pid nics)"
all_is_as_before "kill -9 of labd"

up 0 10.7.0.9/24
kill -9 "$(brokers)"
soon "without its broker: no broker runs" no_broker
soon "a guest reaches the far side all the same" reaches
soon "and so does the host" host_reaches
expect_exit 0 w down nics
all_is_as_before "kill -9 of the broker, and weft down"

up 0 10.7.0.9/24
# shellcheck disable=SC2046
kill -9 $(descendants "$(labd_pid nics)")
all_is_as_before "kill -9 of all of the lab"

# it refuses what labd refuses as root
ip route add default via 10.8.0.1
up 5 none
expect_match "the NIC with the default route" "nic0 carries the host's default route: .*or force it" "$said"
up 0 none "force: on"
expect_exit 0 w down nics
ip route del default
nics_lab "nic0, nosuch0" >"$scratch/nics.weft.yaml"
expect_exit 6 w up "$scratch/nics.weft.yaml"
expect_match "a NIC that is not there" "there is no interface nosuch0 here" "$said"
all_is_as_before "refused"

# who speaks to it otherwise than labd
if python=$(PATH=/usr/bin:/usr/local/bin:/bin command -v python3); then
	cp "$root/tests/lab/broker_client.py" "$scratch/client.py"
	chmod 644 "$scratch/client.py"
	as_user "$python" "$scratch/client.py" "$broker" || fail "a client of its own gains something"
	all_is_as_before "clients of its own"
fi

# it can't help
expect_exit 5 as_user setpriv --no-new-privs "$weft" up "$scratch/nics.weft.yaml"
expect_match "no privilege is to be had" "no_new_privs" "$said"
chgrp 65533 "$broker"
setcap cap_net_admin,cap_net_raw=p "$broker"
up 5 none
expect_match "only others may run it" "nic0 takes CAP_NET_ADMIN and CAP_NET_RAW.*weft-broker may not be run by us" "$said"
said_by_doctor WARN 'fix: sudo .*weft'
chgrp "$user" "$broker"
up 5 none
expect_match "it has no capabilities" "sudo chgrp weft $broker .*; sudo setcap cap_net_admin,cap_net_raw=p $broker" "$said"
said_by_doctor WARN "fix: .*sudo chgrp weft $broker && sudo chmod 0750 $broker; sudo setcap cap_net_admin,cap_net_raw=p $broker"
rm "$broker"
up 6 none
expect_match "there is none" "build or install all of weft" "$said"
said_by_doctor WARN "fix: build or install all of weft"
all_is_as_before "at the end"
