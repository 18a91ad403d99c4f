/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_internal.h - what the files of boot.h share
 *
 * Everything that a loader writes besides the files lies in the first pages of
 * RAM, which kernels leave alone until they have read it. A guest may write
 * there what it likes: nothing is ever read back.
 */
#ifndef VMM_BOOT_INTERNAL_H
#define VMM_BOOT_INTERNAL_H

#include "vmm/acpi.h"
#include "vmm/boot.h"

/* Page 0 is kept free: firmware has its data there, and NULL points to it. */

/** BOOT_GDT - descriptor table, a page */
#define BOOT_GDT 0x1000
/** BOOT_INFO - what the kernel is told: a page, for either protocol */
#define BOOT_INFO 0x2000
/** BOOT_PAGE_TABLES - six pages: two levels, and one for each GiB */
#define BOOT_PAGE_TABLES 0x3000
/** BOOT_CMDLINE - BOOT_CMDLINE_SIZE bytes */
#define BOOT_CMDLINE 0x9000
/** BOOT_LOW_END - end of all this */
#define BOOT_LOW_END 0xa000
/** BOOT_ISA_START - where a PC's RAM is interrupted; tables lie in there */
#define BOOT_ISA_START 0xa0000
/** BOOT_ISA_END - RAM goes on, and kernels begin */
#define BOOT_ISA_END 0x100000

static_assert(BOOT_CMDLINE + BOOT_CMDLINE_SIZE <= BOOT_LOW_END, "");
static_assert(BOOT_LOW_END <= BOOT_ISA_START, "");
static_assert(ACPI_BASE >= BOOT_ISA_START && ACPI_END <= BOOT_ISA_END, "");
static_assert(VM_MEMORY_MIN > BOOT_ISA_END, "");

/** BOOT_MAX_RANGES - of a memory map */
#define BOOT_MAX_RANGES (2 + VM_MEMORY_REGIONS)
/** BOOT_RANGE_RAM - as ACPI numbers it (ACPI 6.4 15) */
#define BOOT_RANGE_RAM 1
/** BOOT_RANGE_RESERVED - not to be used as RAM */
#define BOOT_RANGE_RESERVED 2

/**
 * struct boot_range - an entry of the memory map that the kernel is told
 * @addr:	guest-physical address
 * @size:	bytes
 * @type:	BOOT_RANGE_*
 */
struct boot_range {
	uint64_t addr;
	uint64_t size;
	uint32_t type;
};

/**
 * struct boot_file - a file that is booted
 * @name:	"kernel", for words about it
 * @fd:		the caller's; -1: there is none
 * @size:	bytes, when it was looked at first: it may change at any time
 */
struct boot_file {
	const char *name;
	int fd;
	uint64_t size;
};

/**
 * struct boot - one boot_load()
 * @memory:	where to
 * @settings:	what
 * @kernel:	its file
 * @initrd:	likewise
 * @initrd_addr: where it was put; 0: there is none
 */
struct boot {
	struct vm_memory *memory;
	const struct boot_settings *settings;
	struct boot_file kernel;
	struct boot_file initrd;
	uint64_t initrd_addr;
};

/** boot_read() - all @len bytes at @offset, or a sentence */
int boot_read(const struct boot_file *file, uint64_t offset, void *dst,
	      uint64_t len, struct err *err);

/** boot_copy() - likewise, to RAM at @gpa below the hole; the caller checked it
 */
int boot_copy(const struct boot *boot, const struct boot_file *file,
	      uint64_t offset, uint64_t gpa, uint64_t len, struct err *err);

/** boot_fill() - likewise, of a kernel: into huge pages, where they can be had
 */
int boot_fill(const struct boot *boot, const struct boot_file *file,
	      uint64_t offset, uint64_t gpa, uint64_t len, struct err *err);

/** boot_at() - our pointer to RAM below the hole; the caller checked @gpa */
static inline void *boot_at(const struct boot *boot, uint64_t gpa)
{
	return boot->memory->host + gpa;
}

/**
 * boot_load_rest() - initrd and command line, of either protocol
 * @boot:	@initrd_addr is filled
 * @kernel_end:	the initrd must be behind it
 * @addr_max:	and below this
 * @cmdline_max: longest that the kernel takes, without NUL
 */
int boot_load_rest(struct boot *boot, uint64_t kernel_end, uint64_t addr_max,
		   uint64_t cmdline_max, struct err *err);

/** boot_bzimage_load() - by Linux's 64-bit protocol */
int boot_bzimage_load(struct boot *boot, struct boot_entry *entry,
		      struct err *err);

/** boot_elf_load() - by PVH */
int boot_elf_load(struct boot *boot, struct boot_entry *entry, struct err *err);

/** boot_write_start_info() - struct hvm_start_info and what it points to, at
 * BOOT_INFO */
void boot_write_start_info(const struct boot *boot);

/** boot_write_gdt() - flat code and data segments, as @entry wants them */
void boot_write_gdt(const struct boot *boot, struct boot_entry *entry);

/** boot_write_page_tables() - the first 4 GiB where they are */
void boot_write_page_tables(const struct boot *boot, struct boot_entry *entry);

/**
 * boot_memory_map() - where RAM is
 * @ranges:	BOOT_MAX_RANGES of them
 *
 * Return: how many were filled.
 */
unsigned boot_memory_map(const struct boot *boot, struct boot_range *ranges);

#endif
