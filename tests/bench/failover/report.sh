# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
# report.sh - what the samples say, as a table or as JSON
#
# A sample is a line "SYSTEM FAULT ROUND up sent N lost N twice N late N gap US
# down sent ... moves N"; round 0 had no fault. systems, faults, rounds and rate
# are compare's.

# column SAMPLES SYSTEM FAULT WAY FIELD: its values in the rounds with a fault
column() {
	awk -v who="$2" -v fault="$3" -v way="$4" -v field="$5" '
		$1 == who && $2 == fault && $3 > 0 {
			for (i = 4; $i != way; i++) ;
			for (; $i != field; i++) ;
			print $(i + 1)
		}' "$1"
}

# calm SAMPLES SYSTEM FAULT: the longest gap without a fault, in us
calm() {
	awk -v who="$2" -v fault="$3" '
		$1 == who && $2 == fault && $3 == 0 {
			for (i = 4; i < NF; i++)
				if ($i == "gap" && $(i + 1) > most)
					most = $(i + 1)
			print most
		}' "$1"
}

# moves SAMPLES SYSTEM FAULT: beyond the one that a failover is
moves() {
	awk -v who="$2" -v fault="$3" '
		$1 == who && $2 == fault && $3 > 0 { n += $NF - 1 }
		END { print n }' "$1"
}

# figures SAMPLES SYSTEM FAULT: outage up, down (median worst, us), lost in a
# round up, down (median worst), twice, moves, calm
figures() {
	local way median worst
	for way in up down; do
		read -r median _ worst < <(column "$1" "$2" "$3" $way gap | stats)
		printf '%s %s ' "$median" "$worst"
	done
	for way in up down; do
		read -r median _ worst < <(column "$1" "$2" "$3" $way lost | stats)
		printf '%s %s ' "$median" "$worst"
	done
	{
		column "$1" "$2" "$3" up twice
		column "$1" "$2" "$3" down twice
	} | awk '{ n += $1 } END { printf("%d ", n) }'
	printf '%s ' "$(moves "$1" "$2" "$3")"
	calm "$1" "$2" "$3"
}

# table SAMPLES FAULT: rows of figures, then of ratios to the first one's outages
table() {
	local name
	for name in "${systems[@]}"; do
		echo "$name $(figures "$1" "$name" "$2")"
	done | awk '
		NR == 1 {
			printf("%-8s %17s %17s %13s %13s %6s %6s %6s\n", "",
				"up, ms", "down, ms", "lost up", "lost down",
				"twice", "moves", "calm")
			printf("%-8s", "system")
			printf(" %8s %8s %8s %8s", "median", "worst", "median",
				"worst")
			printf(" %6s %6s %6s %6s\n", "median", "worst", "median",
				"worst")
		}
		{
			printf("%-8s", $1)
			for (i = 2; i < 6; i++) {
				printf(" %8.2f", $i / 1000)
				us[NR, i] = $i
			}
			printf(" %6s %6s %6s %6s %6s %6s %6.2f\n", $6, $7, $8,
				$9, $10, $11, $12 / 1000)
			name[NR] = $1
		}
		END {
			for (n = 2; n <= NR; n++) {
				printf("%-8s", name[n])
				for (i = 2; i < 6; i++)
					printf(" %7.1fx", us[n, i] / us[1, i])
				printf("  of the outage of %s\n", name[1])
			}
		}'
}

as_table() {
	local fault
	for fault in "${faults[@]}"; do
		printf '\n%s: %s rounds, %s datagrams a second each way\n' "$fault" \
			"$rounds" "$rate"
		table "$1" "$fault"
	done
}

as_json() {
	jq -R 'split(" ") | {system: .[0], fault: .[1], round: (.[2] | tonumber),
		moves: (.[-1] | tonumber), ways: ([.[3:14], .[14:25]] | map({key: .[0], value: ([.[1], .[3], .[5],
		.[7], .[9]] as $keys | [$keys, [.[2], .[4], .[6], .[8], .[10]]] |
		transpose | map({key: .[0], value: (.[1] | tonumber)}) |
		from_entries)}) | from_entries)}' "$1" |
		jq -s --arg machine "$(machine)" --argjson rate "$rate" '{
			schema: "weft.bench.failover/1", machine: $machine,
			rate: $rate, samples: .}'
}
