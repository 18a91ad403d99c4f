/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guarded.h - single instructions that may fault, and then are skipped
 *
 * irq_faults() counts how many did.
 */
#ifndef GUEST_GUARDED_H
#define GUEST_GUARDED_H

#include <stdint.h>

/* guarded_resume - where exception() goes on; 0: nowhere. In guarded.c. */
extern uint64_t guarded_resume;

uint64_t guarded_rdmsr(uint32_t msr);
void guarded_wrmsr(uint32_t msr, uint64_t value);

/* guarded_read(), guarded_write() - @width bytes of memory */
uint64_t guarded_read(uint64_t at, unsigned width);
void guarded_write(uint64_t at, unsigned width, uint64_t value);

#endif
