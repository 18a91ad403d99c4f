#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# checks_are_judged.sh - weft check: lines, exit codes, JSON and JUnit XML, whatever
# a command prints
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

start_fake office
checks() { # checks ENTRY,...: of the lab that "runs"
	cat >"$WEFT_RUNTIME_DIR/office/lab.json" <<-EOF
		{ "lab": "office", "networks": { "wan": { "mode": "internal" } },
		"nodes": { "web1": { "nics": [ { "net": "wan" } ] }, "db1": { "nics": [ { "net": "wan" } ] } },
		"checks": [ $1 ] }
	EOF
}

expect 0 'has no checks' "$weft" check
checks '{"from": "web1", "exec": "true"}, {"from": "web1", "exec": "false", "expect": "fail"}'
expect 0 '^PASS +[0-9.]+s  web1: exec false fails$' "$weft" check
expect 0 '2 checks passed' "$weft" check office
expect 4 "lab 'nosuch' is not running" "$weft" check nosuch
expect 1 'nosuch/x.xml: No such file' "$weft" check --junit nosuch/x.xml
expect 2 'both want standard output' "$weft" check -j --junit -

checks '{"from": "web1", "exec": "true", "name": "fine"},
	{"from": "web1", "exec": "echo why; exit 3"},
	{"from": "web1", "exec": "true", "expect": "fail"},
	{"from": "web1", "exec": "sleep 9", "timeout": "200ms"},
	{"from": "web1", "exec": "sleep 9", "timeout": "200ms", "expect": "fail"},
	{"from": "web1", "exec": "nosuchcommand", "expect": "fail"},
	{"from": "web1", "exec": "kill -9 $$", "expect": "fail"},
	{"from": "db1", "exec": "true", "expect": "fail"},
	{"from": "web1", "ping": "db1", "expect": "fail"}'
expect 8 '^PASS +[0-9.]+s  fine$' "$weft" check
expect 8 '^FAIL +[0-9.]+s  web1: exec echo why; exit 3: why$' "$weft" check
expect 8 '^FAIL .*web1: exec true fails: it works, and should not$' "$weft" check
expect 8 '^FAIL .*web1: exec sleep 9: not over after 0.2 s$' "$weft" check
expect 8 '^PASS .*web1: exec sleep 9 fails$' "$weft" check
# What could not be tried has not failed as expected.
expect 8 '^FAIL .*exec nosuchcommand fails: .*code 127' "$weft" check
expect 8 '^FAIL .*kill -9 .* fails: .*code 137' "$weft" check
expect 8 "^FAIL .*db1: exec true fails: there is no node 'db1'" "$weft" check
expect 8 '^FAIL .*ping db1 fails: no address of db1 is known' "$weft" check
expect 8 '^weft: 7 of 9 checks failed:$' "$weft" check
expect 8 '^  web1: exec echo why; exit 3$' "$weft" check

# Bytes that neither JSON nor XML has a place for.
odd='"exec": "printf '"'"'<\\033[2J]]>\\377&\\302\\251\\355\\240\\200\\n'"'"'; exit 1"'
checks '{"from": "web1", "name": "a<b & \"c\"\u0001", '"$odd"'}'
expect 1 "labd's document: .*control character" "$weft" check
checks '{"from": "web1", "name": "a<b & \"c\"", '"$odd"'}'
expect 8 '"schema": "weft.checks/1"' "$weft" check -j
"$weft" check --junit "$scratch/out.xml" >/dev/null 2>&1
python3 - "$scratch/out.xml" <<-EOF || bad=1
	import sys, xml.etree.ElementTree as tree
	root = tree.parse(sys.argv[1]).getroot()
	case = root.find("testsuite/testcase")
	want = "<\ufffd[2J]]>\ufffd&\u00a9\ufffd\ufffd\ufffd\n"
	got = case.find("failure").text
	if case.get("name") != 'a<b & "c"' or got != want or root.get("failures") != "1":
	    sys.exit("FAIL: JUnit: %r %r, not %r" % (case.get("name"), got, want))
EOF
expect 8 '^<testsuites tests="1" failures="1"' "$weft" check --junit -
expect 0 'office is down' "$weft" down
exit $bad
