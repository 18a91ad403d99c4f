// SPDX-License-Identifier: GPL-2.0-or-later
/* guarded.c - single instructions that may fault */
#include "guest/guarded.h"

uint64_t guarded_resume;

/* An instruction between "I'd go on at 1:" and "I didn't have to". */
#define GUARDED(instruction)                       \
	"movq $1f, guarded_resume\n\t" instruction \
	"\n1:\tmovq $0, guarded_resume"

uint64_t guarded_rdmsr(uint32_t msr)
{
	uint32_t low = 0, high = 0;

	__asm__ volatile(GUARDED("rdmsr")
			 : "+a"(low), "+d"(high)
			 : "c"(msr)
			 : "memory");
	return (uint64_t)high << 32 | low;
}

void guarded_wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile(GUARDED("wrmsr")
			 :
			 : "a"((uint32_t)value), "d"((uint32_t)(value >> 32)),
			   "c"(msr)
			 : "memory");
}

uint64_t guarded_read(uint64_t at, unsigned width)
{
	uint64_t value = 0;

	if (width == 1)
		__asm__ volatile(GUARDED("movb (%1), %b0")
				 : "+q"(value)
				 : "r"(at)
				 : "memory");
	else if (width == 2)
		__asm__ volatile(GUARDED("movw (%1), %w0")
				 : "+r"(value)
				 : "r"(at)
				 : "memory");
	else if (width == 4)
		__asm__ volatile(GUARDED("movl (%1), %k0")
				 : "+r"(value)
				 : "r"(at)
				 : "memory");
	else
		__asm__ volatile(GUARDED("movq (%1), %0")
				 : "+r"(value)
				 : "r"(at)
				 : "memory");
	return value;
}

void guarded_write(uint64_t at, unsigned width, uint64_t value)
{
	if (width == 1)
		__asm__ volatile(GUARDED("movb %b0, (%1)")
				 :
				 : "q"(value), "r"(at)
				 : "memory");
	else if (width == 2)
		__asm__ volatile(GUARDED("movw %w0, (%1)")
				 :
				 : "r"(value), "r"(at)
				 : "memory");
	else if (width == 4)
		__asm__ volatile(GUARDED("movl %k0, (%1)")
				 :
				 : "r"(value), "r"(at)
				 : "memory");
	else
		__asm__ volatile(GUARDED("movq %0, (%1)")
				 :
				 : "r"(value), "r"(at)
				 : "memory");
}
