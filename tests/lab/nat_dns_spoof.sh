#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nat_dns_spoof.sh - a flood of forged replies poisons nothing: neither what a
# guest is told nor what is kept
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs python3 dig
dns=$root/tests/lab/dns.py
gateway=10.20.0.1
nat_world

ask() {
	w exec a -- dig @$gateway +time=6 +tries=1 +short "$@" 2>&1
}

asked() {
	grep -c "^asked $1\$" "$scratch/hostile"
}

on_server ip addr add 203.0.113.6/24 dev eth0
on_server python3 "$dns" hostile $server_ip 203.0.113.6 >"$scratch/hostile" &
started+=($!)
until_ok 5 grep -q ready "$scratch/hostile"
# somebody else on the way, who sends in the resolver's name
on_router python3 "$dns" blind $server_ip $host_ip 30 &
blind=$!
started+=("$blind")
nat_lab "dns: { servers: [$server_ip] }"

expect "the right reply of 600 is believed" 192.0.2.7 "$(ask first.example.test)"
before=$(asked first)
expect "and kept" 192.0.2.7 "$(ask first.example.test)"
expect "as nobody was asked again" "$before" "$(asked first)"
expect "right but for the case of its letters: TCP is asked" 192.0.2.7 "$(ask case.example.test)"
expect "and that is kept" 192.0.2.7 "$(ask case.example.test)"
expect "100 who ask for one name are told the truth" 192.0.2.7 \
	"$(w exec a -- python3 "$dns" same $gateway 100 hundred.example.test)"
# once, and once more for each second that it takes
at_most "times that it was looked up: no birthday for who guesses" 4 "$(asked hundred)"
for i in 1 2 3 4 5 6 7 8; do
	ask "name$i.example.test"
done >"$scratch/told"
expect "whatever else is asked meanwhile" "8 192.0.2.7" "$(uniq -c "$scratch/told" | xargs)"
kill "$blind"
expect "after all of it, what is kept is right" "192.0.2.7 192.0.2.7" \
	"$(ask first.example.test case.example.test | xargs)"
expect_json "the lies are counted" '.networks[0].services |
	.resolver.forged >= 1000 and .resolver.wrong_case >= 1 and .resolver.over_tcp >= 1 and
	.dns_cache.entries >= 11' "$(w show networks -l nat1 --json)"
expect_exit 0 w down nat1
exit $failed
