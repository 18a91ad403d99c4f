/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock.h - the one source of time, a parameter so that tests need not sleep
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdint.h>

/**
 * struct clock - where the time comes from
 * @now_ns:	monotonic nanoseconds; never goes back
 *
 * A test embeds it in a struct of its own and advances that by hand.
 */
struct clock {
	uint64_t (*now_ns)(struct clock *clock);
};

static inline uint64_t clock_now_ns(struct clock *clock)
{
	return clock->now_ns(clock);
}

/** clock_init_monotonic() - CLOCK_MONOTONIC of the kernel */
void clock_init_monotonic(struct clock *clock);

/**
 * struct fake_clock - a clock that stands still until it is told to move
 * @clock:	what is handed to the code under test
 * @ns:		the time it shows
 */
struct fake_clock {
	struct clock clock;
	uint64_t ns;
};

/** fake_clock_init() - a clock that shows @ns until somebody changes @ns */
void fake_clock_init(struct fake_clock *fake, uint64_t ns);

#endif
