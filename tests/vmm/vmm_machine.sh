#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vmm_machine.sh - the tiny guest on weft-vmm, on KVM itself and by hand: kernels
# of both kinds, CPUs, console, and each way in which a machine ends or
# begins anew
here=$(dirname "$0")
. "$here/guest.bash"
[ -w /dev/kvm ] || skip "no /dev/kvm that we may open"
needs python3 script

weft_vmm=$WEFT_BUILD/cli/vmm/weft-vmm

# vmm IMAGE CMDLINE OPTIONS...: until the guest turns itself off
vmm() {
	vmm_start "$@"
	vmm_end
}

# vmm_start: likewise, beside the test; order WORDS... is labd's part
vmm_start() {
	local image=$1 cmdline=$2
	shift 2
	rm -f "$scratch/orders"
	mkfifo "$scratch/orders"
	: >"$scratch/said"
	: >"$scratch/log"
	exec 8<>"$scratch/orders"
	timeout -k 5 "${LIMIT:-60}" python3 "$here/minder.py" "$scratch/log" \
		"$scratch/orders" -- "$weft_vmm" --name tiny --memory 32M --kernel "$image" \
		--cmdline "$cmdline" "$@" >"$scratch/said" \
		2>"$scratch/errors" 8>&- </dev/null &
	pid=$!
}

order() {
	echo "$*" >&8
}

# child_of PID: the only one
child_of() {
	tr -d ' ' <"/proc/$1/task/$1/children"
}

vmm_end() {
	wait "$pid"
	code=$?
	pid=
	exec 8>&-
	# a port is written to as well, and with anything
	said=$(tr -d '\r\0' <"$scratch/said")
}

# heard PATTERN: waits until labd was told so
heard() {
	local tries
	for ((tries = 0; tries < 600; tries++)); do
		! grep -qE -- "^[0-9]+ $1" "$scratch/log" || return 0
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.05
	done
	fail "labd never heard '$1'"
	return 1
}

# refuses CODE WORDS ARGUMENTS...: it doesn't even start
refuses() {
	local want=$1 words=$2
	shift 2
	timeout 20 "$weft_vmm" "$@" >"$scratch/said" 2>"$scratch/errors" \
		</dev/null
	code=$?
	[ $code -eq "$want" ] || fail "$*: exit $code"
	grep -qF -- "$words" "$scratch/errors" ||
		fail "$*: says $(cat "$scratch/errors")"
	echo "ok: exit $want: $words"
}

truncate -s 1M "$scratch/disk"

for image in "$elf" "$bzimage"; do
	for cpus in 1 2 4; do
		vmm "$image" "test=hello,clock,smp" --cpus $cpus
		passes "${image##*.} with $cpus CPUs" "cpus $cpus" \
			"done 3 of 3" "smp $cpus cpus counted to .*"
	done
done
vmm "$elf" "test=pci,rng,msix,reset" --cpus 2 --disk "$scratch/disk" \
	--console none --port "name=weft.agent,fd=1"
passes "devices are found, moved, and reset in every state" "done 4 of 4"
vmm "$elf" "test=pci" --no-rng
passes "without an rng there is a host bridge only" \
	"pci 1 functions, 0 BARs moved"

for by in acpi cf9 8042; do
	vmm_start "$elf" "test=reboot by=$by" --cpus 2 --disk "$scratch/disk"
	says "ok reboot" 3 && echo "ok: reboots by $by"
	! grep -q "^FAIL" "$scratch/said" || fail "$(cat "$scratch/said")"
	heard "reset" && exec 8>&-
	kill "$(child_of "$(child_of "$pid")")"
	vmm_end
	[ "$code" -eq 0 ] || fail "ended while it reboots by $by: exit $code"
done
# KVM's emulator, where it runs all of a guest, doesn't come as far as the third.
vmm "$elf" "test=reboot by=triple"
reason="CPU 0: (triple fault|KVM can't go on at 0x.*)"
grep -qE "error: $reason\$" "$scratch/errors" && [ "$code" -eq 1 ] ||
	fail "a triple fault: exit $code, $(cat "$scratch/errors")"
grep -qE "^[0-9]+ state 0 4 $reason\$" "$scratch/log" ||
	fail "labd wasn't told of a triple fault: $(cat "$scratch/log")"
echo "ok: a triple fault ends it with a reason"

vmm_start "$elf" "test=button"
says "button waits"
order pause
heard "state 0 2"
order resume
order power
vmm_end
passes "pause, resume, power button" "ok button"
[ "$(grep -cE '^[0-9]+ state 0 [123] $' "$scratch/log")" -eq 4 ] ||
	fail "labd heard $(cat "$scratch/log")"

vmm_start "$elf" "test=halt" --cpus 2
says "ok halt"
order reset
says "ok halt" 2
order pause
heard "state 0 2"
order reset
order resume
says "ok halt" 3 && echo "ok: the reset button, also while it is paused"
exec 8>&-
kill "$(child_of "$(child_of "$pid")")"
vmm_end

mkfifo "$scratch/keys"
exec 7<>"$scratch/keys"
printf 'abc\004' >&7
timeout 20 "$weft_vmm" --kernel "$elf" --cmdline "test=console" \
	--console stdio --serial none <"$scratch/keys" >"$scratch/said" \
	2>"$scratch/errors" 7>&-
[ "$(tr -d '\004' <"$scratch/said")" = abc ] ||
	fail "a console on stdio: $(cat "$scratch/said" "$scratch/errors")"
: >"$scratch/said"
script -qefc "$weft_vmm --kernel $elf --cmdline test=halt" /dev/null \
	<"$scratch/keys" >"$scratch/said" 2>&1 7>&- &
pid=$!
says "ok halt" && printf '\001x' >&7
wait $pid
code=$?
pid=
exec 7>&-
[ $code -eq 0 ] || fail "^A x on a terminal: exit $code"
echo "ok: a console and a terminal"

echo "no kernel" >"$scratch/text"
refuses 1 "kernel:" --kernel "$scratch/text"
refuses 1 "--kernel: $scratch/none: No such file" --kernel "$scratch/none"
refuses 1 "--disk: $scratch/none" --kernel "$elf" --disk "$scratch/none"
refuses 1 "--net: $scratch/none" --kernel "$elf" --net "socket=$scratch/none"
refuses 2 "--memory 1: a size is" --kernel "$elf" --memory 1
refuses 1 "a guest has 4 MiB" --kernel "$elf" --memory 1M
refuses 6 "this host can't run" --kernel "$elf" --kvm "$scratch/none"
