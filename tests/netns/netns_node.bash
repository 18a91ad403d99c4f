# SPDX-License-Identifier: GPL-2.0-or-later
# netns_node.bash - what the netns_node_*.sh scripts share; source it
# shellcheck shell=bash
set -u
cable=${WEFT_BUILD:?the build folder}/tests/netns/netns_cable
failed=0

skip() {
	echo "skipped: $*"
	exit 77
}

fail() {
	echo "FAILED: $*"
	failed=1
}

# expect WHAT WANTED GOT
expect() {
	if [ "$2" = "$3" ]; then
		echo "ok: $1"
	else
		fail "$1: wanted '$2', got '$3'"
	fi
}

[ -w /dev/net/tun ] || skip "no /dev/net/tun that we may open"
unshare -nm true 2>/dev/null || unshare -Urnm true 2>/dev/null ||
	skip "no network and mount namespaces here (is this a chroot?)"

work=$(mktemp -d)
chmod 1777 "$work"
export TMPDIR=$work
trap 'rm -rf "$work"' EXIT
