#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# documents.sh - weft-ctl(7) has every method, document and event that the code
# has, and no others; weft(1) has every verb
set -u
cd "$1" || exit 99
ctl=docs/man/weft-ctl.7.scd
bad=0

# same WHAT CODE MANUAL: two lists, one word a line
same() {
	local differ
	[ -n "$2" ] || {
		echo "$1: none was found in the code; this lint looks in the wrong place"
		bad=1
	}
	differ=$(diff <(sort -u <<<"$2") <(sort -u <<<"$3")) && return
	printf '%s: < is in the code only, > in the manual only:\n%s\n' "$1" \
		"$(grep '^[<>]' <<<"$differ")"
	bad=1
}

# part NAME: a section of weft-ctl(7)
part() {
	sed -n "/^# $1\$/,/^# /p" $ctl
}

same "methods" \
	"$(sed -n '/labd_methods\[\] = {/,/^};/s/^\t{"\([^"]*\)".*/\1/p' cli/labd/api.c)" \
	"$(part REQUESTS | grep -E '^\*' | grep -oE '\*[a-z]+\.[a-z]+\*' | tr -d '*')"
same "documents" \
	"$(grep -rhoE '"weft\.[a-z]+/[0-9]+"' cli | tr -d '"')" \
	"$(grep -ohE 'weft\.[a-z]+/[0-9]+' $ctl)"
same "events" \
	"$(grep -rhzoE 'events_emit\([^;]*;' cli/labd/*.c | tr '\0' '\n' | grep -oE '"[a-z]+\.[a-z]+"' | tr -d '"')" \
	"$(part EVENTS | sed -n 's/^| *\([a-z]*\.[a-z]*\)$/\1/p')"
same "verbs" \
	"$(sed -n '/^const struct command commands\[\]/,/^};/p' cli/cmd/table.c | sed -n 's/^\t{"\([a-z][a-z-]*\)".*/\1/p')" \
	"$(sed -n '/^# VERBS$/,/^# OUTPUT$/p' docs/man/weft.1.scd | grep -E '^\*' | grep -oE '\*[a-z-]+\*' | tr -d '*')"
states=$(sed -n '/state_names\[\] = {/,/};/p' cli/labd/node.c | grep -oE '"[a-z]+"' | tr -d '"')
for state in $states; do
	for page in $ctl cli/cmd/table.c; do
		grep -A4 'node is stopped,' $page | grep -qw "$state" || {
			echo "$page: the list of a node's states lacks $state"
			bad=1
		}
	done
done
exit $bad
