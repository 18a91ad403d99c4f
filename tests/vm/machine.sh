#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# machine.sh - the test VM itself: what comes out of it is what a command said, its
# writes stay inside, and one that doesn't come to its end is a failure
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# vm EXPECTED-CODE WHAT OPTIONS...: output to $out, $err
vm() {
	local wanted=$1 what=$2 code
	shift 2
	"$here/run.sh" --time 240 "$@" >"$scratch/out" 2>"$scratch/err"
	code=$?
	out=$(tr -d "\0" <"$scratch/out") err=$(cat "$scratch/err")
	if [ $code -eq 77 ]; then
		echo "$out$err"
		exit 77
	fi
	expect "$what: exit code" "$wanted" "$code"
}

# expect WHAT WANTED GOT
expect() {
	if [ "$2" = "$3" ]; then
		echo "ok: $1"
	else
		echo "FAILED: $1: wanted '$2', got '$3'"
		failed=1
	fi
}

# has WHAT TEXT GOT
has() {
	case $3 in
	*"$2"*) echo "ok: $1" ;;
	*) expect "$1" "something with $2" "$3" ;;
	esac
}

mkdir "$scratch/results"
cd "$scratch" || exit 1
echo outside >kept
cat >job <<-'END'
	printf 'out: <%s>' "$@"
	echo "err" >/dev/stderr
	head -c 300000 /dev/urandom >results/bytes
	cat results/bytes >binary
	sha256sum <binary
	echo inside >kept
	rm -rf job
	id -u
	exit 41
END
vm 41 "a command" --out "$scratch/results" bash job 'a b' "it's \$x" $'two\nlines'
expect "arguments and stdout arrive" "$(printf 'out: <%s>' 'a b' "it's \$x" \
	$'two\nlines' && sha256sum <results/bytes && echo 0)" "$out"
expect "so does stderr, on its own" err "$err"
expect "what it wrote stayed inside" outside "$(cat kept)"
expect "what it removed is there" yes "$([ -e job ] && echo yes)"
expect "and nothing was added" "err job kept out results" "$(echo *)"

vm 0 "300 KB on stdout" --out "$scratch/results" cat "$scratch/results/bytes"
expect "bytes arrive as they are" "$(sha256sum <results/bytes)" "$(sha256sum <out)"

vm 1 "a process that stays" bash -c 'sleep 1000 & exit 0'
has "is told of" "left behind in the test VM" "$err"

vm 125 "a panic" bash -c 'echo before; echo c >/proc/sysrq-trigger; sleep 100'
expect "what was said before it" before "$out"
has "its console is shown" "Kernel panic" "$err"

"$here/run.sh" --time 3 sleep 1000 >out 2>err
expect "a command that hangs: exit code" 125 $?
has "the limit is named" "no end within 3 s" "$(cat err)"
exit $failed
