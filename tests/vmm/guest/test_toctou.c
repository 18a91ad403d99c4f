// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_toctou.c - one CPU changes descriptors while another hands them over (V8
 * of the catalogue)
 *
 * Each device in turn: a second CPU flips address, length, flags and next of a
 * chain, the header behind it and an indirect table, as fast as it can; the
 * first makes the chain available again and again. Whatever the device makes of
 * it, after a reset it works.
 */
#include "guest/clock.h"
#include "guest/hostile.h"
#include "guest/io.h"
#include "guest/random.h"
#include "guest/smp.h"
#include "guest/tests.h"
#include "guest/text.h"

#define FLIPPER 1
#define STOP_MS 5000
#define KICKS 16

/* struct flips - what the second CPU does until it is told to stop */
struct flips {
	struct victim *victim;
	volatile bool stop;
	volatile unsigned count;
};

static void flip(void *arg)
{
	struct flips *f = arg;
	struct virtq *q = f->victim->target;
	volatile struct virtq_desc *d = &q->desc[RAW_FIRST(q)];
	volatile uint64_t *header = (volatile uint64_t *)f->victim->scratch;
	uint64_t seed = 8, addr = d->addr;
	uint32_t len = d->len;
	uint16_t flags = d->flags;

	for (; !f->stop; f->count++) {
		uint64_t r = random_next(&seed);

		d->len = r & 1 ? len : (uint32_t)r;
		d->flags = (uint16_t)(r & 6 ? flags : r >> 32);
		d->addr = r & 0x70 ? addr : r;
		d->next = (uint16_t)(r >> 48);
		d[1].len = r & 0x100 ? 16 : 17;
		d[1].flags = (uint16_t)(r >> 16);
		header[0] = r;
		header[1] = r >> 3;
	}
}

/* hand_over() - until the device is broken, or the time is over */
static unsigned hand_over(struct victim *victim, uint64_t end)
{
	struct virtq *q = victim->target;
	unsigned i, count = 0;

	do {
		for (i = 0; i < KICKS; i++)
			virtq_put(q, RAW_FIRST(q));
		virtq_publish(q);
		virtq_notify(q);
		count += KICKS;
		raw_used(q, 20);
		/* No more than the ring has room for, or it breaks for that. */
		while ((uint16_t)(q->next_avail - q->used->idx) >
			       q->size - KICKS &&
		       now_us(victim->machine) < end)
			cpu_pause();
		q->last_used = q->used->idx;
	} while (now_us(victim->machine) < end &&
		 !(virtio_status(victim->v) & VIRTIO_NEEDS_RESET));
	return count;
}

static int race(struct victim *victim)
{
	struct machine *m = victim->machine;
	uint64_t seconds = cmdline_number(m, "seconds", 2);
	uint64_t end = now_us(m) + seconds * 1000000;
	struct flips f = {.victim = victim};
	unsigned count = 0, resets = 0;

	/* A device that writes where it is told to would write over the guest:
	 * the addresses are random, and some are right. */
	if (victim->is_writable)
		return 0;
	while (now_us(m) < end) {
		if (victim_recovers(victim))
			return -1;
		raw_request(victim, RAW_FIRST(victim->target));
		f.stop = false;
		if (smp_run(FLIPPER, flip, &f))
			return failed("toctou: the second CPU is busy");
		count += hand_over(victim, end);
		f.stop = true;
		if (smp_wait(m, FLIPPER, STOP_MS))
			return failed("toctou: the second CPU doesn't stop");
		resets++;
	}
	if (victim_recovers(victim))
		return -1;
	say("toctou %s: %u chains, %u flips, %u resets\n", victim->name, count,
	    f.count, resets);
	return virtio_reset(victim->v);
}

int test_toctou(struct machine *m)
{
	int cpus = smp_start(m);

	if (cpus < 2)
		return cpus < 0 ? -1 : failed("toctou: needs two CPUs");
	return victim_each(m, race) < 0 ? -1 : 0;
}
