#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# acpi_tables.sh - somebody else's disassembler reads our ACPI tables, without a
# word of complaint, and its compiler makes the same bytes of what it read
# usage: acpi_tables.sh ACPI-DUMP
set -u
dump=$(realpath "$1")
command -v iasl >/dev/null || {
	echo "skipped: iasl is not installed (acpica-tools)"
	exit 77
}
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 99
failed=0

fail() {
	echo "FAILED: $*"
	failed=1
}

# has TABLE PATTERN [COUNT]: lines of the disassembly that match
has() {
	local found
	found=$(grep -cE -- "$2" "$1.dsl")
	[ "$found" -eq "${3:-1}" ] || fail "$cpus CPUs, $1: '$2' $found times"
}

# Behind the header: its compiler signs with its own name and version.
code_of() { tail -c +37 "$1" | od -An -v -tx1; }

disassemble() { # disassemble CPUS
	local table
	cpus=$1
	rm -f ./*.dat ./*.dsl ./*.aml
	"$dump" "$cpus" . || exit 1
	for table in XSDT FACP FACS APIC DSDT; do
		iasl -d "$table.dat" >said 2>&1 || fail "$table: $(<said)"
		! grep -iE 'error|warning|incorrect|invalid' said "$table.dsl" ||
			fail "$cpus CPUs, $table"
	done
}

cpus_are_there() { # cpus_are_there LAPICS X2APICS
	has APIC 'Processor Local APIC\]' "$1"
	has APIC 'Processor Local x2APIC\]' "$2"
	has APIC 'Processor Enabled : 1' $(($1 + $2))
	has APIC 'I/O APIC\]'
	has APIC 'Local APIC NMI\]'
	has APIC 'PC-AT Compatibility : 1'
}

registers_are_there() {
	has FACP 'SCI Interrupt : 0009'
	has FACP 'SMI Command Port : 00000000'
	has FACP 'PM1A Event Block Address : 00000600'
	has FACP 'PM1A Control Block Address : 00000604'
	has FACP 'PM Timer Block Address : 00000000'
	has FACP 'Control Method Power Button \(V1\) : 0'
	has FACP 'Reset Register Supported \(V2\) : 1'
	has FACP 'Address : 0000000000000CF9'
	has FACP 'Value to cause reset : 06'
	has FACP '8042 Present on ports 60/64 \(V2\) : 0'
	has FACP 'CMOS RTC Not Present \(V5\) : 1'
	has FACP 'Hardware Reduced \(V5\) : 0'
}

devices_are_there() {
	has DSDT 'EisaId \("PNP0A03"\)'
	has DSDT 'EisaId \("PNP0501"\)'
	has DSDT 'Name \(_S5, Package'
	has DSDT '0xC0000000, +// Range Minimum'
	has DSDT '0xEFFFFFFF, +// Range Maximum'
	has DSDT '0x00[01][0-9A-F]FFFF,' 31
	iasl -ve -p again DSDT.dsl >said 2>&1 || fail "DSDT: $(<said)"
	grep -q ' 0 Errors, 0 Warnings, 0 Remarks, 0 Optimizations' said ||
		fail "DSDT: $(<said)"
	[ "$(code_of DSDT.dat)" = "$(code_of again.aml)" ] ||
		fail "DSDT: compiled again it is other code"
}

for cpus in 1 4 64; do
	disassemble "$cpus"
	cpus_are_there "$cpus" 0
	registers_are_there
	devices_are_there
done
disassemble 300
cpus_are_there 255 45
has APIC 'Local x2APIC NMI\]'
exit "$failed"
