// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_boot.c - any bytes as a kernel's file
 *
 * Whatever it says, ACPI's tables and page 0 stay as they are, and a CPU begins
 * in RAM behind the first MiB.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/fuzz_ops.h"
#include "vmm/boot_internal.h"

#define MEMORY (8 << 20)
#define INITRD 5000
#define PAGE 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct guest_memory guest;
	struct vm_memory memory;
	struct boot_settings settings;
};

static struct world *world_create(void)
{
	struct world *world = calloc(1, sizeof(*world));

	fuzz_check(world != NULL);
	guest_memory_init(&world->guest);
	fuzz_check(
		!vm_memory_open(&world->memory, MEMORY, &world->guest, NULL));
	world->settings = (struct boot_settings){
		.kernel_fd = memfd_create("kernel", MFD_CLOEXEC),
		.initrd_fd = memfd_create("initrd", MFD_CLOEXEC),
		.cmdline = "console=hvc0",
		.rsdp = ACPI_BASE,
	};
	fuzz_check(world->settings.kernel_fd >= 0 &&
		   !ftruncate(world->settings.initrd_fd, INITRD));
	return world;
}

static bool is_all_zero(const uint8_t *data, size_t size)
{
	return !data[0] && !memcmp(data, data + 1, size - 1);
}

static void check_entry(const struct boot_entry *entry)
{
	fuzz_check(entry->rip >= BOOT_ISA_END && entry->rip < MEMORY);
	fuzz_check(entry->gdt == BOOT_GDT && entry->gdt_size);
	if (entry->is_long_mode)
		fuzz_check(entry->rsi == BOOT_INFO &&
			   entry->cr3 == BOOT_PAGE_TABLES);
	else
		fuzz_check(entry->rbx == BOOT_INFO && !entry->cr3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world *world;
	struct boot_entry entry;
	struct err err = {0};

	if (!world)
		world = world_create();
	/* Empty RAM is filled in another way than RAM that was used. */
	if (size % 2)
		fuzz_check(!madvise(world->memory.host, MEMORY, MADV_REMOVE));
	fuzz_check(!ftruncate(world->settings.kernel_fd, (off_t)size));
	fuzz_check(pwrite(world->settings.kernel_fd, data, size, 0) ==
		   (ssize_t)size);
	if (boot_load(&world->memory, &world->settings, &entry, &err))
		fuzz_check(err.code && err.msg[0]);
	else
		check_entry(&entry);
	fuzz_check(is_all_zero(world->memory.host, PAGE));
	fuzz_check(is_all_zero(world->memory.host + BOOT_LOW_END,
			       BOOT_ISA_END - BOOT_LOW_END));
	return 0;
}
