// SPDX-License-Identifier: GPL-2.0-or-later
/* test_reset.c - each device is reset in every state it can be in, and works */
#include "guest/io.h"
#include "guest/irq.h"
#include "guest/tests.h"
#include "guest/text.h"
#include "guest/victim.h"

#define WORKS_EACH 8
#define IN_FLIGHT 8
#define UNTOUCHED 0xbeef

/* How far a driver gets before it resets the device. */
enum state {
	RESET_ACKNOWLEDGED,
	RESET_DRIVER,
	RESET_FEATURES_WRITTEN,
	RESET_FEATURES_OK,
	RESET_QUEUE_ENABLED,
	RESET_DRIVER_OK,
	RESET_IN_FLIGHT,
	RESET_STATES
};

static void start_half(struct victim *victim, enum state state)
{
	struct virtio *v = victim->v;

	virtio_set_status(v, VIRTIO_ACKNOWLEDGE);
	if (state >= RESET_DRIVER)
		virtio_set_status(v, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER);
	if (state >= RESET_FEATURES_WRITTEN)
		virtio_accept(v, VIRTIO_F_VERSION_1);
	if (state >= RESET_FEATURES_OK)
		virtio_set_status(v, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER |
					     VIRTIO_FEATURES_OK);
	if (state >= RESET_QUEUE_ENABLED)
		virtio_queue(v, victim->target, victim->target->index, 0);
}

static int start_fully(struct victim *victim, enum state state)
{
	struct virtq_buffer chain[VICTIM_CHAIN];
	unsigned i;

	if (victim_start(victim))
		return -1;
	for (i = 0; state == RESET_IN_FLIGHT && i < IN_FLIGHT; i++)
		virtq_add(victim->target, chain, victim_request(victim, chain));
	if (state == RESET_IN_FLIGHT)
		virtq_kick(victim->target);
	return 0;
}

/* 4.1.4.3.1: what must be as after power on */
static int is_new(const struct victim *victim)
{
	const struct virtio *v = victim->v;

	virtio_select(v, victim->target->index);
	if (read16(v->common.at + COMMON_QUEUE_ENABLE))
		return failed("%s: queue is enabled after reset", victim->name);
	if (v->uses_msix &&
	    (read16(v->common.at + COMMON_QUEUE_MSIX) != VIRTIO_NO_VECTOR ||
	     read16(v->common.at + COMMON_MSIX_CONFIG) != VIRTIO_NO_VECTOR))
		return failed("%s: has vectors after reset", victim->name);
	return 0;
}

static int reset_in(struct victim *victim, enum state state)
{
	if (state >= RESET_DRIVER_OK) {
		if (start_fully(victim, state))
			return -1;
	} else {
		start_half(victim, state);
	}
	if (virtio_reset(victim->v) || is_new(victim))
		return failed("%s: reset in state %u", victim->name, state);
	return 0;
}

/* What was in flight when a device was reset must not arrive later: the memory
 * may be somebody else's by then. */
static int stays_dead(struct victim *victim)
{
	volatile struct virtq_used *used = victim->target->used;

	used->idx = UNTOUCHED;
	irq_sleep(2000);
	if (used->idx != UNTOUCHED)
		return failed("%s: wrote to its ring after reset",
			      victim->name);
	return 0;
}

static int reset_victim(struct victim *victim)
{
	unsigned i, rounds = (unsigned)cmdline_number(victim->machine, "rounds",
						      20);

	/* The first start has its vectors, its memory, its address. */
	if (victim_recovers(victim) || virtio_reset(victim->v))
		return -1;
	for (i = 0; i < rounds * RESET_STATES; i++) {
		if (reset_in(victim, i % RESET_STATES))
			return -1;
		if (i % RESET_STATES == RESET_IN_FLIGHT && stays_dead(victim))
			return -1;
		if (i % WORKS_EACH == 0 && victim_recovers(victim))
			return -1;
	}
	if (victim_recovers(victim) || virtio_reset(victim->v))
		return -1;
	say("reset %s %u times in %u states\n", victim->name, i, RESET_STATES);
	return 0;
}

int test_reset(struct machine *m)
{
	return victim_each(m, reset_victim) < 0 ? -1 : 0;
}
