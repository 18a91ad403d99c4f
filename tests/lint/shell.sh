#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shell.sh - shellcheck has nothing to say about any script
set -u
cd "$1" || exit 99
tool=$(command -v shellcheck) || {
	echo "skipped: shellcheck is not installed"
	exit 77
}
mapfile -t scripts < <(find tests cli docs -name '*.sh')
# SC1091: a sourced helper is checked as a file of its own.
"$tool" --external-sources --severity=info --exclude=SC1091 setup.sh .ci/run "${scripts[@]}"
