# SPDX-License-Identifier: GPL-2.0-or-later
# nic.bash - for tests inside of the test VM: a Debian guest on weft-vmm with one
# NIC, which is 10.99.0.2, and its host, which is 10.99.0.1
# shellcheck shell=bash
# shellcheck source=tests/check.bash
. "$(dirname "${BASH_SOURCE[0]}")/../check.bash"
build=${WEFT_BUILD:?the build folder}
scratch=$(mktemp -d)

# has_said PATTERN TIMES
has_said() {
	[ "$(grep -c -- "$1" "$scratch/console")" -ge "$2" ]
}

# says PATTERN [TIMES]: the guest does, soon
says() {
	if until_ok 150 has_said "$1" "${2:-1}"; then
		echo "ok: the guest says $1"
	else
		fail "the guest never says '$1': $(tail -n 30 "$scratch/console" "$scratch/words")"
	fi
}

# type_in LINE: what the guest's shell is told
type_in() {
	echo "$*" >&8
}

answers() {
	until_ok "$1" ping -c1 -W1 10.99.0.2
}

# be_host INTERFACE: its address, and a DHCP server that has one to give
be_host() {
	ip addr add 10.99.0.1/24 dev "$1"
	ip link set "$1" up
	printf 'start 10.99.0.2\nend 10.99.0.2\ninterface %s\nlease_file %s\n' \
		"$1" "$scratch/leases" >"$scratch/udhcpd"
	: >"$scratch/leases"
	busybox udhcpd -f "$scratch/udhcpd" >/dev/null 2>&1 &
	dhcp=$!
}

# start_guest KERNEL INITRAMFS SOCKET NIC [OPTION...]: weft-vmm beside the test;
# labd's part is minder.py's, who dials SOCKET again
start_guest() {
	local kernel=$1 initramfs=$2 socket=$3 nic=$4
	shift 4
	mkfifo "$scratch/orders" "$scratch/keys" "$scratch/never"
	exec 8<>"$scratch/keys"
	timeout 600 python3 "$(dirname "${BASH_SOURCE[0]}")/../vmm/minder.py" \
		"$scratch/log" "$scratch/orders" "$socket" -- \
		"$build/cli/vmm/weft-vmm" --kernel "$kernel" --initrd "$initramfs" \
		--memory 256M --cmdline "console=ttyS0 quiet net.ifnames=0" \
		--net "$nic,mac=52:54:00:00:00:07" "$@" \
		<&8 >"$scratch/console" 2>"$scratch/words" &
	guest=$!
}

end_guest() {
	type_in 'poweroff -f'
	wait "$guest" || fail "weft-vmm: exit $?: $(cat "$scratch/words")"
	kill "$dhcp"
}

# sent_by_guest [MEANWHILE...] and sent_to_guest: 5 MB by TCP, and their sum at
# both ends. An nc ends when its peer does, so neither may see the end of its own
# input first. The guest writes 64 KiB at once: nc itself writes 1 KiB, which a
# guest that is fast enough sends as it is.
sent_by_guest() {
	busybox nc -l -p 5001 <>"$scratch/never" | sha256sum >"$scratch/sum" &
	local sum=$!
	type_in 'head -c 5000000 /dev/urandom >/big; nc 10.99.0.1 5001 -e dd if=/big bs=64k; sha256sum </big'
	"$@"
	wait $sum
	says "^$(cut -c1-64 "$scratch/sum")"
}

sent_to_guest() {
	head -c 5000000 /dev/urandom >"$scratch/big"
	busybox nc -l -p 5002 <"$scratch/big" >/dev/null &
	local sender=$!
	type_in '[ -p /never ] || mkfifo /never; nc 10.99.0.1 5002 <>/never | sha256sum'
	wait $sender
	says "^$(sha256sum <"$scratch/big" | cut -c1-64)"
}

# cut_cable: and mend it
cut_cable() {
	echo "link 0 0" >"$scratch/orders"
	type_in 'until grep 0 /sys/class/net/eth0/carrier; do sleep 0.1; done; echo cut of""f'
	says '^cut off'
	ping -c1 -W1 10.99.0.2 >/dev/null && fail "it answers without a cable"
	"$@"
	echo "link 0 1" >"$scratch/orders"
	answers 20 || fail "it does not answer with its cable back"
}

# in_the_vm: this script again, with the paths of a kernel and an initramfs
in_the_vm() {
	local image
	image=$("$build/cli/weft" image build --json) || {
		echo "skipped: no kernel for guests"
		exit 77
	}
	"$(dirname "${BASH_SOURCE[0]}")/run.sh" --again --time 400 --module bridge "$0" \
		inside "$(jq -r .kernel.path <<<"$image")" \
		"$(jq -r .initramfs <<<"$image")"
}
