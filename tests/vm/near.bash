# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# near.bash - for what runs in the test VM while time is counted: a file of the share
# takes any time at all to open, so what is needed leaves it before

# bring_near PROGRAM...: by name or path; they are found first from now on. A change
# makes the VM's overlay copy a file.
bring_near() {
	local near program
	local -A paths=()
	near=$(mktemp -d -p /run)
	for program; do
		program=$(command -v "$program") || continue
		paths[$program]=$near/${program##*/}
	done
	{
		printf '%s\n' "${!paths[@]}" /etc/ld.so.cache
		ldd "${!paths[@]}" | grep -oE '/[^ ]+\.so[^ ]*'
	} 2>/dev/null | sort -u | xargs -r realpath -qe | xargs -r touch -c
	for program in "${!paths[@]}"; do
		ln -s "$(realpath "$program")" "${paths[$program]}"
	done
	PATH=$near:$PATH
}
