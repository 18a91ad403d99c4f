/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filters.h - what the threads of weft-vmm may call: made from calls.c
 */
#ifndef CLI_VMM_FILTERS_H
#define CLI_VMM_FILTERS_H

#include "cli/sandbox/call_filter.h"

/** vmm_cpu_filter - of a vCPU's thread; the shorter one */
extern const struct call_filter vmm_cpu_filter;
/** vmm_io_filter - of the first thread */
extern const struct call_filter vmm_io_filter;

#endif
