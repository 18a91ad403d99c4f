/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm_memory.h - the RAM of a guest: a sealed memfd around the PCI hole
 *
 * Sealed, so that nobody who gets it can take it away under us. Mapped once, so
 * that KVM, our devices and a back-end in the kernel use the same addresses.
 */
#ifndef VMM_VM_MEMORY_H
#define VMM_VM_MEMORY_H

#include <stdbool.h>

#include "core/err.h"
#include "core/guest_memory.h"

/** VM_MEMORY_MIN - a kernel, its page tables and its command line */
#define VM_MEMORY_MIN (4ull << 20)
#define VM_MEMORY_MAX (1ull << 40)
/** VM_MEMORY_HUGE - bytes of a huge page */
#define VM_MEMORY_HUGE (2ull << 20)
/** VM_MEMORY_REGIONS - below the hole and above it */
#define VM_MEMORY_REGIONS 2

/**
 * struct vm_memory - all RAM
 * @fd:		the memfd, owned
 * @host:	all of it, in the order of the file
 * @size:	bytes
 * @count:	valid entries of @regions, 1 or 2
 * @regions:	where it is for the guest; @user_addr is our own address
 */
struct vm_memory {
	int fd;
	uint8_t *host;
	uint64_t size;
	unsigned count;
	struct guest_region_settings regions[VM_MEMORY_REGIONS];
};

/**
 * vm_memory_open() - make @size bytes of RAM, and let @guest find them
 * @size:	a multiple of 4096
 * @guest:	initialised
 */
int vm_memory_open(struct vm_memory *memory, uint64_t size,
		   struct guest_memory *guest, struct err *err);

/** vm_memory_close() - @guest was cleared; no-op when not open */
void vm_memory_close(struct vm_memory *memory);

/**
 * vm_memory_collapse() - let RAM that will be filled be huge pages
 * @gpa:	below the hole; the caller checked it
 * @len:	nothing is done for less than a huge page
 *
 * Shared memory has none by itself, unless the host's administrator wishes so
 * (shmem_enabled). Each is one fault of the guest's, not 512, and one entry of
 * its CPU's TLB. Both ends are rounded away from the middle, so at most two
 * become resident that nobody fills all of.
 *
 * Return: false when it can't be: kernels before 6.1, no free huge page.
 */
bool vm_memory_collapse(const struct vm_memory *memory, uint64_t gpa,
			uint64_t len);

/** vm_memory_low() - bytes of RAM below the hole */
uint64_t vm_memory_low(const struct vm_memory *memory);

#endif
