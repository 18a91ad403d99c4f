#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guests_tutorial.sh - the tutorial is true to the letter: its commands are run, in a
# world whose deb.debian.org is a server of ours
# shellcheck source=tests/lab/nat.sh
. "$(dirname "$0")/nat.sh"
needs python3 curl dnsmasq
needs_guests
nat_world
page=$root/docs/tutorials/two-vms-behind-nat.md

# shellcheck disable=SC2016 # backticks are the page's own
# What the reader does first is done by setup.sh, with these words.
for word in $(sed -n '/^```sh setup$/,/^```$/p' "$page" | grep -oE 'setup\.sh demo|build-demo/cli|weft down' | tr ' ' '_'); do
	grep -q "${word//_/ }" "$root/setup.sh" "$root/README.md" || fail "setup.sh knows nothing of ${word//_/ }"
done

www=$scratch/www/debian/dists/stable
mkdir -p "$www" "$scratch/here"
printf 'Origin: Debian\nLabel: Debian\nSuite: stable\n' >"$www/Release"
on_server python3 -m http.server -d "$scratch/www" 80 >"$scratch/http" 2>&1 &
started+=($!)
on_server dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts \
	--bind-interfaces --listen-address=$server_ip --except-interface=lo --pid-file= \
	--user="$(id -un)" --group="$(id -gn)" --host-record=deb.debian.org,$server_ip &
started+=($!)
echo "nameserver $server_ip" >"$scratch/resolv.conf"
mount --bind "$scratch/resolv.conf" /etc/resolv.conf || skip "no mount over /etc/resolv.conf"

PATH=$(dirname "$weft"):$PATH
cd "$scratch/here" || exit 1
python3 "$root/tests/lab/tutorial.py" "$page" || fail "the tutorial is not true"
expect "the capture is one" "TCP" "$(tshark -r web1.pcapng -c 1 -T fields -e _ws.col.Protocol 2>/dev/null)"
expect_no_sockets two

# The examples are for trying, too.
expect_exit 0 w up "$root/docs/examples/nat.weft.yaml" --timeout 120s
expect_exit 0 w check
expect_exit 0 w exec inner -- wget -q -O - "http://$server_ip/debian/dists/stable/Release"
expect_match "a guest behind the router reaches the outside" "Origin: Debian" "$out"
expect_exit 0 w exec web -- sh -c 'echo inside >/tmp/index.html; httpd -p 80 -h /tmp'
expect "and the host the inside, through the forward" "inside" "$(curl -s -m 10 http://127.0.0.1:8080/)"
expect_exit 0 w down nat
