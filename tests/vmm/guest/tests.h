/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tests.h - what test= on the command line can name */
#ifndef GUEST_TESTS_H
#define GUEST_TESTS_H

#include "guest/machine.h"

/* Each test returns 0, or -1 when it has said what failed. */
int test_hello(struct machine *m);
int test_clock(struct machine *m);
int test_button(struct machine *m);
int test_poweroff(struct machine *m);
int test_reboot(struct machine *m);
int test_halt(struct machine *m);
int test_pci(struct machine *m);
int test_net(struct machine *m);
int test_pingpong(struct machine *m);
int test_link(struct machine *m);
int test_console(struct machine *m);
int test_fuzz(struct machine *m);
int test_toctou(struct machine *m);
int test_machine(struct machine *m);
int test_hostile(struct machine *m);
int test_msix(struct machine *m);
int test_reset(struct machine *m);
int test_smp(struct machine *m);
int test_rng(struct machine *m);
int test_block(struct machine *m);

#endif
