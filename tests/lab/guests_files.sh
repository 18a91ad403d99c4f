#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guests_files.sh - weft cp and weft check with a real guest: every byte arrives, half
# of them leave nothing, and each kind of check works there
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_guests
needs_netns
needs python3
cat >"$scratch/files.weft.yaml" <<-EOF
	lab: files
	networks:
	  wan: { mode: nat, ipv4: 10.79.0.0/24, dns: { domain: files.lab } }
	nodes:
	  vm: { memory: 256M, nics: [ { net: wan } ] }
	  ns: { kind: netns, nics: [ { net: wan } ] }
	checks:
	  - { from: vm, ping: ns }
	  - { from: vm, dns: ns.files.lab, is: ns }
	  - { from: ns, http: "http://vm:8080/hosts" }
	  - { from: vm, http: "http://vm.files.lab:8080/none", status: 404 }
	  - { from: vm, tcp: "localhost:8080" }
	  - { from: vm, tcp: "ns:8080", expect: fail }
	  - { from: vm, ping: 10.79.0.99, expect: fail, timeout: 1s }
	  - { from: vm, exec: "test -e /etc/hosts" }
EOF
expect_exit 0 w up "$scratch/files.weft.yaml"
expect_exit 0 w exec vm -- sh -c 'busybox httpd -p 8080 -h /etc'
expect_exit 0 w check
expect "checks in a guest" 8 "$(grep -c '^PASS' <<<"$out")"

sum() {
	md5sum "$@" | cut -d' ' -f1
}

head -c 100M /dev/urandom >"$scratch/random"
chmod 640 "$scratch/random"
right=$(sum "$scratch/random")
from=$(now_ms)
expect_exit 0 w cp "$scratch/random" vm:/tmp/
figure "100 MiB into a guest: $(($(now_ms) - from)) ms"
expect "in the guest" "$right 640" "$(w exec vm -- sh -c 'md5sum </tmp/random | cut -d" " -f1; stat -c %a /tmp/random' | xargs)"
from=$(now_ms)
expect_exit 0 w cp vm:/tmp/random "$scratch/back"
figure "100 MiB out of it: $(($(now_ms) - from)) ms"
expect "and back" "$right 640" "$(sum "$scratch/back") $(stat -c %a "$scratch/back")"
rm "$scratch/back"
expect_exit 0 w cp vm:/tmp/random "ns:$scratch/back"
expect "to a namespace" "$right" "$(sum "$scratch/back")"
expect_exit 0 w exec vm -- rm /tmp/random

# A disk that is too small, and ^C: nothing is left.
expect_exit 0 w exec vm -- sh -c 'mkdir /small && mount -t tmpfs -o size=1M none /small'
expect_exit 1 w cp "$scratch/random" vm:/small/
expect_match "the guest says why" "vm: .*No space left on device" "$said"
python3 "$root/tests/lab/interrupt.py" 1 "$weft" cp "$scratch/random" vm:/tmp/ 2>/dev/null
expect "^C ends it with" 130 $?
expect "nothing is left" "" "$(w exec vm -- sh -c 'ls -A /small /tmp | grep -v :')"
python3 "$root/tests/lab/interrupt.py" 1 "$weft" cp vm:/dev/zero "$scratch/half" 2>/dev/null
expect "^C ends it with" 130 $?
expect "nothing is left here" "" "$(find "$scratch" -name 'half' -o -name '.weft-cp*')"

mkdir -p "$scratch/tree/sub"
date >"$scratch/tree/sub/a b"
ln -s sub "$scratch/tree/link"
expect_exit 0 w cp -r "$scratch/tree" vm:/tmp/
expect_exit 0 w cp -r vm:/tmp/tree "$scratch/tree2"
expect_exit 0 diff -r "$scratch/tree" "$scratch/tree2"

# The node goes in the middle of it.
"$weft" cp "$scratch/random" vm:/tmp/ 2>"$scratch/said" &
copying=$!
sleep 1
expect_exit 0 w stop vm
wait "$copying"
expect "a copy into a node that ends fails" 1 $?
expect_exit 0 w down files
