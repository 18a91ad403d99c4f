// SPDX-License-Identifier: GPL-2.0-or-later
/* test_clock.c - the timer interrupts, and the clock agrees with it */
#include "guest/clock.h"
#include "guest/irq.h"
#include "guest/tests.h"
#include "guest/text.h"

#define SLEEPS 20
#define SLEEP_US 5000

int test_clock(struct machine *m)
{
	uint64_t start, us;
	unsigned i;

	irq_init(m);
	clock_init(m);
	start = now_us(m);
	for (i = 0; i < SLEEPS; i++)
		irq_sleep(SLEEP_US);
	us = now_us(m) - start;
	say("clock %u sleeps of %u us took %lu us\n", SLEEPS, SLEEP_US, us);
	/* A busy host may let it sleep longer, none may wake it early. */
	return us >= SLEEPS * SLEEP_US / 2 ? 0
					   : failed("clock: woken too early");
}
