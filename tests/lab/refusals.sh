#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# refusals.sh - what can't work is refused before anything is changed: mistakes
# with their places, a missing thing with its fix
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
needs jq
cat >"$scratch/ten.weft.yaml" <<-EOF
	lab: ten
	networks:
	  wan: { mode: nta, ipv4: 10.20.0.0/24 }
	  back: { mode: internal, ipv4: 10.30.0.0/33 }
	  side: { mode: internal, ipv4: 10.40.0.0/24 }
	  side: { mode: internal }
	nodes:
	  web1: { nics: [ { nett: side, net: side } ] }
	  web2: { memory: 128X, nics: [ { net: sid } ] }
	  db1: { cpus: 0, nics: [ { net: side, ipv4: 10.41.0.5/24 } ] }
	  db2: { nics: [ { net: side, mac: "52:54:00:00:00" } ] }
	  db3: { kind: vmm, nics: [] }
EOF
expect_exit 3 w up "$scratch/ten.weft.yaml"
for place in 3:16 4:33 6:3 8:21 9:19 9:40 10:16 10:46 11:36 12:16; do
	expect_match "an error at $place" "ten\.weft\.yaml:$place: error: " "$said"
done
expect "ten errors" 10 "$(grep -c ': error: ' <<<"$said")"
expect "ten carets" 10 "$(grep -cE '^ *\^~*$' <<<"$said")"
expect_match "did you mean" "did you mean 'nat'" "$said"

# made: folders of the lab
made() {
	find "$scratch" -mindepth 1 -type d
}

# refused CODE PATTERN VARIABLE=VALUE...: up says the fix and leaves nothing
refused() {
	local code=$1 pattern=$2
	shift 2
	expect_exit "$code" timeout 60 env "$@" "$weft" up "$quickstart"
	expect_match "with the fix ($*)" "$pattern" "$said"
	expect "nothing is left ($*)" "" "$(made)"
	for pid in $(labd_pid quickstart); do
		fail "labd runs ($*)"
		kill "$pid"
	done
}
compgen -G '/boot/vmlinuz*' >/dev/null ||
	refused 6 'fix: .*weft image fetch' "XDG_CACHE_HOME=$scratch/cache"
refused 6 'fix: .*weft image fetch' WEFT_KERNEL=/nonexistent
refused 6 'fix: .*apt install qemu-system-x86' PATH=/nonexistent
refused 5 'WEFT_RUNTIME_DIR' WEFT_RUNTIME_DIR=/proc/weft
refused 5 'WEFT_STATE_DIR' WEFT_STATE_DIR=/proc/weft
refused 5 'WEFT_STATE_DIR' WEFT_STATE_DIR=/etc/passwd/weft


# Without the tap device nodes that are namespaces can't be had.
cat >"$scratch/tap.weft.yaml" <<-EOF
	lab: tap
	networks:
	  side: { mode: internal, ipv4: 10.40.0.0/24 }
	nodes:
	  a: { kind: netns, nics: [ { net: side } ] }
EOF
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
	expect_exit 6 unshare -m bash -c "mount -t tmpfs none /dev/net; exec timeout 60 '$weft' up '$scratch/tap.weft.yaml'"
	expect_match "with the fix" "fix: .*tun" "$said"
	expect "nothing is left" "" "$(made)"
	expect_exit 5 unshare -m bash -c "mount -t tmpfs none /dev/net; mknod -m 0600 /dev/net/tun c 10 200;
		chmod 755 '$scratch'; export HOME='$scratch' WEFT_RUNTIME_DIR='$scratch/busy' WEFT_STATE_DIR='$scratch/busy';
		exec timeout 60 setpriv --reuid 65534 --clear-groups '$weft' up '$scratch/tap.weft.yaml'"
	expect_match "with the fix" "fix: .*tun" "$said"
fi
expect_exit 4 w status ten
expect_exit 0 w status -a
