# SPDX-License-Identifier: GPL-2.0-or-later
# lib.sh - for the tests of the weft command: a place of their own, expectations
# shellcheck shell=bash disable=SC2034
set -u
weft=$WEFT_BUILD/cli/weft
scratch=$(mktemp -d)
uplinks=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/uplinks.json
fake=
bad=0
export WEFT_RUNTIME_DIR=$scratch/run WEFT_STATE_DIR=$scratch/state
export XDG_CACHE_HOME=$scratch/cache
unset WEFT_LAB WEFT_KERNEL

finish() {
	[ -z "$fake" ] || kill "$fake" 2>/dev/null
	rm -rf "$scratch"
}
trap finish EXIT

# expect CODE PATTERN COMMAND...: its exit code, and a line of what it says
expect() {
	local code=$1 pattern=$2 said got
	shift 2
	said=$("$@" 2>&1 </dev/null)
	got=$?
	if [ "$got" -ne "$code" ]; then
		echo "FAIL: $*: exit $got, not $code; it said:"
		echo "$said"
		bad=1
	elif ! grep -qE -- "$pattern" <<<"$said"; then
		echo "FAIL: $*: says nothing like '$pattern':"
		echo "$said"
		bad=1
	fi
}

# start_fake LAB: a labd with canned answers; without its uplinks.json it is one
# that doesn't know of uplinks
start_fake() {
	mkdir -p "$WEFT_RUNTIME_DIR/$1"
	chmod 700 "$WEFT_RUNTIME_DIR" "$WEFT_RUNTIME_DIR/$1"
	cp "$uplinks" "$WEFT_RUNTIME_DIR/$1/"
	"$WEFT_BUILD/tests/cli/fake_labd" "$WEFT_RUNTIME_DIR/$1" "$1" &
	fake=$!
	for _ in $(seq 100); do
		[ -S "$WEFT_RUNTIME_DIR/$1/ctl.sock" ] && return
		sleep 0.05
	done
	echo "FAIL: the fake labd did not start"
	exit 1
}
