# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# trace.sh - when a VMM does what, as the host's kernel sees it
#
# The kernel's own trace points, in trace instances that nobody else uses: no
# cooperation of the VMM is needed, and nothing is added to what it does but some
# ns. An instance of which only the first event counts stops itself.
#
#   exec    sched_process_exec of its pid
#   run     the first ioctl(KVM_RUN)
#   entry   the first time that the CPU goes over to the guest: kvm_entry
#   exit    the first time that it comes back: kvm_exit
#   init    the guest's /init has written 0xa7 to its first serial port: kvm_pio

tracing=/sys/kernel/tracing/instances
init_byte='port == 0x3f8 && val == 0xa7'
last='' others='' found='' waits=''

# instance NAME
instance() {
	mkdir "$tracing/weft-$1" && echo mono >"$tracing/weft-$1/trace_clock"
}

# record INSTANCE EVENT [FILTER]
record() {
	local event=$tracing/weft-$1/events/$2
	echo "${3:-0}" >"$event/filter" && echo 1 >"$event/enable"
}

# once INSTANCE EVENT [FILTER]: its first, and then the instance stops
once() {
	instance "$1" &&
		echo "traceoff:1${3:+ if $3}" \
			>"$tracing/weft-$1/events/$2/trigger" && record "$@"
}

trace_begin() {
	trace_end
	once run syscalls/sys_enter_ioctl 'cmd == 0xae80' &&
		once entry kvm/kvm_entry && once exit kvm/kvm_exit &&
		instance main && record main kvm/kvm_pio "$init_byte" &&
		record main sched/sched_process_exec
}

trace_end() {
	local dir
	for dir in $tracing/weft-*/; do
		[ ! -d "$dir" ] || rmdir "$dir"
	done
}

# trace_wait start|init SECONDS FILE: begin to wait, asleep, for the guest to run, or
# for its /init to write; before anything is started, so that nothing else does then
trace_wait() {
	local from=exit
	last=' kvm_exit: ' others='run entry main' found=$3
	if [ "$1" = init ]; then
		last=' kvm_pio: pio_write at 0x3f8 ' from=main others='run entry exit'
	fi
	timeout "$2" sed -u "/$last/q" "$tracing/weft-$from/trace_pipe" >"$3" &
	waits=$!
	sleep 0.2
}

# trace_until: what trace_wait waits for. Fails when that doesn't come.
trace_until() {
	local name
	wait "$waits"
	for name in $others; do
		cat "$tracing/weft-$name/trace"
	done >>"$found"
	grep -q "$last" "$found"
}

# trace_times PID FILE: "run entry exit init", in us from the last exec of PID
trace_times() {
	awk -v pid="$1" '
		function us(name) {
			return name in at ? int((at[name] - start) * 1e6 + 0.5) : "-"
		}
		match($0, / [0-9]+\.[0-9]+: [a-z_]+[:(]/) {
			split(substr($0, RSTART + 1, RLENGTH - 2), f, ": ")
			if (f[2] != "sched_process_exec")
				at[f[2]] = f[1]
			else if ($0 ~ " pid=" pid " ")
				start = f[1]
		}
		END {
			print us("sys_ioctl"), us("kvm_entry"), us("kvm_exit"),
				us("kvm_pio")
		}' "$2"
}

# private_kib PID MEMORY: its anonymous memory without the guest's, which is a
# file's or lies in mappings of nearly the guest's size
private_kib() {
	awk -v guest=$(($2 * 1024 * 3 / 4)) '
		/^Size:/ { size = $2 }
		/^Anonymous:/ && size < guest { sum += $2 }
		END { print sum + 0 }' "/proc/$1/smaps"
}
