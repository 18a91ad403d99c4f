#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# wrong_usage_is_explained.sh - bad command lines end with 2 and say what is right
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

expect 2 'Commands:' "$weft"
expect 0 'Commands:' "$weft" --help
expect 0 '^weft [0-9.]+$' "$weft" --version
expect 2 "unknown command 'statsu' \(did you mean 'status'\?\)" "$weft" statsu
expect 2 "'-l': options stand behind the command" "$weft" -l office status
expect 2 "'--nonsense': options stand behind" "$weft" --nonsense
expect 2 "unknown option '--nonsense'" "$weft" status --nonsense
expect 2 "unknown option '--jsno' \(did you mean '--json'\?\)" "$weft" status --jsno
expect 2 "unknown option '-x'" "$weft" status -jxb
expect 2 "--json takes no argument" "$weft" status --json=yes
expect 2 "needs an argument" "$weft" status -l
expect 2 "'c' is one word too many" "$weft" console a c
expect 2 'usage: weft console .*NODE' "$weft" console
expect 2 'there are ready and none' "$weft" up --wait=soon
expect 2 'a duration is like 60s' "$weft" up --timeout=60
expect 2 'a duration is like 60s' "$weft" up --timeout=-1s
expect 2 'a duration is like 60s' "$weft" up --timeout=99999999h
expect 2 'captures, drops, fdb, flows, forwards, leases, networks, nodes, ports' "$weft" show nonsense
expect 2 'too few words' "$weft" link down
expect 2 "'cut' is none of down, flap, up" "$weft" link cut web1:0
expect 2 'a duration is like 5s' "$weft" link flap web1:0 --for 5
expect 2 'a duration is like 5s' "$weft" link flap web1:0 --for 0s
expect 2 'a duration is like 5s' "$weft" link flap web1:0 --for 25h
expect 2 'is for down and flap' "$weft" link up web1:0 --for 5s
expect 2 'a number from 1' "$weft" events -c 0
expect 2 'a number from 1' "$weft" events -c many
expect 2 'a number, or a time' "$weft" events --last -3
expect 2 'a number, or a time' "$weft" events --last 3w
expect 2 'one of --text, --dot' "$weft" graph --dot --json
expect 3 'nosuch' "$weft" graph ./nosuch.weft.yaml
expect 2 'a number from 1' "$weft" top -b -n 0
expect 2 'from 100ms to 1h' "$weft" top -b --interval 1ms
expect 2 'there are name, cpu' "$weft" top -b --sort size
expect 2 'too few words' "$weft" capture
expect 2 "filter 'tcp prot 80': can't parse" "$weft" capture web1:0 -f 'tcp prot 80'
expect 2 'no number from 1' "$weft" capture web1:0 -c 0
expect 2 'no number from 1 to 262144' "$weft" capture web1:0 -s 262145
expect 2 "'10' is no time" "$weft" capture web1:0 --last 10
expect 2 'exclude each other' "$weft" capture web1:0 -w x --wireshark
expect 2 'both want standard output' "$weft" capture web1:0 -w - --json
expect 125 'usage: weft exec' "$weft" exec web1
expect 125 'no command' "$weft" exec web1 --
for verb in $("$weft" __complete -- 1 ''); do
	expect 0 'Examples:' "$weft" "$verb" --help
	expect 0 '^# SYNOPSIS' "$weft" __man "$verb"
	[ ! -f "$WEFT_BUILD/docs/weft-up.1" ] ||
		expect 0 'SH SYNOPSIS' cat "$WEFT_BUILD/docs/weft-$verb.1"
done
exit $bad
