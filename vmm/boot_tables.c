// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * boot_tables.c - what the first CPU begins with: segments, pages, memory map
 */
#include "vmm/boot_internal.h"

#include <string.h>

#include "vmm/machine.h"

/* Descriptors (Intel SDM 3A 3.4.5): base 0, limit 4 GiB, present, accessed. */
#define DESCRIPTOR_CODE64 0x00af9b000000ffffull
#define DESCRIPTOR_CODE32 0x00cf9b000000ffffull
#define DESCRIPTOR_DATA 0x00cf93000000ffffull

/* Entries of page tables (Intel SDM 3A 4.5): present and writable */
#define PAGE_TABLE 0x3ull
#define PAGE_2M 0x83ull
#define PAGE_ENTRIES 512u
#define PAGE_TABLE_SIZE 4096u
#define IDENTITY_GIB 4u

static_assert(BOOT_PAGE_TABLES + (2 + IDENTITY_GIB) * PAGE_TABLE_SIZE <=
		      BOOT_CMDLINE,
	      "page tables end where the command line begins");

void boot_write_gdt(const struct boot *boot, struct boot_entry *entry)
{
	uint64_t gdt[BOOT_SELECTOR_DATA / 8 + 1] = {
		[BOOT_SELECTOR_CODE / 8] = entry->is_long_mode
						   ? DESCRIPTOR_CODE64
						   : DESCRIPTOR_CODE32,
		[BOOT_SELECTOR_DATA / 8] = DESCRIPTOR_DATA,
	};

	memcpy(boot_at(boot, BOOT_GDT), gdt, sizeof(gdt));
	entry->gdt = BOOT_GDT;
	entry->gdt_size = sizeof(gdt);
}

/*
 * 2 MiB pages: those of 1 GiB would be four entries instead of 2048, but a CPU
 * need not have them.
 */
void boot_write_page_tables(const struct boot *boot, struct boot_entry *entry)
{
	uint64_t *level4 = boot_at(boot, BOOT_PAGE_TABLES);
	uint64_t *level3 = level4 + PAGE_ENTRIES;
	uint64_t *level2 = level3 + PAGE_ENTRIES;
	unsigned i;

	memset(level4, 0, 2 * PAGE_TABLE_SIZE);
	level4[0] = (BOOT_PAGE_TABLES + PAGE_TABLE_SIZE) | PAGE_TABLE;
	for (i = 0; i < IDENTITY_GIB; i++)
		level3[i] = (BOOT_PAGE_TABLES + (2 + i) * PAGE_TABLE_SIZE) |
			    PAGE_TABLE;
	for (i = 0; i < IDENTITY_GIB * PAGE_ENTRIES; i++)
		level2[i] = (uint64_t)i << 21 | PAGE_2M;
	entry->cr3 = BOOT_PAGE_TABLES;
}

/*
 * What is between RAM below 640 KiB and the first MiB is RAM here too, with our
 * tables in it: nobody else's.
 */
unsigned boot_memory_map(const struct boot *boot, struct boot_range *ranges)
{
	const struct vm_memory *memory = boot->memory;
	unsigned count = 0, i;

	ranges[count++] =
		(struct boot_range){0, BOOT_ISA_START, BOOT_RANGE_RAM};
	ranges[count++] = (struct boot_range){BOOT_ISA_START,
					      BOOT_ISA_END - BOOT_ISA_START,
					      BOOT_RANGE_RESERVED};
	ranges[count++] = (struct boot_range){
		BOOT_ISA_END, vm_memory_low(memory) - BOOT_ISA_END,
		BOOT_RANGE_RAM};
	for (i = 1; i < memory->count; i++)
		ranges[count++] = (struct boot_range){memory->regions[i].gpa,
						      memory->regions[i].size,
						      BOOT_RANGE_RAM};
	return count;
}
