#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kvm.sh - the test VM's KVM is a real one: weft doctor finds that a guest's
# instructions run at the speed of the CPU there
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
report=$("$here/run.sh" --time 240 "${WEFT_BUILD:?the build folder}/cli/weft" \
	doctor --json)
code=$?
[ $code -ne 77 ] || {
	echo "$report"
	exit 77
}
jq -r '.checks[] | select(.check == "kvm") | .verdict + " " + .text' <<<"$report"
jq -e 'any(.checks[]; .check == "kvm" and .verdict == "PASS")' >/dev/null \
	<<<"$report" || {
	echo "FAILED: exit $code, and doctor doesn't call KVM good: $report"
	exit 1
}
