/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_bed.h - kernels made by hand, and RAM to put them into
 */
#ifndef UNIT_BOOT_BED_H
#define UNIT_BOOT_BED_H

#include <asm/bootparam.h>
#include <elf.h>
#include <string.h>

#include "vmm/boot_internal.h"

#define BOOT_BED_RSDP 0xe0000
#define BOOT_BED_IMAGE_SIZE 0x5000
#define BOOT_BED_SETUP_SIZE 0x400 /* a boot sector and one more */
#define BOOT_BED_CODE_SIZE 0x3000
#define BOOT_BED_SEGMENTS 3
#define BOOT_BED_ELF_CODE 0x1000 /* where segments' bytes begin in the file */

/**
 * struct boot_bed - a boot_load() and what it is given
 * @guest:	finds @memory
 * @memory:	the guest's RAM
 * @settings:	for boot_load()
 * @entry:	from it
 * @err:	likewise
 * @image:	the kernel's file
 */
struct boot_bed {
	struct guest_memory guest;
	struct vm_memory memory;
	struct boot_settings settings;
	struct boot_entry entry;
	struct err err;
	_Alignas(8) uint8_t image[BOOT_BED_IMAGE_SIZE];
};

/**
 * struct boot_bed_elf - the start of an ELF file
 * @header:	ELF header
 * @segments:	program headers: code, data, notes
 * @note:	PVH's
 * @name:	of the note
 * @start:	32-bit entry
 */
struct boot_bed_elf {
	Elf64_Ehdr header;
	Elf64_Phdr segments[BOOT_BED_SEGMENTS];
	Elf64_Nhdr note;
	char name[4];
	uint32_t start;
};

/** boot_bed_open() - @memory bytes of RAM, no kernel yet; 0 or -1 */
int boot_bed_open(struct boot_bed *bed, uint64_t memory);

/** boot_bed_close() - files too */
void boot_bed_close(struct boot_bed *bed);

/** boot_bed_file() - a memfd with these bytes */
int boot_bed_file(const void *data, size_t size);

/** boot_bed_at() - what the guest has at @gpa */
static inline void *boot_bed_at(const struct boot_bed *bed, uint64_t gpa)
{
	return bed->memory.host + gpa;
}

/** boot_bed_load64() - the number there */
static inline uint64_t boot_bed_load64(const struct boot_bed *bed, uint64_t gpa)
{
	uint64_t value;

	memcpy(&value, boot_bed_at(bed, gpa), sizeof(value));
	return value;
}

/** boot_bed_load() - boot the first @len bytes of the image */
int boot_bed_load(struct boot_bed *bed, size_t len);

/** boot_bed_initrd() - take @size bytes of @fill as initrd from now on */
void boot_bed_initrd(struct boot_bed *bed, uint8_t fill, size_t size);

/**
 * boot_bed_bzimage() - a bzImage that wants 1 MiB from address 1 MiB on
 *
 * BOOT_BED_CODE_SIZE bytes of it are code; byte n of the code is n % 251.
 * Return: the header in it.
 */
struct setup_header *boot_bed_bzimage(struct boot_bed *bed);

/**
 * boot_bed_elf() - 0x1000 bytes of code at 1 MiB, 0x800 bytes of data at 2 MiB
 * with 0x5000 bytes of memory; byte n of a segment's is n % 251
 */
struct boot_bed_elf *boot_bed_elf(struct boot_bed *bed);

#endif
