// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * boot_pvh.c - what a kernel that is entered by PVH is told (Xen, public/
 * arch-x86/hvm/start_info.h)
 */
#include "vmm/boot_internal.h"

#include <string.h>

#define START_MAGIC 0x336ec578u
#define START_VERSION 1

/**
 * struct start_info - struct hvm_start_info of Xen's start_info.h,
 * little-endian
 * @magic:	START_MAGIC
 * @version:	START_VERSION: with a memory map
 * @flags:	none of ours
 * @nr_modules:	1 with an initrd, else 0
 * @modlist_paddr: address of struct start_module
 * @cmdline_paddr: address of the command line
 * @rsdp_paddr:	address of ACPI's root
 * @memmap_paddr: address of struct start_range
 * @memmap_entries: how many
 * @reserved:	0
 */
struct start_info {
	uint32_t magic;
	uint32_t version;
	uint32_t flags;
	uint32_t nr_modules;
	uint64_t modlist_paddr;
	uint64_t cmdline_paddr;
	uint64_t rsdp_paddr;
	uint64_t memmap_paddr;
	uint32_t memmap_entries;
	uint32_t reserved;
};

/**
 * struct start_module - struct hvm_modlist_entry: the initrd
 * @paddr:	address
 * @size:	bytes
 * @cmdline_paddr: it has none
 * @reserved:	0
 */
struct start_module {
	uint64_t paddr;
	uint64_t size;
	uint64_t cmdline_paddr;
	uint64_t reserved;
};

/**
 * struct start_range - struct hvm_memmap_table_entry
 * @addr:	address
 * @size:	bytes
 * @type:	BOOT_RANGE_*
 * @reserved:	0
 */
struct start_range {
	uint64_t addr;
	uint64_t size;
	uint32_t type;
	uint32_t reserved;
};

/**
 * struct start_page - what lies at BOOT_INFO
 * @info:	at its start, where RBX points
 * @initrd:	the only module
 * @map:	where RAM is
 */
struct start_page {
	struct start_info info;
	struct start_module initrd;
	struct start_range map[BOOT_MAX_RANGES];
};

static_assert(sizeof(struct start_info) == 56, "");
static_assert(sizeof(struct start_module) == 32, "");
static_assert(sizeof(struct start_range) == 24, "");
static_assert(sizeof(struct start_page) <= BOOT_PAGE_TABLES - BOOT_INFO, "");

void boot_write_start_info(const struct boot *boot)
{
	const uint64_t at = BOOT_INFO;
	struct boot_range ranges[BOOT_MAX_RANGES];
	unsigned i, count = boot_memory_map(boot, ranges);
	struct start_page page = {
		.info = {.magic = START_MAGIC,
			 .version = START_VERSION,
			 .cmdline_paddr = BOOT_CMDLINE,
			 .rsdp_paddr = boot->settings->rsdp,
			 .memmap_paddr = at + offsetof(struct start_page, map),
			 .memmap_entries = count},
	};

	if (boot->initrd_addr) {
		page.info.nr_modules = 1;
		page.info.modlist_paddr =
			at + offsetof(struct start_page, initrd);
		page.initrd.paddr = boot->initrd_addr;
		page.initrd.size = boot->initrd.size;
	}
	for (i = 0; i < count; i++)
		page.map[i] = (struct start_range){
			ranges[i].addr, ranges[i].size, ranges[i].type, 0};
	memcpy(boot_at(boot, at), &page, sizeof(page));
}
