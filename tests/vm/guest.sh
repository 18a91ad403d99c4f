#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# guest.sh - process 1 of the test VM, by busybox: runs the job that run.sh has
# written, hands back its exit code and powers off
#
# The job's output goes out through virtio-serial ports, one for each stream: the
# console is the kernel's, and a terminal would change what it is sent. A port
# opens once only, so the job gets pipes, whose /dev/stdout opens again.
set -u
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
bb=/run/vm/busybox
exec </dev/null >/dev/console 2>&1

# Forced: there is no other init that could be asked.
power_off() {
	$bb sync
	$bb poweroff -f
}

# die WORDS...: without an exit code run.sh knows that it wasn't the job
die() {
	echo "vm: $*"
	power_off
}

# port NAME: $port is the device of the serial port that run.sh calls so
port() {
	for port in /sys/class/virtio-ports/*; do
		read -r name <"$port/name"
		[ "$name" != "$1" ] || break
	done
	[ "$name" = "$1" ] || die "there is no port $1"
	port=/dev/${port##*/}
}

# stream NAME: a pipe in /run/vm leads to that port
stream() {
	port "$1"
	$bb mkfifo "/run/vm/$1"
	$bb cat "/run/vm/$1" >"$port" &
	cats="$cats $!"
}

# beat: tell every five seconds that there is a kernel which has time
beat() {
	port beat
	$bb mkfifo /run/vm/never
	while :; do
		echo
		# shellcheck disable=SC3045 # busybox has -t
		read -r -t 5 _ <>/run/vm/never
	done >"$port" &
	heart=$!
}

# $others: processes that are neither ours nor the kernel's (children of 2)
find_others() {
	others=''
	for dir in /proc/[0-9]*; do
		case " 1 2 $heart$cats " in
		*" ${dir#/proc/} "*) continue ;;
		esac
		# it may be gone by now
		{ read -r stat <"$dir/stat"; } 2>/dev/null || continue
		case ${stat##*) } in
		Z* | ?' 2 '*) ;;
		*) others="$others ${dir#/proc/}" ;;
		esac
	done
}

# Whoever is still there after three seconds was left behind.
end_others() {
	tries=0
	find_others
	while [ -n "$others" ] && [ $((tries += 1)) -le 30 ]; do
		$bb sleep 0.1
		find_others
	done
	for pid in $others; do
		echo "left behind in the test VM: $pid" \
			"$($bb tr '\0' ' ' <"/proc/$pid/cmdline")"
		kill -9 "$pid"
	done
	[ -z "$others" ]
}

make_place() {
	echo testvm >/proc/sys/kernel/hostname
	$bb ip link set lo up
	$bb mkdir -p "/lib/modules/${module_dir##*/}"
	$bb mount -o bind "$module_dir" "/lib/modules/${module_dir##*/}" ||
		die "$module_dir can't be mounted"
	[ -z "$out_dir" ] || $bb mount -t 9p -o \
		trans=virtio,version=9p2000.L,msize=512000,cache=none \
		out "$out_dir" || die "$out_dir can't be mounted"
	cd "$folder" || die "$folder can't be entered"
}

module_dir='' out_dir='' folder='' cats='' beats=0 heart=''
# shellcheck disable=SC1091
. /run/vm/job # sets these, the environment, and what is to be run: job()
make_place
[ "$beats" = 0 ] || beat
stream out
stream err
exec 3>/run/vm/out 4>/run/vm/err
job >&3 2>&4 3>&- 4>&- &
wait $!
code=$?
end_others >&4 || [ $code -ne 0 ] || code=1
exec 3>&- 4>&-
# shellcheck disable=SC2086
wait $cats
port code
echo $code >"$port"
power_off
