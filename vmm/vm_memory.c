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

/* vm_memory.h can't have them from machine.h, which includes it */
#include "vmm/machine.h"

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
	memory->host = mmap(NULL, memory->size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_NORESERVE, memory->fd, 0);
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

uint64_t vm_memory_low(const struct vm_memory *memory)
{
	return MIN(memory->size, MACHINE_HOLE_START);
}
