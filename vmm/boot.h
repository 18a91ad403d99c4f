/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.h - put a kernel into RAM, and say how its first CPU begins
 *
 * Two formats: a bzImage, entered by the 64-bit protocol (Documentation/arch/
 * x86/boot.rst of Linux), and an ELF file with a PVH note (Xen, docs/misc/
 * pvh.pandoc). Which one it is shows in the file. Everything in such files is
 * checked: they are downloads.
 */
#ifndef VMM_BOOT_H
#define VMM_BOOT_H

#include "core/err.h"
#include "vmm/vm_memory.h"

/** BOOT_CMDLINE_SIZE - most that a kernel of today takes, NUL included */
#define BOOT_CMDLINE_SIZE 2048

/**
 * struct boot_settings - what to boot
 * @kernel_fd:	a regular file; stays the caller's
 * @initrd_fd:	likewise; -1: none
 * @cmdline:	for the kernel
 * @rsdp:	guest-physical address of the ACPI tables' root; 0: none
 */
struct boot_settings {
	int kernel_fd;
	int initrd_fd;
	const char *cmdline;
	uint64_t rsdp;
};

/**
 * struct boot_entry - the state that the first CPU begins in
 * @is_long_mode: 64-bit with paging by @cr3, as Linux's protocol wants it;
 *		else 32-bit protected mode without paging, as PVH does
 * @rip:	first instruction
 * @rsi:	64-bit: address of the boot parameters
 * @rbx:	PVH: address of the start info
 * @cr3:	64-bit: identity page tables of at least the first 4 GiB
 * @gdt:	address of the descriptor table; selectors are BOOT_SELECTOR_*
 * @gdt_size:	bytes of it
 */
struct boot_entry {
	bool is_long_mode;
	uint64_t rip;
	uint64_t rsi;
	uint64_t rbx;
	uint64_t cr3;
	uint64_t gdt;
	uint16_t gdt_size;
};

#define BOOT_SELECTOR_CODE 0x10
#define BOOT_SELECTOR_DATA 0x18

/**
 * boot_load() - read the files into RAM; again after each reset of the machine
 * @memory:	where to
 * @settings:	what
 * @entry:	filled
 *
 * Return: 0, or -errno with a sentence that says what is wrong with which file.
 */
int boot_load(struct vm_memory *memory, const struct boot_settings *settings,
	      struct boot_entry *entry, struct err *err);

#endif
