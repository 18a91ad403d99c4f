#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# every_verb.sh - what holds for every verb of the table, those that come later too:
# help, manual, completion, bad usage, a lab that isn't there, JSON
# shellcheck source=tests/cli/lib.sh disable=SC2015,SC2046
. "$(dirname "$0")/lib.sh"

# These print no state, so they need no --json; a new verb that prints none is added.
no_state=' down console exec cp logs start stop restart pause resume metrics completion '

cat >"$scratch/lab.weft.yaml" <<-EOF
	lab: office
	networks:
	  wan: { mode: internal, ipv4: 10.1.0.0/24 }
	nodes:
	  ext: { kind: external, nics: [ { net: wan } ] }
EOF

# synopsis VERB: what --help says of its words
synopsis() {
	"$weft" "$1" --help | sed -n "s/^Usage: weft $1 \[OPTION\.\.\.\] *//p"
}

# flags VERB: its long flags, as --help has them
flags() {
	"$weft" "$1" --help | sed -n '/^Options:$/,$s/^ .*\(--[a-z-]*\).*/\1/p' | sort
}

# word PLACE: something that can stand there
word() {
	case $1 in
	FILE*) echo "$scratch/lab.weft.yaml" ;;
	LAB*) echo office ;;
	NODE) echo web1 ;;
	PORT*) echo ext:0 ;;
	NETWORK*) echo wan ;;
	UPLINK*) echo bond0 ;;
	MEMBER*) echo bond0/eth1 ;;
	SRC) echo web1:/etc/hostname ;;
	DST) echo - ;;
	COMMAND) echo true ;;
	*) echo "${1%%|*}" ;;
	esac
}

# words VERB [ALL]: as many words as it needs, or as it takes
words() {
	local place
	for place in $(synopsis "$1"); do
		case $place in
		'[--]') ;;
		'['*) [ -z "${2:-}" ] || word "$(tr -d '[].' <<<"$place")" ;;
		*) word "${place%...}" ;;
		esac
	done
}

usage_code() {
	[ "$1" = exec ] && echo 125 || echo 2
}

# one_json WHAT COMMAND...: its output is one document that says what it is
one_json() {
	local what=$1 said
	shift
	said=$(timeout 20 "$@" 2>/dev/null </dev/null)
	jq -se 'length == 1 and (.[0].schema | test("^weft\\.[a-z-]+/[0-9]+$"))' <<<"$said" >/dev/null 2>&1 || {
		echo "FAIL: $what: not one JSON document with a schema: $said"
		bad=1
	}
}

check_words() {
	local verb=$1 code
	code=$(usage_code "$verb")
	expect 0 '^Examples:' "$weft" "$verb" --help
	expect 0 "^Usage: weft $verb " "$weft" help "$verb"
	expect "$code" "unknown option '--helpp' \(did you mean '--help'\?\)" "$weft" "$verb" --helpp
	expect "$code" "unknown option '-\?'" "$weft" "$verb" '-?'
	[ -z "$(words "$verb")" ] || expect "$code" 'too few words|no command' "$weft" "$verb"
	[[ $(synopsis "$verb") == *...* ]] ||
		expect "$code" 'one word too many' "$weft" "$verb" $(words "$verb" all) one too many
}

check_manual() {
	local verb=$1 page=$WEFT_BUILD/docs/weft-$1.1 part source built=
	source=$("$weft" __man "$verb")
	[ ! -f "$page" ] || built=$(cat "$page")
	for part in NAME SYNOPSIS DESCRIPTION OPTIONS EXAMPLES 'SEE ALSO'; do
		grep -q "^# $part$" <<<"$source" && { [ -z "$built" ] || grep -q "^\.SH $part$" <<<"$built"; } || {
			echo "FAIL: $verb: its manual has no $part"
			bad=1
		}
	done
	grep -q "^weft-$verb - [A-Za-z]" <<<"$source" || bad=1
}

check_completion() {
	local verb=$1 offered
	offered=$("$weft" __complete -- 2 "$verb" - | sort)
	[ "$offered" = "$(flags "$verb")" ] || {
		echo "FAIL: $verb: completion offers $offered, --help says $(flags "$verb")"
		bad=1
	}
}

check_lab() {
	local verb=$1 code=4
	[ "$verb" != exec ] || code=125
	flags "$verb" | grep -qx -- --lab || return
	# What is about a file compares it with whatever runs.
	[ "$verb" != plan ] || return
	expect "$code" 'nosuch' "$weft" "$verb" -l nosuch $(words "$verb")
	expect "$code" 'name of a lab' "$weft" "$verb" -l ../nosuch $(words "$verb")
}

check_json() {
	local verb=$1 first choice
	flags "$verb" | grep -qx -- --json || {
		[[ $no_state == *" $verb "* ]] || {
			echo "FAIL: $verb: no --json, and not among those that print no state"
			bad=1
		}
		return
	}
	first=$(synopsis "$verb" | cut -d' ' -f1)
	case $verb in
	bond)
		one_json 'bond show' "$weft" bond show -j
		one_json 'bond switch' "$weft" bond switch bond0 eth1 -j
		;;
	forward)
		one_json 'forward list' "$weft" forward list -j
		one_json 'forward add' "$weft" forward add 8080 web1:80 -j
		one_json 'forward del' "$weft" forward del 8080 -j
		;;
	image) one_json "$verb" "$weft" image list -j ;;
	events) one_json "$verb" "$weft" events -j --last 1 --count 1 ;;
	capture) ;; # a stream of frames: tests/lab has it
	top) ;;     # a screen: tests/lab has it
	*)
		[[ $first == [a-z]*'|'* ]] || first=
		for choice in ${first//|/ }; do
			one_json "$verb $choice" "$weft" "$verb" "$choice" $(words "$verb" | tail -n +2) -j
		done
		[ -n "$first" ] || one_json "$verb" "$weft" "$verb" -j $(words "$verb")
		;;
	esac
}

# The fake one ends where the real one may: after events it is down.
fake_again() {
	[ -S "$WEFT_RUNTIME_DIR/office/ctl.sock" ] || start_fake office
}

cd "$scratch" || exit 1
verbs=$("$weft" __complete -- 1 '' | grep -v ^-)
for verb in $verbs; do
	fake_again
	expect 0 "^  $verb +[A-Za-z]" "$weft" --help
	check_words "$verb"
	check_manual "$verb"
	check_completion "$verb"
	fake_again
	check_lab "$verb"
	fake_again
	check_json "$verb"
done
[ "$(wc -w <<<"$verbs")" -ge 20 ] || {
	echo "FAIL: verbs are missing: $verbs"
	bad=1
}
exit $bad
