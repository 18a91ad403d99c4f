#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_node_user.sh - an ordinary user has netns nodes too, and is told what to
# do where the system does not let him
# shellcheck source=tests/netns/netns_node.bash
. "$(dirname "$0")/netns_node.bash"
[ "$(id -u)" = 0 ] || skip "needs root, to become somebody else"

# shellcheck disable=SC2317 # called by name
user() {
	setpriv --reuid 12345 --regid 12345 --clear-groups -- "$@"
}

user test -x "$cable" || skip "an ordinary user can't reach the build folder"
user unshare -Urn true 2>/dev/null || skip "users have no user namespaces here"

if [ "$(stat -c %a /dev/net/tun)" = 666 ]; then
	out=$(user timeout 30 "$cable" 'id -u; uname -n
		ping -q -c 1 -W 5 10.9.0.1 | grep -c " 0% packet loss"' \
		2>"$work/log")
	expect "exit code" 0 $?
	expect "root inside, host name, ping" "0 b 1" "$(paste -sd" " <<<"$out")"
fi

# A private /dev/net, with a device that only root may open, and with none.
mkdir "$work/dev"
chmod 755 "$work/dev"
in_dev() {
	unshare -m sh -c "mount --bind $work/dev /dev/net && $1"
}
as_user="setpriv --reuid 12345 --regid 12345 --clear-groups $cable true"

expect "no device: says what to load" 1 \
	"$(in_dev "$as_user" 2>&1 | grep -c 'modprobe tun')"
mknod -m 600 "$work/dev/tun" c 10 200 || skip "no device nodes may be made"
expect "no permission: says what to change" 1 \
	"$(in_dev "$as_user" 2>&1 | grep -c 'chmod 0666 /dev/net/tun')"
exit "$failed"
