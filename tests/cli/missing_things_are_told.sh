#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# missing_things_are_told.sh - no lab, no file, no kernel: the code and the fix,
# and nothing is made
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

expect 4 'no lab is running' "$weft" status
expect 4 "lab 'office' is not running" "$weft" status office
expect 4 "lab 'office' is not running" env WEFT_LAB=office "$weft" down
expect 4 'not the name of a lab' "$weft" status ../etc
expect 125 'no lab is running' "$weft" exec web1 true
expect 3 'nosuch' "$weft" up "$scratch/nosuch.weft.yaml"
expect 0 '"schema": "weft.labs/1"' "$weft" status -a -j

cat >"$scratch/bad.weft.yaml" <<-EOF
	lab: bad
	version: 1
	networks:
	  wan: { mode: isolatd }
	nodes:
	  web1: { nics: [ { nett: wan } ] }
EOF
expect 3 'bad.weft.yaml:4:[0-9]+: error' "$weft" up "$scratch/bad.weft.yaml"
expect 3 'bad.weft.yaml:6:[0-9]+: error' "$weft" validate "$scratch/bad.weft.yaml"

expect 0 '"\$schema": "https://json-schema.org/draft/2020-12/schema"' "$weft" validate --schema
expect 2 '.--schema reads no file' "$weft" validate --schema "$scratch/bad.weft.yaml"
expect 2 'too few words' "$weft" validate

cat >"$scratch/good.weft.yaml" <<-EOF
	lab: good
	version: 1
	networks:
	  wan: { mode: internal, ipv4: 10.1.0.0/24 }
	nodes:
	  web1: { image: builtin, runner: qemu, nics: [ { net: wan } ] }
EOF
expect 0 '' "$weft" validate "$scratch/good.weft.yaml"
expect 6 'WEFT_KERNEL' env WEFT_KERNEL=/nosuch "$weft" up "$scratch/good.weft.yaml"
expect 6 'qemu-system-x86_64' env PATH=/nosuch "$weft" up "$scratch/good.weft.yaml"
cat >"$scratch/later.weft.yaml" <<-EOF
	lab: later
	uplinks: { wire0: { members: [nosuch1] } }
	networks: { office: { mode: bridge, uplink: wire0 } }
EOF
expect 0 '' "$weft" validate "$scratch/later.weft.yaml"
expect 0 '^\+ uplink wire0$' "$weft" plan "$scratch/later.weft.yaml"
expect 6 'uplink wire0: .*nosuch1' "$weft" up "$scratch/later.weft.yaml"
# Where KVM runs guests, nobody needs QEMU.
verdict=FAIL
! "$weft" doctor | grep -q '^PASS  kvm' || verdict=WARN
env PATH=/nosuch "$weft" doctor | grep -q "^$verdict  qemu     no qemu" || {
	echo "FAIL: doctor does not say $verdict of a QEMU that is missing"
	bad=1
}

# A runner that can't be had is refused, by name and with the reason.
without_kvm() {
	unshare -rm sh -c '[ ! -e /dev/kvm ] || mount --bind /dev/null /dev/kvm; exec "$@"' sh "$@"
}
sed 's/runner: qemu/runner: kvm/' "$scratch/good.weft.yaml" >"$scratch/kvm.weft.yaml"
if without_kvm true 2>/dev/null; then
	expect 6 "node web1: runner: kvm can't be had here: .*/dev/kvm" without_kvm "$weft" up "$scratch/kvm.weft.yaml"
else
	echo "no user namespaces here: a KVM that is missing is not tried"
fi
expect 6 '"schema": "weft.doctor/1"' env WEFT_KERNEL=/nosuch "$weft" doctor -j

expect 6 'weft image fetch' env WEFT_KERNEL="$weft" "$weft" doctor
expect 2 'none of fetch, build, list' "$weft" image burn

cat >"$scratch/ext.weft.yaml" <<-EOF
	lab: good
	version: 1
	networks:
	  wan: { mode: internal, ipv4: 10.1.0.0/24 }
	nodes:
	  ext: { kind: external, nics: [ { net: wan } ] }
EOF
mkdir "$scratch/open"
chmod 777 "$scratch/open"
expect 5 'may be written by others' env WEFT_RUNTIME_DIR="$scratch/open" "$weft" up "$scratch/ext.weft.yaml"
ls -d "$scratch/run" "$scratch/state" "$scratch/open/"* 2>/dev/null && {
	echo "FAIL: a refused command left something behind"
	bad=1
}
exit $bad
