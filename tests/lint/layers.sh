#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# layers.sh - a room includes itself and the rooms below it, nothing else, and
# each foreign library has one door
set -u
cd "$1" || exit 99
bad=0

deny() { # deny WHY PATTERN FILES...
	local why=$1 pattern=$2 hits
	shift 2
	hits=$(grep -nE "$pattern" "$@" 2>/dev/null) || return 0
	printf '%s:\n%s\n' "$why" "$hits"
	bad=1
}

files() { find "$@" -name '*.[ch]'; }

mapfile -t core < <(files core)
deny "core/ includes a room above it" '#include "(backends|switch|vmm|cli)/' "${core[@]}"
for room in backends switch vmm; do
	[ -d $room ] || continue
	mapfile -t own < <(files $room)
	[ ${#own[@]} -gt 0 ] || continue
	others=$(printf '%s\n' backends switch vmm cli | grep -vx $room | paste -sd'|')
	deny "$room/ includes a sibling or cli/" "#include \"($others)/" "${own[@]}"
done
mapfile -t rooms < <(files core backends switch vmm 2>/dev/null)
deny "a third-party library below cli/" '#include <(yaml|jansson|seccomp|cap-ng|netlink|libmnl|libnftnl|pcap)' "${rooms[@]}"
mapfile -t others < <(files cli tests | grep -v '^cli/host/nft')
deny "libnftnl or libmnl beside its door, cli/host/nft*.c" '#include <(libmnl|libnftnl)' "${others[@]}"
mapfile -t all < <(files core backends switch cli tests)
mapfile -t product < <(printf '%s\n' "${all[@]}" | grep -v '^tests/')
deny "an include without its room" '#include "[^/"]+"' "${product[@]}"
mapfile -t unwrapped < <(printf '%s\n' "${all[@]}" | grep -v cmocka_wrap.h)
deny "cmocka outside its wrapper" '#include <cmocka' "${unwrapped[@]}"
deny "die() outside cli/" '\bdie\(' "${rooms[@]}"
exit $bad
