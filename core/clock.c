// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clock.c - the kernel's monotonic clock, and one that tests move by hand
 */
#include "core/clock.h"

#include <time.h>

#include "core/util.h"

static uint64_t monotonic_now_ns(struct clock *clock)
{
	struct timespec ts;

	(void)clock;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

void clock_init_monotonic(struct clock *clock)
{
	clock->now_ns = monotonic_now_ns;
}

static uint64_t fake_now_ns(struct clock *clock)
{
	return container_of(clock, struct fake_clock, clock)->ns;
}

void fake_clock_init(struct fake_clock *fake, uint64_t ns)
{
	fake->clock.now_ns = fake_now_ns;
	fake->ns = ns;
}
