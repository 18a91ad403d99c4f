#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# bzimage.sh - joins the setup part and the guest's image into a bzImage
# usage: bzimage.sh SETUP-ELF GUEST-ELF BZIMAGE
set -eu
objcopy -O binary "$1" "$3.setup"
objcopy -O binary -R .bss -R .note "$2" "$3.image"
cat "$3.setup" "$3.image" >"$3"
rm -f "$3.setup" "$3.image"
