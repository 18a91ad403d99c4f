#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guests_failover.sh - the tutorial of failover is true to the letter, and its lab is
# the example's
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs python3
needs_guests
page=$root/docs/tutorials/pull-a-cable.md

mkdir "$scratch/here"
PATH=$(dirname "$weft"):$PATH
cd "$scratch/here" || exit 1
python3 "$root/tests/lab/tutorial.py" "$page" || fail "the tutorial is not true"
expect_match "the report has pictures" '<svg' "$(cat report.html)"
expect "the page's lab is the example" \
	"$(w plan "$root/docs/examples/failover.weft.yaml" --json)" \
	"$(w plan failover.weft.yaml --json)"
expect_no_sockets failover
