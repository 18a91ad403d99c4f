#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# words.sh - nothing is left open in the code, and no file names a place that
# exists on one machine only
set -u
cd "$1" || exit 99
bad=0
mapfile -t files < <(find core backends switch vmm cli tests docs .ci \
	README.md setup.sh meson.build -type f -not -path '*/corpus/*' \
	-not -path tests/lint/words.sh 2>/dev/null)

deny() { # deny WHY PATTERN
	local hits
	hits=$(grep -nIE "$2" "${files[@]}") || return 0
	printf '%s:\n%s\n' "$1" "$hits"
	bad=1
}

deny "left open" '\b(TODO|FIXME|XXX|HACK)\b|[Nn]ot (yet )?implemented'
deny "somebody's own folder" '(^|[^A-Za-z0-9_.$}/-])/(home|Users|root)/[a-z]'
# Every path that starts at the root starts as the Filesystem Hierarchy Standard
# has it, or goes nowhere on purpose; a regular expression or a division doesn't
# have two plain parts.
fhs='bin|boot|dev|etc|lib|lib64|media|mnt|opt|proc|run|sbin|srv|sys|tmp|usr|var|nowhere|nonexistent'
hits=$(grep -nIoE '(^|[ "'"'"'`(=:])/[a-z][a-z0-9]+/[a-z][a-z0-9_-]{2,}' "${files[@]}" |
	grep -vE ":[ \"'\`(=:]?/($fhs)/")
[ -z "$hits" ] || {
	printf 'a path of one machine:\n%s\n' "$hits"
	bad=1
}
exit $bad
