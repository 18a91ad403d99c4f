#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lost_output_is_told.sh - what could not be printed is an error, not silence; a
# reader that has had enough ends a command without a word
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# into FILE COMMAND...: its standard output goes there
into() {
	local file=$1
	shift
	"$@" >"$file"
}

# shut COMMAND...: without standard output
shut() {
	"$@" >&-
}

start_fake office
for words in '--help' '--version' 'help up' 'up --help' 'status' 'status -j' 'show ports' \
	'show ports -j' 'graph' 'metrics' 'top -b -n 1' 'completion bash' \
	'validate --schema' 'capture web1:0 --json'; do
	# shellcheck disable=SC2086
	expect 1 'No space left on device|cannot write standard output' into /dev/full "$weft" $words
done
expect 125 'cannot write its output: No space left' into /dev/full "$weft" exec web1 -- seq 100000
# Another file must not get the number of the one that is missing.
expect 1 'cannot write standard output' shut "$weft" status
expect 1 'cannot write standard output' shut "$weft" --version

for words in 'status' 'show ports' 'metrics' 'validate --schema' 'completion bash'; do
	# shellcheck disable=SC2086
	"$weft" $words 2>"$scratch/said" | head -n 1 >"$scratch/line"
	said=$(cat "$scratch/said")
	[ -z "$said" ] || {
		echo "FAIL: $words: a reader that ends early makes it say: $said"
		bad=1
	}
done
exit $bad
