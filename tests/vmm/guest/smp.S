/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * smp.S - how another CPU gets from real mode to ap_main()
 *
 * The first part is copied to AP_BASE, below 1 MiB, where a start-up interrupt
 * can send a CPU; the second lies in the image.
 */
#include "guest/boot.h"

	.section .text
	.code16
	.globl ap_trampoline
ap_trampoline:
	cli
	cld
	xorw %ax, %ax
	movw %ax, %ds
	lgdtl AP_BASE + ap_gdt_pointer - ap_trampoline
	movl $0x11, %eax
	movl %eax, %cr0
	ljmpl $SEL_CODE32, $ap_protected
	.balign 4
ap_gdt_pointer:
	.word 5 * 8 - 1
	.long gdt
	.globl ap_trampoline_end
ap_trampoline_end:

	.code32
ap_protected:
	movl $SEL_DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
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
	ljmp $SEL_CODE64, $ap_long

	.code64
ap_long:
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movq ap_stack, %rsp
	xorl %ebp, %ebp
	call ap_main
1:	cli
	hlt
	jmp 1b

	.section .note.GNU-stack, "", @progbits
