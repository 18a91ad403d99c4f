/* SPDX-License-Identifier: GPL-2.0-or-later */
/* smp.h - the other CPUs: started once, then given work */
#ifndef GUEST_SMP_H
#define GUEST_SMP_H

#include "guest/machine.h"

/* smp_start() - all that the MADT has; again is fine. How many run, this one
 * included, or -1. */
int smp_start(struct machine *m);

/* smp_run() - CPU @n, from 1 on, calls @job(@arg) now; -1 when there is none,
 * or when it is still busy */
int smp_run(unsigned n, void (*job)(void *arg), void *arg);

/* smp_wait() - until CPU @n has done its job; -1 after @ms */
int smp_wait(struct machine *m, unsigned n, uint64_t ms);

#endif
