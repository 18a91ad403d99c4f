// SPDX-License-Identifier: GPL-2.0-or-later
/* test_smp.c - all CPUs start, and they count together without losing one */
#include "guest/smp.h"
#include "guest/tests.h"
#include "guest/text.h"

#define ROUNDS 2000
#define COUNT_MS 30000

static void count(void *arg)
{
	uint32_t *counter = arg;
	unsigned i;

	for (i = 0; i < ROUNDS; i++)
		__atomic_fetch_add(counter, 1, __ATOMIC_SEQ_CST);
}

int test_smp(struct machine *m)
{
	uint32_t counter = 0;
	int cpus = smp_start(m), i;

	if (cpus < 0)
		return -1;
	for (i = 1; i < cpus; i++)
		if (smp_run((unsigned)i, count, &counter))
			return failed("smp: cpu %d is busy", i);
	count(&counter);
	for (i = 1; i < cpus; i++)
		if (smp_wait(m, (unsigned)i, COUNT_MS))
			return failed("smp: cpu %d isn't done", i);
	say("smp %d cpus counted to %u\n", cpus, counter);
	return counter == (uint32_t)cpus * ROUNDS
		       ? 0
		       : failed("smp: counts were lost");
}
