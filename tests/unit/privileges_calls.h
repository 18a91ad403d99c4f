/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * privileges_calls.h - a filter with just what libc needs
 */
#ifndef UNIT_PRIVILEGES_CALLS_H
#define UNIT_PRIVILEGES_CALLS_H

#include "cli/sandbox/call_filter.h"

/** test_few_filter - made at build time from privileges_calls.c */
extern const struct call_filter test_few_filter;

#endif
