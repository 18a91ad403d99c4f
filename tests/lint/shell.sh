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
"$tool" --severity=warning --external-sources --source-path=SCRIPTDIR \
	setup.sh .ci/run "${scripts[@]}"
