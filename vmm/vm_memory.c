// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm_memory.c - the RAM of a guest: a sealed memfd around the PCI hole
 */
#include "vmm/vm_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Linux 6.1 */
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

/* vm_memory.h can't have them from machine.h, which includes it */
#include "vmm/machine.h"

/*
 * A huge page lies where a multiple of its size is for the file, for us and for
 * the guest. The kernel chooses an address by pages of 4 KiB only.
 */
static uint8_t *map_file(const struct vm_memory *memory)
{
	const uint64_t all = memory->size + VM_MEMORY_HUGE;
	uint8_t *room =
		mmap(NULL, all, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint8_t *host;
	uint64_t before;

	if (room == MAP_FAILED)
		return MAP_FAILED;
	before = -(uintptr_t)room & (VM_MEMORY_HUGE - 1);
	host = mmap(room + before, memory->size, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_NORESERVE | MAP_FIXED, memory->fd, 0);
	if (host == MAP_FAILED) {
		munmap(room, all);
		return MAP_FAILED;
	}
	if (before)
		munmap(room, before);
	munmap(host + memory->size, VM_MEMORY_HUGE - before);
	return host;
}

/*
 * F_SEAL_GROW too: then what a back-end that gets the file can still do to it
 * is write to it, as the guest can.
 */
static int make_file(struct vm_memory *memory, struct err *err)
{
	memory->fd = memfd_create("weft-ram", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (memory->fd < 0)
		return err_set(err, -errno, "cannot make guest memory: %s",
			       strerror(errno));
	if (ftruncate(memory->fd, (off_t)memory->size) ||
	    fcntl(memory->fd, F_ADD_SEALS,
		  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		return err_set(err, -errno,
			       "cannot make %llu MiB of guest memory: %s",
			       (unsigned long long)memory->size >> 20,
			       strerror(errno));
	memory->host = map_file(memory);
	if (memory->host != MAP_FAILED)
		return 0;
	memory->host = NULL;
	return err_set(err, -errno,
		       "cannot map %llu MiB of guest memory: %s; give the "
		       "guest less (memory:)",
		       (unsigned long long)memory->size >> 20, strerror(errno));
}

static void add_region(struct vm_memory *memory, uint64_t gpa, uint64_t size,
		       uint64_t fd_offset)
{
	memory->regions[memory->count++] = (struct guest_region_settings){
		.gpa = gpa,
		.size = size,
		.user_addr = (uintptr_t)memory->host + fd_offset,
		.fd_offset = fd_offset,
	};
}

int vm_memory_open(struct vm_memory *memory, uint64_t size,
		   struct guest_memory *guest, struct err *err)
{
	unsigned i;
	int code;

	*memory = (struct vm_memory){.fd = -1, .size = size};
	if (size < VM_MEMORY_MIN || size > VM_MEMORY_MAX || size % 4096)
		return err_set(err, -EINVAL,
			       "%llu bytes of memory: a guest has 4 MiB to 1 "
			       "TiB, in pages of 4096",
			       (unsigned long long)size);
	code = make_file(memory, err);
	if (code) {
		vm_memory_close(memory);
		return code;
	}
	add_region(memory, 0, vm_memory_low(memory), 0);
	if (size > MACHINE_HOLE_START)
		add_region(memory, MACHINE_HOLE_END, size - MACHINE_HOLE_START,
			   MACHINE_HOLE_START);
	for (i = 0; i < memory->count; i++) {
		const struct guest_region_settings *region =
			&memory->regions[i];

		code = guest_memory_add_own(guest, region,
					    memory->host + region->fd_offset);
		if (code)
			return err_set(err, code, "guest memory: %s",
				       strerror(-code));
	}
	return 0;
}

void vm_memory_close(struct vm_memory *memory)
{
	if (memory->host)
		munmap(memory->host, memory->size);
	if (memory->fd >= 0)
		close(memory->fd);
	*memory = (struct vm_memory){.fd = -1};
}

/* MADV_COLLAPSE leaves a huge page alone of which no page is there yet. */
static void touch(const struct vm_memory *memory, uint64_t start, uint64_t end)
{
	for (; start < end; start += VM_MEMORY_HUGE)
		(void)*(const volatile uint8_t *)(memory->host + start);
}

bool vm_memory_collapse(const struct vm_memory *memory, uint64_t gpa,
			uint64_t len)
{
	const uint64_t mask = ~(VM_MEMORY_HUGE - 1);
	uint64_t start = gpa & mask;
	uint64_t end = (gpa + len + VM_MEMORY_HUGE - 1) & mask;

	end = MIN(end, vm_memory_low(memory) & mask);
	if (len < VM_MEMORY_HUGE || start >= end)
		return false;
	touch(memory, start, end);
	return !madvise(memory->host + start, end - start, MADV_COLLAPSE);
}

uint64_t vm_memory_low(const struct vm_memory *memory)
{
	return MIN(memory->size, MACHINE_HOLE_START);
}
