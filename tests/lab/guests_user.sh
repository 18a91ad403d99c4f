#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guests_user.sh - an ordinary user needs neither root nor sudo: the kernel is
# fetched, the example lab comes up and goes down, a namespace is a node
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs_netns
needs_guests
[ "$(id -u)" -eq 0 ] || skip "only root can become somebody else here"
user=64321 # nobody's number, in no group
# In folders of its own, and with a copy of weft: the build may be out of sight.
chmod 755 "$scratch"
for folder in home run; do
	mkdir "$scratch/$folder"
	chmod 700 "$scratch/$folder"
	chown "$user:$user" "$scratch/$folder"
done
mkdir "$scratch/bin" "$scratch/bin/guest" "$scratch/bin/switchd"
cp "$weft" "$scratch/bin/"
cp "$WEFT_BUILD/cli/guest/weft-init" "$scratch/bin/guest/"
cp "$WEFT_BUILD/cli/switchd/weft-switch" "$scratch/bin/switchd/"
cp "$quickstart" "$scratch/quickstart.weft.yaml"
cat >"$scratch/pair.weft.yaml" <<-EOF
	lab: pair
	networks:
	  wan: { mode: nat, ipv4: 10.64.0.0/24, dns: { domain: pair.lab } }
	nodes:
	  one: { kind: netns, nics: [ { net: wan } ] }
	  two: { kind: netns, nics: [ { net: wan } ] }
EOF
chmod -R a+rX "$scratch/bin" "$scratch"/*.yaml
cd / || exit 99

# u VERB...: as that user, who has no capability and nothing of root's environment
u() {
	timeout -k 5 300 env -i PATH=/usr/local/bin:/usr/bin:/bin HOME="$scratch/home" \
		XDG_RUNTIME_DIR="$scratch/run" setpriv --reuid "$user" --regid "$user" \
		--clear-groups --inh-caps=-all --no-new-privs "$scratch/bin/weft" "$@"
}

finish_user() {
	local code=$?
	u down quickstart >/dev/null 2>&1
	u down pair >/dev/null 2>&1
	finish "$code"
}
trap finish_user EXIT

u image fetch >"$scratch/said" 2>&1
grep -qiE 'could not resolve|temporary failure|unable to connect|cannot initiate' "$scratch/said" &&
	skip "no network to fetch a kernel: $(tail -n 1 "$scratch/said")"
expect_exit 0 u image fetch
[ -d "$scratch/home/.cache/weft" ] || fail "the cache is not in the user's home"
expect_exit 0 u image build
expect_exit 0 u doctor
began=$(now_ms)
expect_exit 0 u up "$scratch/quickstart.weft.yaml"
figure "ready after ms: $(($(now_ms) - began))"
expect_exit 0 u status --json
expect_json "four guests are ready" '[.nodes[] | select(.state == "ready")] | length == 4' "$out"
expect "nothing runs as root" "$user" \
	"$(jq -r '.switch.pid, .nodes[].pid' <<<"$out" | xargs ps -o uid= -p | tr -d ' ' | sort -u)"
expect_exit 0 u exec web1 -- ping -c3 web2
expect_exit 1 u exec web1 -- false
expect_exit 4 w status
[ -S "$scratch/run/weft/quickstart/ctl.sock" ] || fail "the socket is not in XDG_RUNTIME_DIR"
expect_exit 0 u down quickstart
[ -s "$scratch/home/.local/state/weft/quickstart/leases" ] || fail "the leases are not in the user's home"

expect_exit 0 u up "$scratch/pair.weft.yaml"
expect_exit 0 u exec one -- ping -c3 -i 0.2 two
expect_exit 0 u down pair
