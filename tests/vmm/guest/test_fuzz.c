// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_fuzz.c - registers, rings and vectors of a device at random, from a seed
 *
 * Theory of operation: a device is started, then a number of random deeds is
 * done to it, then it has to work after a reset: again and again, device after
 * device, for seconds=N (0: for ever). What is random stays within the device's
 * own registers and rings. Addresses in descriptors are of a part of RAM that
 * the guest doesn't use, or of no RAM at all, so that it doesn't shoot itself.
 */
#include "guest/clock.h"
#include "guest/guarded.h"
#include "guest/hostile.h"
#include "guest/io.h"
#include "guest/irq.h"
#include "guest/random.h"
#include "guest/tests.h"
#include "guest/text.h"

#define DEEDS 40
#define WINDOW_SIZE 20U
#define PLAYGROUND (8ULL << 20)
#define SAY_US 10000000

/* struct fuzz - the run */
struct fuzz {
	uint64_t seed, end_us, say_us;
	unsigned rounds;
};

/* Somewhere in the last megabytes, which nobody has; or anywhere else but RAM.
 */
static uint64_t random_address(const struct victim *victim, uint64_t *seed)
{
	uint64_t top = victim->machine->ram_end, r = random_next(seed);

	switch (r & 7) {
	case 0:
		return ram_top(victim->machine) - (r >> 8 & 0xff);
	case 1:
		return r | 1ULL << 63;
	case 2:
		return 0xc0000000 + (r >> 8 & 0x2fffffff);
	default:
		return top - PLAYGROUND + (r >> 8) % (PLAYGROUND - 0x20000);
	}
}

static uint32_t random_len(uint64_t *seed)
{
	uint64_t r = random_next(seed);

	switch (r & 7) {
	case 0:
		return 0;
	case 1:
		return (uint32_t)(r >> 20) | 0x80000000;
	default:
		return (uint32_t)(r >> 20) & 0x7ff;
	}
}

static uint32_t random_value(uint64_t *seed)
{
	static const uint32_t likely[] = {0,      1,      2,     0xff,
					  0xffff, 0x8000, 0x100, 0xffffffff};
	uint64_t r = random_next(seed);

	return r & 8 ? likely[r & 7] : (uint32_t)(r >> 16);
}

/* Not the status, or most of a run would be resets; not addresses of rings, or
 * the device writes into the guest: see fuzz_rings(). */
static void fuzz_common(struct victim *victim, uint64_t *seed)
{
	unsigned at = random_below(seed, COMMON_QUEUE_DESC);
	unsigned width = 1U << random_below(seed, 3);
	uint64_t place = victim->v->common.at + at;

	if (random_next(seed) & 1)
		guarded_read(place, width);
	else if (at + width <= COMMON_STATUS || at > COMMON_STATUS)
		guarded_write(place, width, random_value(seed));
}

static void fuzz_status(struct victim *victim, uint64_t *seed)
{
	uint8_t status = (uint8_t)random_value(seed);

	if (status)
		virtio_set_status(victim->v, status);
}

static void fuzz_region(struct victim *victim, uint64_t *seed)
{
	const struct virtio_region *regions[] = {
		&victim->v->isr, &victim->v->config, &victim->v->notify};
	const struct virtio_region *r = regions[random_below(seed, 3)];
	unsigned width = 1U << random_below(seed, 4);
	uint64_t at = r->at + random_below(seed, (r->len & 0xfff) + 8);

	if (!r->at)
		return;
	if (random_next(seed) & 1)
		guarded_read(at, width);
	else
		guarded_write(at, width, random_value(seed));
}

/* Mostly the one that requests go by. */
static struct virtq *random_queue(struct victim *victim, uint64_t *seed)
{
	struct virtq *q = victim->v->queues[random_below(seed, VIRTIO_QUEUES)];

	return q && random_next(seed) & 1 ? q : victim->target;
}

static void fuzz_desc(struct victim *victim, uint64_t *seed)
{
	struct virtq *q = random_queue(victim, seed);
	volatile struct virtq_desc *d = &q->desc[random_below(seed, q->size)];

	d->addr = random_address(victim, seed);
	d->len = random_len(seed);
	d->flags = (uint16_t)(random_next(seed) & 7);
	d->next = (uint16_t)random_below(seed, q->size + 1U);
}

/* A right request, so that not all that comes is nonsense; or any head. */
static void fuzz_avail(struct victim *victim, uint64_t *seed)
{
	struct virtq *q = random_queue(victim, seed);

	if (q == victim->target && random_next(seed) & 1) {
		raw_request(victim, RAW_FIRST(q));
		virtq_put(q, RAW_FIRST(q));
	} else {
		virtq_put(q, (uint16_t)random_below(seed, q->size + 1U));
	}
	virtq_publish(q);
}

static void fuzz_index(struct victim *victim, uint64_t *seed)
{
	struct virtq *q = random_queue(victim, seed);

	if (random_next(seed) & 15)
		q->avail->flags = (uint16_t)random_next(seed);
	else
		q->avail->idx = (uint16_t)random_next(seed);
}

static void fuzz_kick(struct victim *victim, uint64_t *seed)
{
	if (random_next(seed) & 7)
		virtq_notify(random_queue(victim, seed));
	else
		write16(victim->target->notify, (uint16_t)random_value(seed));
}

/* Fixed interrupts only, none that is an exception, and any address that isn't
 * a CPU's own command. */
static void fuzz_msix(struct victim *victim, uint64_t *seed)
{
	const struct virtio *v = victim->v;
	uint64_t at = v->msix_table + random_below(seed, v->msix_count) * 16ULL;

	if (!v->uses_msix)
		return;
	switch (random_below(seed, 4)) {
	case 0:
		write32(at, 0xfee00000);
		break;
	case 1:
		write32(at + 8, (random_value(seed) & 0xff) | 0x20);
		break;
	case 2:
		write32(at + 12, random_value(seed));
		break;
	default:
		pci_write(&v->pci, v->msix_cap + 2U, 2,
			  random_value(seed) & 0xc000);
	}
}

static void fuzz_pci(struct victim *victim, uint64_t *seed)
{
	const struct virtio *v = victim->v;
	unsigned at = random_below(seed, 256);

	if (at == PCI_INTERRUPT_LINE || (at >= 4 && at < 8) ||
	    (at >= PCI_BAR0 && at < PCI_BAR0 + 24) ||
	    (at >= v->access && at < v->access + WINDOW_SIZE))
		pci_read(&v->pci, at, 4);
	else
		pci_write(&v->pci, at, 1U << random_below(seed, 3),
			  random_value(seed));
}

/* Any BAR, offset and length, but data only for registers of the device's: the
 * vectors behind it could be an INIT for this very CPU. */
static void fuzz_window(struct victim *victim, uint64_t *seed)
{
	const struct virtio *v = victim->v;
	bool is_wild = random_next(seed) & 1;

	if (!v->access)
		return;
	pci_write(&v->pci, v->access + 4U, 1,
		  is_wild ? random_value(seed) : v->common.bar);
	pci_write(&v->pci, v->access + 8U, 4,
		  is_wild ? random_value(seed)
			  : v->common.offset + random_below(seed, COMMON_SIZE));
	pci_write(&v->pci, v->access + 12U, 4,
		  is_wild ? random_value(seed) : random_below(seed, 6));
	if (is_wild)
		pci_read(&v->pci, v->access + 16U, 4);
	else
		pci_write(&v->pci, v->access + 16U, 4, random_value(seed));
}

static void fuzz_wait(struct victim *victim, uint64_t *seed)
{
	(void)victim;
	irq_sleep(random_below(seed, 500));
}

static void (*const deeds[])(struct victim *victim, uint64_t *seed) = {
	fuzz_common, fuzz_status, fuzz_region, fuzz_desc,   fuzz_desc,
	fuzz_desc,   fuzz_avail,  fuzz_avail,  fuzz_index,  fuzz_kick,
	fuzz_kick,   fuzz_msix,   fuzz_pci,    fuzz_window, fuzz_wait,
};

/* What a random byte may have switched off is on again for the next round. */
static void put_right(struct victim *victim)
{
	struct virtio *v = victim->v;
	unsigned i;

	pci_command(&v->pci, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 0);
	for (i = 0; i < PCI_BARS; i++)
		if (v->pci.bars[i].len && !v->pci.bars[i].is_io)
			pci_set_bar(&v->pci, i, v->pci.bars[i].at);
	virtio_irq_again(v);
}

static int fuzz(struct victim *victim)
{
	struct machine *m = victim->machine;
	struct fuzz *f = m->tally;
	uint64_t seed = f->seed + f->rounds;
	unsigned i;

	if (now_us(m) >= f->end_us)
		return 0;
	if (now_us(m) >= f->say_us) {
		say("fuzz %u rounds, seed %lu\n", f->rounds, seed);
		f->say_us = now_us(m) + SAY_US;
	}
	f->rounds++;
	if (victim_start(victim))
		return -1;
	for (i = 0; i < DEEDS; i++)
		deeds[random_below(&seed, sizeof(deeds) / sizeof(deeds[0]))](
			victim, &seed);
	put_right(victim);
	if (victim_recovers(victim))
		return failed("fuzz: round %u, seed=%lu", f->rounds,
			      f->seed + f->rounds - 1);
	return virtio_reset(victim->v);
}

/* seed=N again, with rounds as they are said, repeats a round that failed. */
int test_fuzz(struct machine *m)
{
	uint64_t seconds = cmdline_number(m, "seconds", 10);
	struct fuzz f = {.seed = cmdline_number(m, "seed", 1)};
	struct victims *victims = victims_find(m);

	if (!victims)
		return -1;
	m->tally = &f;
	f.end_us = seconds ? now_us(m) + seconds * 1000000 : ~0ULL;
	f.say_us = now_us(m) + SAY_US;
	say("fuzz seed=%lu\n", f.seed);
	while (now_us(m) < f.end_us)
		if (victims_each(victims, fuzz))
			return -1;
	say("fuzz %u rounds, %u stray interrupts\n", f.rounds, irq_stray());
	return 0;
}
