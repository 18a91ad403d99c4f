/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paging.h - device memory above 4 GiB */
#ifndef GUEST_PAGING_H
#define GUEST_PAGING_H

#include "guest/machine.h"

/* map_identity() - the guest can touch @len bytes at @at from now on */
void map_identity(struct machine *m, uint64_t at, uint64_t len);

#endif
