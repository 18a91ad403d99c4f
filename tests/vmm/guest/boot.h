/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot.h - numbers that the first instructions and the C code agree on */
#ifndef GUEST_BOOT_H
#define GUEST_BOOT_H

/* Which door the guest came in by: guest_main()'s first argument. */
#define BOOT_PVH 1
#define BOOT_LINUX32 2
#define BOOT_LINUX64 3

/* The 64-bit entry's place in the image: the Linux boot protocol's. */
#define LINUX64_ENTRY 0x200

/* Written to the POST port by the guest's first instruction: a VMM that wants
 * to know how long its start took waits for this. */
#define POST_PORT 0x80
#define POST_FIRST 0x57

#define SEL_CODE64 0x10
#define SEL_DATA 0x18
#define SEL_CODE32 0x20

#define CR0_ON 0x80000011 /* paging, extension type, protection */
#define CR4_PAE 0x20
#define MSR_EFER 0xc0000080
#define EFER_LME 0x100

#define PAGE_TABLE 0x3 /* present, writable */
#define PAGE_2M 0x83   /* present, writable, large */

#define BOOT_STACK_SIZE 16384

/* Where the other CPUs begin: a page below 1 MiB that nobody else uses. */
#define AP_BASE 0x8000

#endif
