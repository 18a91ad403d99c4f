# SPDX-License-Identifier: GPL-2.0-or-later
# capture.bash - for tests of captures: a lab, and what tools say of a file
# shellcheck shell=bash

# capture_lab [LINE...]: four nodes; LINEs are put at the end of its file
capture_lab() {
	cat >"$scratch/cap.weft.yaml" <<-EOF
		lab: cap
		networks:
		  net: { mode: internal, ipv4: 10.71.0.0/24 }
		  wan: { mode: nat, ipv4: 10.72.0.0/24 }
		nodes:
		  a: { kind: netns, nics: [ { net: net, ipv4: 10.71.0.1/24 }, { net: wan } ] }
		  b: { kind: netns, nics: [ { net: net, ipv4: 10.71.0.2/24 } ] }
		  c: { kind: netns, nics: [ { net: net, ipv4: 10.71.0.3/24 } ] }
		  slow:
		    kind: external
		    socket: { type: stream }
		    nics: [ { net: net, mac: "52:54:00:00:00:07" } ]
	EOF
	printf '%s\n' "$@" >>"$scratch/cap.weft.yaml"
	w up "$scratch/cap.weft.yaml" >"$scratch/up" 2>&1 ||
		die "weft up: $(cat "$scratch/up")"
}

# begin_capture NAME ARGUMENTS...: into $scratch/NAME.pcapng, in the background,
# once labd lists it; its pid is in $capture, what it says in $scratch/NAME.said
begin_capture() {
	local name=$1 before
	shift
	before=$(captures)
	"$weft" capture -w "$scratch/$name.pcapng" "$@" 2>"$scratch/$name.said" </dev/null &
	capture=$!
	started+=("$capture")
	until_ok 10 more_than "$before" ||
		die "capture $name did not begin: $(cat "$scratch/$name.said")"
}

captures() {
	w show captures --json | jq '.captures | length'
}

more_than() {
	[ "$(captures)" -gt "$1" ]
}

# end_capture [PID]: as ^C does
end_capture() {
	kill -INT "${1:-$capture}"
	wait "${1:-$capture}"
}

# expect_clean FILE: the tools read it without a word of complaint
expect_clean() {
	local tool words
	for tool in "tshark -r $1" "capinfos $1" "editcap $1 $scratch/copy.pcapng"; do
		words=$($tool 2>&1 >/dev/null | grep -v '^Running as user')
		expect "${tool%% *} reads $(basename "$1") without complaint" "" "$words"
	done
}

# count FILE FILTER: frames that a Wireshark filter finds
count() {
	tshark -r "$1" -Y "$2" 2>/dev/null | wc -l
}

# told FILE: see pcapng.py
told() {
	python3 "$root/tests/lab/pcapng.py" "$1"
}

needs_capture() {
	needs_netns
	needs tshark capinfos editcap python3
}
