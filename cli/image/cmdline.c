// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmdline.c - kernel command line of a builtin guest
 */
#include <errno.h>
#include <stdio.h>
#include <time.h>
#ifdef __x86_64__
#include <x86intrin.h>
#endif

#include "cli/image/initramfs.h"
#include "core/util.h"

#define TSC_PAUSE_NS (2 * NSEC_PER_MSEC)
#define TSC_READINGS 8
#define WORD_SIZE 64

/*
 * Each word and why. The second table is for guests under emulation, where a
 * boot is bound by the CPU and its neighbours boot at the same time.
 */
static const char *const always[] = {
	"console=ttyS0",       /* there from the start, so panics show */
	"quiet",               /* a serial port is paid for by the byte */
	"panic=-1",            /* restart at once; the VMM exits instead */
	"net.ifnames=0",       /* eth0 is the first NIC of the lab file */
	"random.trust_cpu=on", /* no waiting for entropy */
	"cryptomgr.notests",   /* self tests of ciphers: half of a boot */
};

static const char *const when_emulated[] = {
	"mitigations=off", /* an emulator has no speculation to guard */
	"no_timer_check",  /* the check fails when the host is busy */
	"audit=0",         /* nobody reads it */
	"nowatchdog",      /* idle guests shall not wake the host */
	"rcupdate.rcu_expedited=1", /* boot waits for grace periods */
};

static size_t add(char *line, size_t size, size_t len, const char *word)
{
	int more = snprintf(line + MIN(len, size), len < size ? size - len : 0,
			    "%s%s", len ? " " : "", word);

	return len + (size_t)more;
}

#ifdef __x86_64__
/**
 * struct tsc_sample - one moment on both clocks
 * @ticks:	of the time stamp counter
 * @ns:		of CLOCK_MONOTONIC
 */
struct tsc_sample {
	uint64_t ticks;
	uint64_t ns;
};

/* The tightest of some readings: the host is busy and may interrupt one. */
static struct tsc_sample tsc_read(void)
{
	struct tsc_sample best = {0};
	uint64_t width = UINT64_MAX;
	unsigned i;

	for (i = 0; i < TSC_READINGS; i++) {
		uint64_t before = __rdtsc(), after;
		struct timespec now;

		clock_gettime(CLOCK_MONOTONIC, &now);
		after = __rdtsc();
		if (after - before >= width)
			continue;
		width = after - before;
		best.ticks = before + width / 2;
		best.ns = (uint64_t)now.tv_sec * NSEC_PER_SEC +
			  (uint64_t)now.tv_nsec;
	}
	return best;
}

/* In kHz; 0 when it can't be told. */
static uint32_t tsc_measure(void)
{
	struct timespec pause = {.tv_nsec = TSC_PAUSE_NS};
	struct tsc_sample begin = tsc_read(), end;

	nanosleep(&pause, NULL);
	end = tsc_read();
	if (end.ns <= begin.ns || end.ticks <= begin.ticks)
		return 0;
	return (uint32_t)((end.ticks - begin.ticks) * 1000000 /
			  (end.ns - begin.ns));
}
#else
static uint32_t tsc_measure(void)
{
	return 0;
}
#endif

int image_cmdline(const char *extra, bool emulated, char *line, size_t size)
{
	uint32_t tsc_khz = emulated ? tsc_measure() : 0;
	char word[WORD_SIZE];
	size_t len = 0;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(always); i++)
		len = add(line, size, len, always[i]);
	for (i = 0; emulated && i < ARRAY_SIZE(when_emulated); i++)
		len = add(line, size, len, when_emulated[i]);
	if (tsc_khz) {
		snprintf(word, sizeof(word), "tsc_early_khz=%u", tsc_khz);
		len = add(line, size, len, word);
	}
	if (extra && *extra)
		len = add(line, size, len, extra);
	return len < size ? (int)len : -ENAMETOOLONG;
}
