#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# spelling.sh - codespell knows every word we wrote; spelling.words has those
# that only look wrong
set -u
cd "$1" || exit 99
tool=$(command -v codespell) || {
	echo "skipped: codespell is not installed"
	exit 77
}
mapfile -t places < <(ls -d core backends switch vmm cli tests docs \
	README.md setup.sh meson.build 2>/dev/null)
"$tool" --ignore-words=tests/lint/spelling.words --skip='./tests/fuzz/corpus,*/corpus/*' \
	"${places[@]}"
