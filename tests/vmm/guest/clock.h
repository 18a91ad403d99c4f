/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock.h - time since start, from the time-stamp counter */
#ifndef GUEST_CLOCK_H
#define GUEST_CLOCK_H

#include "guest/machine.h"

/* clock_init() - finds out how fast it counts; says what it believed, once */
void clock_init(struct machine *m);

/* now_us() - microseconds since clock_init() */
uint64_t now_us(const struct machine *m);

#endif
