# SPDX-License-Identifier: GPL-2.0-or-later
# netns_node.bash - what the netns_node_*.sh scripts share; source it
# shellcheck shell=bash
set -u
# shellcheck source=tests/check.bash
. "$(dirname "${BASH_SOURCE[0]}")/../check.bash"
cable=${WEFT_BUILD:?the build folder}/tests/netns/netns_cable

needs_tap
unshare -nm true 2>/dev/null || unshare -Urnm true 2>/dev/null ||
	skip "no network and mount namespaces here (is this a chroot?)"

work=$(mktemp -d)
chmod 1777 "$work"
export TMPDIR=$work
trap 'rm -rf "$work"' EXIT
