/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * few_calls.h - a filter with just what libc needs
 */
#ifndef UNIT_FEW_CALLS_H
#define UNIT_FEW_CALLS_H

#include "cli/sandbox/call_filter.h"

/** test_few_filter - made at build time from few_calls.c */
extern const struct call_filter test_few_filter;

#endif
