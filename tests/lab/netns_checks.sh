#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netns_checks.sh - weft check tells a network that works from one that doesn't, both
# ways, with ping, TCP, HTTP and DNS
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_netns
needs busybox
mkdir "$scratch/www"
echo hello >"$scratch/www/index.html"
cat >"$scratch/checked.weft.yaml" <<-EOF
	lab: checked
	networks:
	  wan: { mode: nat, ipv4: 10.77.0.0/24, dns: { domain: checked.lab } }
	  back: { mode: internal, ipv4: 10.78.0.0/24 }
	nodes:
	  web1: { kind: netns, run: "sleep 1; exec busybox httpd -f -h $scratch/www -p 80", nics: [ { net: wan } ] }
	  desk: { kind: netns, nics: [ { net: wan }, { net: back, ipv4: 10.78.0.2/24 } ] }
	  db1: { kind: netns, nics: [ { net: back, ipv4: 10.78.0.3/24 } ] }
	checks:
	  - { from: desk, ping: web1 }
	  - { from: desk, ping: db1 }
	  - { from: desk, ping: "desk:1" }
	  - { from: desk, ping: web1.checked.lab }
	  - { from: web1, ping: db1, expect: fail, timeout: 2s }
	  - { from: desk, tcp: "web1:80" }
	  - { from: desk, tcp: "web1:81", expect: fail }
	  - { from: desk, http: "http://web1/" }
	  - { from: desk, http: "http://web1.checked.lab/index.html" }
	  - { from: desk, http: "http://web1/none", status: 404 }
	  - { from: desk, dns: web1.checked.lab, is: web1 }
	  - { from: desk, dns: web1 }
	  - { from: desk, dns: nobody.checked.lab, expect: fail }
	  - { from: desk, dns: web1, is: 10.77.0.9, expect: fail }
	  - { from: db1, tcp: "10.77.0.1:53", expect: fail, timeout: 1s }
	  - { from: db1, exec: "test \"\$(hostname)\" = db1" }
EOF
expect_exit 0 w up "$scratch/checked.weft.yaml"
# At once: the web server starts a second later, and is waited for.
expect_exit 0 w check
expect "one line each" 16 "$(grep -c '^PASS' <<<"$out")"
expect_match "and a sum" "^16 checks passed" "$said"
expect_json "db1 is tried where desk meets it" \
	'.checks[1].address == "10.78.0.3" and .passed == 16 and .schema == "weft.checks/1"' "$(w check -j)"

# The same network, and a file that expects otherwise: each one fails.
expect_exit 0 w down checked
sed -i '/^  - /{s/, expect: fail//; t; s/ }$/, expect: fail }/}; /^  - /s/timeout: 2s/timeout: 1s/; /^  - /s/ }$/, timeout: 1s }/
	s/timeout: 1s, timeout: 1s/timeout: 1s/; s/sleep 1; //' "$scratch/checked.weft.yaml"
expect_exit 0 w validate "$scratch/checked.weft.yaml"
expect_exit 0 w up "$scratch/checked.weft.yaml"
until_ok 5 w exec desk -- busybox wget -q -O /dev/null http://web1/
expect_exit 8 w check --junit "$scratch/out.xml"
expect "one line each" 16 "$(grep -c '^FAIL' <<<"$out")"
expect_match "why a ping fails" "web1: ping db1: 1 packets transmitted, 0 packets received" "$out"
expect_match "why TCP fails" "desk: tcp web1:81: .*Connection refused" "$out"
expect_match "why DNS fails" "nobody.checked.lab: .*NXDOMAIN" "$out"
expect_match "which address it is instead" "web1 is 10.77.0.[0-9]+, not 10.77.0.9" "$out"
expect_match "what works and should not" "desk: http http://web1/ fails: it works, and should not" "$out"
expect "failures in XML" 16 "$(grep -c '<failure message=' "$scratch/out.xml")"
# A node that is gone proves nothing, although failure is expected.
expect_exit 0 w stop desk
expect_exit 8 w check
expect_match "a node that does not run" "FAIL .*desk: ping db1 fails: .*desk" "$out"
expect_exit 0 w down checked
