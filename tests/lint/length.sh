#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# length.sh - files are one concept: over 400 lines a word, over 500 a failure
set -u
cd "$1" || exit 99
bad=0
while IFS= read -r file; do
	lines=$(wc -l <"$file")
	if [ "$lines" -gt 500 ]; then
		echo "$file: $lines lines, over 500: which concept wants its own file?"
		bad=1
	elif [ "$lines" -gt 400 ]; then
		echo "$file: $lines lines, getting long"
	fi
done < <(find core backends switch vmm cli tests -name '*.[ch]' 2>/dev/null)
exit $bad
