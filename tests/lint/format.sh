#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# format.sh - clang-format has nothing to say; its versions differ in taste, so
# only the one of Debian 12 is asked
set -u
cd "$1" || exit 99
tool=$(command -v clang-format-14) || {
	echo "skipped: clang-format-14 is not installed"
	exit 77
}
mapfile -t files < <(find core backends switch vmm cli tests -name '*.[ch]' \
	2>/dev/null)
"$tool" -n --Werror "${files[@]}"
