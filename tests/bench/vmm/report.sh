# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# report.sh - what the samples say, as a table or as JSON
#
# A sample is a line "SYSTEM RUN ENTRY EXIT INIT KIB": four times in us from exec,
# and memory; "-" is what was not waited for. systems, kernel and memory are
# compare's.

# column SAMPLES SYSTEM N: "median min max"
column() {
	awk -v who="$2" -v n="$3" '$1 == who && $n != "-" { print $n }' "$1" |
		stats
}

# ms US: with as many digits as it is worth
ms() {
	awk -v us="$1" 'BEGIN {
		if (us == "-") print us
		else printf(us < 100000 ? "%.1f" : "%.0f", us / 1000)
	}'
}

as_table() {
	local name n median min row
	machine
	printf '\n%s, %s MiB, 1 CPU; median (best), ms from exec\n' \
		"${kernel##*/}" "$memory"
	printf '%-11s %15s %15s %15s %15s %8s\n' system KVM_RUN 'guest entered' \
		'first exit' /init 'own KiB'
	for name in "${systems[@]}"; do
		row=''
		for n in 2 3 4 5; do
			read -r median min _ < <(column "$1" "$name" $n)
			row+=$(printf ' %15s' "$(ms "$median") ($(ms "$min"))")
		done
		read -r median _ < <(column "$1" "$name" 6)
		printf '%-11s%s %8s\n' "$name" "$row" "$median"
	done
}

as_json() {
	jq -R 'split(" ") | {system: .[0]} + ([["run_us", "entry_us", "exit_us",
		"init_us", "own_kib"], .[1:]] | transpose |
		map({key: .[0], value: (.[1] | tonumber? // null)}) |
		from_entries)' "$1" |
		jq -s --arg machine "$(machine)" --arg kernel "${kernel##*/}" \
			--argjson memory "$memory" '{schema: "weft.bench.vmm/1",
			machine: $machine, kernel: $kernel, memory_mib: $memory,
			samples: .}'
}
