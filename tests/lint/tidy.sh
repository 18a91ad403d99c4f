#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tidy.sh - clang-tidy with the checks of .clang-tidy, over every file of the
# rooms that the build folder $2 compiles; it also holds function length, depth
# and parameters. Tests are left out: they would double its time.
set -u
cd "$1" || exit 99
tool=$(command -v clang-tidy) || {
	echo "skipped: clang-tidy is not installed"
	exit 77
}
command -v jq >/dev/null || {
	echo "skipped: jq is not installed"
	exit 77
}
# clang doesn't know all warnings of gcc, whose build folder this may be.
# One file a run: with more, clang-tidy 14 takes every va_list for uninitialized.
found=$(mktemp) || exit 99
trap 'rm -f "$found"' EXIT
jq -r '.[] | .directory + "/" + .file' "$2/compile_commands.json" |
	xargs -d '\n' realpath | sort -u | grep -v "^$PWD/tests/" |
	xargs -d '\n' -n 1 -P "$(nproc)" "$tool" -p "$2" --quiet \
		--extra-arg=-Wno-unknown-warning-option \
		--extra-arg=-Wno-unused-command-line-argument 2>/dev/null \
		>"$found" && exit 0
cat "$found"
exit 1
