#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh - one libFuzzer target for some seconds; new inputs go to a scratch
# folder, so the corpus in git changes only by hand
set -eu
target=$1 corpus=$2 seconds=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$target" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 \
	-verbosity=0 -print_final_stats=1 "$scratch" "$corpus"
