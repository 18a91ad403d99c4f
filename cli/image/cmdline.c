// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmdline.c - kernel command line of a builtin guest
 */
#include <errno.h>
#include <stdio.h>

#include "cli/image/initramfs.h"
#include "core/util.h"

/*
 * Each word and why. The second table is for guests under emulation, where a
 * boot is bound by the CPU and its neighbours boot at the same time.
 */
static const char *const always[] = {
	"console=ttyS0", /* there from the first moment, so panics show */
	"quiet",         /* each line on a serial port is paid by the byte */
	"panic=-1",      /* restart at once; the VMM makes an exit of it */
	"net.ifnames=0", /* eth0 is the first NIC of the lab file */
	"random.trust_cpu=on", /* no waiting for entropy */
};

static const char *const when_emulated[] = {
	"mitigations=off",   /* an emulator has no speculation to guard */
	"no_timer_check",    /* the check fails when the host is busy */
	"tsc=reliable",      /* no calibration against a slower clock */
	"cryptomgr.notests", /* self tests of ciphers nobody uses */
	"audit=0",
	"nowatchdog",               /* idle guests shall not wake the host */
	"rcupdate.rcu_expedited=1", /* boot waits for grace periods */
};

static size_t add(char *line, size_t size, size_t len, const char *word)
{
	int more = snprintf(line + MIN(len, size), len < size ? size - len : 0,
			    "%s%s", len ? " " : "", word);

	return len + (size_t)more;
}

int image_cmdline(const char *extra, bool emulated, char *line, size_t size)
{
	size_t len = 0;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(always); i++)
		len = add(line, size, len, always[i]);
	for (i = 0; emulated && i < ARRAY_SIZE(when_emulated); i++)
		len = add(line, size, len, when_emulated[i]);
	if (extra && *extra)
		len = add(line, size, len, extra);
	return len < size ? (int)len : -ENAMETOOLONG;
}
