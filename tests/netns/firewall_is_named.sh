#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# firewall_is_named.sh - which rule or policy of others stops guests: rulesets as
# Docker, ufw and firewalld make them, and what lets guests pass again
# shellcheck source=tests/check.bash
. "$(dirname "$0")/../check.bash"
needs nft ip
own_netns "$@"
nft list ruleset >/dev/null 2>&1 || skip "this kernel has no nf_tables"
ip link set lo up
ip link add eth0 type veth peer name far0
ip addr add 192.0.2.1/24 dev eth0
ip link set eth0 up
ip link set far0 up
ip route add default via 192.0.2.2

# case WHAT ANSWER RULESET: what is said of a guest behind tap0
try() {
	nft flush ruleset
	nft -f - <<<"$3" || skip "nft does not take: $3"
	expect "$1" "$2" "$("${WEFT_BUILD:?}/tests/netns/firewall_ask" tap0 2>&1)"
}

try "no rules" passes ""
try "a policy that accepts" passes \
	"table ip filter { chain FORWARD { type filter hook forward priority 0; policy accept; }; }"
try "rules for other interfaces" passes \
	"table ip filter { chain FORWARD { type filter hook forward priority 0; iifname docker0 drop; oifname wg0 drop; }; }"
try "another hook" passes \
	"table ip filter { chain INPUT { type filter hook input priority 0; policy drop; }; }"
try "another family" passes \
	"table ip6 filter { chain FORWARD { type filter hook forward priority 0; policy drop; }; }"
try "our own table" passes \
	"table inet weft-own { chain forward { type filter hook forward priority 0; policy drop; }; }"
docker() {
	cat <<-END
		table ip filter {
			chain DOCKER { }
			chain DOCKER-USER { $1 counter return; }
			chain ISOLATION { iifname "docker0" oifname != "docker0" counter jump ISOLATION-2; counter return; }
			chain ISOLATION-2 { oifname "docker0" counter drop; counter return; }
			chain FORWARD {
				type filter hook forward priority 0; policy drop;
				counter jump DOCKER-USER
				counter jump ISOLATION
				oifname "docker0" ct state related,established counter accept
				oifname "docker0" counter jump DOCKER
				iifname "docker0" oifname != "docker0" counter accept
				iifname "docker0" oifname "docker0" counter accept
			}
		}
	END
}
try "Docker's" "stops: chain FORWARD of table ip filter (policy drop)" "$(docker)"
try "Docker's, with half of a way through" "stops: chain FORWARD of table ip filter (policy drop)" \
	"$(docker 'iifname "tap0" accept;')"
try "Docker's, with a way through" passes "$(docker 'iifname "tap0" accept; oifname "tap0" accept;')"
try "Docker's, where answers pass" passes \
	"$(docker 'iifname "tap*" accept; ct state established,related accept;')"
try "a subnet that may not" "stops: a rule of chain forward of table inet guard (handle 2)" \
	"table inet guard { chain forward { type filter hook forward priority 0; ip saddr 10.20.0.0/16 reject; }; }"
try "another that may not" passes \
	"table inet guard { chain forward { type filter hook forward priority 0; ip saddr 10.21.0.0/16 reject; }; }"
try "what leaves by the host's uplink" "stops: a rule of chain forward of table inet guard (handle 2)" \
	"table inet guard { chain forward { type filter hook forward priority 0; oifname eth0 ct state new drop; }; }"
try "what only a set knows" "may stop: chain forward of table inet guard (policy drop)" \
	"table inet guard { chain forward { type filter hook forward priority 0; policy drop; iifname { tap0, tap1 } accept; }; }"
try "a map of verdicts" "may stop: a rule of chain zones of table inet guard (handle 3)" \
	"table inet guard { chain zones { reject; }; chain forward { type filter hook forward priority 0;
		ct state vmap { established : accept, related : accept }; goto zones; }; }"
try "a rate" passes \
	"table inet guard { chain forward { type filter hook forward priority 0; limit rate over 10/second drop; }; }"
exit "$failed"
