/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * setup.S - what makes a bzImage of the guest: setup header and real-mode code
 *
 * A VMM with the 32-bit or 64-bit boot protocol reads the header and never runs
 * the code. A PC's firmware loads the whole at some segment and enters it at
 * segment + 0x20; then this page itself becomes the struct boot_params, with the
 * memory map asked of the firmware. That is why the bytes up to 0x1000 but for
 * the header are zero.
 */
#include "guest/boot.h"

#define SETUP_SECTORS 9		/* after the first */
#define E820_COUNT 0x1e8
#define E820_TABLE 0x2d0
#define E820_MAX 128
#define SMAP 0x534d4150

	.code16
	.section .setup, "ax"
	.globl setup
setup:
	.org 0x1f1
	.byte SETUP_SECTORS
	.word 0			/* root_flags */
	.long image_paragraphs	/* syssize */
	.word 0			/* ram_size */
	.word 0xffff		/* vid_mode: normal */
	.word 0			/* root_dev */
	.word 0xaa55		/* boot_flag */
	.byte 0xeb, header_end - header
header:
	.ascii "HdrS"
	.word 0x020c		/* version 2.12 */
	.long 0			/* realmode_swtch */
	.word 0			/* start_sys_seg */
	.word version - setup - 0x200
	.byte 0			/* type_of_loader: the loader's */
	.byte 0x01		/* loadflags: LOADED_HIGH */
	.word 0			/* setup_move_size */
	.long image_start	/* code32_start */
	.long 0			/* ramdisk_image: the loader's */
	.long 0			/* ramdisk_size: the loader's */
	.long 0			/* bootsect_kludge */
	.word 0			/* heap_end_ptr */
	.byte 0, 0		/* ext_loader_ver, ext_loader_type */
	.long 0			/* cmd_line_ptr: the loader's */
	.long 0x7fffffff	/* initrd_addr_max */
	.long 0x1000		/* kernel_alignment */
	.byte 0			/* relocatable_kernel */
	.byte 12		/* min_alignment, as a power of two */
	.word 0x0003		/* xloadflags: KERNEL_64, CAN_BE_LOADED_ABOVE_4G */
	.long 2047		/* cmdline_size */
	.long 0			/* hardware_subarch */
	.quad 0			/* hardware_subarch_data */
	.long 0, 0		/* payload_offset, payload_length */
	.quad 0			/* setup_data: the loader's */
	.quad image_start	/* pref_address */
	.long init_size
	.long 0			/* handover_offset */
header_end:
	jmp real_mode
version:
	.asciz "weft tiny guest"

	.org 0x1000
real_mode:
	movw %cs, %ax
	subw $0x20, %ax
	movw %ax, %ds
	movw %ax, %es
	movw %ax, %ss
	movw $(SETUP_SECTORS + 1) * 512 + 0x800, %sp
	cld
	movzwl %ax, %ebp
	shll $4, %ebp		/* ebp: where setup lies */
	movb $POST_FIRST, %al
	outb %al, $POST_PORT

	/* The memory map, entry by entry, right into its place. */
	xorl %ebx, %ebx
	movw $E820_TABLE, %di
1:	movl $0xe820, %eax
	movl $SMAP, %edx
	movl $20, %ecx
	int $0x15
	jc 2f
	incb E820_COUNT
	addw $20, %di
	testl %ebx, %ebx
	jz 2f
	cmpb $E820_MAX, E820_COUNT
	jb 1b
2:
	cli
	leal setup_gdt - setup(%ebp), %eax
	movl %eax, setup_gdt_pointer - setup + 2
	lgdtl setup_gdt_pointer - setup
	movl code32_start_at, %edx
	movl %ebp, %esi		/* the boot_params */
	movl $0x11, %eax
	movl %eax, %cr0
	leal in_protected - setup(%ebp), %eax
	pushl $SETUP_CODE
	pushl %eax
	lretl

	.code32
in_protected:
	movl $SETUP_DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	jmp *%edx

	.set code32_start_at, 0x214
	.set SETUP_CODE, 0x10
	.set SETUP_DATA, 0x18
	.balign 8
setup_gdt:
	.quad 0, 0
	.quad 0x00cf9a000000ffff	/* SETUP_CODE, as the protocol has it */
	.quad 0x00cf92000000ffff	/* SETUP_DATA */
setup_gdt_end:
setup_gdt_pointer:
	.word setup_gdt_end - setup_gdt - 1
	.long 0
	.org (SETUP_SECTORS + 1) * 512

	.section .note.GNU-stack, "", @progbits
