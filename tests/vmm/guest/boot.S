/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.S - three doors into the guest, one for each way a VMM may start a kernel
 *
 * - PVH: 32-bit protected mode, ebx = struct hvm_start_info; found by the note.
 * - Linux 32-bit: the first byte of the image, esi = struct boot_params.
 * - Linux 64-bit: byte 0x200 of the image, long mode, rsi = struct boot_params.
 *
 * All lead to guest_main(how, pointer) with our own descriptor table, page tables
 * and stack. The page tables are data: building them here would cost thousands of
 * instructions, which is milliseconds where each one is emulated.
 */
#include "guest/boot.h"

	.section .note.pvh, "a", @note
	.balign 4
	.long 4			/* size of the name */
	.long 4			/* size of the address */
	.long 18		/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.long start_pvh

	.section .head, "ax"
	.code32
	.globl start_linux32
start_linux32:
	movl $BOOT_LINUX32, %edi
	jmp enter_long_mode

	.globl start_pvh
start_pvh:
	movb $POST_FIRST, %al
	outb %al, $POST_PORT
	movl %ebx, %esi
	movl $BOOT_PVH, %edi

enter_long_mode:
	cli
	cld
	lgdt gdt_pointer
	movl $CR4_PAE, %eax
	movl %eax, %cr4
	movl $page_tables, %eax
	movl %eax, %cr3
	movl $MSR_EFER, %ecx
	xorl %edx, %edx
	movl $EFER_LME, %eax
	wrmsr
	movl $CR0_ON, %eax
	movl %eax, %cr0
	ljmp $SEL_CODE64, $in_long_mode

	.org LINUX64_ENTRY
	.code64
	.globl start_linux64
start_linux64:
	movb $POST_FIRST, %al
	outb %al, $POST_PORT
	cli
	cld
	movl $BOOT_LINUX64, %edi
	lgdt gdt_pointer
	movl $page_tables, %eax
	movq %rax, %cr3
	movl $boot_stack_end, %esp
	pushq $SEL_CODE64
	pushq $in_long_mode
	lretq

in_long_mode:
	movl $SEL_DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movl $boot_stack_end, %esp
	/* A bzImage's loader needn't clear what is behind the image. */
	movl $__bss_start, %ecx
1:	cmpl $__bss_end, %ecx
	jae 2f
	movq %rax, (%rcx)
	addl $8, %ecx
	jmp 1b
2:	xorl %ebp, %ebp
	call guest_main
3:	cli
	hlt
	jmp 3b

	.section .data
	.balign 8
	.globl gdt
gdt:
	.quad 0
	.quad 0
	.quad 0x00af9a000000ffff	/* SEL_CODE64 */
	.quad 0x00cf92000000ffff	/* SEL_DATA */
	.quad 0x00cf9a000000ffff	/* SEL_CODE32 */
gdt_end:
	.globl gdt_pointer
gdt_pointer:
	.word gdt_end - gdt - 1
	.quad gdt

/*
 * The first 4 GiB, each address to itself, in pages of 2 MiB. What is above gets
 * its entries when a device turns out to be there (paging.c).
 */
	.section .page_tables, "aw"
	.balign 4096
	.globl page_tables
page_tables:
	.quad page_directories + PAGE_TABLE
	.fill 511, 8, 0
	.globl page_directories
page_directories:
	.quad page_directory0 + PAGE_TABLE
	.quad page_directory0 + PAGE_TABLE + 0x1000
	.quad page_directory0 + PAGE_TABLE + 0x2000
	.quad page_directory0 + PAGE_TABLE + 0x3000
	.fill 508, 8, 0
page_directory0:
	.set address, 0
	.rept 2048
	.quad address + PAGE_2M
	.set address, address + 0x200000
	.endr

	.section .stack, "aw", @nobits
	.balign 16
	.skip BOOT_STACK_SIZE
boot_stack_end:

	.section .note.GNU-stack, "", @progbits
