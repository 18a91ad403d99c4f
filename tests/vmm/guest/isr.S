/* SPDX-License-Identifier: GPL-2.0-or-later */
/* isr.S - where the processor goes on interrupt: 256 stubs of 16 bytes, one end */

	.code64
	.text
	.balign 16
	.globl isr_stubs
isr_stubs:
	.set vector, 0
	.rept 256
	.balign 16
	/* 8, 10-14, 17, 21, 29 and 30 come with an error code. */
	.if (vector == 8) || (vector >= 10 && vector <= 14) || (vector == 17) || (vector == 21) || (vector == 29) || (vector == 30)
	.else
	pushq $0
	.endif
	pushq $vector
	jmp isr_common
	.set vector, vector + 1
	.endr

	.balign 16
isr_common:
	pushq %rax
	pushq %rcx
	pushq %rdx
	pushq %rsi
	pushq %rdi
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	/* rdi: struct irq_frame, from rip on behind vector and error code */
	leaq 72(%rsp), %rdi
	pushq %rbp
	movq %rsp, %rbp
	andq $-16, %rsp
	call irq_dispatch
	movq %rbp, %rsp
	popq %rbp
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rdi
	popq %rsi
	popq %rdx
	popq %rcx
	popq %rax
	addq $16, %rsp
	iretq

	.section .note.GNU-stack, "", @progbits
