#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# top_gives_the_terminal_back.sh - weft top fits its terminal, and however it ends,
# the terminal is as it was
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null || {
	echo "skipped: python3 is not installed"
	exit 77
}
start_fake office
exec python3 "$(dirname "$0")/top_terminal.py" "$weft"
