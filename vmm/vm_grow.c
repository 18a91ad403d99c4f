// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm_grow.c - RAM becomes huge pages, a step ahead of the guest
 *
 * Theory of operation
 *
 * RAM is shared memory, and that comes a page of 4 KiB at a time: each one that
 * a guest touches first is an exit and a fault of the host's. A kernel that
 * boots touches some twenty thousand. It goes through RAM in runs, though:
 * where it has begun a huge page it fills it, and most often the one behind as
 * well.
 *
 * So while a guest grows, the I/O thread looks every few ms where RAM that is
 * there ends in the middle of a huge page. That one is collapsed, and the next
 * one if the guest comes from the other side of it. A run of the guest's faults
 * stops there, and goes on two huge pages later.
 *
 * Nothing is looked at once a guest has stopped growing, until it begins anew.
 *
 * What a guest can do here: touch RAM so that the I/O thread collapses. That is
 * bounded for a look, and over all by the RAM that it was given.
 *
 * Limits: RAM below the hole; the first GROW_EXTENTS pieces of it.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "vmm/vm_internal.h"

#define GROW_MS 1000000ull
#define GROW_SOON (2 * GROW_MS)
#define GROW_LATE (64 * GROW_MS)
/* times that nothing grew, the later ones GROW_LATE apart: half a second */
#define GROW_QUIET 12u
/* a huge page is begun when so much of it is there in one piece */
#define GROW_BEGUN (128ull << 10)
/* more of it, and the faults left are cheaper than to copy what is there */
#define GROW_WORTH (VM_MEMORY_HUGE / 2)
/* huge pages of a look: 2 ms, measured */
#define GROW_AT_ONCE 4u
#define GROW_EXTENTS 64u
/* refused so often, the host's kernel can't, or has no huge pages left */
#define GROW_REFUSALS 4u

static uint64_t huge_start(uint64_t gpa)
{
	return gpa & ~(VM_MEMORY_HUGE - 1);
}

/* Below the hole, RAM is in its file where it is for the guest. */
static bool is_empty(const struct vm_memory *memory, uint64_t huge)
{
	off_t data = lseek(memory->fd, (off_t)huge, SEEK_DATA);

	return data < 0 || (uint64_t)data >= huge + VM_MEMORY_HUGE;
}

static void collapse(struct vm_grow *grow, const struct vm_memory *memory,
		     uint64_t huge)
{
	if (huge + VM_MEMORY_HUGE > vm_memory_low(memory))
		return;
	if (vm_memory_collapse(memory, huge, VM_MEMORY_HUGE))
		grow->made++;
	else
		grow->refusals++;
}

static void collapse_begun(struct vm_grow *grow, const struct vm_memory *memory,
			   uint64_t huge, uint64_t there)
{
	if (there <= GROW_WORTH)
		collapse(grow, memory, huge);
}

static void collapse_next(struct vm_grow *grow, const struct vm_memory *memory,
			  uint64_t huge)
{
	if (is_empty(memory, huge))
		collapse(grow, memory, huge);
}

/* Both ends of what is there from @start to @end */
static void collapse_ends(struct vm_grow *grow, const struct vm_memory *memory,
			  uint64_t start, uint64_t end)
{
	uint64_t first = huge_start(start), last = huge_start(end);
	uint64_t first_end = MIN(end, first + VM_MEMORY_HUGE);

	if (start > first && first_end - start >= GROW_BEGUN) {
		collapse_begun(grow, memory, first, first_end - start);
		if (end >= first + VM_MEMORY_HUGE && first)
			collapse_next(grow, memory, first - VM_MEMORY_HUGE);
	}
	if (start <= last && end - last >= GROW_BEGUN) {
		collapse_begun(grow, memory, last, end - last);
		collapse_next(grow, memory, last + VM_MEMORY_HUGE);
	}
}

unsigned vm_grow_look(struct vm_grow *grow, const struct vm_memory *memory)
{
	const unsigned before = grow->made;
	const uint64_t low = vm_memory_low(memory);
	uint64_t at = 0;
	unsigned n;

	for (n = 0; n < GROW_EXTENTS && at < low &&
		    grow->made - before < GROW_AT_ONCE &&
		    grow->refusals < GROW_REFUSALS;
	     n++) {
		off_t start = lseek(memory->fd, (off_t)at, SEEK_DATA);
		off_t end =
			start < 0 ? -1 : lseek(memory->fd, start, SEEK_HOLE);

		if (end < 0)
			break;
		collapse_ends(grow, memory, (uint64_t)start, (uint64_t)end);
		/* the rest of that huge page was seen to, or waits */
		at = huge_start((uint64_t)end + VM_MEMORY_HUGE - 1);
	}
	return grow->made - before;
}

static uint64_t resident(const struct vm_memory *memory)
{
	struct stat st;

	return fstat(memory->fd, &st) ? 0 : (uint64_t)st.st_blocks * 512;
}

/* CPUs need the lock to leave the guest; RAM stays where it is without. */
static void look(struct vm *vm)
{
	vm_unlock(vm);
	vm_grow_look(&vm->grow, &vm->machine.ram);
	vm_lock(vm);
	vm->grow.resident = resident(&vm->machine.ram);
}

static void grow_expired(struct timer *timer)
{
	struct vm *vm = container_of(timer, struct vm, grow.timer);
	struct vm_grow *grow = &vm->grow;
	struct loop *loop = vm->settings.loop;

	if (resident(&vm->machine.ram) >= grow->resident + GROW_BEGUN) {
		look(vm);
		grow->pause_ns = GROW_SOON;
		grow->quiet = 0;
	} else {
		grow->pause_ns = MIN(grow->pause_ns * 2, GROW_LATE);
		grow->quiet++;
	}
	if (grow->quiet < GROW_QUIET && grow->refusals < GROW_REFUSALS)
		timer_arm(loop, timer, loop_clock_ns(loop) + grow->pause_ns);
}

void vm_grow_begin(struct vm *vm)
{
	struct vm_grow *grow = &vm->grow;
	struct loop *loop = vm->settings.loop;

	grow->timer.expired = grow_expired;
	grow->resident = resident(&vm->machine.ram);
	grow->pause_ns = GROW_SOON;
	grow->quiet = 0;
	/* Without it a guest is as fast as RAM of small pages lets it be. */
	(void)timer_arm(loop, &grow->timer, loop_clock_ns(loop) + GROW_SOON);
}

void vm_grow_end(struct vm *vm)
{
	timer_cancel(vm->settings.loop, &vm->grow.timer);
}
