#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# cppcheck.sh - cppcheck's warnings and portability notes, as errors
set -u
cd "$1" || exit 99
tool=$(command -v cppcheck) || {
	echo "skipped: cppcheck is not installed"
	exit 77
}
mapfile -t rooms < <(ls -d core backends switch vmm cli 2>/dev/null)
# Its style notes contradict ours (a const for every pointer that could have
# one, a scope for every variable); unknown macros are the system's, not ours.
"$tool" --quiet --error-exitcode=1 --std=c11 --inline-suppr -j "$(nproc)" \
	--enable=warning,portability --suppress=missingIncludeSystem \
	--suppress=unknownMacro -D_GNU_SOURCE -D__x86_64__ -I. "${rooms[@]}"
