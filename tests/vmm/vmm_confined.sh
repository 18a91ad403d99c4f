#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vmm_confined.sh - what a running weft-vmm has left: no capability, no file system,
# no new privilege, and of system calls those that --syscalls names
. "$(dirname "$0")/guest.bash"
needs strace
[ -w /dev/kvm ] || skip "no /dev/kvm that we may open"
vmm=$WEFT_BUILD/cli/vmm/weft-vmm

# thread_is FOLDER: of /proc, of one thread
thread_is() {
	local status want
	status=$(cat "$1/status") || return 0
	for want in 'NoNewPrivs: 1' 'Seccomp: 2' 'CapEff: 0+' 'CapPrm: 0+' \
		'CapInh: 0+' 'CapAmb: 0+'; do
		grep -qE "^${want/ /[[:space:]]}$" <<<"$status" ||
			fail "a thread doesn't have '$want'"
	done
	[ "$EUID" -ne 0 ] || grep -qE '^CapBnd:[[:space:]]0+$' <<<"$status" ||
		fail "a thread could get capabilities back"
}

truncate -s 1M "$scratch/disk"
"$vmm" --name confined --memory 16M --cpus 2 --kernel "$elf" \
	--cmdline "test=halt" --disk "$scratch/disk" --serial stdio \
	</dev/null >"$scratch/said" 2>"$scratch/errors" &
pid=$!
says "test halt" || exit 1
threads=("/proc/$pid/task"/*)
# A thread of KVM's own may be there too, made by a CPU's.
ours=$(cat "/proc/$pid/task"/*/comm | grep -vc '^kvm-')
[ "$ours" -eq 3 ] || fail "2 CPUs have $ours threads"
for thread in "${threads[@]}"; do
	thread_is "$thread"
done
# Its root is a folder of a process that has ended: not even that can be listed.
sees=$(ls -A "/proc/$pid/root/" 2>&1)
[[ $sees == *"No such process" ]] || fail "it sees files: $sees"
[ "$(readlink "/proc/$pid/cwd")" != "$PWD" ] || fail "it is in our folder"
for fd in "/proc/$pid/fd"/*; do
	[ ! -d "$fd" ] || fail "a folder is open: $(readlink "$fd")"
done
kill "$pid"
wait "$pid"
pid=
echo "ok: no capability, no files, no privilege"

# ---- system calls -----------------------------------------------------------
# Both kinds of threads, by what they were seen to call behind their own filter.

"$vmm" --syscalls >"$scratch/list"
awk '$1 == "cpu" { print $2 }' "$scratch/list" | sort -u >"$scratch/cpu.may"
awk '$1 == "io" { print $2 }' "$scratch/list" | sort -u >"$scratch/io.may"
! grep -vE '^(cpu|io) +[a-z0-9_]+ +[^ ]' "$scratch/list" ||
	fail "a call is listed without a reason"
for thread in cpu io; do
	echo "$thread: $(wc -l <"$scratch/$thread.may") system calls"
done
[ "$(wc -l <"$scratch/cpu.may")" -le 27 ] || fail "too many for a CPU"
[ "$(wc -l <"$scratch/io.may")" -le 50 ] || fail "too many for the I/O thread"

# trace CMDLINE ARGUMENTS...: a whole run; adds to what each kind has called
trace() {
	local cmdline=$1
	shift
	rm -f "$scratch"/trace.*
	timeout -k 5 "${LIMIT:-60}" strace -ff -o "$scratch/trace" "$vmm" --memory 16M \
		--kernel "$elf" --cmdline "$cmdline" --cpus 2 "$@" \
		>"$scratch/said" 2>"$scratch/errors" </dev/null
	code=$?
	said=$(tr -d '\r' <"$scratch/said")
	for thread in "$scratch"/trace.*; do
		kind=io
		! grep -q 'KVM_RUN' "$thread" || kind=cpu
		awk '/^seccomp\(SECCOMP_SET_MODE_FILTER, [^N]*0x/ { inside = 1; next }
			inside && /^[a-z]/ { sub(/\(.*/, ""); print }' \
			"$thread" >>"$scratch/$kind.did"
	done
}

trace "test=hello,smp,pci,rng"
passes "a run" "ok hello" "ok smp" "ok pci" "ok rng"
trace "test=blk salt=3" --disk "$scratch/disk" --disk "$scratch/disk,overlay"
passes "a run with disks" "ok blk"
trace "test=blk ranges intx" --disk "$scratch/disk"
passes "a run without messages" "ok blk"
LIMIT=5 trace "test=reboot by=cf9" # until it is ended: it begins anew for ever
for kind in cpu io; do
	sort -u "$scratch/$kind.did" -o "$scratch/$kind.did"
	[ -s "$scratch/$kind.did" ] || fail "nothing was seen of $kind"
	outside=$(comm -23 "$scratch/$kind.did" "$scratch/$kind.may")
	[ -z "$outside" ] || fail "$kind called what isn't listed:" $outside
	echo "ok: $kind used $(wc -l <"$scratch/$kind.did") of its calls:" \
		"$(paste -sd' ' "$scratch/$kind.did")"
done
! grep -qs 'SIGSYS' "$scratch"/trace.* || fail "a call ended the process"
